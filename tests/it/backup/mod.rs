//! Backups as users make them: what comes back is what was there, to the byte of every answer.

mod full_disk;
mod kill;
mod meanwhile;
mod objects;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::conformance::{NEEDS, assert_same_answers, has_duckdb};
use super::import::{generated, write_restated};
use super::not_run::peer_missing;
use super::store::{TestStore, integer};

/// The answer of a backup.
#[track_caller]
fn back_up(store: &TestStore, depot: &Path) -> Value {
    let printed = store.succeed(&["backup", "--json", depot.to_str().unwrap()]);
    serde_json::from_str(&printed).unwrap()
}

/// A store that was made of a backup: of that one, or the newest.
#[track_caller]
fn restored(depot: &Path, backup: Option<&str>) -> TestStore {
    let store = TestStore::none();
    let mut arguments = vec!["restore", "--json", depot.to_str().unwrap()];
    arguments.extend(backup.iter().flat_map(|name| ["--backup", name]));
    let answer: Value = serde_json::from_str(&store.succeed(&arguments)).unwrap();
    assert_eq!(integer(&answer["files"]), data_files(&store.data_dir().join("lake")).len() as i64, "{answer:#}");
    store
}

/// Names of the data files below a directory.
fn data_files(directory: &Path) -> Vec<PathBuf> {
    all_files(directory).into_iter().filter(|path| path.extension().is_some_and(|end| end == "parquet")).collect()
}

/// Names of all files below a directory, in their order.
fn all_files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(path) = waiting.pop() {
        for entry in fs::read_dir(&path).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                found.push(path.strip_prefix(directory).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// The names of the backups that are listed, the newest first.
#[track_caller]
fn listed(store: &TestStore, depot: &Path) -> Vec<String> {
    let printed = store.succeed(&["backups", "--json", depot.to_str().unwrap()]);
    let name = |line: &str| serde_json::from_str::<Value>(line).unwrap()["backup"].as_str().unwrap().to_owned();
    printed.lines().map(name).collect()
}

#[test]
fn a_store_comes_back_and_goes_on() {
    let store = TestStore::new();
    let reports = generated(&store.beside("reports"), 1_000, 3, 4);
    store.sync(&store.beside("reports/entities"));
    store.import(&reports[0]);
    store.import(&reports[1]);
    let depot = store.beside("depot");
    let first = back_up(&store, &depot);
    let before = store.digest();
    let restated = store.beside("restated.csv");
    write_restated(&reports[1], &restated, 10);
    store.import(&restated);
    let second = back_up(&store, &depot);
    assert_eq!((integer(&second["files_new"]), integer(&second["files_known"])), (1, 1), "{second:#}");
    assert_eq!(listed(&store, &depot), [&second, &first].map(|answer| answer["backup"].as_str().unwrap()));
    assert!(store.succeed(&["backups", depot.to_str().unwrap()]).contains(first["backup"].as_str().unwrap()));

    let older = restored(&depot, first["backup"].as_str());
    assert_eq!(older.digest(), before);
    let newer = restored(&depot, None);
    assert_eq!(newer.digest(), store.digest());
    assert_eq!(newer.by_billing(), store.by_billing());
    newer.succeed(&["lake", "verify", "--full"]);
    assert_eq!(newer.import(&reports[0])["status"], "duplicate", "what was imported is known");
    assert_eq!(newer.import(&reports[2])["status"], "imported");
    store.import(&reports[2]);
    assert_eq!(newer.by_billing(), store.by_billing());
    let again = back_up(&newer, &depot);
    assert_eq!(integer(&again["files_new"]), 1, "{again:#}");
    assert_eq!(restored(&depot, None).by_billing(), store.by_billing());
}

#[test]
fn duckdb_reads_a_restored_store() {
    if !has_duckdb() {
        return peer_missing("duckdb on a restored store", NEEDS);
    }
    let store = TestStore::new();
    let reports = generated(&store.beside("reports"), 1_000, 2, 6);
    store.sync(&store.beside("reports/entities"));
    reports.iter().for_each(|report| _ = store.import(report));
    let restated = store.beside("restated.csv");
    write_restated(&reports[1], &restated, 50);
    store.import(&restated);
    back_up(&store, &store.beside("depot"));
    let restored = restored(&store.beside("depot"), None);
    assert_eq!(restored.by_billing(), store.by_billing());
    assert_same_answers(&restored, None);
    restored.import(&reports[0]);
    assert_same_answers(&restored, None);
}

#[test]
fn without_a_place_it_goes_into_the_data_directory_and_reset_leaves_it() {
    let store = TestStore::with_samples();
    let said = store.succeed(&["backup"]);
    assert!(said.contains("12 rows of") && said.contains("second names on the disk of the store"), "{said}");
    let before = store.digest();
    store.succeed(&["reset", "--confirm"]);
    let depot = store.data_dir().join("backups");
    assert_eq!(restored(&depot, None).digest(), before);
    // A reset leaves settings, so the store can come back to where it was.
    store.succeed(&["restore", depot.to_str().unwrap()]);
    assert_eq!(store.digest(), before);
    store.succeed(&["backup"]);
}

#[test]
fn what_cannot_be_is_refused_in_one_line_that_says_what_to_do() {
    let store = TestStore::with_samples();
    let depot = store.beside("depot");
    back_up(&store, &depot);
    let [data, lake] = [store.data_dir(), store.data_dir().join("lake")];
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let file = store.beside("a-file");
    fs::write(&file, "").unwrap();
    for (arguments, said) in [
        (vec!["restore".to_owned(), text(&depot)], "holds a store already; move it away"),
        (vec!["restore".to_owned(), text(&lake), "--into".to_owned(), text(&store.beside("new"))], "holds no backups"),
        (
            ["restore", &text(&depot), "--into", &text(&store.beside("new")), "--backup", "2020-01-01T00-00-00Z"]
                .map(str::to_owned)
                .to_vec(),
            "holds no backup 2020-01-01T00-00-00Z; `catscan backups` lists",
        ),
        (vec!["backup".to_owned(), text(&lake)], "is part of the store itself"),
        (vec!["backup".to_owned(), text(&data)], "is part of the store itself"),
        (vec!["backup".to_owned(), text(&file)], "cannot"),
        (vec!["backup".to_owned(), "ftp://host/x".to_owned()], "s3://BUCKET/PREFIX"),
        (vec!["backups".to_owned(), text(&store.beside("nowhere"))], "holds no backups"),
    ] {
        let ran = store.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(ran.code, Some(1), "{arguments:?}: {ran:#?}");
        assert!(ran.stderr.starts_with("error: ") && ran.stderr.contains(said), "{arguments:?}: {ran:#?}");
        assert!(ran.stderr.lines().count() <= 2, "{ran:#?}");
    }
    let other = TestStore::with_samples();
    let ran = other.run(&["backup", depot.to_str().unwrap()]);
    assert!(ran.stderr.contains("holds the backups of store"), "{ran:#?}");
    let ran = store.run(&["restore", depot.to_str().unwrap(), "--backup", "yesterday"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
}

#[test]
fn what_a_backup_holds_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let store = TestStore::with_samples();
    let depot = store.beside("shared");
    fs::create_dir(&depot).unwrap();
    fs::set_permissions(&depot, fs::Permissions::from_mode(0o777)).unwrap();
    fs::write(store.data_dir().join("keys/google.json"), "secret").unwrap();
    back_up(&store, &depot);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&depot.join("backups")), 0o700);
    assert!(!all_files(&depot).iter().any(|path| path.ends_with("google.json")), "keys stay on the machine");
    let restored = restored(&depot, None);
    assert_eq!(mode(&restored.data_dir()), 0o700);
    assert_eq!(mode(&restored.data_dir().join("config.toml")), 0o600);
}
