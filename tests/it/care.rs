//! The store cares for itself: what it holds is shown, care is a job of the whole store, and a server does it unasked.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::serve::Server;
use super::store::{TestStore, repository};

fn json_of(store: &TestStore, arguments: &[&str]) -> Value {
    serde_json::from_str(&store.succeed(arguments)).unwrap()
}

fn jobs(store: &TestStore, kind: &str) -> Vec<Value> {
    let printed = store.succeed(&["jobs", "--json", "--account", "all"]);
    let jobs = printed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    jobs.filter(|job| job["kind"] == kind).collect()
}

#[test]
fn what_the_store_holds_is_shown_in_numbers_snapshots_and_files() {
    let store = TestStore::new();
    assert!(store.succeed(&["lake", "status"]).contains("no facts yet"));
    store.import(&repository("data/samples/performance.csv"));
    let rows = store.number("SELECT count(*) FROM rtb_daily");

    let status = json_of(&store, &["lake", "status", "--json"]);
    let table = &status["tables"][0];
    assert_eq!((&table["table"], &table["rows"]), (&json!("rtb_daily"), &json!(rows)));
    assert_eq!(status["kept"]["superseded_files"], 0);
    assert!(store.succeed(&["lake", "status"]).contains("rtb_daily"));

    let snapshots = store.succeed(&["lake", "snapshots", "--json"]);
    let newest: Value = serde_json::from_str(snapshots.lines().next().unwrap()).unwrap();
    assert_eq!((&newest["snapshot_id"], &newest["rows_added"]), (&status["snapshot_id"], &json!(rows)));
    assert!(newest["message"].as_str().unwrap().contains("performance.csv"), "{newest}");
    let number = newest["snapshot_id"].to_string();
    assert!(!store.succeed(&["lake", "snapshots", "--before", &number]).contains("performance.csv"));

    let files = store.succeed(&["lake", "files", "--json"]);
    let files: Vec<Value> = files.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(files.len() as u64, table["files"].as_u64().unwrap());
    assert_eq!(files.iter().map(|file| file["rows"].as_i64().unwrap()).sum::<i64>(), rows);
    let last = table["last_day"].as_str().unwrap();
    assert_eq!(files[0]["metric_date"], last, "newest day first");
    let of_day = store.succeed(&["lake", "files", "--from", last, "--json"]);
    assert_eq!(of_day.lines().count(), files.iter().filter(|file| file["metric_date"] == last).count());
    assert_eq!(store.succeed(&["lake", "files", "--at", "0"]), "no files\n");
    let refused = store.run(&["lake", "files", "--table", "rtb_dayly"]);
    assert!(refused.code == Some(2) && refused.stderr.contains("rtb_daily"), "{refused:?}");
}

#[test]
fn care_is_a_job_of_the_whole_store_whoever_does_it() {
    let store = TestStore::with_samples();
    store.succeed(&["lake", "retain"]);
    let server = Server::over(&store);
    let retained = json_of(&store, &["lake", "retain", "--json"]);
    assert_eq!(retained["files"]["orphans"], 0, "handed to the server: {retained}");
    drop(server);
    let jobs = jobs(&store, "retain");
    assert_eq!(jobs.len(), 2);
    for job in &jobs {
        assert_eq!(
            (&job["state"], &job["account_id"], &job["asked_by"]),
            (&json!("done"), &json!(null), &json!("command"))
        );
    }
    assert!(store.succeed(&["jobs", "--account", "all"]).contains("what is older than it is kept"));
}

#[test]
fn a_server_does_what_is_due_and_says_when_it_is_next() {
    let store = TestStore::with_samples();
    let server = Server::with(&store, &[("CATSCAN_CARE_FIRST_AFTER_SECONDS", "0")]);
    let until = Instant::now() + Duration::from_secs(60);
    while jobs(&store, "retain").iter().all(|job| job["state"] != "done") {
        assert!(Instant::now() < until, "nothing was done unasked");
        std::thread::sleep(Duration::from_millis(100));
    }
    let (code, over_http) = server.get("/api/lake");
    assert_eq!(
        (code, &over_http["tables"][0]["files"], &over_http["place"]),
        (200, &json!(2), &json!("")),
        "{over_http:#}"
    );
    let (code, page) = server.get("/api/lake/snapshots?limit=1");
    assert_eq!((code, &page["snapshots"][0]["snapshot_id"], &page["next"]), (200, &json!(1), &json!(1)), "{page:#}");
    assert_eq!(server.get("/api/lake/snapshots?limit=0").0, 422);
    let figures = server.text("/metrics");
    for line in ["catscan_care_ok{care=\"retain\"} 1", "catscan_files{table=\"rtb_daily\"} 2", "catscan_snapshot 1"] {
        assert!(figures.lines().any(|shown| shown == line), "{line} in\n{figures}");
    }
    let job = &jobs(&store, "retain")[0];
    assert_eq!((&job["asked_by"], &job["account_id"]), (&json!("schedule"), &json!(null)));
    drop(server);
    let status = json_of(&store, &["lake", "status", "--json"]);
    let schedules = status["schedules"].as_array().unwrap();
    let schedule = schedules.iter().find(|schedule| schedule["kind"] == "retain").unwrap();
    assert!(schedule["next_run_at"].as_str() > job["finished_at"].as_str(), "{schedule}");

    // Switched off, it is not done.
    let off = [("CATSCAN_CARE_FIRST_AFTER_SECONDS", "0"), ("CATSCAN_CARE_RETAIN_EVERY_MINUTES", "0")];
    drop(Server::with(&store, &off));
    let status = json_of(&store, &["lake", "status", "--json"]);
    let schedules = status["schedules"].as_array().unwrap();
    assert!(schedules.iter().any(|schedule| schedule["kind"] == "retain" && schedule["enabled"] == false), "{status}");
}
