//! A sound lake has no findings; each fault is found by the check that promises its absence.

use std::fs;
use std::time::Duration;

use super::{Outcome, Verification};
use crate::db::DbError;
use crate::lake::At;
use crate::lake::tests::fixture::{ALL, TestLake, row, scope};

const GRACE: Duration = Duration::from_secs(3600);

fn lake() -> TestLake {
    let lake = TestLake::new();
    lake.put(&scope(1, 1), ALL, &[row("b1", "c1", 10)]);
    lake.put(&scope(1, 2), ALL, &[row("b1", "c1", 20), row("b2", "c2", 5)]);
    lake.put(&scope(1, 1), ALL, &[row("b1", "c1", 11)]);
    lake
}

fn verify(lake: &TestLake, full: bool) -> Verification {
    lake.lake.verify(full, lake.now, GRACE, &())
}

/// The names of the checks that found something.
fn found(verification: &Verification) -> Vec<&str> {
    let found = verification.checks.iter().filter(|check| check.outcome == Outcome::Findings);
    found.map(|check| check.name.as_str()).collect()
}

fn by_hand(lake: &TestLake, sql: &str) {
    assert!(lake.db.write(|tx| Ok::<_, DbError>(tx.execute(sql, [])?)).unwrap() > 0, "{sql}");
}

#[test]
fn a_sound_lake_has_no_findings() {
    let lake = lake();
    let fast = verify(&lake, false);
    assert_eq!((fast.findings, fast.files, fast.trouble()), (0, 3, None), "{fast:#?}");
    assert_eq!(fast.check("file_bytes").unwrap().outcome, Outcome::Skipped);
    let full = verify(&lake, true);
    assert_eq!(full.findings, 0, "{full:#?}");
    assert!(full.checks.iter().all(|check| check.outcome == Outcome::Ok), "{full:#?}");
    assert_eq!(full.snapshot_id, Some(lake.lake.snapshot(&At::Latest).unwrap().id));
}

#[test]
fn each_fault_of_the_catalog_has_its_check() {
    for (sql, check) in [
        ("UPDATE lake_files SET rows = rows + 1", "snapshots"),
        ("UPDATE ducklake_data_file SET record_count = record_count + 1", "catalog"),
        ("UPDATE ducklake_data_file SET path = path || 'x'", "catalog"),
        ("UPDATE ducklake_file_partition_value SET partition_value = '9' WHERE partition_key_index = 0", "catalog"),
        ("UPDATE ducklake_file_column_stats SET min_value = '12' WHERE min_value = '5'", "catalog"),
        ("UPDATE ducklake_file_column_stats SET null_count = null_count + 1", "catalog"),
        ("UPDATE ducklake_table_stats SET record_count = record_count + 1", "table_totals"),
        ("UPDATE ducklake_data_file SET end_snapshot = NULL", "snapshots"),
        ("CREATE TABLE of_another_hand (a)", "schema"),
    ] {
        let lake = lake();
        if sql.starts_with("CREATE") {
            lake.db.write(|tx| Ok::<_, DbError>(tx.execute_batch(sql)?)).unwrap();
        } else {
            by_hand(&lake, sql);
        }
        let verification = verify(&lake, false);
        assert!(found(&verification).contains(&check), "{sql}: {:?}", found(&verification));
        let trouble = verification.trouble().unwrap();
        assert!(trouble.contains(check) && trouble.contains("catscan lake repair"), "{trouble}");
    }
}

#[test]
fn the_same_bytes_live_twice_are_found() {
    let lake = lake();
    let snapshot = lake.lake.snapshot(&At::Latest).unwrap();
    let again = lake.lake.republish(&snapshot.files()[..1]).unwrap();
    lake.commit(again, Vec::new(), snapshot.id).unwrap();
    assert_eq!(found(&verify(&lake, false)), ["live_once"]);
}

#[test]
fn a_missing_and_a_changed_file_are_named_also_where_only_an_older_snapshot_has_them() {
    let lake = lake();
    let live = lake.lake.snapshot(&At::Latest).unwrap();
    let old = lake.lake.snapshot(&At::Snapshot(crate::model::SnapshotId(1))).unwrap();
    let path = |file: &str| lake.directory.path().join("lake").join(file);
    let changed = &live.files()[0].relative;
    let mut bytes = fs::read(path(changed)).unwrap();
    bytes[100] ^= 1;
    fs::write(path(changed), bytes).unwrap();
    let missing = &old.files()[0].relative;
    fs::remove_file(path(missing)).unwrap();

    let fast = verify(&lake, false);
    assert_eq!(found(&fast), ["file_lengths"]);
    let full = verify(&lake, true);
    assert_eq!(found(&full), ["file_lengths", "file_bytes"]);
    assert!(full.check("file_lengths").unwrap().findings[0].contains(missing), "{full:#?}");
    assert!(full.check("file_bytes").unwrap().findings[0].contains(changed), "{full:#?}");
}

#[test]
fn a_file_that_no_snapshot_holds_is_named_once_it_is_old() {
    let lake = lake();
    let left = lake.publish(&scope(1, 5), ALL, &[row("b1", "c1", 1)]);
    // The clock of the test stands long before that of the disk.
    let at = |hours| chrono::Utc::now() + chrono::Duration::hours(hours);
    assert_eq!(found(&lake.lake.verify(false, at(0), GRACE, &())), [""; 0]);
    let later = lake.lake.verify(false, at(2), GRACE, &());
    assert_eq!(found(&later), ["orphans"]);
    assert!(later.check("orphans").unwrap().findings[0].contains(&left.relative), "{later:#?}");
}
