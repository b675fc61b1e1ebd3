//! Merging files changes no answer, whoever asks and whenever it is killed; what was merged can still be undone.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::delta;
use super::import::generated;
use super::not_run::peer_missing;
use super::serve::Server;
use super::store::{TestStore, integer};

/// The reports of one day, a file a config, as some seats export them.
pub fn by_config(store: &TestStore, rows: u64) -> Vec<PathBuf> {
    let report = generated(&store.beside("reports"), rows, 1, 6).remove(0);
    let text = std::fs::read_to_string(report).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let billing = header.split(',').position(|name| name.contains("Billing ID")).unwrap();
    let mut configs: BTreeMap<&str, String> = BTreeMap::new();
    for row in rows.lines() {
        // No column before the billing id is quoted.
        let config = row.split(',').nth(billing).unwrap();
        *configs.entry(config).or_insert_with(|| format!("{header}\n")) += &format!("{row}\n");
    }
    configs
        .into_iter()
        .map(|(config, text)| {
            let path = store.beside(&format!("{config}.csv"));
            std::fs::write(&path, text).unwrap();
            path
        })
        .collect()
}

/// A store with such a day, imported config by config.
fn store() -> (TestStore, usize) {
    let store = TestStore::new();
    let files = by_config(&store, 300);
    files.iter().for_each(|file| _ = store.import(file));
    (store, files.len())
}

fn compacting(store: &TestStore, arguments: &[&str]) -> Command {
    let mut command = store.command(&[&["lake", "compact"], arguments].concat());
    command.env("CATSCAN_LAKE_COMPACT_FILES", "2");
    command
}

#[track_caller]
pub fn compact(store: &TestStore) -> Value {
    let output = compacting(store, &["--json"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn live_files(store: &TestStore) -> usize {
    store.succeed(&["lake", "files", "--json"]).lines().count()
}

#[test]
fn answers_are_the_same_before_and_after_and_what_was_merged_can_be_undone() {
    let store = TestStore::new();
    let files = by_config(&store, 300);
    let mut states = vec![store.digest()];
    for file in &files {
        store.import(file);
        states.push(store.digest());
    }
    let before = states.last().unwrap().clone();
    let at = store.number("SELECT max(snapshot_id) AS id FROM import_history").to_string();
    assert_eq!(live_files(&store), files.len());
    let planned = compacting(&store, &["--dry-run"]).output().unwrap();
    let planned = String::from_utf8(planned.stdout).unwrap();
    assert!(planned.ends_with(&format!("{} files would become 1 file\n", files.len())), "{planned}");
    assert_eq!(live_files(&store), files.len(), "a dry run changes nothing");
    let answer = compact(&store);
    assert_eq!((&answer["files_before"], &answer["files_after"]), (&json!(files.len()), &json!(1)));
    assert_eq!((live_files(&store), &store.digest()), (1, &before));
    let rows = "SELECT count(*) AS n, sum(spend_micros) AS spend FROM rtb_daily";
    assert_eq!(store.sql_at(&at, rows), store.sql(rows), "the older state has its files");

    let diff = store.succeed(&["lake", "diff", &at, "latest"]);
    let newest = answer["merged"][0]["snapshot_id"].to_string();
    let expected =
        format!("no difference between snapshots {at} and {newest}\n1 day in other files that add up to the same\n");
    assert_eq!(diff, expected);

    // The newest two are taken out of the merged file, and the rest is merged again in between.
    for batch in (files.len() - 1..=files.len()).rev() {
        store.succeed(&["undo", &batch.to_string()]);
        assert_eq!(store.digest(), states[batch - 1], "after undoing batch {batch}");
        compact(&store);
        assert_eq!((live_files(&store), &store.digest()), (1, &states[batch - 1]));
    }
    let again = store.import(&files[files.len() - 1]);
    assert_eq!(again["status"], "imported");
    store.succeed(&["lake", "verify", "--full"]);
}

#[test]
fn readers_of_delta_tables_see_the_same_totals_after_merges_and_after_what_is_old_went() {
    if !delta::has_readers() {
        return peer_missing("delta export after compaction and retention", delta::NEEDS);
    }
    let (store, files) = store();
    let table = &["rtb_daily"];
    delta::export(&store);
    compact(&store);
    let exported = &delta::export(&store)["rtb_daily"];
    assert_eq!((&exported["files_added"], &exported["files_removed"]), (&json!(1), &json!(files)));
    delta::assert_same_answers(&store, table, "after the compaction");
    store.succeed(&["undo", &files.to_string()]);
    delta::export(&store);
    let mut command = store.command(&["lake", "retain"]);
    command.env("CATSCAN_LAKE_KEEP_SNAPSHOTS_DAYS", "0").env("CATSCAN_LAKE_GRACE_SECONDS", "0");
    assert!(command.stdout(Stdio::null()).status().unwrap().success());
    delta::assert_same_answers(&store, table, "after what only older states held is removed");
    delta::export(&store);
    delta::assert_same_answers(&store, table, "after another export");
}

#[test]
fn a_difference_is_shown_by_day_and_kind_to_the_micro() {
    let (store, _) = store();
    let before = store.sql("SELECT count(*) AS n, sum(spend_micros) AS spend FROM rtb_daily").remove(0);
    let newest = store.number("SELECT max(snapshot_id) AS id FROM import_history").to_string();
    let batch = store.number("SELECT max(batch_id) AS id FROM import_history").to_string();
    store.succeed(&["undo", &batch]);
    let after = store.sql("SELECT count(*) AS n, sum(spend_micros) AS spend FROM rtb_daily").remove(0);
    let diff: Value = serde_json::from_str(&store.succeed(&["lake", "diff", &newest, "latest", "--json"])).unwrap();
    let [day] = &diff["days"].as_array().unwrap()[..] else { panic!("{diff:#}") };
    assert_eq!((&day["day"], &day["kind"]), (&json!("2026-03-24"), &json!("performance")));
    assert_eq!((&day["rows_from"], &day["rows_to"]), (&before["n"], &after["n"]));
    assert_eq!((&day["spend_micros_from"], &day["spend_micros_to"]), (&before["spend"], &after["spend"]));
    let difference = integer(&after["spend"]) - integer(&before["spend"]);
    assert_eq!(integer(&day["spend_micros_difference"]), difference);
    assert_eq!(store.succeed(&["lake", "diff", "latest", "latest"]).lines().count(), 1);
    let refused = store.run(&["lake", "diff", "0", "99"]);
    assert!(refused.code == Some(1) && refused.stderr.contains("there is no snapshot 99"), "{refused:?}");
}

#[test]
fn a_server_merges_for_the_command_and_its_questions_go_on() {
    let (store, files) = store();
    let before = store.digest();
    let server = Server::with(&store, &[("CATSCAN_LAKE_COMPACT_FILES", "2")]);
    let answer: Value = serde_json::from_str(&store.succeed(&["lake", "compact", "--json"])).unwrap();
    assert_eq!(answer["files_before"], files);
    let older = server.get("/api/analytics/configs?at=0&days=7&until=2026-03-24");
    let newest = server.get("/api/analytics/configs?days=7&until=2026-03-24");
    assert!(older.0 == 200 && newest.0 == 200 && older.1 != newest.1, "{older:?}");
    drop(server);
    assert_eq!(store.digest(), before);
    let jobs = store.succeed(&["jobs", "--json", "--account", "all"]);
    let job =
        jobs.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).find(|job| job["kind"] == "compact");
    assert_eq!(job.unwrap()["state"], "done");
}

#[test]
fn a_compaction_that_is_killed_is_done_or_not_done() {
    let points = [
        ("compact_after_stage", false),
        ("compact_after_publish", false),
        ("compact_before_commit", false),
        ("compact_after_commit", true),
    ];
    for (point, is_done) in points {
        let (store, files) = store();
        let before = store.digest();
        let mut command = compacting(&store, &[]);
        command.env("CATSCAN_KILL_AT", point).stdout(Stdio::null()).stderr(Stdio::null());
        assert_eq!(command.status().unwrap().signal(), Some(9), "{point} was not reached");
        assert_eq!((store.digest(), live_files(&store)), (before.clone(), if is_done { 1 } else { files }), "{point}");
        assert_eq!(integer(&compact(&store)["files_after"]), i64::from(!is_done), "{point}: a retry");
        assert_eq!((store.digest(), live_files(&store)), (before, 1), "{point}");
    }
}

#[test]
fn an_undo_out_of_a_merged_file_that_is_killed_is_done_or_not_done() {
    for (point, is_done) in [("after_publish", false), ("before_commit", false), ("after_commit", true)] {
        let (store, files) = store();
        compact(&store);
        let before = store.digest();
        let last = files.to_string();
        let mut command = store.command(&["undo", &last]);
        command.env("CATSCAN_KILL_AT", point).stdout(Stdio::null()).stderr(Stdio::null());
        assert_eq!(command.status().unwrap().signal(), Some(9), "{point} was not reached");
        assert_eq!(store.digest() != before, is_done, "{point}");
        assert_eq!(store.run(&["undo", &last]).code, Some(i32::from(is_done)), "{point}: a retry");
        assert_eq!(live_files(&store), files - 1, "{point}");
    }
}
