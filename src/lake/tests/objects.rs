//! A lake below an address of an object store: commits, scans, the sweep, and reads of what was cut meanwhile.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use futures::TryStreamExt;
use object_store::memory::InMemory;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt};

use super::fixture::{ALL, Row, TestLake, noon, row, scope};
use crate::db::Db;
use crate::lake::{At, Lake};
use crate::objects::Address;

const HOUR: Duration = Duration::from_secs(3_600);

/// A lake in memory, and its store.
fn lake() -> (TestLake, Arc<InMemory>) {
    let store = Arc::new(InMemory::new());
    let directory = tempfile::tempdir().unwrap();
    let db = Db::open(&directory.path().join("catscan.db")).unwrap();
    let lake = Lake::open_objects(db.clone(), address(&store), &directory.path().join("tmp"), noon()).unwrap();
    (TestLake { lake, db, directory, now: noon() }, store)
}

fn address(store: &Arc<InMemory>) -> Address {
    let mut address = Address::open("s3://bucket/some/lake", [], Duration::from_secs(5)).unwrap();
    address.store = Arc::clone(store) as Arc<dyn ObjectStore>;
    address
}

fn wait<T>(answer: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(answer)
}

fn keys(store: &Arc<InMemory>) -> Vec<String> {
    let listed: Vec<_> = wait(store.list(None).try_collect()).unwrap();
    listed.into_iter().map(|object| object.location.to_string()).collect()
}

fn rows(count: i64) -> Vec<Row> {
    (0..count).map(|i| row(&format!("b{}", i % 7), &format!("creative-{i:06}"), i * 37 % 1_009)).collect()
}

#[test]
fn what_is_committed_is_read_back_and_older_snapshots_stay() {
    let (lake, store) = lake();
    lake.put(&scope(1, 1), ALL, &rows(3_000));
    lake.put(&scope(1, 1), ALL, &rows(10));
    lake.put(&scope(1, 2), ALL, &rows(20));
    let sum = |count: i64| (0..count).map(|i| i * 37 % 1_009).sum::<i64>();
    assert_eq!(wait(lake.impressions(At::Latest)), sum(10) + sum(20));
    assert_eq!(wait(lake.impressions(At::Snapshot(crate::model::SnapshotId(1)))), sum(3_000));
    assert_eq!(keys(&store).len(), 4, "three files and the marker");

    let again = lake.lake.republish(lake.lake.snapshot(&At::Latest).unwrap().files()).unwrap();
    assert_eq!((again.len(), keys(&store).len()), (2, 6));
    assert_eq!(lake.lake.check_lengths().unwrap(), []);
    assert_eq!(lake.lake.check_hashes(&lake.lake.snapshot(&At::Latest).unwrap()), []);
}

#[test]
fn the_sweep_takes_what_no_commit_names_after_the_grace_and_nothing_of_others() {
    let (lake, store) = lake();
    lake.put(&scope(1, 1), ALL, &[row("b", "old", 1)]);
    lake.put(&scope(1, 1), ALL, &[row("b", "new", 1)]);
    let orphan = lake.publish(&scope(1, 1), ALL, &[row("b", "c", 9)]);
    let theirs = "some/lake/rtb_daily/_delta_log/1.checkpoint.parquet";
    wait(store.put(&Key::from(theirs), "theirs".into())).unwrap();
    let beside = "some/lakeside/a.parquet";
    wait(store.put(&Key::from(beside), "theirs".into())).unwrap();
    let now = chrono::Utc::now();
    assert_eq!(lake.lake.sweep(now, HOUR).unwrap().orphans, 0, "within the grace");
    let before = keys(&store);
    assert_eq!(lake.lake.sweep(now + TimeDelta::hours(2), HOUR).unwrap().orphans, 1);
    let gone: Vec<_> = before.into_iter().filter(|key| !keys(&store).contains(key)).collect();
    assert_eq!(gone, [format!("some/lake/{}", orphan.relative)]);
}

#[test]
fn an_object_that_was_cut_after_it_was_opened_is_damage_and_no_panic() {
    let (lake, store) = lake();
    lake.put(&scope(1, 1), ALL, &rows(20_000));
    let file = Arc::clone(&lake.lake.snapshot(&At::Latest).unwrap().files()[0]);
    let key = Key::from(format!("some/lake/{}", file.relative));
    let good = wait(async { store.get(&key).await.unwrap().bytes().await }).unwrap();
    let opened = file.open().unwrap();
    for length in [0, 1, good.len() / 2, good.len() - 1] {
        wait(store.put(&key, good.slice(..length).into())).unwrap();
        let damage = opened.part(4..file.bytes).err().unwrap();
        assert!(damage.what.contains("shorter") || damage.is_unread, "{length}: {damage}");
        let damage = file.open().err().unwrap();
        assert!(!damage.is_unread && damage.what.contains("the catalog says"), "{length}: {damage}");
        let reader = lake.lake.object_store();
        let ranges = [0..100, file.bytes - 100..file.bytes];
        let error = wait(reader.get_ranges(&Key::from(file.relative.as_str()), &ranges)).unwrap_err().to_string();
        assert!(error.contains(&file.relative) && error.contains("is damaged"), "{length}: {error}");
    }
}

#[test]
fn another_database_and_a_reader_of_another_place_are_refused() {
    let (lake, store) = lake();
    lake.put(&scope(1, 1), ALL, &rows(10));
    let place = tempfile::tempdir().unwrap();
    let other = Db::open(&place.path().join("catscan.db")).unwrap();
    let refused = Lake::open_objects(other, address(&store), &place.path().join("tmp"), noon());
    let told = refused.err().unwrap().to_string();
    assert!(told.starts_with("s3://bucket/some/lake is not the lake of this database"), "{told}");

    let reader = Db::open_read_only(&lake.directory.path().join("catscan.db")).unwrap();
    let told = Lake::open_objects_read_only(reader.clone(), address(&Arc::new(InMemory::new())));
    assert!(told.err().unwrap().to_string().contains("it has no _catscan_store"));
    let here = Lake::open_objects_read_only(reader, address(&store)).unwrap();
    assert_eq!(here.snapshot(&At::Latest).unwrap().files().len(), 1);
}

#[test]
fn a_directory_that_was_the_lake_once_is_not_taken_for_the_bucket_that_is_it_now() {
    let local = TestLake::new();
    let store = Arc::new(InMemory::new());
    let tmp = local.directory.path().join("tmp");
    let lake = Lake::open_objects(local.db.clone(), address(&store), &tmp, noon()).unwrap();
    let moved = TestLake { lake, db: local.db.clone(), directory: tempfile::tempdir().unwrap(), now: noon() };
    moved.put(&scope(1, 1), ALL, &rows(10));
    let back = Lake::open(local.db.clone(), &local.directory.path().join("lake"), &tmp, noon());
    let told = back.err().unwrap().to_string();
    assert!(told.starts_with("the lake's files are at s3://bucket/some/lake/, but 1 of 1 are not at "), "{told}");
}
