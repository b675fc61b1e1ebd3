//! Taking imports back: by command, by a command that hands over to a server, over HTTP, and killed on the way.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use serde_json::{Value, json};

use super::serve::Server;
use super::store::{TestStore, integer, repository};

fn restated() -> TestStore {
    let store = TestStore::with_samples();
    store.import(&repository("data/samples/performance-restated.csv"));
    store
}

#[test]
fn undo_brings_the_old_numbers_back_and_time_travel_keeps_both() {
    let store = TestStore::with_samples();
    let before = store.digest();
    store.import(&repository("data/samples/performance-restated.csv"));
    let spend = "SELECT sum(spend_micros) AS spend FROM rtb_daily";
    let at = store.number("SELECT max(snapshot_id) AS id FROM import_history").to_string();
    let refused = store.run(&["undo", "1"]);
    assert_eq!(refused.code, Some(1), "{refused:#?}");
    assert!(refused.stderr.contains("undo batch 2 first"), "{refused:#?}");
    let answer: Value = serde_json::from_str(&store.succeed(&["undo", "2", "--json"])).unwrap();
    assert_eq!(answer["batch_id"], 2);
    assert_eq!(store.digest(), before);
    assert_eq!(store.number(spend), 1_236_747_697);
    assert_eq!(store.sql_at(&at, spend), [json!({"spend": 1_236_909_697})]);
    let again = store.import(&repository("data/samples/performance-restated.csv"));
    assert_eq!((&again["status"], &again["batch_id"]), (&json!("imported"), &json!(3)));
    let refused = store.run(&["undo", "2"]);
    assert!(refused.code == Some(1) && refused.stderr.contains("undone already"), "{refused:#?}");
}

#[test]
fn imports_are_listed_shown_and_laid_out_by_day() {
    let store = restated();
    let listed = store.succeed(&["imports", "--json", "--kind", "performance", "--limit", "1"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((integer(&listed["batch_id"]), integer(&listed["rows_read"])), (2, 3));
    assert_eq!(store.succeed(&["imports", "--status", "failed"]), "no imports\n");
    let shown: Value = serde_json::from_str(&store.succeed(&["imports", "show", "2", "--json"])).unwrap();
    assert_eq!(shown["status"], "complete");
    assert!(integer(&shown["changes"][0]["rows_before"]) > 0, "{shown:#}");
    let grid = store.succeed(&["imports", "grid", "--until", "2026-02-27", "--days", "3"]);
    let lines: Vec<&str> = grid.lines().collect();
    assert!(lines[1].trim_start().starts_with("2026-02-27") && lines[1].ends_with("missing"), "{grid}");
    assert!(lines[2].trim_start().starts_with("2026-02-26") && !lines[2].contains("missing"), "{grid}");
}

#[test]
fn a_server_lists_shows_and_undoes_and_commands_hand_it_their_undo() {
    let store = restated();
    let server = Server::over(&store);
    let (status, answer) = server.get("/api/imports?status=complete");
    assert_eq!((status, answer["rows"].as_array().unwrap().len()), (200, 2), "{answer:#}");
    assert_eq!(server.get("/api/imports/2").1["kind"], "performance");
    assert_eq!(server.get("/api/imports/9").0, 404);
    assert_eq!(server.get("/api/imports/nine").0, 422);
    let (status, answer) = server.post("/api/imports/1/undo", "application/json", "");
    assert!(status == 409 && answer.contains("not_newest"), "{status}: {answer}");
    let (status, answer) = server.post("/api/imports/2/undo", "application/json", "");
    assert_eq!(status, 200, "{answer}");
    store.succeed(&["undo", "1"]);
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 0);
}

#[test]
fn an_undo_that_is_killed_is_done_or_not_done() {
    for (point, is_done) in [("after_publish", false), ("before_commit", false), ("after_commit", true)] {
        let store = restated();
        let before = store.digest();
        let mut command = store.command(&["undo", "2"]);
        command.env("CATSCAN_KILL_AT", point).stdout(Stdio::null()).stderr(Stdio::null());
        assert_eq!(command.status().unwrap().signal(), Some(9), "{point} was not reached");
        assert_eq!(store.digest() != before, is_done, "{point}");
        assert_eq!(store.run(&["undo", "2"]).code, Some(i32::from(is_done)), "{point}: a retry");
        assert_eq!(store.number("SELECT sum(spend_micros) AS spend FROM rtb_daily"), 1_236_747_697, "{point}");
    }
}
