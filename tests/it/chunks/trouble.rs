//! What goes wrong between two calls: a kill, a damaged file, a body that is too large or breaks off.

use serde_json::json;

use super::{chunk, finalize, history, next_end, one_row, send, totals};
use crate::serve::Server;
use crate::store::TestStore;

#[test]
fn a_server_that_is_killed_between_two_calls_has_lost_none() {
    let store = TestStore::new();
    let mut server = Server::over(&store);
    for number in 1..=6 {
        if number % 2 == 0 {
            server.kill();
            server = Server::over(&store);
        }
        send(&server, &json!({ "rows": chunk(number, 5), "batch_id": "k" }));
    }
    assert_eq!(finalize(&server, &json!({ "batch_id": "k" }))["rows_imported"], 36);
    assert_eq!(totals(&store), (31, 30 * 10 + 21, 30 * 500_000 + 6 * 250_000));
    assert_eq!(history(&server).len(), 1);
}

#[test]
fn what_a_killed_server_held_is_imported_by_the_next_when_nothing_more_comes() {
    let store = TestStore::new();
    let mut server = Server::over(&store);
    send(&server, &json!({ "rows": chunk(1, 5) }));
    send(&server, &json!({ "rows": chunk(2, 5) }));
    server.kill();
    let server = Server::with(&store, &[("CATSCAN_IMPORT_UPLOAD_QUIET_SECONDS", "1")]);
    assert_eq!(next_end(&server, 0).0, "job_done");
    assert_eq!(totals(&store).0, 11);
}

#[test]
fn a_server_that_is_killed_while_it_imports_an_upload_has_it_imported_once_by_the_next() {
    for point in ["after_claim", "before_commit", "after_commit"] {
        let store = TestStore::new();
        let server = Server::with(&store, &[("CATSCAN_KILL_AT", point)]);
        send(&server, &json!({ "rows": chunk(1, 5), "batch_id": "k" }));
        send(&server, &json!({ "rows": chunk(2, 5), "batch_id": "k" }));
        server.post_and_lose("/performance/import/finalize", &json!({ "batch_id": "k" }));
        drop(server);
        let server = Server::over(&store);
        // The rows of the upload, whether its import was before or after the kill.
        assert_eq!(finalize(&server, &json!({ "batch_id": "k" }))["rows_imported"], 12, "{point}");
        assert_eq!(totals(&store), (11, 103, 10 * 500_000 + 2 * 250_000), "{point}");
        let complete = "SELECT count(*) AS n FROM import_history WHERE status = 'complete'";
        assert_eq!(store.number(complete), 1, "{point}");
        let spooled = std::fs::read_dir(store.data_dir().join("tmp/chunks")).unwrap();
        let left: Vec<_> = spooled.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
        assert_eq!(left, [] as [std::path::PathBuf; 0], "{point}");
    }
}

#[test]
fn rows_that_are_damaged_on_disk_are_moved_aside_with_the_reason() {
    let store = TestStore::new();
    let server = Server::over(&store);
    send(&server, &json!({ "rows": chunk(1, 5), "batch_id": "d" }));
    let chunks = store.data_dir().join("tmp/chunks");
    let upload = std::fs::read_dir(&chunks).unwrap().next().unwrap().unwrap().path();
    let file = std::fs::read_dir(&upload).unwrap().map(|entry| entry.unwrap().path());
    let file = file.into_iter().find(|path| path.extension().is_some_and(|end| end == "csv")).unwrap();
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[20] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    assert_eq!(finalize(&server, &json!({ "batch_id": "d" }))["rows_imported"], 0);
    assert_eq!(store.number("SELECT count(*) AS n FROM import_history"), 0);
    let aside = std::fs::read_dir(chunks.join("refused")).unwrap().next().unwrap().unwrap().path();
    let reason = std::fs::read_to_string(aside.join("reason.txt")).unwrap();
    assert!(reason.contains("damaged"), "{reason}");
}

#[test]
fn a_call_of_twelve_megabytes_is_taken() {
    let store = TestStore::new();
    let server = Server::over(&store);
    let row = one_row("1", 1, "0").to_string();
    let rows = vec![row.as_str(); (12 << 20) / row.len()];
    let body = format!("{{\"rows\":[{}]}}", rows.join(","));
    let (status, answer) = server.post("/performance/import/batch", "application/json", body);
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains(&format!("\"imported\":{}", rows.len())), "{answer}");
}

#[test]
fn a_body_that_does_not_fit_says_so_in_words() {
    let store = TestStore::new();
    let server = Server::over(&store);
    let post = |path: &str, body: &str| server.post(path, "application/json", body).0;
    assert_eq!(post("/performance/import/batch", "{"), 400);
    assert_eq!(post("/performance/import/batch", "{}"), 422);
    assert_eq!(post("/performance/import/batch", "{\"rows\": 5}"), 422);
    assert_eq!(post("/performance/import/finalize", "{}"), 422);
    assert_eq!(post("/performance/import", "{\"metrics\": {}}"), 422);
    assert_eq!(post("/performance/import/batch?account=nobody", "{\"rows\": []}"), 404);
    assert_eq!(send(&server, &json!({ "rows": [] }))["total_rows"], 0);
    assert_eq!(server.get("/uploads/history?limit=0").0, 422);
}
