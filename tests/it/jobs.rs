//! Every import is a job: from the moment it is asked for until it is done or failed, for whoever looks or watches.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use super::serve::Server;
use super::store::{TestStore, repository};

/// The jobs as `catscan jobs --json` prints them, newest first.
fn jobs(store: &TestStore, arguments: &[&str]) -> Vec<Value> {
    let printed = store.succeed(&[&["jobs", "--json"], arguments].concat());
    printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn stages(job: &Value) -> Vec<&str> {
    job["stages"].as_array().unwrap().iter().map(|stage| stage["name"].as_str().unwrap()).collect()
}

fn show(store: &TestStore, job: &Value) -> Value {
    serde_json::from_str(&store.succeed(&["jobs", "show", "--json", &job["job_id"].to_string()])).unwrap()
}

#[test]
fn an_import_leaves_a_job_with_its_stages_and_its_batch() {
    let store = TestStore::new();
    let report = repository("data/samples/performance.csv");
    let answer = store.import(&report);
    let jobs = jobs(&store, &[]);
    assert_eq!(jobs.len(), 1);
    let job = &jobs[0];
    assert_eq!(
        (&job["state"], &job["what"], &job["asked_by"]),
        (&json!("done"), &json!("performance.csv"), &json!("command"))
    );
    assert_eq!(job["batch_id"], answer["batch_id"]);
    let size = std::fs::metadata(&report).unwrap().len();
    assert_eq!((&job["bytes_done"], &job["bytes_total"]), (&json!(size), &json!(size)));
    let shown = show(&store, job);
    assert_eq!(stages(&shown), ["reading", "writing", "committing"]);
    assert!(shown["stages"].as_array().unwrap().iter().all(|stage| stage["finished_at"].is_string()), "{shown:#}");
    let page = store.succeed(&["jobs", "show", &job["job_id"].to_string()]);
    assert!(page.contains("performance.csv, done") && page.contains("committing"), "{page}");
}

#[test]
fn a_refused_file_is_a_failed_job_that_says_why_and_the_next_is_not_held_up() {
    let store = TestStore::new();
    let bad = store.beside("notes.csv");
    std::fs::write(&bad, "name,email\na,b\n").unwrap();
    let good = repository("data/samples/performance.csv");
    assert_eq!(store.run(&["import", bad.to_str().unwrap(), good.to_str().unwrap()]).code, Some(1));
    let all = jobs(&store, &[]);
    let states: Vec<_> =
        all.iter().map(|job| (job["what"].as_str().unwrap(), job["state"].as_str().unwrap())).collect();
    assert_eq!(states, [("performance.csv", "done"), ("notes.csv", "failed")], "newest first");
    assert!(all[1]["error"].as_str().unwrap().contains("email"), "{:#}", all[1]);
    assert_eq!(stages(&show(&store, &all[1])), ["reading"]);
    let failed = jobs(&store, &["--state", "failed"]);
    assert_eq!(failed, [all[1].clone()]);
    let older = jobs(&store, &["--before", &all[0]["job_id"].to_string()]);
    assert_eq!(older, [all[1].clone()], "the next page");
}

#[test]
fn a_dry_run_leaves_no_job() {
    let store = TestStore::new();
    store.succeed(&["import", "--dry-run", repository("data/samples/performance.csv").to_str().unwrap()]);
    assert_eq!(jobs(&store, &[]), [] as [Value; 0]);
}

#[test]
fn a_job_whose_process_died_has_failed_once_the_store_is_opened_again() {
    let store = TestStore::new();
    let report = repository("data/samples/performance.csv");
    let mut killed = store.command(&["import", report.to_str().unwrap()]);
    let status = killed.env("CATSCAN_KILL_AT", "before_commit").stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert_eq!(status.unwrap().code(), None, "killed");
    let before = jobs(&store, &[]);
    assert!(["queued", "running"].contains(&before[0]["state"].as_str().unwrap()), "{before:#?}");
    store.import(&report);
    let after = jobs(&store, &[]);
    let states: Vec<_> = after.iter().map(|job| job["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["done", "failed"]);
    assert!(after[1]["error"].as_str().unwrap().contains("process ended"), "{:#}", after[1]);
    assert!(after[1]["finished_at"].is_string());
}

#[test]
fn what_was_handed_to_a_server_or_uploaded_to_it_is_listed_with_who_asked() {
    let store = TestStore::new();
    let server = Server::over(&store);
    store.import(&repository("data/samples/performance.csv"));
    let quality = std::fs::read(repository("data/samples/quality.csv")).unwrap();
    assert_eq!(server.post("/api/performance/import-csv?filename=q.csv", "text/csv", &quality).0, 200);
    let (status, page) = server.get("/api/jobs?limit=1");
    assert_eq!(
        (status, &page["jobs"][0]["what"], &page["jobs"][0]["asked_by"]),
        (200, &json!("q.csv"), &json!("upload"))
    );
    let (_, page) = server.get(&format!("/api/jobs?limit=1&before={}", page["next"]));
    assert_eq!((&page["jobs"][0]["asked_by"], &page["next"]), (&json!("command"), &Value::Null), "{page:#}");
    let job = &page["jobs"][0]["job_id"];
    assert_eq!(stages(&server.get(&format!("/api/jobs/{job}")).1), ["reading", "writing", "committing"]);
    assert_eq!(server.get("/api/jobs/999").0, 404);
    assert_eq!(server.get("/api/jobs?state=lost").0, 422);
    assert_eq!(server.get("/api/jobs?limit=0").0, 422);
    assert_eq!(server.get("/api/jobs?account=nobody").0, 404);
    assert_eq!(server.get("/api/jobs?state=failed").1["jobs"], json!([]));
}

/// A reader of `text/event-stream`.
pub struct Watcher(BufReader<TcpStream>);

impl Watcher {
    pub fn of(server: &Server, path: &str, last: Option<&str>) -> Self {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let last = last.map(|id| format!("Last-Event-ID: {id}\r\n")).unwrap_or_default();
        // HTTP/1.0: the body comes as it is, without chunks.
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\n{last}\r\n", server.address()).unwrap();
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        assert!(line.contains(" 200 "), "{line}");
        while line.trim() != "" {
            line.clear();
            reader.read_line(&mut line).unwrap();
        }
        Self(reader)
    }

    /// The next event as (id, name, data); none when the server has closed the stream.
    pub fn next(&mut self) -> Option<(String, String, Value)> {
        let (mut id, mut name, mut data) = (String::new(), String::new(), Value::Null);
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some(("id", value)) => id = value.to_owned(),
                Some(("event", value)) => name = value.to_owned(),
                Some(("data", value)) => data = serde_json::from_str(value).unwrap(),
                _ if !name.is_empty() => return Some((id, name, data)),
                _ => {}
            }
        }
    }
}

#[test]
fn a_watcher_sees_the_stages_of_an_import_in_order_and_comes_back_without_missing_any() {
    let store = TestStore::new();
    let server = Server::over(&store);
    let mut watcher = Watcher::of(&server, "/api/jobs/events", None);
    store.import(&repository("data/samples/performance.csv"));
    let mut seen = Vec::new();
    loop {
        let (id, name, data) = watcher.next().unwrap();
        if name == "job_progress" {
            continue;
        }
        assert_eq!(data["what"], "performance.csv");
        let over = name == "job_done";
        seen.push((id, name, data["stage"].as_str().unwrap_or_default().to_owned()));
        if over {
            break;
        }
    }
    let told: Vec<_> = seen.iter().map(|(_, name, stage)| (name.as_str(), stage.as_str())).collect();
    let expected = [
        ("job_queued", ""),
        ("job_stage", "reading"),
        ("job_stage", "writing"),
        ("job_stage", "committing"),
        ("job_done", "committing"),
    ];
    assert_eq!(told, expected);

    let mut again = Watcher::of(&server, "/api/jobs/events", Some(&seen[1].0));
    for (id, name, _) in &seen[2..] {
        let (came, what, _) = again.next().unwrap();
        assert_eq!((&came, &what), (id, name), "what came after the last event that arrived");
    }
}

#[test]
fn the_stream_of_events_ends_when_the_server_stops() {
    let store = TestStore::new();
    let server = Server::over(&store);
    let mut watcher = Watcher::of(&server, "/api/jobs/events?account=all", None);
    server.interrupt();
    assert!(watcher.next().is_none());
}
