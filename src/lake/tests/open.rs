//! Opening, crash leftovers, directories that are not ours.

use std::fs;
use std::time::Duration;

use super::fixture::{ALL, TestLake, row, scope, table};
use crate::db::Db;
use crate::lake::{At, Lake, LakeError};

const HOUR: Duration = Duration::from_secs(3_600);

#[test]
fn opening_again_changes_nothing_but_the_path() {
    let TestLake { lake, db, directory, now } = TestLake::new();
    drop(lake);
    let moved = directory.path().join("moved");
    fs::rename(directory.path().join("lake"), &moved).unwrap();
    let lake = Lake::open(db.clone(), &moved, &directory.path().join("tmp"), now).unwrap();
    assert_eq!(lake.snapshot(&At::Latest).unwrap().id.0, 0, "no new snapshot");
    let path: String = db
        .read(|tx| {
            let sql = "SELECT value FROM ducklake_metadata WHERE key = 'data_path'";
            Ok::<_, LakeError>(tx.query_row(sql, [], |row| row.get(0))?)
        })
        .unwrap();
    assert_eq!(path, format!("{}/", moved.canonicalize().unwrap().display()));
}

#[test]
fn a_directory_of_another_store_is_refused() {
    let ours = TestLake::new();
    let other = TestLake::new();
    let swapped = Lake::open(
        ours.db.clone(),
        &other.directory.path().join("lake"),
        &other.directory.path().join("tmp"),
        ours.now,
    );
    assert!(matches!(swapped, Err(LakeError::ForeignDirectory { .. })));

    ours.put(&scope(1, 1), ALL, &[row("b", "c", 1)]);
    let empty = ours.directory.path().join("not_mounted");
    let unmounted = Lake::open(ours.db.clone(), &empty, &ours.directory.path().join("tmp"), ours.now);
    let message = unmounted.err().unwrap().to_string();
    assert!(message.contains("has no _catscan_store, but the catalog has 1 live files"), "{message}");
}

#[test]
fn reading_needs_a_store_and_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("catscan.db");
    drop(Db::open(&path).unwrap());
    let early = Lake::open_read_only(Db::open_read_only(&path).unwrap(), directory.path());
    assert!(matches!(early, Err(LakeError::NotInitialised)));

    let written = TestLake::new();
    written.put(&scope(1, 1), ALL, &[row("b", "c", 1)]);
    let db = Db::open_read_only(&written.directory.path().join("catscan.db")).unwrap();
    let reading = Lake::open_read_only(db, written.lake.root()).unwrap();
    assert_eq!(reading.snapshot(&At::Latest).unwrap().files().len(), 1);
    let columns = [table().column("creative_id").unwrap(), table().column("import_batch_id").unwrap()];
    assert!(reading.create_file(&scope(1, 1), &columns, &[], 0).is_err());
}

#[test]
fn what_a_crash_leaves_is_swept_after_the_grace_and_nothing_else() {
    let lake = TestLake::new();
    lake.put(&scope(1, 1), ALL, &[row("b", "old", 1)]);
    lake.put(&scope(1, 1), ALL, &[row("b", "new", 1)]);
    let orphan = lake.publish(&scope(1, 1), ALL, &[row("b", "c", 9)]);
    let staged = lake.stage(&scope(1, 2), ALL, &[row("b", "c", 9)]);
    std::mem::forget(staged);
    let log = lake.lake.root().join("rtb_daily/_delta_log");
    fs::create_dir_all(&log).unwrap();
    fs::write(log.join("00000000000000000001.checkpoint.parquet"), b"theirs").unwrap();

    let files = chrono::Utc::now();
    let none = lake.lake.sweep(files, HOUR).unwrap();
    assert_eq!((none.orphans, none.unfinished), (0, 0), "within the grace");
    let swept = lake.lake.sweep(files + chrono::TimeDelta::hours(2), HOUR).unwrap();
    assert_eq!((swept.orphans, swept.unfinished), (1, 1));
    assert!(!lake.lake.root().join(&orphan.relative).exists());
    assert!(log.join("00000000000000000001.checkpoint.parquet").exists());
    let snapshot = lake.lake.snapshot(&At::Snapshot(crate::model::SnapshotId(1))).unwrap();
    assert_eq!(lake.lake.check_hashes(&snapshot), [], "an older snapshot keeps its file");
    assert_eq!(lake.lake.check_lengths().unwrap(), []);
}

#[test]
fn an_unfinished_or_unpublished_file_goes_with_its_writer() {
    let lake = TestLake::new();
    let tmp = lake.directory.path().join("tmp");
    let columns = [table().column("creative_id").unwrap(), table().column("import_batch_id").unwrap()];
    let writer = lake.lake.create_file(&scope(1, 1), &columns, &[], 0).unwrap();
    let staged = lake.stage(&scope(1, 1), ALL, &[row("b", "c", 1)]);
    assert_eq!(fs::read_dir(&tmp).unwrap().count(), 2);
    drop((writer, staged));
    assert_eq!(fs::read_dir(&tmp).unwrap().count(), 0);
}

#[test]
fn columns_and_rows_that_the_table_does_not_allow_are_refused() {
    let lake = TestLake::new();
    let columns = |names: &[&str]| names.iter().map(|name| table().column(name).unwrap()).collect::<Vec<_>>();
    let create =
        |names: &[&str]| lake.lake.create_file(&scope(1, 1), &columns(names), &[], 0).err().unwrap().to_string();
    assert!(create(&["import_batch_id"]).contains("column creative_id is never null"));
    assert!(create(&["creative_id", "billing_id", "import_batch_id"]).contains("in its order"));
    assert!(create(&["metric_date", "creative_id", "import_batch_id"]).contains("stored columns"));
    let empty = lake.lake.create_file(&scope(1, 1), &columns(&["creative_id", "import_batch_id"]), &[], 0).unwrap();
    assert!(empty.finish().unwrap_err().to_string().contains("at least one row"));
}
