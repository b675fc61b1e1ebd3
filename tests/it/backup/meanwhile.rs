//! A backup while imports and undos run in the server: each restores to one state of the store, as it was at some commit.

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;

use super::{back_up, listed, restored};
use crate::import::{generated, write_restated};
use crate::serve::Server;
use crate::store::TestStore;

/// Rows and spend of a store, which every import and undo of this test changes.
fn sums(store: &TestStore) -> String {
    store.succeed(&["sql", "--format", "csv", "SELECT count(*), sum(spend_micros) FROM rtb_daily"])
}

#[test]
fn each_backup_is_of_one_state() {
    let store = TestStore::new();
    let reports = generated(&store.beside("reports"), 500, 6, 5);
    store.import(&reports[0]);
    let restated = store.beside("restated.csv");
    write_restated(&reports[0], &restated, 3);
    let _server = Server::over(&store);
    let depot = store.beside("depot");
    // What each commit left, asked for between the commands that commit.
    let mut states = BTreeSet::from([sums(&store)]);
    let is_over = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        let backups = scope.spawn(|| {
            let mut made = 0;
            while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                back_up(&store, &depot);
                made += 1;
            }
            made
        });
        for report in &reports[1..] {
            store.import(report);
            states.insert(sums(&store));
            let batch = store.import(&restated)["batch_id"].to_string();
            states.insert(sums(&store));
            store.succeed(&["undo", &batch]);
            states.insert(sums(&store));
        }
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(backups.join().unwrap() > 1);
    });
    let names = listed(&store, &depot);
    println!("{} backups, {} states", names.len(), states.len());
    assert_all_of(&names, &depot, &states);
}

fn assert_all_of(names: &[String], depot: &Path, states: &BTreeSet<String>) {
    for name in names {
        let found = sums(&restored(depot, Some(name)));
        assert!(states.contains(&found), "{name} is of no state that was ever committed: {found}");
    }
}
