//! A damaged file gives an error that names it, never a wrong number.

use std::fs;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::fixture::{ALL, Row, TestLake, row, scope};
use crate::lake::At;

fn rows() -> Vec<Row> {
    (0..20_000).map(|i| row(&format!("b{}", i % 7), &format!("creative-{i}"), i64::from(i) * 37 % 1_009)).collect()
}

#[tokio::test]
async fn one_flipped_bit_anywhere_in_what_is_read_is_an_error_with_the_file_name() {
    let lake = TestLake::new();
    lake.put(&scope(1, 1), ALL, &rows());
    let file = std::sync::Arc::clone(&lake.lake.snapshot(&At::Latest).unwrap().files()[0]);
    let good = fs::read(file.local_path().unwrap()).unwrap();
    let everything = "SELECT sum(impressions), count(billing_id), max(creative_id), count(hour) FROM rtb_daily \
                      WHERE impressions > 3";
    let truth = lake.ask(&lake.session(At::Latest, &[1], 2), everything).await.unwrap();
    let step = good.len() / 97;
    for offset in (4..good.len()).step_by(step) {
        let mut bad = good.clone();
        bad[offset] ^= 0x10;
        fs::write(file.local_path().unwrap(), &bad).unwrap();
        match lake.ask(&lake.session(At::Latest, &[1], 2), everything).await {
            Ok(answer) => assert_eq!(answer, truth, "offset {offset} is not read"),
            Err(error) => assert!(error.to_string().contains(&file.relative), "offset {offset}: {error}"),
        }
    }
    for (name, bad) in [("cut", good[..good.len() / 2].to_vec()), ("empty", Vec::new())] {
        fs::write(file.local_path().unwrap(), &bad).unwrap();
        let error = lake.ask(&lake.session(At::Latest, &[1], 2), everything).await.unwrap_err().to_string();
        assert!(
            error.contains(&file.relative) && !error.contains(lake.directory.path().to_str().unwrap()),
            "{name}: {error}"
        );
    }
    fs::remove_file(file.local_path().unwrap()).unwrap();
    let error = lake.ask(&lake.session(At::Latest, &[1], 2), everything).await.unwrap_err().to_string();
    assert!(error.contains("is damaged: it is missing"), "{error}");
}

#[test]
fn a_merge_reads_the_rows_that_were_written_or_an_error_with_the_file_name() {
    let lake = TestLake::new();
    lake.put(&scope(1, 1), ALL, &rows());
    let file = std::sync::Arc::clone(&lake.lake.snapshot(&At::Latest).unwrap().files()[0]);
    let read = || -> Result<usize, String> {
        let checked = file.open().map_err(|damage| damage.to_string())?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(checked).map_err(|error| error.to_string())?;
        let batches = builder.build().map_err(|error| error.to_string())?;
        batches.map(|batch| batch.map(|batch| batch.num_rows()).map_err(|error| error.to_string())).sum()
    };
    assert_eq!(read(), Ok(20_000));
    let good = fs::read(file.local_path().unwrap()).unwrap();
    for offset in [10, good.len() / 2, good.len() - 20] {
        let mut bad = good.clone();
        bad[offset] ^= 1;
        fs::write(file.local_path().unwrap(), &bad).unwrap();
        let error = read().unwrap_err();
        assert!(error.contains(&file.relative), "offset {offset}: {error}");
    }
    fs::write(file.local_path().unwrap(), &good[1..]).unwrap();
    assert!(read().unwrap_err().contains("the catalog says"));
}

#[test]
fn checks_name_the_file() {
    let lake = TestLake::new();
    lake.put(&scope(1, 1), ALL, &rows());
    let snapshot = lake.lake.snapshot(&At::Latest).unwrap();
    let file = &snapshot.files()[0];
    assert_eq!((lake.lake.check_lengths().unwrap(), lake.lake.check_hashes(&snapshot)), (vec![], vec![]));

    let mut bytes = fs::read(file.local_path().unwrap()).unwrap();
    assert_eq!(file.hashes.file, *blake3::hash(&bytes).as_bytes());
    bytes[100] ^= 1;
    fs::write(file.local_path().unwrap(), &bytes).unwrap();
    assert_eq!(lake.lake.check_lengths().unwrap(), []);
    assert_eq!(lake.lake.check_hashes(&snapshot)[0].file, file.relative);
    bytes.pop();
    fs::write(file.local_path().unwrap(), &bytes).unwrap();
    let short = lake.lake.check_lengths().unwrap().remove(0).to_string();
    assert!(short.contains(&file.relative) && short.contains("the catalog says"), "{short}");
}
