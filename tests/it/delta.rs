//! Readers of Delta tables that nobody here wrote (deltalake, Polars, DuckDB's extension) find in the exported tables what
//! `catscan sql` finds, after every kind of change, each followed by an export of what changed.
//!
//! Needs a Python with the wheels of tests/python/requirements.txt, named by `CATSCAN_PYTHON` (else `python3`).

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use serde_json::{Map, Value, json};

use super::compaction::{by_config, compact};
use super::import::{generated, write_restated};
use super::kinds::store_with_every_kind;
use super::not_run::peer_missing;
use super::retention::{keeping_little, restated, retain};
use super::store::{TestStore, integer, repository};

pub const NEEDS: &str = "Python with the wheels of tests/python/requirements.txt";
const METRICS: [&str; 4] = ["reached_queries", "impressions", "clicks", "spend_micros"];
const READERS: [&str; 3] = ["duckdb", "polars", "deltalake"];

fn python(arguments: &[&str]) -> Option<std::process::Output> {
    let python = std::env::var("CATSCAN_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    Command::new(python).arg(repository("tests/python/delta.py")).args(arguments).output().ok()
}

pub fn has_readers() -> bool {
    python(&["--probe"]).is_some_and(|output| output.status.success())
}

/// Exports; what that did for each table.
pub fn export(store: &TestStore) -> BTreeMap<String, Value> {
    let done: Value = serde_json::from_str(&store.succeed(&["lake", "export-delta", "--json"])).unwrap();
    let tables = done["tables"].as_array().unwrap().iter();
    tables.map(|table| (table["table"].as_str().unwrap().to_owned(), table.clone())).collect()
}

/// The readers' answers, by table, reader and name of the condition.
fn theirs(store: &TestStore, conditions: &Value, tables: &[&str]) -> Map<String, Value> {
    let (lake, conditions) = (store.data_dir().join("lake"), conditions.to_string());
    let output = python(&[&[lake.to_str().unwrap(), &conditions], tables].concat()).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The metrics of a table among those that are compared, as it has them.
fn metrics(store: &TestStore, table: &str) -> Vec<&'static str> {
    let columns = store.sql(&format!("SELECT * FROM {table} LIMIT 1"));
    let columns = columns.first().and_then(Value::as_object).expect("a row");
    METRICS.into_iter().filter(|metric| columns.contains_key(*metric)).collect()
}

fn ours(store: &TestStore, table: &str, condition: &Value) -> Value {
    let metrics = metrics(store, table);
    let sums: String = metrics.iter().map(|name| format!(", coalesce(sum({name}), 0) AS {name}")).collect();
    let place: String = condition
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| format!(" AND {name} = '{}'", value.as_str().unwrap()))
        .collect();
    let rows = store.sql(&format!(
        "SELECT cast(metric_date AS VARCHAR) AS day, report, count(*) AS n{sums} FROM {table} WHERE true{place} \
         GROUP BY metric_date, report ORDER BY metric_date, report"
    ));
    let row = |row: &Value| {
        let mut cells = vec![row["day"].clone(), row["report"].clone(), integer(&row["n"]).into()];
        cells.extend(metrics.iter().map(|name| Value::from(integer(&row[*name]))));
        Value::Array(cells)
    };
    rows.iter().map(row).collect()
}

/// All readers find what we find, also under conditions by which they skip files.
#[track_caller]
pub fn assert_same_answers(store: &TestStore, tables: &[&str], when: &str) {
    let mut conditions = json!({});
    if tables == ["rtb_daily"] {
        let one = |column: &str| {
            let sql = format!(
                "SELECT cast(max({column}) AS VARCHAR) AS v, cast(min({column}) AS VARCHAR) AS w FROM rtb_daily"
            );
            let row = store.sql(&sql).remove(0);
            [row["v"].clone(), row["w"].clone()]
        };
        for column in ["billing_id", "metric_date", "creative_id", "country", "publisher_name"] {
            let [highest, lowest] = one(column);
            for (name, value) in
                [("highest", highest), ("lowest", lowest)].into_iter().filter(|(_, value)| !value.is_null())
            {
                conditions[format!("{name} {column}")] = json!({ column: value });
            }
        }
        conditions["a config that no row has"] = json!({ "billing_id": "no such config" });
    }
    let found = theirs(store, &conditions, tables);
    for table in tables {
        let mut asked: Vec<(String, Value)> = vec![("all".to_owned(), json!({}))];
        asked.extend(conditions.as_object().unwrap().iter().map(|(name, condition)| (name.clone(), condition.clone())));
        for (name, condition) in asked {
            let ours = ours(store, table, &condition);
            for reader in READERS {
                assert_eq!(found[&format!("{table} {reader} {name}")], ours, "{table} by {reader}, {name}, {when}");
            }
        }
    }
}

#[test]
fn readers_of_delta_tables_see_the_same_totals_after_every_change() {
    if !has_readers() {
        return peer_missing("delta export", NEEDS);
    }
    let store = TestStore::new();
    let dir = store.beside("reports");
    let reports = generated(&dir, 2_000, 3, 9);
    reports.iter().for_each(|report| _ = store.import(report));
    let first = &export(&store)["rtb_daily"];
    assert_eq!((integer(&first["version"]), integer(&first["files"])), (0, integer(&first["files_added"])));
    assert_same_answers(&store, &["rtb_daily"], "after the imports");
    assert_eq!(export(&store)["rtb_daily"]["written"], false, "nothing changed");

    let restated = store.beside("restated.csv");
    write_restated(&reports[1], &restated, 100);
    assert_eq!(integer(&store.import(&restated)["rows_replaced"]), 20);
    let second = &export(&store)["rtb_daily"];
    assert_eq!((integer(&second["version"]), integer(&second["files_removed"])), (1, 1));
    assert_same_answers(&store, &["rtb_daily"], "after the restatement");

    store.succeed(&["undo", "4"]);
    assert_eq!(integer(&export(&store)["rtb_daily"]["version"]), 2);
    assert_same_answers(&store, &["rtb_daily"], "after the undo");
}

#[test]
fn merging_files_is_no_change_of_data_and_what_retention_took_is_gone() {
    if !has_readers() {
        return peer_missing("delta export after compaction and retention", NEEDS);
    }
    let store = TestStore::new();
    by_config(&store, 300).iter().for_each(|file| _ = store.import(file));
    export(&store);
    compact(&store);
    let merged = &export(&store)["rtb_daily"];
    assert!(integer(&merged["files_removed"]) > 1 && integer(&merged["files_added"]) == 1, "{merged}");
    assert_same_answers(&store, &["rtb_daily"], "after compaction");
    let commit = store.data_dir().join("lake/rtb_daily/_delta_log/00000000000000000001.json");
    let commit = fs::read_to_string(commit).unwrap();
    assert!(!commit.contains("\"dataChange\":true"), "{commit}");

    let store = restated();
    export(&store);
    retain(&store, &[], &keeping_little());
    let left = &export(&store)["rtb_daily"];
    assert!(integer(&left["files_removed"]) > 0 && integer(&left["files"]) > 0, "{left}");
    assert_same_answers(&store, &["rtb_daily"], "after retention");
    assert_eq!(store.run(&["lake", "verify", "--full"]).code, Some(0));
}

#[test]
fn every_kind_is_exported() {
    if !has_readers() {
        return peer_missing("delta export of every kind", NEEDS);
    }
    let store = store_with_every_kind();
    let exported = export(&store);
    let tables: Vec<&str> = exported.keys().map(String::as_str).collect();
    assert_eq!(tables, ["rtb_bid_filtering", "rtb_daily", "rtb_funnel", "rtb_quality"]);
    assert_same_answers(&store, &["rtb_daily"], "with nulls");
    assert_same_answers(&store, &["rtb_bid_filtering", "rtb_funnel", "rtb_quality"], "other tables");
    let one = store.succeed(&["lake", "export-delta", "--table", "rtb_quality"]);
    assert!(one.starts_with("rtb_quality: nothing changed since version 0"), "{one}");
}

#[test]
fn readers_go_on_from_a_checkpoint_when_the_first_commits_are_gone() {
    if !has_readers() {
        return peer_missing("delta checkpoint", NEEDS);
    }
    let store = TestStore::with_samples();
    export(&store);
    let samples = ["performance-restated.csv", "performance.csv"].map(|name| repository("data/samples").join(name));
    for round in 0..11 {
        let file = samples[round % 2].to_str().unwrap();
        store.succeed(&["import", "--again", file]);
        let done = &export(&store)["rtb_daily"];
        assert_eq!(done["checkpoint"], integer(&done["version"]) == 10, "{done}");
    }
    let log = store.data_dir().join("lake/rtb_daily/_delta_log");
    for version in 0..=10 {
        fs::remove_file(log.join(format!("{version:020}.json"))).unwrap();
    }
    assert_same_answers(&store, &["rtb_daily"], "from the checkpoint and one commit");
    assert_eq!(export(&store)["rtb_daily"]["written"], false);
    fs::remove_file(log.join("_last_checkpoint")).unwrap();
    assert_same_answers(&store, &["rtb_daily"], "without the pointer to it");
}

#[test]
fn a_log_of_someone_else_is_left_alone() {
    let store = TestStore::with_samples();
    export(&store);
    let foreign = store.data_dir().join("lake/rtb_daily/_delta_log/00000000000000000001.json");
    fs::write(&foreign, "{\"commitInfo\":{\"operation\":\"OPTIMIZE\"}}\n").unwrap();
    let ran = store.run(&["lake", "export-delta"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("another program wrote its version 1; remove this folder"), "{ran:#?}");
    assert_eq!(fs::read_to_string(&foreign).unwrap(), "{\"commitInfo\":{\"operation\":\"OPTIMIZE\"}}\n");
}
