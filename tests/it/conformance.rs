//! A reader that nobody here wrote: DuckDB attaches the store READ_ONLY and adds up to the same totals as we do, after
//! an import, after a restatement, after undo, compaction and retention, and at the older snapshots.
//!
//! Needs a Python with the wheels of tests/python/requirements.txt, named by `CATSCAN_PYTHON` (else `python3`).

use std::process::Command;

use serde_json::{Value, json};

use super::compaction::{by_config, compact};
use super::import::{generated, write_restated};
use super::kinds::store_with_every_kind;
use super::not_run::peer_missing;
use super::retention::{keeping_little, restated};
use super::store::{TestStore, integer, repository};

pub const NEEDS: &str = "Python with the wheels of tests/python/requirements.txt";

fn script(arguments: &[&str]) -> Command {
    let mut python = Command::new(std::env::var("CATSCAN_PYTHON").unwrap_or_else(|_| "python3".to_owned()));
    python.arg(repository("tests/python/conformance.py")).args(arguments);
    python
}

fn python(arguments: &[&str]) -> Option<std::process::Output> {
    script(arguments).output().ok()
}

/// In the environment of a store.
fn python_for(store: &TestStore, arguments: &[&str]) -> Option<std::process::Output> {
    script(arguments).envs(store.environment()).output().ok()
}

pub fn has_duckdb() -> bool {
    python(&["--probe"]).is_some_and(|output| output.status.success())
}

/// Whether DuckDB is there with what it needs for facts in a bucket.
pub fn has_duckdb_for_s3() -> bool {
    python(&["--s3", "http://127.0.0.1:9", "--probe"]).is_some_and(|output| output.status.success())
}

/// What DuckDB finds.
fn duckdb(store: &TestStore, snapshot: Option<&str>) -> Value {
    let database = store.data_dir().join("catscan.db");
    let endpoint = store.variable("AWS_ENDPOINT");
    let mut arguments = endpoint.map_or(Vec::new(), |endpoint| vec!["--s3", endpoint]);
    arguments.push(database.to_str().unwrap());
    arguments.extend(snapshot);
    let output = python_for(store, &arguments).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

const TOTALS: &str = "count(*) AS n, coalesce(sum(reached_queries), 0) AS reached, \
    coalesce(sum(impressions), 0) AS impressions, coalesce(sum(clicks), 0) AS clicks, \
    coalesce(sum(spend_micros), 0) AS spend_micros";

/// Our answer to one of the script's questions, in its shape: the group, then five totals.
fn ours(store: &TestStore, snapshot: Option<&str>, group: &str, from: &str) -> Vec<(String, [i64; 5])> {
    let sql =
        format!("SELECT cast({group} AS VARCHAR) AS grouped, {TOTALS} FROM {from} GROUP BY {group} ORDER BY {group}");
    let rows = match snapshot {
        Some(at) => store.sql_at(at, &sql),
        None => store.sql(&sql),
    };
    let totals =
        |row: &Value| ["n", "reached", "impressions", "clicks", "spend_micros"].map(|name| integer(&row[name]));
    rows.iter().map(|row| (row["grouped"].as_str().unwrap().to_owned(), totals(row))).collect()
}

fn theirs(answer: &Value) -> Vec<(String, [i64; 5])> {
    let row = |row: &Value| (row[0].as_str().unwrap().to_owned(), [1, 2, 3, 4, 5].map(|at| integer(&row[at])));
    answer.as_array().unwrap().iter().map(row).collect()
}

/// DuckDB and the program answer the same questions alike.
#[track_caller]
pub fn assert_same_answers(store: &TestStore, snapshot: Option<&str>) {
    let duckdb = duckdb(store, snapshot);
    let (day, billing_id) = (duckdb["day"].as_str().unwrap(), duckdb["billing_id"].as_str().unwrap());
    let same = |question: &str, group: &str, from: &str| {
        let (ours, theirs) = (ours(store, snapshot, group, from), theirs(&duckdb[question]));
        assert!(!ours.is_empty(), "{question}");
        assert_eq!(theirs, ours, "{question} at {snapshot:?}");
    };
    same("by_billing", "billing_id", "rtb_daily");
    same("by_day", "metric_date", "rtb_daily");
    same("one_day", "billing_id", &format!("rtb_daily WHERE metric_date = DATE '{day}'"));
    same("one_billing", "metric_date", &format!("rtb_daily WHERE billing_id = '{billing_id}'"));
    same(
        "joined",
        "display_name",
        "rtb_daily d JOIN pretargeting_configs c ON c.account_id = d.account_id AND c.billing_id = d.billing_id",
    );
}

fn newest_snapshot(store: &TestStore) -> String {
    store
        .sqlite()
        .query_row("SELECT max(snapshot_id) FROM ducklake_snapshot", [], |row| row.get::<_, i64>(0))
        .unwrap()
        .to_string()
}

#[test]
fn duckdb_sees_the_same_totals() {
    if !has_duckdb() {
        return peer_missing("duckdb conformance", NEEDS);
    }
    let store = TestStore::new();
    let dir = store.beside("reports");
    let reports = generated(&dir, 2_000, 3, 9);
    store.sync(&dir.join("entities"));
    reports.iter().for_each(|report| _ = store.import(report));
    assert_same_answers(&store, None);

    let older = newest_snapshot(&store);
    let restated = store.beside("restated.csv");
    write_restated(&reports[1], &restated, 100);
    assert_eq!(integer(&store.import(&restated)["rows_replaced"]), 20);
    assert_same_answers(&store, None);
    assert_same_answers(&store, Some(&older));
    assert_ne!(duckdb(&store, None)["by_billing"], duckdb(&store, Some(&older))["by_billing"], "the restatement shows");

    store.succeed(&["undo", "4"]);
    assert_same_answers(&store, None);
    assert_same_answers(&store, Some(&older));
    assert_eq!(duckdb(&store, None)["by_billing"], duckdb(&store, Some(&older))["by_billing"], "as before it");
}

#[test]
fn duckdb_sees_the_same_totals_after_merges_and_after_what_is_old_went() {
    if !has_duckdb() {
        return peer_missing("duckdb after compaction and retention", NEEDS);
    }
    let store = TestStore::new();
    let files = by_config(&store, 2_000);
    store.sync(&store.beside("reports").join("entities"));
    files.iter().for_each(|file| _ = store.import(file));
    let older = newest_snapshot(&store);
    let before = duckdb(&store, None);
    assert_eq!(integer(&compact(&store)["files_after"]), 1);
    assert_same_answers(&store, None);
    assert_same_answers(&store, Some(&older));
    assert_eq!(duckdb(&store, None)["by_billing"], before["by_billing"], "merging changes nothing");

    store.succeed(&["undo", &files.len().to_string()]);
    assert_same_answers(&store, None);
    assert_same_answers(&store, Some(&older));
    let kept = duckdb(&store, None);

    let mut command = store.command(&["lake", "retain"]);
    command.env("CATSCAN_LAKE_KEEP_SNAPSHOTS_DAYS", "0").env("CATSCAN_LAKE_GRACE_SECONDS", "0");
    assert!(command.status().unwrap().success());
    assert_same_answers(&store, None);
    assert_eq!(duckdb(&store, None)["by_billing"], kept["by_billing"], "older states went, and nothing else");
    assert_same_answers(&store, Some(&newest_snapshot(&store)));

    // Old facts go, too, and the newest ones come back with another report.
    let restated = restated();
    restated.sync(&restated.beside("reports").join("entities"));
    let mut command = restated.command(&["lake", "retain"]);
    assert!(command.envs(keeping_little()).status().unwrap().success());
    assert_same_answers(&restated, None);
    restated.import(&generated(&restated.beside("more"), 500, 2, 5)[0]);
    assert_same_answers(&restated, None);
}

#[test]
fn duckdb_reads_the_samples_with_their_nulls() {
    if !has_duckdb() {
        return peer_missing("duckdb on the samples", NEEDS);
    }
    let store = TestStore::with_samples();
    assert_same_answers(&store, None);
    assert_eq!(theirs(&duckdb(&store, None)["by_billing"])[0].1, [7, 3_320, 1_310, 14, 1_842_694]);
}

#[test]
fn duckdb_reads_every_kind() {
    if !has_duckdb() {
        return peer_missing("duckdb on every kind", NEEDS);
    }
    let expected = json!([
        ["bid_filtering", 6, 1_660],
        ["bidder", 4, 1_690],
        ["bids", 5, 2_290],
        ["funnel_geo", 6, 3_600_010],
        ["funnel_publisher", 7, 3_500_030],
        ["performance", 12, 2_271],
        ["quality", 8, 3_497],
    ]);
    assert_eq!(duckdb(&store_with_every_kind(), None)["kinds"], expected);
}
