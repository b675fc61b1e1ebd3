//! Retention: what is older than it is kept goes, step by step, and nothing else.

use std::time::Duration;

use chrono::TimeDelta;

use super::compact::options as merging;
use super::fixture::{ALL, TestLake, day, row, scope};
use crate::lake::{At, LakeError, RetainAnswer, RetainOptions};
use crate::model::{Clock, SnapshotId};

const GRACE: Duration = Duration::from_secs(3600);

fn options() -> RetainOptions {
    RetainOptions { keep_facts_days: 0, keep_snapshots_days: 7, grace: GRACE, dry_run: false }
}

impl TestLake {
    fn retain(&self, options: &RetainOptions) -> RetainAnswer {
        self.lake.retain(options, &Clock::fixed(self.now), &()).unwrap()
    }

    fn on_disk(&self) -> usize {
        self.lake.shared.place.files("").unwrap().len()
    }

    fn count(&self, sql: &str) -> i64 {
        self.db.read(|tx| Ok::<_, LakeError>(tx.query_row(sql, [], |row| row.get(0))?)).unwrap()
    }
}

#[tokio::test]
async fn facts_leave_the_newest_state_first_then_the_older_ones_go_and_then_the_files() {
    let mut lake = TestLake::new();
    lake.put(&scope(1, 1), ALL, &[row("b", "old", 1)]);
    lake.put(&scope(1, 10), ALL, &[row("b", "kept", 10)]);
    lake.put(&scope(1, 10), ALL, &[row("b", "kept", 11)]);
    let before = lake.lake.snapshot(&At::Latest).unwrap();
    // It is the 20th: the 10th is ten days old.
    let keep_ten = RetainOptions { keep_facts_days: 10, ..options() };
    let planned = lake.retain(&RetainOptions { dry_run: true, ..keep_ten.clone() });
    assert_eq!((planned.facts.before, planned.facts.rows), (Some(day(10)), 1));
    assert_eq!(lake.impressions(At::Latest).await, 12, "a dry run changes nothing");
    let done = lake.retain(&keep_ten);
    assert_eq!(done.facts.partitions, planned.facts.partitions);
    assert_eq!((done.facts.files, done.facts.bytes), (1, before.files()[1].bytes));
    assert_eq!((done.facts.partitions[0].day, done.facts.snapshot_id), (day(1), Some(SnapshotId(4))));
    assert_eq!((lake.impressions(At::Latest).await, lake.impressions(At::Snapshot(before.id)).await), (11, 12));
    assert_eq!((done.snapshots.snapshots, lake.on_disk()), (0, 3), "older states still have the rows");
    assert_eq!(lake.retain(&keep_ten).facts.snapshot_id, None, "once");

    // The retention's own snapshot was the newest at the oldest time that can be asked.
    lake.now += TimeDelta::days(7) + TimeDelta::hours(1);
    let planned = lake.retain(&RetainOptions { dry_run: true, ..options() });
    assert_eq!((planned.snapshots.snapshots, planned.snapshots.files), (4, 2));
    let done = lake.retain(&options());
    assert_eq!(done.snapshots, planned.snapshots);
    assert_eq!((done.snapshots.first, done.snapshots.last), (Some(SnapshotId(0)), Some(SnapshotId(3))));
    assert_eq!((done.files.expired, done.files.waiting, lake.on_disk()), (0, 2, 3), "a question may read them");
    let refused = lake.lake.snapshot(&At::Snapshot(before.id)).unwrap_err().to_string();
    assert_eq!(refused, "there is no snapshot 3: this store holds snapshots 4 to 4");
    let pinned = lake.rows_of(&before).await;
    assert_eq!(pinned, 12, "who pinned the state goes on reading");

    lake.now += TimeDelta::minutes(59);
    assert_eq!(lake.retain(&options()).files.expired, 0);
    lake.now += TimeDelta::minutes(1);
    let planned = lake.retain(&RetainOptions { dry_run: true, ..options() });
    assert_eq!((planned.files.expired, planned.files.waiting, lake.on_disk()), (2, 0, 3));
    let done = lake.retain(&options());
    assert_eq!((done.files.expired, done.files.bytes, lake.on_disk()), (2, planned.files.bytes, 1));
    assert_eq!(done.files.next_removal, None);
    assert_eq!(lake.impressions(At::Latest).await, 11);
    assert_eq!(lake.lake.check_hashes(&lake.lake.snapshot(&At::Latest).unwrap()), []);
    for table in ["ducklake_file_column_stats", "ducklake_file_partition_value", "lake_files", "ducklake_data_file"] {
        let id = if table == "lake_files" { "file_id" } else { "data_file_id" };
        assert_eq!(lake.count(&format!("SELECT count(DISTINCT {id}) FROM {table}")), 1, "{table}");
    }
    assert_eq!(lake.count("SELECT record_count FROM ducklake_table_stats WHERE table_id = 1"), 1);
}

impl TestLake {
    /// Σ impressions of a state that was pinned before.
    async fn rows_of(&self, snapshot: &crate::lake::Snapshot) -> i64 {
        use arrow::array::AsArray;
        let session = self.session(At::Latest, &[1], 2);
        let provider = snapshot.provider(super::fixture::table(), &[crate::model::AccountId(1)]);
        session.register_table("pinned", provider).unwrap();
        let batches = session.sql("SELECT sum(impressions) FROM pinned").await.unwrap().collect().await.unwrap();
        batches[0].column(0).as_primitive::<arrow::datatypes::Int64Type>().value(0)
    }
}

#[test]
fn every_time_within_the_days_kept_can_be_asked_and_the_newest_state_never_goes() {
    let mut lake = TestLake::new();
    let start = lake.now;
    for day in 1..=9 {
        lake.now = start + TimeDelta::days(day);
        lake.put(&scope(1, 1), ALL, &[row("b", "c", day)]);
    }
    let done = lake.retain(&options());
    assert_eq!((done.snapshots.first, done.snapshots.last), (Some(SnapshotId(0)), Some(SnapshotId(1))));
    let at = |hours: i64| lake.lake.snapshot(&At::Time(lake.now - TimeDelta::hours(hours))).map(|found| found.id);
    assert_eq!(at(7 * 24).unwrap(), SnapshotId(2));
    assert!(matches!(at(7 * 24 + 1), Err(LakeError::NoSnapshotAt { oldest: SnapshotId(2), .. })));

    lake.now += TimeDelta::days(400);
    lake.retain(&options());
    let newest = lake.lake.snapshot(&At::Latest).unwrap();
    assert_eq!((newest.id, newest.files().len()), (SnapshotId(9), 1));
    let none = lake.retain(&RetainOptions { keep_snapshots_days: 0, ..options() });
    assert_eq!(none.snapshots.snapshots, 0);
}

#[test]
fn more_states_than_go_in_one_commit_all_go() {
    let mut lake = TestLake::new();
    let insert = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200) \
                  INSERT INTO ducklake_snapshot \
                  SELECT n, '2026-11-20 12:00:00.' || printf('%06d', n) || '+00', 0, 9, 9 FROM numbers";
    lake.db.write(|tx| Ok::<_, LakeError>(tx.execute(insert, [])?)).unwrap();
    lake.now += TimeDelta::days(30);
    let done = lake.retain(&options());
    assert_eq!((done.snapshots.snapshots, done.snapshots.last), (1_200, Some(SnapshotId(1_199))));
}

#[test]
fn a_file_that_a_run_removed_and_did_not_come_to_note_is_noted_by_the_next() {
    let mut lake = TestLake::new();
    lake.beside(&scope(1, 1), ALL, &[row("b1", "c", 1)]);
    lake.beside(&scope(1, 1), ALL, &[row("b2", "c", 1)]);
    let parts: Vec<String> =
        lake.lake.snapshot(&At::Latest).unwrap().files().iter().map(|file| file.relative.clone()).collect();
    lake.compact(&merging());
    lake.now += TimeDelta::days(8);
    assert_eq!(lake.retain(&options()).files.waiting, 2);
    // Files that wait are no orphans, however old they look.
    assert_eq!(lake.lake.sweep(lake.now + TimeDelta::minutes(59), GRACE).unwrap().orphans, 0);
    assert!(lake.lake.shared.place.remove(&parts[0]).unwrap());
    lake.now += TimeDelta::hours(2);
    let done = lake.retain(&options());
    assert_eq!((done.files.expired, done.files.waiting, lake.on_disk()), (1, 0, 1));
    assert_eq!(lake.count("SELECT count(*) FROM ducklake_files_scheduled_for_deletion"), 0);
}
