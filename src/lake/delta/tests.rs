//! The log of a table: what an export writes, what the next one goes on from, and which logs are left alone.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::lake::tests::fixture::{ALL, TestLake, row, scope};
use crate::lake::{DeltaTable, LakeError};

const TABLE: &str = "rtb_daily";

fn export(lake: &TestLake) -> Result<DeltaTable, LakeError> {
    Ok(lake.lake.export_delta(&[TABLE.to_owned()], lake.now)?.tables.remove(0))
}

fn log_file(lake: &TestLake, name: &str) -> PathBuf {
    lake.directory.path().join("lake/rtb_daily/_delta_log").join(name)
}

fn commit(lake: &TestLake, version: u64) -> Vec<Value> {
    let text = fs::read_to_string(log_file(lake, &format!("{version:020}.json"))).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn actions<'a>(commit: &'a [Value], name: &str) -> Vec<&'a Value> {
    commit.iter().filter_map(|action| action.get(name)).collect()
}

#[test]
fn the_first_export_describes_the_table_and_every_file() {
    let lake = TestLake::new();
    lake.put(&scope(1, 1), ALL, &[row("b1", "c1", 10), row("b2", "c9", 3)]);
    lake.put(&scope(1, 2), ALL, &[row("b1", "c1", 20)]);
    let done = export(&lake).unwrap();
    assert_eq!((done.version, done.written, done.files_added, done.files, done.rows), (0, true, 2, 2, 3));

    let commit = commit(&lake, 0);
    assert_eq!(actions(&commit, "protocol")[0]["minReaderVersion"], 1);
    let table = actions(&commit, "metaData")[0];
    assert_eq!(table["partitionColumns"], serde_json::json!(["account_id", "report", "metric_date"]));
    let schema: Value = serde_json::from_str(table["schemaString"].as_str().unwrap()).unwrap();
    assert_eq!(
        schema["fields"][2],
        serde_json::json!({ "name": "metric_date", "type": "date", "nullable": false,
        "metadata": { "comment": "the day, as the report names it" } })
    );
    let add = actions(&commit, "add").into_iter().find(|add| add["partitionValues"]["metric_date"] == "2026-11-01");
    let add = add.unwrap();
    let file = lake.directory.path().join("lake/rtb_daily").join(add["path"].as_str().unwrap());
    assert_eq!(add["size"].as_u64().unwrap(), fs::metadata(file).unwrap().len());
    let stats: Value = serde_json::from_str(add["stats"].as_str().unwrap()).unwrap();
    assert_eq!(stats["numRecords"], 2);
    assert_eq!((&stats["minValues"]["impressions"], &stats["maxValues"]["creative_id"]), (&3.into(), &"c9".into()));
    assert_eq!((&stats["nullCount"]["hour"], &stats["nullCount"]["clicks"]), (&2.into(), &2.into()), "stored, and not");
}

#[test]
fn a_later_export_says_the_difference_and_no_difference_says_nothing() {
    let lake = TestLake::new();
    lake.put(&scope(1, 1), ALL, &[row("b1", "c1", 10)]);
    lake.put(&scope(1, 2), ALL, &[row("b1", "c1", 20)]);
    export(&lake).unwrap();
    let again = export(&lake).unwrap();
    assert_eq!((again.version, again.written), (0, false));

    lake.put(&scope(1, 2), ALL, &[row("b1", "c1", 21)]);
    let done = export(&lake).unwrap();
    assert_eq!((done.version, done.files_added, done.files_removed, done.files), (1, 1, 1, 2));
    let commit = commit(&lake, 1);
    assert!(actions(&commit, "metaData").is_empty() && actions(&commit, "protocol").is_empty());
    assert_eq!(actions(&commit, "remove")[0]["dataChange"], true);
    assert_eq!(actions(&commit, "txn")[0]["version"], 3);
}

#[test]
fn bytes_that_only_got_another_name_are_no_change_of_data() {
    let lake = TestLake::new();
    let first = lake.put(&scope(1, 1), ALL, &[row("b1", "c1", 10)]);
    export(&lake).unwrap();
    let files = lake.lake.snapshot(&crate::lake::At::Latest).unwrap().files().to_vec();
    let published = lake.lake.republish(&files).unwrap();
    lake.commit(published, vec![files[0].file_id], first).unwrap();
    export(&lake).unwrap();
    let commit = commit(&lake, 1);
    for kind in ["add", "remove"] {
        assert_eq!(actions(&commit, kind)[0]["dataChange"], false, "{kind}");
    }
}

#[test]
fn a_column_that_the_log_lacks_is_described_anew() {
    let lake = TestLake::new();
    lake.put(&scope(1, 1), ALL, &[row("b1", "c1", 10)]);
    export(&lake).unwrap();
    let path = log_file(&lake, &format!("{:020}.json", 0));
    let text = fs::read_to_string(&path).unwrap();
    let without = text.replace("revenue_micros", "revenue_of_old");
    assert_ne!(text, without);
    fs::write(&path, without).unwrap();
    let done = export(&lake).unwrap();
    assert_eq!((done.version, done.written, done.files_added), (1, true, 0));
    let commit = commit(&lake, 1);
    assert!(actions(&commit, "metaData")[0]["schemaString"].as_str().unwrap().contains("revenue_micros"));
}

#[test]
fn a_log_of_another_store_or_program_or_one_that_is_not_whole_is_left_alone() {
    let lake = TestLake::new();
    lake.put(&scope(1, 1), ALL, &[row("b1", "c1", 10)]);
    export(&lake).unwrap();
    let first = log_file(&lake, &format!("{:020}.json", 0));
    let second = log_file(&lake, &format!("{:020}.json", 1));
    let good = fs::read_to_string(&first).unwrap();
    let refused = |what: &str| {
        let message = export(&lake).unwrap_err().to_string();
        assert!(message.contains(what) && message.contains("remove this folder"), "{message}");
    };
    fs::write(&first, &good[..good.len() / 2]).unwrap();
    refused("is damaged");
    fs::write(&first, good.replace("catscan 0", "catscan 9")).unwrap();
    refused("was written by");
    fs::write(&first, &good).unwrap();
    fs::write(&second, r#"{"commitInfo":{"operation":"VACUUM START"}}"#).unwrap();
    refused("another program wrote its version 1");
    fs::rename(&second, log_file(&lake, &format!("{:020}.json", 2))).unwrap();
    refused("commit 1 is missing");
    fs::remove_file(log_file(&lake, &format!("{:020}.json", 2))).unwrap();
    assert!(!export(&lake).unwrap().written);
}

#[test]
fn a_checkpoint_stands_for_every_commit_before_it() {
    let lake = TestLake::new();
    lake.put(&scope(1, 20), ALL, &[row("b1", "c1", 7)]);
    let mut last = export(&lake).unwrap();
    for impressions in 1..=11 {
        lake.put(&scope(1, 1), ALL, &[row("b1", "c1", impressions)]);
        last = export(&lake).unwrap();
        assert_eq!(last.checkpoint, last.version == 10);
    }
    assert_eq!((last.version, last.files), (11, 2));
    for version in 0..=10 {
        fs::remove_file(log_file(&lake, &format!("{version:020}.json"))).unwrap();
    }
    assert!(!export(&lake).unwrap().written, "the state is in the checkpoint and the commit after it");
    lake.put(&scope(1, 2), ALL, &[row("b1", "c1", 1)]);
    let done = export(&lake).unwrap();
    assert_eq!((done.version, done.files_added, done.files_removed), (12, 1, 0));
    let pointer: Value = serde_json::from_slice(&fs::read(log_file(&lake, "_last_checkpoint")).unwrap()).unwrap();
    assert_eq!(pointer["version"], 10);
}

#[test]
fn a_table_that_does_not_exist_is_named_with_those_that_do() {
    let lake = TestLake::new();
    let message = lake.lake.export_delta(&["facts".to_owned()], lake.now).unwrap_err().to_string();
    assert!(message.starts_with("there is no fact table 'facts': rtb_daily"), "{message}");
}

#[test]
fn of_exports_at_the_same_time_one_writes_the_version_and_the_others_find_it_written() {
    let lake = TestLake::new();
    for round in 0..5 {
        lake.put(&scope(1, 1), ALL, &[row("b1", "c1", round)]);
        let written: usize = std::thread::scope(|threads| {
            let exports: Vec<_> = (0..4).map(|_| threads.spawn(|| export(&lake).unwrap().written)).collect();
            exports.into_iter().map(|export| usize::from(export.join().unwrap())).sum()
        });
        assert_eq!(written, 1, "version {round}");
    }
    assert_eq!(export(&lake).unwrap().version, 4);
}
