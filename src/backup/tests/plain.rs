//! What a backup holds, what it costs, what is refused, and what a restore brings back.

use std::fs;
use std::os::unix::fs::MetadataExt;

use super::fixture::{Machine, NAMES, files, totals_of, try_restore};
use crate::backup::{BackupError, Depot, list};
use crate::lake::At;
use crate::model::SnapshotId;

#[test]
fn a_restored_store_is_the_one_that_was_backed_up_and_imports_on() {
    let machine = Machine::new();
    machine.import(&[(15, 0, 3), (16, 1, 4)]);
    machine.import(&[(16, 2, 5)]);
    let answer = machine.back_up();
    let before = machine.totals();
    machine.import(&[(17, 1, 1), (16, 1, 9)]);
    assert_eq!((answer.files, answer.rows, answer.days), (3, 3, 2));

    let restored = try_restore(&machine.path("depot"), None).unwrap();
    assert_eq!((restored.answer.backup, restored.answer.rows), (answer.backup, 3));
    assert_eq!(fs::read(restored.dir.path().join("config.toml")).unwrap(), b"[server]\nmax_connections = 7\n");
    assert_eq!(files(&restored.dir.path().join("tmp")), [""; 0], "nothing is left in tmp");
    let restored = restored.open();
    assert_eq!(restored.totals(), before);
    assert_eq!(restored.lake.store_id(), machine.lake.store_id(), "it goes on with the same backups");
    let older = restored.lake.snapshot(&At::Snapshot(SnapshotId(1))).unwrap_err().to_string();
    assert!(older.contains("there is no snapshot 1"), "{older}");

    restored.import(&[(17, 1, 1), (16, 1, 9)]);
    assert_eq!(restored.totals(), machine.totals());
    let again = restored.try_back_up(&machine.depot(), 0).unwrap();
    assert_eq!(again.files_known, 2, "the files that did not change");
}

/// Length of the machine's settings.
const CONFIG_BYTES: u64 = 29;

#[test]
fn nothing_is_brought_twice_and_on_the_same_disk_nothing_is_copied() {
    let machine = Machine::new();
    machine.import(&[(15, 0, 3)]);
    machine.import(&[(16, 0, 3)]);
    let first = machine.back_up();
    assert_eq!((first.files_new, first.files_known), (2, 0));
    let data: u64 = machine.lake.snapshot(&At::Latest).unwrap().files().iter().map(|file| file.bytes).sum();
    assert_eq!((first.bytes_linked, first.bytes), (data, data + first.bytes_copied + CONFIG_BYTES));

    machine.import(&[(16, 0, 4), (16, 1, 4)]);
    let second = machine.back_up();
    assert_eq!((second.files_new, second.files_known), (1, 1));
    let third = machine.back_up();
    assert_eq!((third.files_new, third.files_known, third.bytes_linked), (0, 2, 0));
    assert!(third.backup > second.backup);
    for file in machine.lake.snapshot(&At::Latest).unwrap().files() {
        let [live, kept] = [machine.path("lake"), machine.path("depot/files")]
            .map(|place| fs::metadata(place.join(&file.relative)).unwrap().ino());
        assert_eq!(live, kept, "one file under two names");
    }
    let listed = list(&machine.depot()).unwrap();
    let rows: Vec<_> = listed.iter().map(|backup| (backup.backup, backup.content.as_ref().unwrap().rows)).collect();
    assert_eq!(rows, [(third.backup, 3), (second.backup, 3), (first.backup, 2)]);
}

#[test]
fn the_oldest_backups_go_with_the_files_that_only_they_need() {
    let machine = Machine::new();
    let depot = machine.depot();
    let mut kept = Vec::new();
    for round in 0..5 {
        machine.import(&[(15, 0, round + 1)]);
        let answer = machine.try_back_up(&depot, 2).unwrap();
        kept.push((answer.backup, machine.totals()));
        assert_eq!(answer.pruned.len(), usize::from(round >= 2));
        assert_eq!(answer.files_removed, u64::from(round >= 2), "each backup has a file of its own");
    }
    let names: Vec<_> = list(&depot).unwrap().into_iter().map(|backup| backup.backup).collect();
    assert_eq!(names, [kept[4].0, kept[3].0]);
    for (backup, totals) in &kept[3..] {
        assert_eq!(totals_of(&machine.path("depot"), *backup), *totals);
    }
    let gone = try_restore(&machine.path("depot"), Some(kept[0].0)).err().unwrap();
    assert!(matches!(gone, BackupError::NoSuchBackup { .. }), "{gone}");
    assert_eq!(files(&machine.path("depot")).len(), 1 + 2 * 3 + 2, "{:?}", files(&machine.path("depot")));
    assert_eq!(fs::read_dir(machine.path("depot/backups")).unwrap().count(), 2, "no empty directory stays");
}

#[test]
fn places_that_cannot_be_meant_are_refused() {
    let machine = Machine::new();
    machine.import(&[(15, 0, 3)]);
    let refused =
        |place: &str| machine.try_back_up(&Depot::in_directory(&machine.path(place)).unwrap(), 0).unwrap_err();
    for part in ["lake", "lake/rtb_daily", "tmp", ""] {
        let error = refused(part);
        assert!(matches!(error, BackupError::InsideStore { .. }), "{part}: {error}");
    }
    fs::create_dir_all(machine.path("photos/files")).unwrap();
    let error = refused("photos");
    assert!(matches!(error, BackupError::Taken { folder: "files", .. }), "{error}");

    machine.back_up();
    let other = Machine::new();
    let error = other.try_back_up(&machine.depot(), 0).unwrap_err();
    assert!(matches!(error, BackupError::OtherStore { .. }), "{error}");
    assert!(error.to_string().contains(&machine.lake.store_id().to_string()), "{error}");
    let none = try_restore(&machine.path("photos"), None).err().unwrap();
    assert!(matches!(none, BackupError::NoBackups { .. }), "{none}");
}

#[test]
fn a_store_is_never_restored_over() {
    let machine = Machine::new();
    machine.import(&[(15, 0, 3)]);
    machine.back_up();
    let target = crate::backup::Target::new(machine.dir.path(), NAMES, crate::backup::TargetLake::Directory);
    let depot = Depot::of_directory(&machine.path("depot")).unwrap();
    let refused = crate::backup::restore(&depot, None, &target, chrono::Utc::now(), &()).unwrap_err();
    assert!(matches!(refused, BackupError::StoreExists { .. }), "{refused}");
    assert!(!machine.path(NAMES.unfinished).exists());
    assert_eq!(machine.totals().len(), 1);
}

#[test]
fn damage_in_the_depot_is_found_and_named_and_mended_by_the_next_verified_backup() {
    for (file_of, is_missing) in [("files/", false), ("files/", true), ("catscan.db", false), ("catscan.db", true)] {
        let machine = Machine::new();
        machine.import(&[(15, 0, 3)]);
        machine.import(&[(16, 0, 3)]);
        machine.back_up();
        let depot = machine.path("depot");
        let name = files(&depot).into_iter().find(|name| name.contains(file_of)).unwrap();
        let path = depot.join(&name);
        let mut bytes = fs::read(&path).unwrap();
        // In a file of its own: the live one is the same file on this disk.
        fs::remove_file(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        if !is_missing {
            fs::write(&path, bytes).unwrap();
        }
        let error = try_restore(&depot, None).err().unwrap();
        let BackupError::DamagedBackup { file, what, .. } = &error else { panic!("{error}") };
        assert_eq!((file, what.contains("missing")), (&name, is_missing), "{error}");

        let is_data = file_of == "files/";
        let plain = machine.back_up();
        assert_eq!(plain.files_new, u64::from(is_data && is_missing), "a file of the right length is taken for whole");
        let verified = machine.back_up_with(&machine.depot(), 0, true, &()).unwrap();
        assert_eq!(verified.files_replaced, u64::from(is_data && !is_missing));
        assert_eq!(totals_of(&depot, verified.backup), machine.totals());
    }
}

#[test]
fn a_damaged_live_file_is_named_and_nothing_is_backed_up() {
    let machine = Machine::new();
    machine.import(&[(15, 0, 3)]);
    let first = machine.back_up();
    machine.import(&[(16, 0, 3)]);
    let file = machine.lake.snapshot(&At::Latest).unwrap().files()[0].local_path().unwrap();
    fs::write(&file, "short").unwrap();
    let error = machine.try_back_up(&machine.depot(), 0).unwrap_err();
    assert!(matches!(&error, BackupError::DamagedStore(damage) if file.ends_with(&damage.file)), "{error}");
    assert_eq!(list(&machine.depot()).unwrap().len(), 1);
    try_restore(&machine.path("depot"), Some(first.backup)).unwrap();
}

#[test]
fn a_damaged_manifest_is_shown_and_keeps_all_data_files() {
    let machine = Machine::new();
    machine.import(&[(15, 0, 3)]);
    let first = machine.back_up();
    machine.import(&[(15, 0, 4)]);
    let second = machine.back_up();
    let manifest = machine.path(&format!("depot/backups/{}/manifest.json", first.backup));
    let text = fs::read(&manifest).unwrap();
    fs::write(&manifest, &text[..text.len() / 2]).unwrap();
    let listed = list(&machine.depot()).unwrap();
    assert_eq!((listed[0].backup, listed[0].problem.is_some()), (second.backup, false));
    assert_eq!((listed[1].backup, listed[1].problem.is_some()), (first.backup, true));
    machine.import(&[(15, 0, 5)]);
    let third = machine.back_up();
    assert_eq!(third.files_removed, 0);
    assert!(third.notes[0].contains(&first.backup.to_string()), "{:?}", third.notes);
}
