//! A catalog that is not what was written gives an error that says so, never another number.

use super::fixture::{ALL, TestLake, row, scope};
use crate::db::{Db, DbError};
use crate::lake::{At, Lake, LakeError};
use crate::model::SnapshotId;

/// Three snapshots with files: two days, the first of which is replaced.
fn lake() -> TestLake {
    let lake = TestLake::new();
    lake.put(&scope(1, 1), ALL, &[row("b1", "c1", 10)]);
    lake.put(&scope(1, 2), ALL, &[row("b1", "c1", 20), row("b1", "c2", 5)]);
    lake.put(&scope(1, 1), ALL, &[row("b1", "c1", 11)]);
    lake
}

/// What a flipped bit does, as a statement.
fn damage(lake: &TestLake, sql: &str) {
    let changed = lake.db.write(|tx| {
        tx.pragma_update(None, "defer_foreign_keys", true)?;
        Ok::<_, DbError>(tx.execute(sql, [])?)
    });
    assert!(changed.unwrap() > 0, "{sql} changes nothing");
}

#[test]
fn a_changed_row_of_the_catalog_is_found_when_its_snapshot_is_opened() {
    for sql in [
        "UPDATE lake_files SET rows = rows + 1 WHERE file_id = (SELECT max(file_id) FROM lake_files)",
        "UPDATE lake_files SET metric_date = '2026-11-05' WHERE file_id = (SELECT max(file_id) FROM lake_files)",
        "UPDATE lake_files SET account_id = 2",
        "UPDATE lake_files SET columns = replace(columns, '20', '21')",
        "UPDATE lake_files SET grain = '[]'",
        "UPDATE lake_files SET check_value = NULL",
        "UPDATE lake_files SET check_value = zeroblob(8)",
        "UPDATE ducklake_data_file SET end_snapshot = NULL",
        "UPDATE ducklake_data_file SET end_snapshot = 2 WHERE end_snapshot IS NULL",
        "UPDATE ducklake_data_file SET end_snapshot = 64 + end_snapshot",
        "UPDATE ducklake_data_file SET begin_snapshot = 64",
        "UPDATE lake_snapshots SET rows = rows + 1",
        "UPDATE lake_snapshots SET digest = zeroblob(32)",
        "DELETE FROM lake_snapshots",
        "UPDATE ducklake_snapshot SET snapshot_time = '2026-11-20 12:00:09.000000+00'",
        "UPDATE ducklake_snapshot SET next_file_id = 1",
        "DELETE FROM lake_snapshots WHERE snapshot_id = (SELECT max(snapshot_id) FROM lake_snapshots)",
    ] {
        let lake = lake();
        damage(&lake, sql);
        // Nothing of the state before the damage is remembered.
        let again = lake.reopened();
        let outcome = again.map(|lake| lake.snapshot(&At::Latest).map(|found| found.files().len()));
        match outcome {
            Err(LakeError::Catalog { .. } | LakeError::Lost { .. }) | Ok(Err(LakeError::Catalog { .. })) => {}
            other => panic!("{sql}: {other:?}"),
        }
    }
}

#[test]
fn what_a_snapshot_changed_is_told_only_where_both_sides_are_as_they_were() {
    let lake = lake();
    let change = |at| lake.db.read(|tx| lake.lake.change_at(tx, at));
    let newest = lake.lake.snapshot(&At::Latest).unwrap().id;
    let told = change(newest).unwrap().unwrap();
    assert_eq!((told.added.len(), told.ended.len()), (1, 1));
    damage(&lake, "UPDATE ducklake_data_file SET end_snapshot = NULL WHERE end_snapshot IS NOT NULL");
    assert!(matches!(change(newest), Err(LakeError::Catalog { .. })));
}

#[test]
fn a_snapshot_found_by_time_is_the_right_one_or_none() {
    let lake = lake();
    let older = SnapshotId(2);
    let time = lake.lake.snapshot(&At::Snapshot(older)).unwrap().time;
    assert_eq!(lake.lake.snapshot(&At::Time(time)).unwrap().id, older);
    damage(&lake, "UPDATE ducklake_snapshot SET snapshot_time = '2026-11-21' WHERE snapshot_id = 2");
    assert!(matches!(lake.lake.snapshot(&At::Time(time)), Err(LakeError::Catalog { .. })));
}

#[test]
fn a_change_does_not_write_over_a_damaged_catalog() {
    let lake = lake();
    let base = lake.lake.snapshot(&At::Latest).unwrap();
    damage(&lake, "UPDATE lake_files SET rows = rows + 1");
    let ended = base.files()[0].file_id;
    let refused = lake.commit(Vec::new(), vec![ended], base.id);
    assert!(matches!(refused, Err(LakeError::Catalog { .. })), "{refused:?}");
}

#[test]
fn a_database_that_lost_its_last_commits_is_refused_and_named() {
    let lake = lake();
    // What an older copy of the file, or a log that was cut, brings back.
    let older = lake.directory.path().join("older.db");
    lake.db.backup_to(&older).unwrap();
    lake.put(&scope(1, 3), ALL, &[row("b1", "c1", 40)]);
    let path = lake.directory.path().join("catscan.db");
    let note = std::fs::read_to_string(path.with_extension("db-noted")).unwrap();
    assert_eq!(note.trim(), lake.lake.snapshot(&At::Latest).unwrap().id.to_string());
    let TestLake { directory, db, lake: open, now } = lake;
    drop((db, open));
    std::fs::rename(&older, &path).unwrap();
    for left in ["db-wal", "db-shm"] {
        // Who closed last decides whether they are still there.
        let _ = std::fs::remove_file(path.with_extension(left));
    }
    let at = |name: &str| directory.path().join(name);
    let read = Lake::open_read_only(Db::open_read_only(&path).unwrap(), &at("lake"));
    assert!(matches!(read, Err(LakeError::Lost { noted: 4, newest: 3, .. })), "{:?}", read.err());
    let written = Lake::open(Db::open(&path).unwrap(), &at("lake"), &at("tmp"), now);
    let message = written.err().unwrap().to_string();
    assert!(
        message.contains("the database lost its last changes") && message.contains("catscan.db-noted"),
        "{message}"
    );
    std::fs::remove_file(path.with_extension("db-noted")).unwrap();
    let lake = Lake::open(Db::open(&path).unwrap(), &at("lake"), &at("tmp"), now).unwrap();
    assert_eq!(lake.snapshot(&At::Latest).unwrap().files().len(), 2);
}
