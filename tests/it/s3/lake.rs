//! Import, restatement, undo, restart and questions: as over a directory.

use super::super::compaction::{by_config, compact};
use super::super::import::{generated, write_restated};
use super::super::store::{TestStore, repository};
use super::S3;

/// A store over the server and one over a directory, with the same done to both.
struct Both {
    remote: TestStore,
    local: TestStore,
}

impl Both {
    #[track_caller]
    fn do_it(&self, arguments: &[&str]) {
        self.remote.succeed(arguments);
        self.local.succeed(arguments);
    }

    #[track_caller]
    fn assert_same(&self, when: &str) {
        assert_eq!(self.remote.digest(), self.local.digest(), "{when}");
        let totals =
            "SELECT metric_date, count(*), sum(spend_micros), sum(impressions) FROM rtb_daily GROUP BY 1 ORDER BY 1";
        assert_eq!(self.remote.sql(totals), self.local.sql(totals), "{when}");
        let view = "SELECT * FROM v_config_performance ORDER BY billing_id";
        assert_eq!(self.remote.sql(view), self.local.sql(view), "{when}");
    }
}

#[test]
fn answers_are_those_of_a_directory_after_import_restatement_replacement_and_undo() {
    let Some(s3) = S3::start("a lake on S3") else { return };
    let both = Both { remote: s3.store(), local: TestStore::new() };
    let reports = generated(&both.local.beside("reports"), 3_000, 3, 21);
    let restated = both.local.beside("restated.csv");
    write_restated(&reports[1], &restated, 7);
    both.do_it(&["sync", "--from-files", both.local.beside("reports/entities").to_str().unwrap()]);
    for report in &reports {
        both.do_it(&["import", report.to_str().unwrap()]);
    }
    both.assert_same("after the import");
    both.do_it(&["import", restated.to_str().unwrap()]);
    both.assert_same("after a restatement, which reads live files back");
    both.do_it(&["import", "--mode", "replace", "--again", reports[1].to_str().unwrap()]);
    both.assert_same("after a replacement");
    both.do_it(&["undo", "5"]);
    both.assert_same("after an undo, which gives ended files second names");
    both.do_it(&["undo", "4"]);
    both.assert_same("after another undo");
    let at_two = |store: &TestStore| store.sql_at("2", "SELECT count(*) AS n, sum(clicks) AS c FROM rtb_daily");
    assert_eq!(at_two(&both.remote), at_two(&both.local), "an older snapshot");

    s3.assert_nothing_was_written_over();
    assert!(!both.remote.data_dir().join("lake/rtb_daily").exists(), "no facts on this machine");
    let objects = s3.objects();
    assert!(objects.keys().all(|key| key.starts_with("some/lake/")), "{:?}", objects.keys());
    assert!(objects.contains_key("some/lake/_catscan_store"));
    let tmp = std::fs::read_dir(both.remote.data_dir().join("tmp")).unwrap().map(|entry| entry.unwrap().path());
    assert_eq!(tmp.filter(|path| path.is_file()).count(), 0, "nothing is left in tmp");
}

#[test]
fn a_scan_makes_few_requests() {
    let Some(s3) = S3::start("requests of a lake on S3") else { return };
    let store = s3.store();
    for report in generated(&store.beside("reports"), 40_000, 2, 3) {
        store.import(&report);
    }
    let files = s3.data_files().len();
    assert_eq!(files, 2);
    s3.end_trouble();
    store.number("SELECT sum(spend_micros + impressions + clicks) AS n FROM rtb_daily WHERE creative_id <> ''");
    let reads = s3.log().into_iter().filter(|[method, path, _]| method == "GET" && path.ends_with(".parquet"));
    let reads: Vec<_> = reads.collect();
    assert_eq!(reads.len(), files * 2, "footer with page index, then the columns: {reads:#?}");
    assert!(reads.iter().all(|[_, _, range]| range.starts_with("bytes=")), "{reads:#?}");
}

#[test]
fn a_start_looks_at_many_files_with_one_list() {
    let Some(s3) = S3::start("the start of a lake on S3") else { return };
    let store = s3.store();
    let reports: Vec<_> = generated(&store.beside("reports"), 100, 30, 3);
    let mut import = vec!["import"];
    import.extend(reports.iter().map(|report| report.to_str().unwrap()));
    store.succeed(&import);
    assert_eq!(s3.data_files().len(), 30);
    s3.end_trouble();
    store.succeed(&["init"]);
    let log = s3.log();
    let heads = log.iter().filter(|[method, ..]| method == "HEAD").count();
    assert!(log.len() <= 4 && heads == 0, "the marker, twice, and two lists: {log:#?}");
    // A file that is gone is a warning at the start, as in a directory.
    let lost = s3.data_files().remove(7);
    s3.delete(&lost);
    let ran = store.run(&["init"]);
    let name = lost.strip_prefix("some/lake/").unwrap();
    assert!(ran.code == Some(0) && ran.stderr.contains(name) && ran.stderr.contains("it is missing"), "{ran:#?}");
}

#[test]
fn a_delta_log_grows_beside_the_objects_and_a_sweep_spares_it() {
    let Some(s3) = S3::start("a Delta log on S3") else { return };
    let store = s3.store();
    let reports = generated(&store.beside("reports"), 100, 2, 5);
    for (version, report) in reports.iter().enumerate() {
        store.import(report);
        store.succeed(&["lake", "export-delta", "--table", "rtb_daily"]);
        let key = format!("some/lake/rtb_daily/_delta_log/{version:020}.json");
        let objects = s3.objects();
        let text =
            String::from_utf8(objects.get(&key).unwrap_or_else(|| panic!("{:?}", objects.keys())).to_vec()).unwrap();
        assert!(text.contains("\"add\""), "{text}");
    }
    let before = s3.keys();
    store.succeed(&["lake", "retain"]);
    assert_eq!(s3.keys(), before);
    s3.assert_nothing_was_written_over();
}

#[test]
fn a_directory_by_its_address_gives_the_same_answers() {
    let local = TestStore::new();
    let bucket = local.beside("bucket");
    std::fs::create_dir(&bucket).unwrap();
    let url = format!("file://{}/lake", bucket.display());
    let both = Both { remote: TestStore::within(&[("CATSCAN_LAKE_URL", &url)]), local };
    let report = generated(&both.local.beside("reports"), 300, 1, 5).remove(0);
    let restated = both.local.beside("restated.csv");
    write_restated(&report, &restated, 4);
    for file in [&report, &restated] {
        both.do_it(&["import", file.to_str().unwrap()]);
    }
    both.assert_same("after a restatement");
    both.do_it(&["undo", "2"]);
    both.assert_same("after an undo");
    assert!(bucket.join("lake/_catscan_store").exists());
}

#[test]
fn a_lake_belongs_to_one_database_and_does_not_move_by_a_setting() {
    let Some(s3) = S3::start("the marker of a lake on S3") else { return };
    let mut store = s3.store();
    store.import(&repository("data/samples/performance.csv"));
    let environment = s3.environment();
    let environment: Vec<_> = environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let told = TestStore::not_made(&environment).run(&["init"]);
    assert_eq!(told.code, Some(1), "{told:#?}");
    assert!(told.stderr.contains("s3://facts/some/lake is not the lake of this database"), "{told:#?}");

    store.set("CATSCAN_LAKE_URL", "s3://facts/another/lake");
    for command in [&["init"][..], &["sql", "SELECT 1"]] {
        let told = store.run(command);
        assert_eq!(told.code, Some(1), "{told:#?}");
        assert!(told.stderr.contains("s3://facts/another/lake") && told.stderr.contains("lake.url"), "{told:#?}");
    }
    store.set("CATSCAN_LAKE_URL", "");
    let told = store.run(&["init"]);
    assert!(told.code == Some(1) && told.stderr.contains("lake.url"), "{told:#?}");

    // Copied as a whole, it may be elsewhere.
    store.set("CATSCAN_LAKE_URL", "s3://facts/another/lake");
    for (key, bytes) in s3.objects() {
        s3.put(&key.replace("some/", "another/"), bytes);
    }
    let files = s3.data_files();
    let another = files.iter().find(|key| key.starts_with("another/")).unwrap();
    let bytes = s3.objects()[another].clone();
    s3.delete(another);
    let told = store.run(&["init"]);
    assert!(told.code == Some(1) && told.stderr.contains("copy all of s3://facts/some/lake/"), "{told:#?}");
    s3.put(another, bytes);
    store.succeed(&["init"]);
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 12);
}

#[test]
fn objects_are_merged_and_what_is_old_leaves_the_bucket() {
    let Some(s3) = S3::start("compaction and retention on S3") else { return };
    let store = s3.store();
    let files = by_config(&store, 1_000);
    let mut states = Vec::new();
    for file in &files {
        store.import(file);
        states.push(store.digest());
    }
    s3.end_trouble();
    assert_eq!(compact(&store)["files_after"], 1);
    let reads = s3.log().into_iter().filter(|[method, path, _]| method == "GET" && path.ends_with(".parquet")).count();
    assert!(reads <= files.len() * 4, "a row group is one request beside the footer: {reads}");
    assert_eq!(store.digest(), states[files.len() - 1]);
    store.succeed(&["undo", &files.len().to_string()]);
    assert_eq!(store.digest(), states[files.len() - 2]);
    let mut command = store.command(&["lake", "retain"]);
    command.env("CATSCAN_LAKE_KEEP_SNAPSHOTS_DAYS", "0").env("CATSCAN_LAKE_GRACE_SECONDS", "0");
    assert!(command.stdout(std::process::Stdio::null()).status().unwrap().success());
    assert_eq!(store.digest(), states[files.len() - 2]);
    assert_eq!(s3.data_files().len(), store.succeed(&["lake", "files", "--json"]).lines().count());
    s3.assert_nothing_was_written_over();
}
