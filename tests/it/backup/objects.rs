//! Backups to a real S3 server, and of a store whose facts are in one.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use serde_json::Value;

use super::{all_files, back_up, data_files};
use crate::import::{generated, write_restated};
use crate::kill::SIGKILL;
use crate::s3::S3;
use crate::store::{TestStore, integer};

const DEPOT: &str = "s3://facts/kept/backups";

/// The server's variables without that of the lake.
fn credentials(s3: &S3) -> Vec<(String, String)> {
    s3.environment().into_iter().filter(|(name, _)| name.starts_with("AWS_")).collect()
}

fn store_with(variables: &[(String, String)]) -> TestStore {
    let variables: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    TestStore::not_made(&variables)
}

#[track_caller]
fn back_up_there(store: &TestStore) -> Value {
    serde_json::from_str(&store.succeed(&["backup", "--json", DEPOT, "--keep", "2"])).unwrap()
}

#[test]
fn a_store_comes_back_from_an_object_store() {
    let Some(s3) = S3::start("backups on S3") else { return };
    let mut store = store_with(&credentials(&s3));
    store.succeed(&["init"]);
    let reports = generated(&store.beside("reports"), 500, 3, 4);
    store.import(&reports[0]);
    store.import(&reports[1]);
    let first = back_up_there(&store);
    assert_eq!((integer(&first["files_new"]), integer(&first["bytes_linked"])), (2, 0), "{first:#}");
    let before = store.digest();
    let restated = store.beside("restated.csv");
    write_restated(&reports[1], &restated, 5);
    store.import(&restated);
    let second = back_up_there(&store);
    assert_eq!((integer(&second["files_new"]), integer(&second["files_known"])), (1, 1), "{second:#}");
    s3.assert_nothing_was_written_over();

    let older = store_with(&credentials(&s3));
    older.succeed(&["restore", DEPOT, "--backup", first["backup"].as_str().unwrap()]);
    assert_eq!(older.digest(), before);
    let newer = store_with(&credentials(&s3));
    newer.succeed(&["restore", DEPOT]);
    assert_eq!(newer.digest(), store.digest());

    store.set("CATSCAN_BACKUP_GRACE_MINUTES", "0");
    let third = back_up_there(&store);
    assert_eq!(third["pruned"], serde_json::json!([first["backup"]]), "{third:#}");
    assert_eq!(integer(&third["files_removed"]), 1, "the file that the restatement replaced");
    let listed = store.succeed(&["backups", DEPOT, "--json"]);
    assert_eq!(listed.lines().count(), 2);
    let keys: Vec<String> = s3.objects().into_keys().collect();
    assert_eq!(keys.len(), 1 + 2 * 3 + 2, "{keys:?}");
}

#[test]
fn a_backup_to_an_object_store_that_is_killed_anywhere_harms_no_other() {
    let Some(s3) = S3::start("killed backups on S3") else { return };
    let mut store = store_with(&credentials(&s3));
    store.set("CATSCAN_BACKUP_GRACE_MINUTES", "0");
    store.succeed(&["init"]);
    let reports = generated(&store.beside("reports"), 200, 2, 4);
    store.import(&reports[0]);
    let mut kept: Vec<(String, String)> = Vec::new();
    for (nth, point) in super::kill::BACKUP_POINTS.into_iter().enumerate() {
        let restated = store.beside("restated.csv");
        write_restated(&reports[0], &restated, nth + 1);
        store.import(&restated);
        // A data file goes with the last backup that needs it, and each state has two by then.
        let keep = if point == "prune_file" { "1" } else { "2" };
        let mut command = store.command(&["backup", DEPOT, "--keep", keep]);
        command.env("CATSCAN_KILL_AT", point).stdout(Stdio::null()).stderr(Stdio::null());
        let ended = command.status().unwrap();
        assert_eq!(ended.signal(), Some(SIGKILL), "{point} was not reached: {ended}");
        if let Some((name, digest)) = kept.last().filter(|_| keep == "2") {
            let target = store_with(&credentials(&s3));
            target.succeed(&["restore", DEPOT, "--backup", name]);
            assert_eq!(target.digest(), *digest, "{point}");
        }
        let answer = back_up_there(&store);
        kept.push((answer["backup"].as_str().unwrap().to_owned(), store.digest()));
        let target = store_with(&credentials(&s3));
        target.succeed(&["restore", DEPOT]);
        assert_eq!(target.digest(), store.digest(), "{point}");
        assert!(all_files(&store.data_dir().join("tmp")).is_empty(), "{point}");
    }
}

#[test]
fn a_store_whose_facts_are_in_an_object_store_is_backed_up_and_comes_back() {
    let Some(s3) = S3::start("backups of a lake on S3") else { return };
    let store = s3.store();
    let reports = generated(&store.beside("reports"), 500, 2, 4);
    store.import(&reports[0]);
    let depot = store.beside("depot");
    let first = back_up(&store, &depot);
    assert_eq!((integer(&first["files_new"]), integer(&first["bytes_linked"])), (1, 0), "{first:#}");
    assert_eq!(data_files(&depot).len(), 1);
    let expected = store.digest();
    // Another place in the same bucket.
    let there = back_up_there(&store);
    assert_eq!(integer(&there["files_new"]), 1);

    let target = store_with(&s3.environment());
    let depot = depot.to_str().unwrap();
    let ran = target.run(&["restore", depot]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("there are files already") && ran.stderr.contains("--reuse-lake"), "{ran:#?}");
    assert!(!target.data_dir().join("catscan.db").exists());

    let mut elsewhere = store_with(&s3.environment());
    elsewhere.set("CATSCAN_LAKE_URL", "s3://facts/other/lake");
    elsewhere.succeed(&["restore", depot]);
    assert_eq!(elsewhere.digest(), expected);
    assert!(s3.objects().keys().any(|key| key.starts_with("other/lake/rtb_daily/")));
    elsewhere.import(&reports[1]);

    // In a directory of the machine, where the settings say so.
    let local = store_with(&credentials(&s3));
    local.succeed(&["restore", DEPOT]);
    assert_eq!(local.digest(), expected);

    // The machine is lost, the bucket is not: newer files there stay for the sweep, and are no part of the store.
    store.import(&reports[1]);
    let answer: Value = serde_json::from_str(&target.succeed(&["restore", depot, "--reuse-lake", "--json"])).unwrap();
    assert_eq!(integer(&answer["bytes_linked"]), 0, "{answer:#}");
    assert_eq!(target.digest(), expected);
    assert_eq!(target.import(&reports[1])["status"], "imported");
    assert_eq!(target.by_billing(), store.by_billing());
    s3.assert_nothing_was_written_over();
}

#[test]
fn an_object_store_that_refuses_is_said_in_one_line() {
    let store = TestStore::with_samples();
    let mut command = store.command(&["backup", "s3://bucket/x"]);
    let ran = crate::store::Ran::from(command.env("AWS_ENDPOINT", "http://127.0.0.1:1").output().unwrap());
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("AWS_ACCESS_KEY_ID"), "{ran:#?}");
}
