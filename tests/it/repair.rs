//! A damaged store says what is wrong with it, is healed where the same bytes are somewhere, and is otherwise brought to
//! where the reports can be imported again.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::store::{Ran, TestStore, repository};

fn answer(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"))
}

/// The live files, as paths.
fn files(store: &TestStore) -> Vec<PathBuf> {
    let printed = store.succeed(&["lake", "files", "--json"]);
    let lines = printed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.map(|file| store.data_dir().join("lake").join(file["path"].as_str().unwrap())).collect()
}

fn flip(path: &PathBuf) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

const EVERYTHING: &str = "SELECT metric_date, report, count(*) AS n, sum(reached_queries) AS r, sum(impressions) AS i, \
    sum(spend_micros) AS s FROM rtb_daily GROUP BY 1, 2 ORDER BY 1, 2";

#[test]
fn verification_tells_findings_and_ends_with_code_1() {
    let store = TestStore::with_samples();
    let sound = store.run(&["lake", "verify", "--full", "--json"]);
    assert_eq!((sound.code, &answer(&sound)["findings"]), (Some(0), &json!(0)), "{sound:#?}");
    assert!(answer(&sound)["checks"].as_array().unwrap().iter().all(|check| check["outcome"] == "ok"), "{sound:#?}");
    assert!(store.succeed(&["lake", "verify"]).contains("only with --full"));

    flip(&files(&store)[0]);
    assert_eq!(store.run(&["lake", "verify"]).code, Some(0), "the length is the same");
    let found = store.run(&["lake", "verify", "--full", "--json"]);
    assert_eq!(found.code, Some(1), "{found:#?}");
    let checks = answer(&found)["checks"].clone();
    let bytes = checks.as_array().unwrap().iter().find(|check| check["name"] == "file_bytes").unwrap().clone();
    assert_eq!(bytes["outcome"], "findings");
    assert!(found.stderr.contains("file_bytes"), "{found:#?}");
    // What was found is kept with the job.
    let jobs = store.succeed(&["jobs", "--json", "--account", "all"]);
    let job: Value = serde_json::from_str(jobs.lines().next().unwrap()).unwrap();
    assert_eq!((&job["kind"], &job["state"]), (&json!("verify_full"), &json!("failed")), "{job}");
}

#[test]
fn a_row_of_an_import_that_is_not_complete_is_a_finding() {
    let store = TestStore::with_samples();
    let database = rusqlite::Connection::open(store.data_dir().join("catscan.db")).unwrap();
    database.execute("UPDATE import_history SET status = 'failed'", []).unwrap();
    drop(database);
    let found = store.run(&["lake", "verify", "--full"]);
    assert_eq!(found.code, Some(1), "{found:#?}");
    assert!(found.stdout.contains("NOT OK  rows_have_a_complete_import"), "{found:#?}");
}

#[test]
fn a_damaged_file_is_healed_from_a_copy_after_it_was_said_what_would_be_done() {
    let store = TestStore::with_samples();
    assert_eq!(store.succeed(&["lake", "repair"]), "every file is as it was written: nothing to repair\n");
    let truth = store.sql(EVERYTHING);
    let copy = store.beside("backup");
    let lake = store.data_dir().join("lake");
    let damaged = &files(&store)[0];
    let kept = copy.join("files").join(damaged.strip_prefix(&lake).unwrap());
    fs::create_dir_all(kept.parent().unwrap()).unwrap();
    fs::copy(damaged, &kept).unwrap();
    flip(damaged);
    let bad = fs::read(damaged).unwrap();

    let from = copy.to_str().unwrap();
    let dry = store.run(&["lake", "repair", "--from", from]);
    assert_eq!(dry.code, Some(1), "{dry:#?}");
    assert!(dry.stdout.starts_with("can be healed") && dry.stderr.contains("--yes"), "{dry:#?}");
    assert_eq!(fs::read(damaged).unwrap(), bad, "nothing was changed");

    let done = store.run(&["lake", "repair", "--from", from, "--yes"]);
    assert_eq!(done.code, Some(0), "{done:#?}");
    assert_eq!(store.sql(EVERYTHING), truth);
    assert_eq!(store.run(&["lake", "verify", "--full"]).code, Some(0));
}

#[test]
fn what_nothing_heals_is_named_and_given_up_only_when_asked_and_its_report_is_imported_again() {
    let store = TestStore::with_samples();
    let other = repository("data/samples/bids.csv");
    store.import(&other);
    let truth = store.sql(EVERYTHING);
    let lost = files(&store).into_iter().find(|path| path.to_str().unwrap().contains("report=performance")).unwrap();
    flip(&lost);

    let named = store.run(&["lake", "repair", "--yes"]);
    assert_eq!(named.code, Some(1), "{named:#?}");
    assert!(
        named.stdout.contains("performance.csv (batch 1)") && named.stderr.contains("--drop-damaged"),
        "{named:#?}"
    );
    assert!(store.run(&["sql", EVERYTHING]).stderr.contains("is damaged"), "still an error, not another number");
    let report = repository("data/samples/performance.csv");
    assert_eq!(store.import(&report)["status"], "duplicate", "its import is still live");

    let dropped = store.run(&["lake", "repair", "--drop-damaged", "--yes", "--json"]);
    assert_eq!(dropped.code, Some(0), "{dropped:#?}");
    let file = &answer(&dropped)["lost"][0];
    assert_eq!((&file["dropped"], &file["imports"][0]["file"]), (&json!(true), &json!("performance.csv")));
    assert!(!lost.exists() && store.data_dir().join("lake/_damaged").is_dir());
    assert!(store.sql(EVERYTHING).len() < truth.len(), "the other days and kinds answer again");
    let snapshots = store.succeed(&["lake", "snapshots", "--limit", "1"]);
    assert!(snapshots.contains("catscan repair"), "{snapshots}");

    store.import(&report);
    assert_eq!(store.sql(EVERYTHING), truth);
    let live = store.run(&["lake", "verify", "--full", "--json"]);
    let checks = answer(&live)["checks"].clone();
    let wrong: Vec<&Value> = checks
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["outcome"] == "findings")
        .map(|check| &check["name"])
        .collect();
    assert_eq!(wrong, ["file_lengths"], "only the older states lack the file");
}

#[test]
fn a_lake_without_its_marker_is_marked_again() {
    let store = TestStore::with_samples();
    let marker = store.data_dir().join("lake/_catscan_store");
    let good = fs::read(&marker).unwrap();
    fs::remove_file(&marker).unwrap();
    assert_eq!(store.run(&["sql", EVERYTHING]).code, Some(1));
    let dry = store.run(&["lake", "repair"]);
    assert!(dry.code == Some(1) && dry.stderr.contains("--yes") && !marker.exists(), "{dry:#?}");
    let done = store.run(&["lake", "repair", "--yes"]);
    assert!(done.code == Some(0) && done.stderr.contains("carries its mark again"), "{done:#?}");
    assert_eq!(fs::read(&marker).unwrap(), good);
    store.sql(EVERYTHING);
}

#[test]
fn a_source_that_is_not_there_is_said() {
    let store = TestStore::with_samples();
    let ran = store.run(&["lake", "repair", "--from", "/no/such/backup"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("/no/such/backup"), "{ran:#?}");
}
