//! The checks of sql/checks find nothing in a store that reports went through, and can find something.

use std::fs;
use std::path::PathBuf;

use super::import::{generated, write_restated};
use super::store::{TestStore, repository};

fn checks() -> Vec<PathBuf> {
    let mut checks: Vec<_> =
        fs::read_dir(repository("sql/checks")).unwrap().map(|entry| entry.unwrap().path()).collect();
    checks.sort();
    assert!(!checks.is_empty());
    checks
}

#[track_caller]
fn assert_checks_find_nothing(store: &TestStore) {
    for check in checks() {
        let found = store.succeed(&["sql", "--format", "ndjson", "--file", check.to_str().unwrap()]);
        assert_eq!(found, "", "{}", check.display());
    }
}

#[test]
fn nothing_is_found_after_imports_and_restatements() {
    let store = TestStore::with_samples();
    assert_checks_find_nothing(&store);
    let dir = store.beside("reports");
    let reports = generated(&dir, 1_000, 2, 3);
    let restated = store.beside("restated.csv");
    write_restated(&reports[0], &restated, 3);
    for report in [&repository("data/samples/performance-restated.csv"), &reports[0], &reports[1], &restated] {
        store.import(report);
    }
    assert_checks_find_nothing(&store);
}

#[test]
fn a_row_without_its_import_is_found() {
    let store = TestStore::with_samples();
    let database = rusqlite::Connection::open(store.data_dir().join("catscan.db")).unwrap();
    database.execute("UPDATE import_history SET status = 'failed'", []).unwrap();
    let check = repository("sql/checks/rows_have_a_complete_import.sql");
    let found = store.succeed(&["sql", "--format", "ndjson", "--file", check.to_str().unwrap()]);
    assert_ne!(found, "", "rows of a failed import are visible");
}
