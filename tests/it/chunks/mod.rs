//! Reports that come as rows in several calls: one import, each row once, whatever is repeated, mixed or killed.

mod contract;
mod trouble;

use serde_json::{Value, json};

use super::jobs::Watcher;
use super::serve::Server;
use super::store::TestStore;
use contract::{assert_batch, assert_finalize, assert_history, assert_stream};

/// Rows that no other number of a chunk has, and one whose key all chunks share.
fn chunk(number: u64, rows: u64) -> Vec<Value> {
    let mut chunk: Vec<Value> = (0..rows).map(|row| one_row(&format!("c{number}-{row}"), 10, "0.50")).collect();
    chunk.push(one_row("shared", number, "0.25"));
    chunk
}

fn one_row(creative: &str, impressions: u64, spend: &str) -> Value {
    json!({
        "creative_id": creative, "date": "2026-02-01", "impressions": impressions, "clicks": 0, "spend": spend,
        "geography": "INDIA", "device_type": "MOBILE", "billing_id": "157"
    })
}

fn send(server: &Server, body: &Value) -> Value {
    let (status, answer) = server.post("/performance/import/batch", "application/json", body.to_string());
    assert_eq!(status, 200, "{answer}");
    let answer = serde_json::from_str(&answer).unwrap();
    assert_batch(&answer);
    answer
}

fn finalize(server: &Server, body: &Value) -> Value {
    let (status, answer) = server.post("/performance/import/finalize", "application/json", body.to_string());
    assert_eq!(status, 200, "{answer}");
    let answer = serde_json::from_str(&answer).unwrap();
    assert_finalize(&answer);
    answer
}

fn history(server: &Server) -> Vec<Value> {
    let (status, answer) = server.get("/uploads/history?limit=10");
    assert_eq!(status, 200, "{answer:#}");
    let lines = answer.as_array().unwrap().clone();
    lines.iter().for_each(assert_history);
    lines
}

/// Rows, impressions and spend of all that is there.
fn totals(store: &TestStore) -> (i64, i64, i64) {
    let sum =
        |what: &str| store.number(&format!("SELECT coalesce({what}, 0) AS n FROM rtb_daily WHERE report = 'bidder'"));
    (sum("count(*)"), sum("sum(impressions)"), sum("sum(spend_micros)"))
}

/// Waits for the end of the next job after that event; gives the event.
fn next_end(server: &Server, after: i64) -> (String, Value) {
    let mut watcher = Watcher::of(server, &format!("/api/jobs/events?after={after}"), None);
    loop {
        let (_, name, data) = watcher.next().unwrap();
        if ["job_done", "job_failed"].contains(&name.as_str()) {
            return (name, data);
        }
    }
}

#[test]
fn twenty_five_chunks_and_an_end_are_one_import_in_which_equal_keys_are_added_up() {
    let store = TestStore::new();
    let server = Server::over(&store);
    for number in 1..=25 {
        let answer = send(&server, &json!({ "rows": chunk(number, 40), "batch_id": "b1", "filename": "big.csv" }));
        assert_eq!(
            (&answer["total_rows"], &answer["imported"], &answer["errors"]),
            (&json!(41), &json!(41), &json!([]))
        );
        assert_eq!(answer["date_range"], json!({ "start": "2026-02-01", "end": "2026-02-01" }));
        assert_eq!(answer["total_spend"], json!(20.25));
    }
    assert_eq!(store.number("SELECT count(*) AS n FROM import_history"), 0, "nothing is imported before the end");
    let end = json!({ "batch_id": "b1", "filename": "big.csv", "rows_read": 1025 });
    let first = finalize(&server, &end);
    assert_eq!(first["rows_imported"], json!(1025), "{first:#}");
    // 1,000 rows of their own, and one to which each chunk added.
    assert_eq!(totals(&store), (1001, 10_000 + (1..=25).sum::<i64>(), 1000 * 500_000 + 25 * 250_000));
    let again = finalize(&server, &end);
    assert_eq!(again, first, "a second end answers the same");
    let lines = history(&server);
    assert_eq!(lines.len(), 1, "{lines:#?}");
    assert_eq!((&lines[0]["filename"], &lines[0]["status"]), (&json!("big.csv"), &json!("complete")));
    assert_eq!((&lines[0]["rows_read"], &lines[0]["rows_imported"]), (&json!(1025), &json!(1025)));
    assert_eq!(lines[0]["billing_ids_found"], json!(["157"]));
    let (_, jobs) = server.get("/api/jobs");
    assert_eq!(
        (&jobs["jobs"][0]["asked_by"], &jobs["jobs"][0]["upload"]),
        (&json!("chunks"), &json!("b1")),
        "{jobs:#}"
    );
}

#[test]
fn rows_that_differ_in_app_size_or_billing_id_are_kept_apart() {
    let store = TestStore::new();
    let server = Server::over(&store);
    let row = |app: &str, size: &str, billing: &str| {
        let mut row = one_row("1", 5, "1");
        row["app_id"] = json!(app);
        row["creative_size"] = json!(size);
        row["billing_id"] = json!(billing);
        row
    };
    let rows = [row("a", "300x250", "1"), row("b", "300x250", "1"), row("a", "320x50", "1"), row("a", "300x250", "2")];
    send(&server, &json!({ "rows": rows, "batch_id": "x", "is_final": true }));
    assert_eq!(totals(&store), (4, 20, 4_000_000));
}

#[test]
fn the_dashboard_names_its_upload_only_at_the_end() {
    let store = TestStore::new();
    let server = Server::over(&store);
    for number in 1..=3 {
        send(&server, &json!({ "rows": chunk(number, 5) }));
    }
    let end = json!({ "batch_id": "made-in-the-browser", "filename": "november.csv", "rows_read": 18 });
    assert_eq!(finalize(&server, &end)["rows_imported"], 18);
    assert_eq!(finalize(&server, &end)["rows_imported"], 18);
    assert_eq!((totals(&store).0, history(&server).len()), (16, 1));
    assert_eq!(history(&server)[0]["filename"], "november.csv");
    assert_eq!(finalize(&server, &json!({ "batch_id": "of nothing" }))["rows_imported"], 0);
}

#[test]
fn an_upload_without_an_end_is_imported_when_nothing_more_comes() {
    let store = TestStore::new();
    let server = Server::with(&store, &[("CATSCAN_IMPORT_UPLOAD_QUIET_SECONDS", "1")]);
    send(&server, &json!({ "rows": chunk(1, 5) }));
    send(&server, &json!({ "rows": chunk(2, 5) }));
    let (name, job) = next_end(&server, 0);
    assert_eq!((name.as_str(), &job["what"]), ("job_done", &json!("rows uploaded in parts")));
    assert_eq!(totals(&store).0, 11);
    assert_eq!(finalize(&server, &json!({ "batch_id": "late" }))["rows_imported"], 12, "the end comes late");
    assert_eq!(finalize(&server, &json!({ "batch_id": "late" }))["rows_imported"], 12);
    assert_eq!(history(&server).len(), 1);
}

#[test]
fn two_uploads_at_a_time_do_not_mix() {
    let store = TestStore::new();
    let server = Server::over(&store);
    for number in 1..=4 {
        for name in ["a", "b"] {
            let rows: Vec<_> = (0..number).map(|row| one_row(&format!("{name}{number}{row}"), 1, "1")).collect();
            send(&server, &json!({ "rows": rows, "batch_id": name }));
        }
    }
    assert_eq!(finalize(&server, &json!({ "batch_id": "a", "filename": "a.csv" }))["rows_imported"], 10);
    assert_eq!(totals(&store).0, 10, "the other is still open");
    assert_eq!(finalize(&server, &json!({ "batch_id": "b", "filename": "b.csv" }))["rows_imported"], 10);
    let names: Vec<_> = history(&server).iter().map(|line| line["filename"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["b.csv", "a.csv"]);
}

#[test]
fn a_call_that_is_repeated_counts_once_also_when_it_comes_late() {
    let store = TestStore::new();
    let server = Server::over(&store);
    let calls: Vec<Value> = (1..=3).map(|number| json!({ "rows": chunk(number, 5), "batch_id": "r" })).collect();
    let first = send(&server, &calls[0]);
    assert_eq!(send(&server, &calls[0]), first, "a retry is answered as the first time");
    send(&server, &calls[1]);
    send(&server, &calls[2]);
    let end = json!({ "batch_id": "r", "filename": "r.csv" });
    let ended = finalize(&server, &end);
    let expected = (16, 15 * 10 + 6, 15 * 500_000 + 3 * 250_000);
    assert_eq!(totals(&store), expected);
    // One of three again, after the end: alone it would bring the shared row down to its own part.
    send(&server, &calls[1]);
    assert_eq!(finalize(&server, &end), ended);
    assert_eq!((totals(&store), history(&server).len()), (expected, 1));
    // All of them again are the same bytes, which are live.
    calls.iter().for_each(|call| _ = send(&server, call));
    assert_eq!(finalize(&server, &end)["rows_imported"], ended["rows_imported"]);
    assert_eq!((totals(&store), history(&server).len()), (expected, 1));
}

#[test]
fn bad_rows_are_skipped_and_named_and_the_history_counts_them() {
    let store = TestStore::new();
    let server = Server::over(&store);
    let bad_date = json!({ "creative_id": "1", "date": "2026-02-31", "impressions": 1, "spend": 1 });
    let no_creative = json!({ "creative_id": "", "date": "2026-02-01", "impressions": 1, "spend": 1 });
    let answer =
        send(&server, &json!({ "rows": [one_row("1", 1, "$1,000.50"), bad_date, null, no_creative], "batch_id": "x" }));
    assert_eq!(
        (&answer["imported"], &answer["skipped"], &answer["total_spend"]),
        (&json!(1), &json!(3), &json!(1000.5))
    );
    let mut named: Vec<_> = answer["errors"].as_array().unwrap().clone();
    named.sort_by_key(|error| error["row"].as_i64());
    assert_eq!(named[0], json!({ "row": 2, "field": "date", "error": "bad_date", "value": "2026-02-31" }));
    assert_eq!(named[1]["field"], "row");
    assert_eq!(
        (&named[2]["row"], &named[2]["field"], &named[2]["error"]),
        (&json!(4), &json!("creative_id"), &json!("no_creative_id"))
    );
    finalize(&server, &json!({ "batch_id": "x" }));
    let line = &history(&server)[0];
    assert_eq!((&line["rows_read"], &line["rows_imported"], &line["rows_skipped"]), (&json!(4), &json!(1), &json!(3)));
    assert_eq!(totals(&store), (1, 1, 1_000_500_000));
}

#[test]
fn an_upload_of_bad_rows_alone_is_refused_with_the_reason() {
    let store = TestStore::new();
    let server = Server::over(&store);
    let bad = json!({ "creative_id": "1", "date": "yesterday", "impressions": 1 });
    let answer = send(&server, &json!({ "rows": [bad], "batch_id": "x", "is_final": true }));
    assert_eq!(answer["imported"], 0);
    assert_eq!(answer["errors"].as_array().unwrap().len(), 2, "the row, and the upload: {answer:#}");
    let line = &history(&server)[0];
    assert_eq!(line["status"], "failed");
    assert!(line["error_message"].as_str().unwrap().contains("cannot be read"), "{line:#}");
}

#[test]
fn lines_of_json_are_one_import_and_every_line_counts() {
    let store = TestStore::new();
    let server = Server::over(&store);
    // The same row on each line: parts of one, not repeats.
    let mut body = format!("{}\n", one_row("1", 2, "0.1")).repeat(15_000);
    body.push_str("not json\n{\"creative_id\": \"1\"}");
    let (status, answer) = server.post("/performance/import/stream", "application/x-ndjson", body);
    assert_eq!(status, 200, "{answer}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_stream(&answer);
    assert_eq!(
        (&answer["total_rows"], &answer["imported"], &answer["skipped"]),
        (&json!(15_002), &json!(15_000), &json!(2))
    );
    assert_eq!(answer["errors"].as_array().unwrap().len(), 2);
    assert!(answer["errors"][1].as_str().unwrap().starts_with("row 15002, date"), "{answer:#}");
    assert_eq!(totals(&store), (1, 30_000, 1_500_000_000));
    assert_eq!(history(&server).len(), 1);
}

#[test]
fn figures_take_the_place_of_those_that_were_there_whenever_they_come() {
    let store = TestStore::new();
    let server = Server::over(&store);
    let put = |impressions: u64| {
        let metric = json!({ "creative_id": "1", "metric_date": "2026-02-01", "impressions": impressions, "spend_micros": 54_694 });
        let other = json!({ "creative_id": "1", "metric_date": "2026-02-01", "geography": "US" });
        let body = json!({ "metrics": [metric, other] });
        let (status, answer) = server.post("/api/performance/import", "application/json", body.to_string());
        assert_eq!(status, 200, "{answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!((&answer["status"], &answer["records_imported"]), (&json!("completed"), &json!(2)), "{answer:#}");
        totals(&store)
    };
    assert_eq!(put(5), (2, 5, 54_694));
    assert_eq!(put(7), (2, 7, 54_694));
    assert_eq!(put(5), (2, 5, 54_694), "what was said once can be said again");
    let bad = json!({ "metrics": [{ "creative_id": "1", "metric_date": "2026-02-01" }, { "creative_id": "1", "metric_date": "x" }] });
    let (status, answer) = server.post("/api/performance/import", "application/json", bad.to_string());
    assert!(status == 422 && answer.contains("number 2, date"), "{status}: {answer}");
}
