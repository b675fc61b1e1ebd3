//! Opening, crash leftovers, directories that are not ours.

use std::fs;
use std::time::Duration;

use super::fixture::{ALL, TestLake, row, scope, table};
use crate::db::Db;
use crate::lake::{At, Lake, LakeError};

const HOUR: Duration = Duration::from_secs(3_600);

#[test]
fn opening_again_changes_nothing_but_the_path() {
    let TestLake { lake, db, directory, now } = TestLake::new();
    drop(lake);
    let moved = directory.path().join("moved");
    fs::rename(directory.path().join("lake"), &moved).unwrap();
    let lake = Lake::open(db.clone(), &moved, &directory.path().join("tmp"), now).unwrap();
    assert_eq!(lake.snapshot(&At::Latest).unwrap().id.0, 0, "no new snapshot");
    let path: String = db
        .read(|tx| {
            let sql = "SELECT value FROM ducklake_metadata WHERE key = 'data_path'";
            Ok::<_, LakeError>(tx.query_row(sql, [], |row| row.get(0))?)
        })
        .unwrap();
    assert_eq!(path, format!("{}/", moved.canonicalize().unwrap().display()));
}

#[test]
fn a_directory_of_another_store_is_refused() {
    let ours = TestLake::new();
    let other = TestLake::new();
    let swapped = Lake::open(
        ours.db.clone(),
        &other.directory.path().join("lake"),
        &other.directory.path().join("tmp"),
        ours.now,
    );
    assert!(matches!(swapped, Err(LakeError::ForeignDirectory { .. })));

    ours.put(&scope(1, 1), ALL, &[row("b", "c", 1)]);
    let empty = ours.directory.path().join("not_mounted");
    let unmounted = Lake::open(ours.db.clone(), &empty, &ours.directory.path().join("tmp"), ours.now);
    let message = unmounted.err().unwrap().to_string();
    assert!(message.contains("has no _catscan_store, but the catalog has 1 live files"), "{message}");
}

#[test]
fn reading_needs_a_store_and_writes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("catscan.db");
    drop(Db::open(&path).unwrap());
    let early = Lake::open_read_only(Db::open_read_only(&path).unwrap(), directory.path());
    assert!(matches!(early, Err(LakeError::NotInitialised)));

    let written = TestLake::new();
    written.put(&scope(1, 1), ALL, &[row("b", "c", 1)]);
    let db = Db::open_read_only(&written.directory.path().join("catscan.db")).unwrap();
    let reading = Lake::open_read_only(db, &written.lake.directory().unwrap()).unwrap();
    assert_eq!(reading.snapshot(&At::Latest).unwrap().files().len(), 1);
    let columns = [table().column("creative_id").unwrap(), table().column("import_batch_id").unwrap()];
    assert!(reading.create_file(&scope(1, 1), &columns, &[], 0).is_err());
}

/// Makes the catalog that of a program which did not have `column` yet.
fn forget_column(lake: &TestLake, column: &str) {
    let forget = |tx: &rusqlite::Transaction<'_>| {
        // The first table's column; ids are counted in each table.
        let find = "SELECT column_id FROM ducklake_column WHERE table_id = 1 AND column_name = ?1";
        let id: i64 = tx.query_row(find, [column], |row| row.get(0))?;
        tx.execute("DELETE FROM ducklake_column WHERE table_id = 1 AND column_id = ?1", [id])?;
        let of_table = "mapping_id IN (SELECT mapping_id FROM ducklake_column_mapping WHERE table_id = 1)";
        tx.execute(&format!("DELETE FROM ducklake_name_mapping WHERE target_field_id = ?1 AND {of_table}"), [id])?;
        Ok::<_, LakeError>(())
    };
    lake.db.write(forget).unwrap();
}

#[test]
fn a_column_that_the_fact_table_gained_is_added_under_a_snapshot_of_its_own() {
    let before = TestLake::new();
    forget_column(&before, "conversions");
    before.put(&scope(1, 1), ALL, &[row("b", "c", 1)]);
    let reopen = || {
        let (root, tmp) = (before.directory.path().join("lake"), before.directory.path().join("tmp"));
        Lake::open(before.db.clone(), &root, &tmp, before.now)
    };
    let lake = reopen().unwrap();
    assert_eq!(lake.snapshot(&At::Latest).unwrap().id.0, 2, "the import was 1, the column is 2");
    let one = |sql: &str| -> i64 {
        before.db.read(|tx| Ok::<_, LakeError>(tx.query_row(sql, [], |row| row.get(0))?)).unwrap()
    };
    assert_eq!(one("SELECT schema_version FROM ducklake_snapshot WHERE snapshot_id = 2"), 1);
    assert_eq!(one("SELECT begin_snapshot FROM ducklake_column WHERE column_name = 'conversions'"), 2);
    let mappings = "SELECT count(*) FROM ducklake_column_mapping WHERE table_id = 1";
    assert_eq!(one(mappings), 2, "files to come have their own");
    drop(reopen().unwrap());
    assert_eq!(one("SELECT max(snapshot_id) FROM ducklake_snapshot"), 2, "once");
}

#[test]
fn a_catalog_that_this_program_cannot_follow_is_refused_and_named() {
    let refused = |sql: &str| {
        let lake = TestLake::new();
        lake.db.write(|tx| Ok::<_, LakeError>(tx.execute_batch(sql)?)).unwrap();
        let (root, tmp) = (lake.directory.path().join("lake"), lake.directory.path().join("tmp"));
        Lake::open(lake.db.clone(), &root, &tmp, lake.now).err().unwrap().to_string()
    };
    let renamed = refused("UPDATE ducklake_column SET column_name = 'tapped' WHERE column_name = 'clicks'");
    assert!(renamed.contains("table rtb_daily: the store has a column tapped"), "{renamed}");
    let retyped = refused("UPDATE ducklake_column SET column_type = 'varchar' WHERE column_name = 'clicks'");
    assert!(retyped.contains("column clicks has another type"), "{retyped}");
    let lost = refused("DELETE FROM ducklake_column WHERE column_name = 'creative_id'");
    assert!(lost.contains("column creative_id is new and must be nullable"), "{lost}");
}

#[test]
fn rows_that_another_program_wrote_into_the_catalog_are_refused() {
    let lake = TestLake::new();
    let foreign = "INSERT INTO ducklake_delete_file (delete_file_id) VALUES (1)";
    lake.db.write(|tx| Ok::<_, LakeError>(tx.execute(foreign, [])?)).unwrap();
    let message = lake.lake.snapshot(&At::Latest).unwrap_err().to_string();
    assert!(message.contains("attach it READ_ONLY"), "{message}");
}

#[test]
fn what_a_crash_leaves_is_swept_after_the_grace_and_nothing_else() {
    let lake = TestLake::new();
    lake.put(&scope(1, 1), ALL, &[row("b", "old", 1)]);
    lake.put(&scope(1, 1), ALL, &[row("b", "new", 1)]);
    let orphan = lake.publish(&scope(1, 1), ALL, &[row("b", "c", 9)]);
    let staged = lake.stage(&scope(1, 2), ALL, &[row("b", "c", 9)]);
    std::mem::forget(staged);
    let log = lake.lake.directory().unwrap().join("rtb_daily/_delta_log");
    fs::create_dir_all(&log).unwrap();
    fs::write(log.join("00000000000000000001.checkpoint.parquet"), b"theirs").unwrap();

    let files = chrono::Utc::now();
    let none = lake.lake.sweep(files, HOUR).unwrap();
    assert_eq!((none.orphans, none.unfinished), (0, 0), "within the grace");
    let swept = lake.lake.sweep(files + chrono::TimeDelta::hours(2), HOUR).unwrap();
    assert_eq!((swept.orphans, swept.unfinished), (1, 1));
    assert!(!lake.lake.directory().unwrap().join(&orphan.relative).exists());
    assert!(log.join("00000000000000000001.checkpoint.parquet").exists());
    let snapshot = lake.lake.snapshot(&At::Snapshot(crate::model::SnapshotId(1))).unwrap();
    assert_eq!(lake.lake.check_hashes(&snapshot), [], "an older snapshot keeps its file");
    assert_eq!(lake.lake.check_lengths().unwrap(), []);
}

#[test]
fn an_unfinished_or_unpublished_file_goes_with_its_writer() {
    let lake = TestLake::new();
    let tmp = lake.directory.path().join("tmp");
    let columns = [table().column("creative_id").unwrap(), table().column("import_batch_id").unwrap()];
    let writer = lake.lake.create_file(&scope(1, 1), &columns, &[], 0).unwrap();
    let staged = lake.stage(&scope(1, 1), ALL, &[row("b", "c", 1)]);
    assert_eq!(fs::read_dir(&tmp).unwrap().count(), 2);
    drop((writer, staged));
    assert_eq!(fs::read_dir(&tmp).unwrap().count(), 0);
}

#[test]
fn columns_and_rows_that_the_table_does_not_allow_are_refused() {
    let lake = TestLake::new();
    let columns = |names: &[&str]| names.iter().map(|name| table().column(name).unwrap()).collect::<Vec<_>>();
    let create =
        |names: &[&str]| lake.lake.create_file(&scope(1, 1), &columns(names), &[], 0).err().unwrap().to_string();
    assert!(create(&["import_batch_id"]).contains("column creative_id is never null"));
    assert!(create(&["creative_id", "billing_id", "import_batch_id"]).contains("in its order"));
    assert!(create(&["metric_date", "creative_id", "import_batch_id"]).contains("stored columns"));
    let empty = lake.lake.create_file(&scope(1, 1), &columns(&["creative_id", "import_batch_id"]), &[], 0).unwrap();
    assert!(empty.finish().unwrap_err().to_string().contains("at least one row"));
}
