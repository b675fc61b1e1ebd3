//! A server that dies, hangs, refuses or loses its answers; credentials and buckets that are not there.

use std::os::unix::process::ExitStatusExt;

use super::super::import::{generated, write_restated};
use super::super::store::{Ran, TestStore, repository};
use super::S3;

const SAMPLE: &str = "data/samples/performance.csv";

fn import(store: &TestStore) -> Ran {
    store.run(&["import", repository(SAMPLE).to_str().unwrap()])
}

fn imports(store: &TestStore) -> i64 {
    let count = "SELECT count(*) FROM import_history WHERE status = 'complete'";
    store.sqlite().query_row(count, [], |row| row.get(0)).unwrap()
}

fn live_files(store: &TestStore) -> i64 {
    store.sqlite().query_row("SELECT count(*) FROM ducklake_data_file", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_server_that_dies_in_the_middle_of_an_import_leaves_nothing_and_a_retry_works() {
    let Some(mut s3) = S3::start("an S3 server that dies") else { return };
    let mut store = s3.store();
    store.set("CATSCAN_LAKE_PATIENCE_SECONDS", "2");
    // The sample is of two days: the first file arrives, the second does not.
    s3.trouble("die", 1, "PUT /facts/some/lake/rtb_daily");
    let ran = import(&store);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("cannot write s3://facts/some/lake/rtb_daily/"), "{ran:#?}");
    assert_eq!((imports(&store), live_files(&store)), (0, 0));
    let ran = store.run(&["sql", "SELECT count(*) FROM rtb_daily"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("s3://facts/some/lake"), "{ran:#?}");

    s3.replace();
    let ran = import(&store);
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 12);
}

#[test]
fn a_server_that_hangs_or_refuses_for_a_while_is_given_up_and_asked_again() {
    let Some(s3) = S3::start("an S3 server that hangs") else { return };
    let mut store = s3.store();
    store.set("CATSCAN_LAKE_PATIENCE_SECONDS", "2");
    for (what, after) in [("hang", 0), ("hang", 1), ("refuse", 0), ("refuse", 1)] {
        s3.trouble(what, after, "PUT /facts/some/lake/rtb_daily");
        let ran = import(&store);
        assert_eq!(ran.code, Some(1), "{what}: {ran:#?}");
        assert!(ran.stderr.contains("cannot write s3://facts/some/lake/rtb_daily/"), "{what}: {ran:#?}");
        assert_eq!((imports(&store), live_files(&store)), (0, 0), "{what}");
    }
    s3.end_trouble();
    store.import(&repository(SAMPLE));
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 12);
    s3.assert_nothing_was_written_over();
}

#[test]
fn an_answer_that_is_lost_is_found_out_and_the_import_goes_on() {
    let Some(s3) = S3::start("lost answers of an S3 server") else { return };
    let store = s3.store();
    for after in [0, 1] {
        s3.trouble("lose", after, "PUT /facts/some/lake/rtb_daily");
        let file = generated(&store.beside(&format!("reports{after}")), 200, 2, after.into());
        for report in &file {
            assert_eq!(store.import(report)["status"], "imported", "after {after}");
        }
        let asked = s3.log().iter().filter(|[method, path, _]| method == "PUT" && path.contains("rtb_daily")).count();
        assert!(asked > 2, "one was asked for again: {asked}");
    }
    s3.assert_nothing_was_written_over();
}

#[test]
fn a_process_that_is_killed_at_any_point_leaves_the_state_before_or_after() {
    let Some(s3) = S3::start("kills of an import into S3") else { return };
    let store = s3.store();
    let report = generated(&store.beside("reports"), 300, 1, 8).remove(0);
    store.import(&report);
    for (nth, point) in
        ["after_claim", "after_stage", "after_publish", "before_commit", "after_commit"].iter().enumerate()
    {
        let restated = store.beside(&format!("{point}.csv"));
        write_restated(&report, &restated, nth + 2);
        let before = (store.digest(), s3.data_files().len());
        let arguments = ["import", restated.to_str().unwrap()];
        let killed = store.command(&arguments).env("CATSCAN_KILL_AT", point).output().unwrap();
        assert_eq!(killed.status.signal(), Some(9), "{point}: {killed:?}");
        let is_after = *point == "after_commit";
        assert_eq!(store.digest() == before.0, !is_after, "{point}");
        let is_sent = !["after_claim", "after_stage"].contains(point);
        assert_eq!(s3.data_files().len() > before.1, is_sent, "{point}");
        let expected = if is_after { "duplicate" } else { "imported" };
        assert_eq!(store.import(&restated)["status"], expected, "{point}");
    }
    s3.assert_nothing_was_written_over();
}

#[test]
fn a_restatement_whose_reads_fail_changes_nothing_and_is_no_damage() {
    let Some(s3) = S3::start("reads that an S3 server refuses") else { return };
    let mut store = s3.store();
    let report = generated(&store.beside("reports"), 500, 1, 8).remove(0);
    store.import(&report);
    let before = store.digest();
    store.set("CATSCAN_LAKE_PATIENCE_SECONDS", "2");
    let restated = store.beside("restated.csv");
    write_restated(&report, &restated, 3);
    s3.trouble("refuse", 0, "GET /facts/some/lake/rtb_daily");
    let ran = store.run(&["import", restated.to_str().unwrap()]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("cannot be read") && !ran.stderr.contains("is damaged"), "{ran:#?}");
    let ran = store.run(&["sql", "SELECT sum(clicks) FROM rtb_daily WHERE creative_id <> ''"]);
    assert!(ran.code == Some(1) && !ran.stderr.contains("is damaged"), "{ran:#?}");
    assert!(ran.stderr.contains("cannot be read"), "{ran:#?}");
    s3.end_trouble();
    assert_eq!(store.digest(), before);
    assert_eq!(store.import(&restated)["status"], "imported");
}

#[test]
fn a_missing_bucket_missing_credentials_and_a_wrong_address_are_told_with_what_to_set() {
    let Some(s3) = S3::start("addresses of an S3 server") else { return };
    let refused = |changes: &[(&str, &str)]| {
        let environment = s3.environment();
        let environment: Vec<_> = environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut store = TestStore::not_made(&environment);
        store.set("CATSCAN_LAKE_PATIENCE_SECONDS", "2");
        changes.iter().for_each(|(name, value)| store.set(name, value));
        let ran = store.run(&["init"]);
        assert_eq!(ran.code, Some(1), "{changes:?}: {ran:#?}");
        assert!(!ran.stderr.contains("secret"), "{ran:#?}");
        ran.stderr
    };
    let told = refused(&[("CATSCAN_LAKE_URL", "s3://nowhere/lake")]);
    assert!(told.contains("s3://nowhere/lake has no such bucket: make it, or correct the address"), "{told}");
    let told = refused(&[("CATSCAN_LAKE_URL", "ftp://host/lake")]);
    assert!(told.contains("lake.url: 'ftp://host/lake' cannot be used: write s3://BUCKET/PREFIX"), "{told}");
    let told = refused(&[("AWS_ENDPOINT", "http://127.0.0.1:9")]);
    assert!(told.contains("cannot read s3://facts/some/lake/_catscan_store"), "{told}");
    s3.trouble("deny", 0, "/facts");
    let told = refused(&[]);
    assert!(told.contains("check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION"), "{told}");
}
