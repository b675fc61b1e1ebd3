//! Each format read back by a reader that nobody here wrote.

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use futures::StreamExt;

use super::super::fixture::{Memory, Row};
use super::super::{AccountScope, Engine, Limits, Question};
use super::*;

/// Text that each format must carry unharmed.
const TRICKY: [&str; 7] =
    ["plain", "a,b", "say \"hi\"", "two\nlines", "Ünïcödé 広告 🎯", "=HYPERLINK(\"x\")", "\u{1b}[31mred"];

fn engine() -> Engine {
    let row = Row::reached("11", 9_007_199_254_740_993, 1);
    let mut rows: Vec<Row> = TRICKY.iter().map(|text| Row { publisher: Some(text), ..row.clone() }).collect();
    rows.push(Row { publisher: Some(""), ..row.clone() });
    rows.push(Row { publisher: None, reached: None, ..row });
    Memory::of(rows).engine()
}

fn question() -> Question {
    let sql = "SELECT metric_date, publisher_name, reached_queries, -impressions AS minus, 0.5 AS half FROM rtb_daily";
    Question::new(sql, AccountScope::All)
}

fn written(format: Format, style: Style) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut engine().ask_blocking(question()).unwrap(), format, style, &mut bytes).unwrap();
    bytes
}

fn expected() -> Vec<Option<String>> {
    TRICKY.iter().chain(&[""]).map(|text| Some((*text).to_owned())).chain([None]).collect()
}

#[test]
fn csv_keeps_every_text_guards_formulas_and_tells_null_from_empty() {
    let bytes = written(Format::Csv, Style::default());
    let mut reader = ::csv::Reader::from_reader(bytes.as_slice());
    assert_eq!(reader.headers().unwrap(), vec!["metric_date", "publisher_name", "reached_queries", "minus", "half"]);
    let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    for (row, text) in rows.iter().zip(expected()) {
        let text = text.unwrap_or_default();
        let guarded = if text.starts_with('=') { format!("'{text}") } else { text };
        assert_eq!(&row[1], guarded);
        assert_eq!((&row[0], &row[3], &row[4]), ("2026-11-19", "-1", "0.5"), "numbers and days are not guarded");
    }
    assert_eq!(&rows[0][2], "9007199254740993");
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("2026-11-19,\"\",9007199254740993,"), "an empty text is quoted");
    assert!(text.ends_with("2026-11-19,,,-1,0.5\n"), "a null is an empty field");
}

#[test]
fn json_is_an_array_of_objects_with_exact_integers_and_nulls() {
    let text = String::from_utf8(written(Format::Json, Style::default())).unwrap();
    assert!(text.starts_with("[{\"metric_date\":\"2026-11-19\",\"publisher_name\":\"plain\","), "{text}");
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let names: Vec<Option<String>> = rows.iter().map(|row| row["publisher_name"].as_str().map(str::to_owned)).collect();
    assert_eq!(names, expected());
    assert_eq!(rows[0]["reached_queries"], 9_007_199_254_740_993_i64);
    assert!(rows[8]["reached_queries"].is_null() && rows[8].as_object().unwrap().contains_key("reached_queries"));
    let lines = String::from_utf8(written(Format::Ndjson, Style::default())).unwrap();
    let lines: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines, rows);
}

#[test]
fn the_envelope_names_snapshot_columns_and_where_the_answer_was_cut() {
    let mut entries = serde_json::Map::new();
    entries.insert("newest_day".to_owned(), "2026-11-19".into());
    let style = Style { envelope: Some(Envelope { entries }), ..Style::default() };
    let limits = Limits { rows: Some(2), ..Limits::default() };
    let mut answer = engine().ask_blocking(Question { limits, ..question() }).unwrap();
    let mut bytes = Vec::new();
    write(&mut answer, Format::Json, style, &mut bytes).unwrap();
    let envelope: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(envelope["snapshot"]["id"], 1);
    assert_eq!(envelope["columns"][2], serde_json::json!({"name": "reached_queries", "type": "int64"}));
    assert_eq!(envelope["newest_day"], "2026-11-19");
    assert_eq!((&envelope["row_count"], &envelope["truncated"]), (&2.into(), &true.into()));
    assert_eq!(envelope["truncated_at"], "2 rows");
    assert_eq!(envelope["rows"].as_array().unwrap().len(), 2);
}

#[test]
fn an_empty_answer_is_well_formed_in_every_format() {
    for format in Format::ALL {
        let nothing = Question::new("SELECT creative_id FROM rtb_daily WHERE false", AccountScope::All);
        let mut bytes = Vec::new();
        let ending = write(&mut engine().ask_blocking(nothing).unwrap(), format, Style::default(), &mut bytes).unwrap();
        assert_eq!(ending.rows, 0);
        match format {
            Format::Json => assert_eq!(bytes, b"[]\n"),
            Format::Ndjson => assert_eq!(bytes, b""),
            Format::Csv => assert_eq!(bytes, b"creative_id\n"),
            Format::Table => assert!(String::from_utf8(bytes).unwrap().contains("creative_id")),
            Format::Arrow => assert_eq!(read_arrow(&bytes).len(), 0),
            Format::Parquet => assert!(read_parquet(bytes).is_empty()),
        }
    }
}

fn read_arrow(bytes: &[u8]) -> Vec<RecordBatch> {
    let reader = arrow::ipc::reader::StreamReader::try_new(bytes, None).unwrap();
    reader.map(Result::unwrap).collect()
}

fn read_parquet(bytes: Vec<u8>) -> Vec<RecordBatch> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    let reader = ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file.reopen().unwrap());
    reader.unwrap().build().unwrap().map(Result::unwrap).collect()
}

#[test]
fn arrow_and_parquet_give_back_what_was_written() {
    let arrow = read_arrow(&written(Format::Arrow, Style::default()));
    let parquet = read_parquet(written(Format::Parquet, Style::default()));
    for batches in [arrow, parquet] {
        let batch = &batches[0];
        let names = arrow::compute::cast(batch.column(1), &arrow::datatypes::DataType::Utf8);
        let names = names.unwrap();
        let names: Vec<Option<String>> = names.as_string::<i32>().iter().map(|name| name.map(str::to_owned)).collect();
        assert_eq!(names, expected());
        assert_eq!(batch.column(2).as_primitive::<Int64Type>().value(0), 9_007_199_254_740_993);
    }
}

#[test]
fn a_table_aligns_numbers_shows_null_and_obeys_no_control_character() {
    let text = String::from_utf8(written(Format::Table, Style::default())).unwrap();
    assert!(text.contains("9007199254740993") && text.contains(" – "), "{text}");
    assert!(!text.contains('\u{1b}') && text.contains("\\u{1b}[31mred"), "{text}");
    assert!(text.contains("9 rows in "), "{text}");
    let few = Style { table: TableStyle { rows: 3, text_letters: 3, ..TableStyle::default() }, ..Style::default() };
    let text = String::from_utf8(written(Format::Table, few)).unwrap();
    assert!(text.contains("only the first 3 rows are shown") && text.contains(" pla… "), "{text}");
}

#[tokio::test]
async fn a_stream_gives_the_same_bytes_and_never_passes_a_part_for_the_whole() {
    let engine = engine();
    let answer = engine.ask(question()).await.unwrap();
    let pieces: Vec<_> = stream(answer, Format::Csv, Style::default()).unwrap().collect().await;
    let bytes: Vec<u8> = pieces.into_iter().flat_map(Result::unwrap).collect();
    let direct = tokio::task::spawn_blocking(|| written(Format::Csv, Style::default())).await.unwrap();
    assert_eq!(bytes, direct);
    for (format, complete) in [
        (Format::Csv, false),
        (Format::Ndjson, false),
        (Format::Arrow, false),
        (Format::Parquet, false),
        (Format::Table, true),
    ] {
        let limits = Limits { rows: Some(2), ..Limits::default() };
        let answer = engine.ask(Question { limits, ..question() }).await.unwrap();
        let pieces: Vec<_> = stream(answer, format, Style::default()).unwrap().collect().await;
        let errors = pieces.iter().filter_map(|piece| piece.as_ref().err()).map(QueryError::code);
        assert_eq!(errors.collect::<Vec<_>>(), if complete { vec![] } else { vec!["incomplete"] }, "{format}");
    }
}

#[test]
fn a_format_is_read_by_its_name() {
    for format in Format::ALL {
        assert_eq!(format.to_string().to_uppercase().parse::<Format>().unwrap(), format);
    }
    assert!("xml".parse::<Format>().unwrap_err().to_string().contains("ndjson"));
}
