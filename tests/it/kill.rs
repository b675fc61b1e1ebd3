//! SIGKILL during an import: the store is as before or as after, never between, and a retry works.
//!
//! `CATSCAN_KILL_AT=<point>` makes a debug build kill itself at a named point of the commit protocol; beside those,
//! the import is killed at moments spread over its whole run.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use super::import::{generated, write_restated};
use super::store::TestStore;

pub const SIGKILL: i32 = 9;

/// A store with a day, and a restatement of that day whose import is to be killed.
struct Scene {
    store: TestStore,
    restated: PathBuf,
    before: String,
}

impl Scene {
    fn new(rows: u64) -> Self {
        let store = TestStore::new();
        let report = generated(&store.beside("reports"), rows, 1, 8).remove(0);
        let restated = store.beside("restated.csv");
        write_restated(&report, &restated, 10);
        store.import(&report);
        let before = store.digest();
        Self { store, restated, before }
    }

    fn arguments(path: &Path) -> [&str; 3] {
        ["import", "--json", path.to_str().unwrap()]
    }

    /// The restart sees one of two states, a retry ends in the second, and nothing is counted twice.
    #[track_caller]
    fn assert_before_or_after(&self, killed: &str) -> bool {
        let found = facts(&self.store.digest());
        let retried = self.store.import(&self.restated);
        let after = facts(&self.store.digest());
        assert_ne!(after, facts(&self.before), "the restatement changes rows");
        assert!(found == after || found == facts(&self.before), "{killed}: the store is between before and after");
        let was_after = found == after;
        assert_eq!(retried["status"], if was_after { "duplicate" } else { "imported" }, "{killed}: {retried:#}");
        was_after
    }
}

/// The part of a digest that does not depend on how many attempts it took: all but batch ids.
fn facts(digest: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(digest.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let batch = headers.iter().position(|header| header == "import_batch_id").unwrap();
    let rows = reader.records().map(Result::unwrap).filter(|record| record.len() == headers.len());
    rows.map(|record| {
        let kept = record.iter().enumerate().filter(|(at, _)| *at != batch).map(|(_, field)| field);
        kept.collect::<Vec<_>>().join("\u{1f}")
    })
    .collect()
}

#[test]
fn killed_at_each_point_of_the_commit_protocol() {
    for (point, is_after) in [
        ("after_claim", false),
        ("after_stage", false),
        ("after_publish", false),
        ("before_commit", false),
        ("after_commit", true),
    ] {
        let scene = Scene::new(300);
        let mut command = scene.store.command(&Scene::arguments(&scene.restated));
        let status =
            command.env("CATSCAN_KILL_AT", point).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert_eq!(status.signal(), Some(SIGKILL), "{point} was not reached: {status}");
        assert_eq!(scene.assert_before_or_after(point), is_after, "{point}");
    }
}

#[test]
fn killed_at_moments_spread_over_the_import() {
    let whole = {
        let scene = Scene::new(3_000);
        let started = Instant::now();
        scene.store.import(&scene.restated);
        started.elapsed()
    };
    for part in 1..=6 {
        let scene = Scene::new(3_000);
        let mut command = scene.store.command(&Scene::arguments(&scene.restated));
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        thread::sleep(whole * part / 7);
        // Where the child was faster than the moment, it has ended well: then the store must be "after".
        let _ = child.kill();
        let ended = child.wait().unwrap();
        let was_after = scene.assert_before_or_after(&format!("after {part}/7 of {whole:?}"));
        assert!(was_after || ended.signal() == Some(SIGKILL), "the import ended ({ended}) without its rows");
    }
}

#[test]
fn a_killed_import_leaves_no_lock_that_stops_the_next() {
    let scene = Scene::new(300);
    let mut command = scene.store.command(&Scene::arguments(&scene.restated));
    let _ = command.env("CATSCAN_KILL_AT", "before_commit").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let started = Instant::now();
    scene.store.import(&scene.restated);
    assert!(started.elapsed() < Duration::from_secs(20), "the next import waited for a dead process");
}
