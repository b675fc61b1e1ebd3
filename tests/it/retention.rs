//! What is older than it is kept goes, and says so before; killed at any point, the rest goes with the next run.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use catscan::model::{Clock, Day};
use serde_json::{Value, json};

use super::import::{generated, write_restated};
use super::serve::Server;
use super::store::{TestStore, integer};

/// Two days, the second of them restated.
pub fn restated() -> TestStore {
    let store = TestStore::new();
    let reports = generated(&store.beside("reports"), 300, 2, 4);
    reports.iter().for_each(|report| _ = store.import(report));
    let restated = store.beside("restated.csv");
    write_restated(reports.iter().max().unwrap(), &restated, 10);
    store.import(&restated);
    store
}

/// Facts from the last day of the reports on, no earlier state, no grace.
pub fn keeping_little() -> Vec<(&'static str, String)> {
    let last = Day::from_ymd(2026, 3, 24).unwrap();
    let days = Clock::system().today().date() - last.date();
    vec![
        ("CATSCAN_LAKE_KEEP_FACTS_DAYS", days.num_days().to_string()),
        ("CATSCAN_LAKE_KEEP_SNAPSHOTS_DAYS", "0".to_owned()),
        ("CATSCAN_LAKE_GRACE_SECONDS", "0".to_owned()),
    ]
}

pub fn retain(store: &TestStore, arguments: &[&str], settings: &[(&str, String)]) -> Value {
    let mut command = store.command(&[&["lake", "retain", "--json"], arguments].concat());
    let output = command.envs(settings.iter().map(|(name, value)| (name, value))).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn files_on_disk(store: &TestStore) -> usize {
    let mut waiting = vec![store.data_dir().join("lake")];
    let mut files = 0;
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => waiting.push(entry.path()),
                false => files += usize::from(entry.path().extension().is_some_and(|end| end == "parquet")),
            }
        }
    }
    files
}

#[test]
fn a_dry_run_says_what_goes_and_nothing_goes_unless_it_is_set() {
    let store = restated();
    let (digest, files) = (store.digest(), files_on_disk(&store));
    let nothing = retain(&store, &[], &[]);
    assert_eq!((&nothing["facts"]["before"], &nothing["snapshots"]["snapshots"]), (&json!(null), &json!(0)));
    let words = store.succeed(&["lake", "retain", "--dry-run"]);
    assert!(words.starts_with("facts      all are kept"), "{words}");

    let planned = retain(&store, &["--dry-run"], &keeping_little());
    assert_eq!((store.digest(), files_on_disk(&store)), (digest, files), "a dry run changes nothing");
    assert_eq!(planned["facts"]["partitions"][0]["day"], "2026-03-23");
    assert_eq!((integer(&planned["facts"]["rows"]), integer(&planned["snapshots"]["snapshots"])), (300, 3));
    let done = retain(&store, &[], &keeping_little());
    assert_eq!(done["facts"]["partitions"], planned["facts"]["partitions"]);
    // The state in which the old facts ended is one more, and the state before it can go now.
    assert_eq!(integer(&done["snapshots"]["snapshots"]), 4);
    assert_eq!((integer(&done["files"]["expired"]), files_on_disk(&store)), (2, 1));
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 300);
    let refused = store.run(&["sql", "--at", "1", "SELECT count(*) FROM rtb_daily"]);
    assert!(refused.code == Some(1) && refused.stderr.contains("this store holds snapshots 4 to 4"), "{refused:?}");
    let undo = store.run(&["undo", "3"]);
    assert!(undo.code == Some(1) && undo.stderr.contains("too old to be undone"), "{undo:?}");
    assert!(undo.stderr.contains("import the right file again"), "{undo:?}");
    let shown: Value = serde_json::from_str(&store.succeed(&["imports", "show", "3", "--json"])).unwrap();
    assert_eq!((&shown["changes"], &shown["changes_forgotten"]), (&json!([]), &json!(true)));
    store.succeed(&["lake", "verify", "--full"]);

    let server = Server::over(&store);
    let older = server.get("/api/analytics/configs?at=3");
    let asked = json!({ "sql": "SELECT count(*) FROM rtb_daily", "at": 3 }).to_string();
    let (status, text) = server.post("/api/sql", "application/json", &asked);
    assert_eq!((older.0, status), (404, 404), "{older:?} {text}");
    assert!(text.contains("this store holds snapshots 4 to 4"), "{text}");
    assert_eq!(server.get("/api/analytics/configs?at=4").0, 200);
}

#[test]
fn days_that_were_taken_out_because_of_their_age_stand_before_an_undo() {
    let store = TestStore::new();
    let reports = generated(&store.beside("reports"), 300, 2, 4);
    let both = store.beside("both.csv");
    let texts: Vec<String> = reports.iter().map(|report| std::fs::read_to_string(report).unwrap()).collect();
    let rows: Vec<&str> = texts[1].lines().skip(1).collect();
    std::fs::write(&both, texts[0].clone() + &rows.join("\n") + "\n").unwrap();
    store.import(&both);
    let (facts, _) = keeping_little().split_first().map(|(facts, rest)| (facts.clone(), rest.len())).unwrap();
    retain(&store, &[], &[facts]);
    let undo = store.run(&["undo", "1"]);
    assert!(undo.code == Some(1) && undo.stderr.contains("its rows of 2026-03-23 were taken out"), "{undo:?}");
}

#[test]
fn a_retention_that_is_killed_is_finished_by_the_next() {
    let points = [
        ("retain_before_facts_commit", false),
        ("retain_after_facts", true),
        ("retain_before_expiry_commit", true),
        ("retain_after_expiry", true),
        ("sweep_between_removals", true),
    ];
    for (point, is_out) in points {
        let store = restated();
        let mut command = store.command(&["lake", "retain"]);
        command.envs(keeping_little()).env("CATSCAN_KILL_AT", point).stdout(Stdio::null()).stderr(Stdio::null());
        assert_eq!(command.status().unwrap().signal(), Some(9), "{point} was not reached");
        let rows = store.number("SELECT count(*) AS n FROM rtb_daily");
        assert_eq!(rows, if is_out { 300 } else { 600 }, "{point}");
        let done = retain(&store, &[], &keeping_little());
        assert_eq!(integer(&done["facts"]["rows"]), if is_out { 0 } else { 300 }, "{point}");
        assert_eq!((store.number("SELECT count(*) AS n FROM rtb_daily"), files_on_disk(&store)), (300, 1), "{point}");
        let waiting: i64 = store
            .sqlite()
            .query_row("SELECT count(*) FROM ducklake_files_scheduled_for_deletion", [], |row| row.get(0))
            .unwrap();
        assert_eq!(waiting, 0, "{point}");
    }
}
