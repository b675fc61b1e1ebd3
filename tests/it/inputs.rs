//! Whatever a report comes packed in, and whichever way it comes: the same numbers, counted once.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use flate2::Compression;
use flate2::read::GzEncoder;
use serde_json::{Value, json};

use super::store::{Ran, TestStore, integer, repository};

fn sample() -> Vec<u8> {
    fs::read(repository("data/samples/performance.csv")).unwrap()
}

pub fn gzipped(text: impl Read) -> Vec<u8> {
    let mut packed = Vec::new();
    GzEncoder::new(text, Compression::fast()).read_to_end(&mut packed).unwrap();
    packed
}

fn zipped(text: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in [("readme.txt", &b"see report.csv"[..]), ("mail/report.csv", text)] {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn utf16(text: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(text).unwrap();
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn file(store: &TestStore, name: &str, bytes: &[u8]) -> PathBuf {
    let path = store.beside(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

fn answers(ran: &Ran) -> Vec<Value> {
    ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Imports with options; one answer a file.
#[track_caller]
fn import(store: &TestStore, options: &[&str], files: &[&Path]) -> Vec<Value> {
    let files = files.iter().map(|file| file.to_str().unwrap());
    let arguments: Vec<&str> = ["import", "--json"].into_iter().chain(options.iter().copied()).chain(files).collect();
    let ran = store.run(&arguments);
    assert_ne!(ran.code, Some(2), "{ran:#?}");
    answers(&ran)
}

fn import_stdin(store: &TestStore, bytes: &[u8]) -> Value {
    let mut command = store.command(&["import", "--json", "-"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    answers(&Ran::from(child.wait_with_output().unwrap())).remove(0)
}

#[track_caller]
fn assert_refused(answer: &Value, code: &str) -> String {
    assert_eq!((&answer["status"], &answer["error"]["code"]), (&json!("refused"), &json!(code)), "{answer:#}");
    answer["error"]["message"].as_str().unwrap().to_owned()
}

/// Nothing that was read only once is left in `tmp`.
#[track_caller]
fn assert_no_copy_is_left(store: &TestStore) {
    let left = fs::read_dir(store.data_dir().join("tmp")).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with("stdin-")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn packed_and_encoded_reports_give_the_numbers_of_the_plain_one_and_count_once() {
    let plain = TestStore::with_samples();
    let text = sample();
    for (name, bytes) in
        [("report.csv.gz", gzipped(&text[..])), ("report.zip", zipped(&text)), ("report.csv", utf16(&text))]
    {
        let store = TestStore::new();
        let answer = store.import(&file(&store, name, &bytes));
        assert_eq!(answer["status"], "imported", "{name}: {answer:#}");
        assert!(!answer["notes"].as_array().unwrap().is_empty(), "{name}: what was done is said: {answer:#}");
        assert_eq!(store.by_billing(), plain.by_billing(), "{name}");
        let again = plain.import(&file(&plain, name, &bytes));
        assert_eq!((&again["status"], integer(&again["batch_id"])), (&json!("duplicate"), 1), "{name}");
        assert_eq!(import_stdin(&store, &text)["status"], "duplicate", "{name}");
        assert_no_copy_is_left(&store);
    }
}

#[test]
fn standard_input_is_imported_and_its_copy_goes_also_after_a_refusal() {
    let store = TestStore::new();
    assert_refused(&import_stdin(&store, b"name,email\na,b\n"), "unknown_report");
    assert_eq!(import_stdin(&store, &gzipped(&sample()[..]))["status"], "imported");
    assert_eq!(store.by_billing(), TestStore::with_samples().by_billing());
    assert_no_copy_is_left(&store);
}

#[test]
fn a_bomb_is_refused_at_its_limit() {
    let store = TestStore::new();
    let row = "2/25/26,157331516553,cr-1001,300x250,10,3\n".repeat(1 << 14);
    let header = "Day,Billing ID,Creative ID,Creative size,Reached queries,Impressions\n";
    let mut packed = gzipped(header.as_bytes());
    let rows = gzipped(row.as_bytes());
    // Members of a gzip file stand one after the other: 64 of them are 44 MB of rows in 200 KB.
    for _ in 0..64 {
        packed.extend_from_slice(&rows);
    }
    let bomb = file(&store, "bomb.csv.gz", &packed);
    let mut command = store.command(&["import", "--json", bomb.to_str().unwrap()]);
    let ran = Ran::from(command.env("CATSCAN_IMPORT_MAX_UNPACKED_MIB", "1").output().unwrap());
    assert_refused(&answers(&ran)[0], "compressed_bomb");
    let mut command = store.command(&["import", "--json", bomb.to_str().unwrap()]);
    let ran = Ran::from(command.env("CATSCAN_IMPORT_MAX_UNPACK_RATIO", "20").output().unwrap());
    let message = assert_refused(&answers(&ran)[0], "compressed_bomb");
    assert!(message.contains("20 times"), "{message}");
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 0);
}

#[test]
fn a_directory_and_a_pattern_are_their_reports_by_name() {
    let store = TestStore::new();
    let restated = fs::read(repository("data/samples/performance-restated.csv")).unwrap();
    file(&store, "mail/b.csv", &restated);
    file(&store, "mail/a.csv.gz", &gzipped(&sample()[..]));
    file(&store, "mail/notes.txt", b"not a report");
    let imported = import(&store, &[], &[&store.beside("mail")]);
    assert_eq!(imported.len(), 2, "{imported:#?}");
    assert!(imported[0]["file"].as_str().unwrap().ends_with("mail/a.csv.gz"), "as typed, and first by name");
    assert_eq!(integer(&imported[1]["rows_replaced"]), 1, "the later file wins");
    let matched = import(&store, &[], &[&store.beside("mail/*.csv")]);
    assert_eq!((matched.len(), &matched[0]["status"]), (1, &json!("duplicate")));
    let names = store.sql("SELECT filename FROM import_history ORDER BY batch_id");
    assert_eq!(names, [json!({"filename": "a.csv.gz"}), json!({"filename": "b.csv"})], "without the directory");
    assert_refused(&import(&store, &[], &[&store.beside("none/*.csv")])[0], "no_such_file");
}

#[test]
fn a_dry_run_says_what_would_happen_and_changes_nothing() {
    let store = TestStore::with_samples();
    let before = (store.digest(), store.number("SELECT count(*) AS n FROM import_history"));
    let restated = repository("data/samples/performance-restated.csv");
    let mut tried = import(&store, &["--dry-run"], &[&restated]).remove(0);
    assert_refused(
        &import(&store, &["--dry-run"], &[&repository("data/malformed/foreign_file.csv")])[0],
        "unknown_report",
    );
    let known = import(&store, &["--dry-run"], &[&repository("data/samples/performance.csv")]).remove(0);
    assert_eq!((&known["status"], &known["batch_id"]), (&json!("duplicate"), &json!(1)));
    assert_eq!((store.digest(), store.number("SELECT count(*) AS n FROM import_history")), before);
    let done = store.import(&restated);
    for differs in ["dry_run", "batch_id", "elapsed_ms", "timings"] {
        tried[differs] = done[differs].clone();
    }
    assert_eq!(tried, done);
}

#[test]
fn again_imports_known_bytes_anew() {
    let store = TestStore::with_samples();
    let [sample, restated] =
        ["performance", "performance-restated"].map(|n| repository(&format!("data/samples/{n}.csv")));
    let before = store.by_billing();
    store.import(&restated);
    assert_eq!(store.import(&sample)["status"], "duplicate");
    for _ in 0..2 {
        let again = import(&store, &["--again"], &[&sample]).remove(0);
        assert_eq!(again["status"], "imported", "{again:#}");
    }
    let row = "SELECT sum(spend_micros) AS n FROM rtb_daily WHERE import_batch_id = 3";
    assert!(store.number(row) > 0, "the old number of the restated row is back: {row}");
    assert_ne!(store.by_billing(), before, "the row that only the restatement has stays");
    let known = store.import(&sample);
    assert_eq!((&known["status"], integer(&known["batch_id"])), (&json!("duplicate"), 1));
}

#[test]
fn a_report_without_a_day_is_imported_as_the_day_that_is_said() {
    let store = TestStore::new();
    let dayless = file(&store, "dayless.csv", b"Billing ID,Creative ID,Impressions\n1,c1,5\n1,c2,6\nTotal,,11\n");
    let message = assert_refused(&store.import_answer(&dayless), "missing_columns");
    assert!(message.contains("Day") && message.contains("--day") && !message.contains("metric_date"), "{message}");
    assert_refused(&import(&store, &["--day", "2999-01-01"], &[&dayless])[0], "bad_day");
    let answer = import(&store, &["--day", "2026-02-25"], &[&dayless]).remove(0);
    assert_eq!((integer(&answer["rows_imported"]), integer(&answer["rows_skipped"])), (2, 1), "{answer:#}");
    let days = store.sql("SELECT DISTINCT metric_date FROM rtb_daily");
    assert_eq!(days, [json!({"metric_date": "2026-02-25"})]);
    let dated = repository("data/samples/performance.csv");
    assert_refused(&import(&store, &["--day", "2026-02-25"], &[&dated])[0], "has_days");
}

#[test]
fn options_that_the_report_contradicts_refuse_it() {
    let store = TestStore::new();
    let sample = repository("data/samples/performance.csv");
    assert_refused(&import(&store, &["--currency", "EUR"], &[&sample])[0], "other_currency");
    assert_eq!(store.run(&["import", "--kind", "nonsense", sample.to_str().unwrap()]).code, Some(2));
    assert_eq!(import(&store, &["--kind", "performance", "--currency", "USD"], &[&sample])[0]["status"], "imported");
    let (store, ragged) = (TestStore::new(), repository("data/malformed/mostly_ragged.csv"));
    assert_refused(&import(&store, &["--max-reject-pct", "10"], &[&ragged])[0], "too_many_rejects");
    assert_eq!(import(&store, &["--max-reject-pct", "50"], &[&ragged])[0]["status"], "imported");
}

#[test]
fn one_stray_date_does_not_turn_a_file_around() {
    let store = TestStore::new();
    store.succeed(&["account", "set", "default", "--date-format", "day-first"]);
    let answer = store.import(&repository("data/malformed/mixed_dates.csv"));
    assert_eq!((integer(&answer["rows_imported"]), integer(&answer["rows_rejected"])), (39, 1), "{answer:#}");
}
