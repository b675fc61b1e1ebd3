//! Files are healed with their own bytes and nothing else; what stood there is kept aside.

use std::fs;
use std::path::PathBuf;

use super::Source;
use crate::lake::tests::fixture::{ALL, TestLake, row, scope};
use crate::lake::{At, Lake, LakeError};

fn lake() -> TestLake {
    let lake = TestLake::new();
    lake.put(&scope(1, 1), ALL, &[row("b1", "c1", 10)]);
    lake.put(&scope(1, 2), ALL, &[row("b1", "c1", 20), row("b2", "c2", 5)]);
    lake
}

fn path(lake: &TestLake, name: &str) -> PathBuf {
    lake.directory.path().join("lake").join(name)
}

fn newest(lake: &TestLake) -> String {
    lake.lake.snapshot(&At::Latest).unwrap().files()[0].relative.clone()
}

#[tokio::test]
async fn a_missing_file_is_healed_from_a_backup_by_its_bytes() {
    let lake = lake();
    let name = newest(&lake);
    let backup = tempfile::tempdir().unwrap();
    let kept = backup.path().join("files").join(&name);
    fs::create_dir_all(kept.parent().unwrap()).unwrap();
    fs::rename(path(&lake, &name), &kept).unwrap();

    let broken = lake.lake.broken(None, &()).unwrap();
    assert_eq!((broken.len(), &broken[0].source, broken[0].is_live), (1, &None, true));
    let broken = lake.lake.broken(Some(backup.path()), &()).unwrap();
    let source = broken[0].source.clone().unwrap();
    assert_eq!(source, Source::File(kept.clone()));
    lake.lake.heal(&broken[0].file, &source).unwrap();
    assert!(lake.lake.broken(None, &()).unwrap().is_empty());
    assert_eq!(lake.impressions(At::Latest).await, 35);
    assert!(kept.exists(), "a copy, not a move");
}

#[test]
fn other_bytes_at_the_same_path_are_no_source() {
    let lake = lake();
    let name = newest(&lake);
    let backup = tempfile::tempdir().unwrap();
    let kept = backup.path().join(&name);
    fs::create_dir_all(kept.parent().unwrap()).unwrap();
    let mut bytes = fs::read(path(&lake, &name)).unwrap();
    bytes[50] ^= 1;
    fs::write(&kept, &bytes).unwrap();
    fs::remove_file(path(&lake, &name)).unwrap();
    assert_eq!(lake.lake.broken(Some(backup.path()), &()).unwrap()[0].source, None);
}

#[test]
fn a_changed_file_is_healed_from_its_twin_and_kept_aside() {
    let lake = lake();
    let snapshot = lake.lake.snapshot(&At::Latest).unwrap();
    let old = &snapshot.files()[0];
    let again = lake.lake.republish(std::slice::from_ref(old)).unwrap();
    lake.commit(again, vec![old.file_id], snapshot.id).unwrap();
    let twin = newest(&lake);
    // On disks with links both names are one file; a backup or another disk makes them two.
    let bytes = fs::read(path(&lake, &twin)).unwrap();
    let mut bad = bytes.clone();
    bad[60] ^= 4;
    fs::remove_file(path(&lake, &twin)).unwrap();
    fs::write(path(&lake, &twin), &bad).unwrap();

    let broken = lake.lake.broken(None, &()).unwrap();
    let source = broken[0].source.clone().unwrap();
    assert_eq!((broken.len(), &source), (1, &Source::Lake(old.relative.clone())));
    lake.lake.heal(&broken[0].file, &source).unwrap();
    assert_eq!(fs::read(path(&lake, &twin)).unwrap(), bytes);
    let aside = path(&lake, "_damaged").join(&twin);
    let kept = fs::read_dir(aside.parent().unwrap()).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    assert_eq!(kept.len(), 1);
    assert_eq!(fs::read(&kept[0]).unwrap(), bad);
    assert!(lake.lake.broken(None, &()).unwrap().is_empty());
}

#[test]
fn a_lake_without_its_marker_is_marked_again_only_where_it_has_files_of_the_store() {
    let lake = lake();
    let (root, tmp) = (path(&lake, ""), lake.directory.path().join("tmp"));
    let marker = path(&lake, "_catscan_store");
    let good = fs::read(&marker).unwrap();
    assert!(!Lake::mark_again(&lake.db, &root, &tmp, true).unwrap(), "it has one");
    fs::remove_file(&marker).unwrap();
    assert!(matches!(lake.reopened(), Err(LakeError::ForeignDirectory { .. })));
    assert!(Lake::mark_again(&lake.db, &root, &tmp, false).unwrap());
    assert!(!marker.exists(), "only told");
    assert!(Lake::mark_again(&lake.db, &root, &tmp, true).unwrap());
    assert_eq!(fs::read(&marker).unwrap(), good);
    lake.reopened().unwrap();

    let empty = tempfile::tempdir().unwrap();
    assert!(!Lake::mark_again(&lake.db, empty.path(), &tmp, true).unwrap(), "not one of its files is there");
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}

#[test]
fn where_the_catalog_is_damaged_no_file_is_healed_by_it() {
    let lake = lake();
    lake.db.write(|tx| Ok::<_, crate::db::DbError>(tx.execute("UPDATE lake_files SET rows = rows + 1", [])?)).unwrap();
    assert!(matches!(lake.lake.broken(None, &()), Err(LakeError::Catalog { .. })));
}
