//! Several processes on one store: one import of the same bytes, and readers that see whole states only.

use std::process::{Child, Stdio};
use std::sync::Barrier;

use serde_json::Value;

use super::import::{generated, write_restated};
use super::serve::Server;
use super::store::{TestStore, integer};

#[test]
fn the_same_file_imported_by_four_processes_at_once_is_one_import() {
    let store = TestStore::new();
    let report = generated(&store.beside("reports"), 500, 1, 2).remove(0);
    let start = || -> Child {
        let mut command = store.command(&["import", "--json", report.to_str().unwrap()]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let running: Vec<Child> = (0..4).map(|_| start()).collect();
    let answers: Vec<Value> = running
        .into_iter()
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
        })
        .collect();
    let status = |status: &str| answers.iter().filter(|answer| answer["status"] == status).count();
    assert_eq!((status("imported"), status("duplicate")), (1, 3), "{answers:#?}");
    assert!(answers.iter().all(|answer| answer["batch_id"] == answers[0]["batch_id"]), "all name the one import");
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 500);
}

#[test]
fn a_reader_beside_an_import_sees_before_or_after() {
    let store = TestStore::new();
    let report = generated(&store.beside("reports"), 3_000, 1, 2).remove(0);
    store.import(&report);
    let restated = store.beside("restated.csv");
    write_restated(&report, &restated, 1);
    let clicks = "SELECT sum(clicks) AS clicks, count(*) AS n FROM rtb_daily";
    let before = store.sql(clicks);
    let arguments = ["import", "--json", restated.to_str().unwrap()];
    let mut importing = store.command(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut seen = Vec::new();
    while importing.try_wait().unwrap().is_none() {
        seen.push(store.sql(clicks));
    }
    let after = store.sql(clicks);
    assert_eq!(integer(&after[0]["clicks"]), integer(&before[0]["clicks"]) + 3_000 * 1_000);
    assert!(seen.iter().all(|state| *state == before || *state == after), "{seen:?}");
}

#[test]
fn sixteen_clients_that_bring_the_same_bytes_at_once_make_one_import_which_all_answers_name() {
    let store = TestStore::new();
    let report = generated(&store.beside("reports"), 500, 1, 2).remove(0);
    let server = Server::over(&store);
    let bytes = std::fs::read(&report).unwrap();
    let start = Barrier::new(16);
    let by_http = || {
        start.wait();
        let (status, answer) = server.post("/api/performance/import-csv?filename=day.csv", "text/csv", &bytes);
        assert_eq!(status, 200, "{answer}");
        serde_json::from_str::<Value>(&answer).unwrap()
    };
    let by_command = || {
        start.wait();
        serde_json::from_str::<Value>(&store.succeed(&["import", "--json", report.to_str().unwrap()])).unwrap()
    };
    let answers: Vec<Value> = std::thread::scope(|scope| {
        let clients: Vec<_> =
            (0..16).map(|n| if n % 2 == 0 { scope.spawn(by_http) } else { scope.spawn(by_command) }).collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    });
    let status = |status: &str| answers.iter().filter(|answer| answer["status"] == status).count();
    assert_eq!((status("imported"), status("duplicate")), (1, 15), "{answers:#?}");
    // The number is text over HTTP.
    let batch = |answer: &Value| answer["batch_id"].to_string().trim_matches('"').to_owned();
    assert!(answers.iter().all(|answer| batch(answer) == "1"), "all name the one import: {answers:#?}");
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 500);
    assert_eq!(store.number("SELECT count(*) AS n FROM import_history"), 1);
}
