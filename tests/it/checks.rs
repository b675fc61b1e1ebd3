//! The checks of sql/checks find nothing in a store that reports went through, and can find something.

use std::fs;
use std::path::{Path, PathBuf};

use super::import::{generated, write_restated};
use super::kinds::store_with_every_kind;
use super::store::{TestStore, repository};

fn checks() -> Vec<PathBuf> {
    let mut checks: Vec<_> =
        fs::read_dir(repository("sql/checks")).unwrap().map(|entry| entry.unwrap().path()).collect();
    checks.sort();
    assert!(!checks.is_empty());
    checks
}

/// What such a check finds is strange, and as the reports say.
fn is_warning(check: &Path) -> bool {
    fs::read_to_string(check).unwrap().contains("\n-- severity: warning\n")
}

#[track_caller]
fn assert_checks_find_nothing(store: &TestStore, checks: impl IntoIterator<Item = PathBuf>) {
    for check in checks {
        let found = store.succeed(&["sql", "--format", "ndjson", "--file", check.to_str().unwrap()]);
        assert_eq!(found, "", "{}", check.display());
    }
}

#[test]
fn nothing_is_found_after_imports_and_restatements() {
    let store = TestStore::with_samples();
    assert_checks_find_nothing(&store, checks());
    let dir = store.beside("reports");
    let reports = generated(&dir, 1_000, 2, 3);
    let restated = store.beside("restated.csv");
    write_restated(&reports[0], &restated, 3);
    for report in [&repository("data/samples/performance-restated.csv"), &reports[0], &reports[1], &restated] {
        store.import(report);
    }
    // Generated reports hold what rules look for.
    assert_checks_find_nothing(&store, checks().into_iter().filter(|check| !is_warning(check)));
}

#[test]
fn nothing_is_found_in_samples_of_every_kind() {
    assert_checks_find_nothing(&store_with_every_kind(), checks());
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
