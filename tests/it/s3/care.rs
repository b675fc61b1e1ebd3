//! Compaction, expiry, checks and repair over a bucket: the same answers, and nothing is given up because nobody answers.

use super::super::compaction::by_config;
use super::super::retention::keeping_little;
use super::S3;

#[test]
fn compaction_and_expiry_keep_the_answers_and_remove_the_objects_of_old_states() {
    let Some(s3) = S3::start("care for a lake on S3") else { return };
    let mut store = s3.store();
    store.set("CATSCAN_LAKE_COMPACT_FILES", "2");
    let files = by_config(&store, 300);
    files.iter().for_each(|file| _ = store.import(file));
    let before = store.digest();
    let many = s3.data_files().len();
    assert!(many > 3, "a file a config: {many}");
    store.succeed(&["lake", "compact"]);
    assert_eq!(store.digest(), before);
    assert_eq!(s3.data_files().len(), many + 1, "older states keep their files");
    store.succeed(&["lake", "verify", "--full"]);

    for (name, value) in keeping_little() {
        store.set(name, &value);
    }
    store.succeed(&["lake", "retain"]);
    assert_eq!(store.digest(), before, "the newest day is kept");
    assert_eq!(s3.data_files().len(), 1, "{:?}", s3.data_files());
    store.succeed(&["lake", "verify", "--full"]);
    s3.assert_nothing_was_written_over();
}

#[test]
fn a_repair_gives_nothing_up_because_a_store_does_not_answer() {
    let Some(s3) = S3::start("a repair of a lake on S3") else { return };
    let mut store = s3.store();
    let reports = by_config(&store, 200);
    reports.iter().for_each(|report| _ = store.import(report));
    let (before, keys) = (store.digest(), s3.keys());
    store.set("CATSCAN_LAKE_PATIENCE_SECONDS", "2");
    s3.trouble("refuse", 0, "GET /facts/some/lake/rtb_daily");
    let ran = store.run(&["lake", "repair", "--drop-damaged", "--yes"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("cannot be read"), "{ran:#?}");
    s3.end_trouble();
    assert_eq!((store.digest(), s3.keys()), (before.clone(), keys));

    // One that is damaged for sure is given up, kept aside, and imported again.
    store.set("CATSCAN_LAKE_PATIENCE_SECONDS", "30");
    let cut = s3.data_files().remove(0);
    s3.put(&cut, "PAR1");
    let ran = store.run(&["lake", "verify", "--full"]);
    assert!(ran.code == Some(1) && (ran.stdout + &ran.stderr).contains(cut.strip_prefix("some/lake/").unwrap()));
    store.run(&["lake", "repair", "--drop-damaged", "--yes"]);
    assert!(s3.keys().iter().any(|key| key.starts_with("some/lake/_damaged/")), "{:?}", s3.keys());
    assert_ne!(store.digest(), before);
    let again = |report: &std::path::PathBuf| store.run(&["import", "--again", report.to_str().unwrap()]).code;
    assert!(reports.iter().all(|report| again(report) == Some(0)));
    let facts = |digest: &str| digest.lines().filter(|line| line.contains("2026-03-24")).count();
    assert_eq!(facts(&store.digest()), facts(&before), "all rows are back");
}
