//! Commit, replace, time travel, conflicts.

use std::sync::Arc;

use super::fixture::{ALL, TestLake, noon, row, scope};
use crate::lake::{At, LakeError};
use crate::model::SnapshotId;

#[tokio::test]
async fn replacing_a_partition_changes_the_newest_state_and_no_older_one() {
    let lake = TestLake::new();
    let first = lake.put(&scope(1, 1), ALL, &[row("b1", "c1", 10), row("b2", "c1", 5)]);
    let second = lake.put(&scope(1, 2), ALL, &[row("b1", "c1", 100)]);
    let third = lake.put(&scope(1, 1), ALL, &[row("b1", "c1", 11)]);

    assert_eq!((first, second, third), (SnapshotId(1), SnapshotId(2), SnapshotId(3)));
    assert_eq!(lake.impressions(At::Latest).await, 111);
    assert_eq!(lake.impressions(At::Snapshot(second)).await, 115);
    assert_eq!(lake.impressions(At::Snapshot(first)).await, 15);
    assert_eq!(lake.impressions(At::Snapshot(SnapshotId(0))).await, 0);
}

#[test]
fn a_snapshot_is_found_by_the_time_at_which_it_was_the_newest() {
    let mut lake = TestLake::new();
    let first = lake.put(&scope(1, 1), ALL, &[row("b", "c", 1)]);
    lake.now += chrono::TimeDelta::hours(1);
    let second = lake.put(&scope(1, 2), ALL, &[row("b", "c", 1)]);
    let at = |minutes: i64| {
        let time = noon() + chrono::TimeDelta::minutes(minutes);
        lake.lake.snapshot(&At::Time(time)).map(|snapshot| snapshot.id)
    };
    assert_eq!(at(30).unwrap(), first);
    assert_eq!(at(60).unwrap(), second);
    let early = at(-1).unwrap_err();
    assert!(matches!(early, LakeError::NoSnapshotAt { oldest: SnapshotId(0), .. }), "{early}");
    let unknown = lake.lake.snapshot(&At::Snapshot(SnapshotId(99))).unwrap_err().to_string();
    assert_eq!(unknown, "there is no snapshot 99: this store holds snapshots 0 to 2");
}

#[test]
fn two_changes_from_the_same_state_to_one_partition_collide() {
    let lake = TestLake::new();
    let base = lake.put(&scope(1, 1), ALL, &[row("b", "c", 1)]);
    let live = lake.lake.snapshot(&At::Latest).unwrap().files()[0].file_id;
    lake.commit(vec![lake.publish(&scope(1, 1), ALL, &[row("b", "c", 2)])], vec![live], base).unwrap();

    let ended = lake.commit(vec![lake.publish(&scope(1, 1), ALL, &[row("b", "c", 3)])], vec![live], base);
    assert!(matches!(ended, Err(LakeError::Conflict { .. })), "{ended:?}");
    let beside = lake.commit(vec![lake.publish(&scope(1, 1), ALL, &[row("b", "c", 3)])], vec![], base);
    let message = beside.unwrap_err().to_string();
    assert_eq!(
        message,
        "performance of 2026-11-01, account 1: 2 of its files came or went since snapshot 1; \
         nothing was changed, run it again"
    );
    let elsewhere = lake.commit(vec![lake.publish(&scope(1, 2), ALL, &[row("b", "c", 3)])], vec![], base);
    assert_eq!(elsewhere.unwrap(), SnapshotId(3), "another partition is not in the way");
    assert!(matches!(lake.commit(vec![], vec![77], base), Err(LakeError::NoSuchFile { file_id: 77 })));
}

#[test]
fn a_change_that_is_rolled_back_leaves_no_trace_and_its_numbers_are_used_again() {
    let lake = TestLake::new();
    let before = lake.put(&scope(1, 1), ALL, &[row("b", "c", 1)]);
    let add = vec![lake.publish(&scope(1, 2), ALL, &[row("b", "lost", 2)])];
    let rolled_back: Result<(), LakeError> = lake.db.write(|tx| {
        let id = lake.lake.commit(tx, lake.change(add, vec![], before))?;
        // The writer sees its own change, and must not teach it to the cache.
        assert_eq!(lake.lake.snapshot_in(tx, &At::Latest)?.files().len(), 2);
        Err(LakeError::NoSnapshot { asked: id, oldest: id, newest: id })
    });
    rolled_back.unwrap_err();
    assert_eq!(lake.lake.snapshot(&At::Latest).unwrap().id, before);
    let next = lake.put(&scope(1, 3), ALL, &[row("b", "kept", 3)]);
    let snapshot = lake.lake.snapshot(&At::Latest).unwrap();
    assert_eq!((next, snapshot.id), (SnapshotId(2), SnapshotId(2)));
    let days: Vec<String> = snapshot.files().iter().map(|file| file.scope.day.to_string()).collect();
    assert_eq!(days, ["2026-11-03", "2026-11-01"]);
}

#[test]
fn a_change_without_files_makes_no_snapshot() {
    let lake = TestLake::new();
    assert_eq!(lake.commit(vec![], vec![], SnapshotId(0)).unwrap(), SnapshotId(0));
}

#[test]
fn a_new_snapshot_shares_the_description_of_files_that_stay() {
    let lake = TestLake::new();
    lake.put(&scope(1, 1), ALL, &[row("b", "c", 1)]);
    let before = lake.lake.snapshot(&At::Latest).unwrap();
    lake.put(&scope(1, 2), ALL, &[row("b", "c", 1)]);
    let after = lake.lake.snapshot(&At::Latest).unwrap();
    assert!(Arc::ptr_eq(&before.files()[0], &after.files()[1]));
}

#[test]
fn the_catalog_counts_live_rows_and_never_gives_a_row_id_twice() {
    let lake = TestLake::new();
    lake.put(&scope(1, 1), ALL, &[row("b", "c1", 1), row("b", "c2", 2)]);
    lake.put(&scope(1, 1), ALL, &[row("b", "c1", 1), row("b", "c2", 2), row("b", "c3", 3)]);
    let (rows, next, bytes): (i64, i64, i64) = lake
        .db
        .read(|tx| {
            let sql = "SELECT record_count, next_row_id, file_size_bytes FROM ducklake_table_stats";
            Ok::<_, LakeError>(tx.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?)
        })
        .unwrap();
    let live = lake.lake.snapshot(&At::Latest).unwrap();
    assert_eq!((rows, next), (3, 5));
    assert_eq!(u64::try_from(bytes).unwrap(), live.files().iter().map(|file| file.bytes).sum::<u64>());
}
