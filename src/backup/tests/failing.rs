//! Backups and restores on a disk that fails, and on machines that die, at each operation in turn: what was whole stays
//! whole, what did not happen works when it is tried again, and then nothing is left behind.

use std::path::Path;
use std::sync::Arc;

use chrono::Utc;
use rustix::io::Errno;
use tempfile::TempDir;

use super::fixture::{Machine, NAMES, Totals, copy, files, totals_of};
use crate::backup::depot::{DATABASE, name_in, name_of_data};
use crate::backup::{BackupName, Depot, Manifest, Target, list, restore};
use crate::lake::fake::{FakeDisk, Trouble};

const TROUBLES: [Trouble; 4] =
    [Trouble::Crash, Trouble::Fails(Errno::NOSPC), Trouble::Fails(Errno::IO), Trouble::ShortWrite];

/// More operations than a backup or restore of these stores has.
const TOO_MANY: u64 = 5_000;

/// The operations at which the trouble comes: the first ones, which are on names and small files, and one here and there of
/// the many that write a database; all with `CATSCAN_EVERY_OPERATION`, and others each time (`CATSCAN_SEED` as printed).
fn operations() -> impl Iterator<Item = u64> {
    let is_set = |name: &str| std::env::var(name).ok();
    let now = Utc::now().timestamp_micros().unsigned_abs();
    let mut seed = is_set("CATSCAN_SEED").map_or(now, |seed| seed.parse().expect("CATSCAN_SEED is a whole number"));
    println!("CATSCAN_SEED={seed}");
    let all = is_set("CATSCAN_EVERY_OPERATION").is_some();
    let mut next = move |nth: &u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Some(nth + if all || *nth < DENSE { 1 } else { 1 + (seed >> 33) % STEP })
    };
    std::iter::successors(Some(0), move |nth| next(nth)).take_while(|nth| *nth < TOO_MANY)
}

/// Backups that one machine makes.
const ROUNDS_OF_A_MACHINE: usize = 20;

const DENSE: u64 = 12;
const STEP: u64 = 60;

fn on_fake_disk(dir: TempDir) -> (Machine, FakeDisk) {
    let disk = FakeDisk::of(dir.path(), &["lake", "tmp", "depot"]);
    (Machine::on(dir, Arc::new(disk.clone())), disk)
}

/// Every byte of every backup that is listed is what its manifest says.
#[track_caller]
fn assert_whole(depot: &Path) -> Vec<BackupName> {
    let names: Vec<BackupName> =
        list(&Depot::of_directory(depot).unwrap()).unwrap().into_iter().map(|b| b.backup).collect();
    let hash = |name: &str| {
        let bytes = std::fs::read(depot.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        blake3::hash(&bytes).to_hex().to_string()
    };
    for name in &names {
        let text = std::fs::read(depot.join(name_in(*name, "manifest.json"))).unwrap();
        let manifest = Manifest::from_json(&text, *name).unwrap();
        assert_eq!(hash(&name_in(*name, DATABASE)), manifest.database.blake3);
        for file in &manifest.files {
            assert_eq!(hash(&name_of_data(&file.path)), file.blake3, "{}", file.path);
        }
    }
    names
}

#[track_caller]
fn assert_nothing_is_left(machine: &Machine) {
    assert_eq!(files(&machine.path("depot/_incoming")), [""; 0]);
    assert_eq!(files(&machine.path("tmp")), [""; 0]);
    let [whole, there] =
        [list(&machine.depot()).unwrap().len(), std::fs::read_dir(machine.path("depot/backups")).unwrap().count()];
    assert_eq!(whole, there, "backups that are not whole");
}

fn back_up_until_clean(trouble: Trouble) -> u64 {
    let (mut machine, mut disk) = on_fake_disk(tempfile::tempdir().unwrap());
    let mut state = 0_u8;
    let mut earlier: Vec<(BackupName, Totals)> = Vec::new();
    for (round, nth) in operations().enumerate() {
        if round > 0 && round % ROUNDS_OF_A_MACHINE == 0 {
            // The database grows with each round, and a backup with it: the operations would never come to an end.
            (machine, disk) = on_fake_disk(tempfile::tempdir().unwrap());
            earlier.clear();
        }
        // One day anew and one beside it, so that files come, stay, and go with the oldest backup.
        state = state % 250 + 1;
        machine.import(&[(15, 0, state % 100), (16 + state % 3, 1, state)]);
        disk.arm(nth, trouble, nth);
        let done = machine.try_back_up(&machine.depot(), 3);
        // A crash that did not come during the backup comes after it, but is none of its operations.
        let came = disk.came();
        let (_, left) = disk.disarm();
        assert!(came || done.is_ok(), "{done:?}");
        if let Some(left) = left {
            (machine, disk) = on_fake_disk(left);
        } else {
            machine.db.reopen().unwrap();
        }
        let whole = assert_whole(&machine.path("depot"));
        // Of three that are kept, one may be of this try, and one of the try before that died after its manifest.
        let is_gone = earlier.last().is_some_and(|(name, _)| !whole.contains(name));
        assert!(!is_gone, "{trouble:?} at {nth}: the last backup is gone: {whole:?}");
        let answer =
            machine.try_back_up(&machine.depot(), 3).unwrap_or_else(|error| panic!("{trouble:?} at {nth}: {error}"));
        assert_nothing_is_left(&machine);
        earlier.push((answer.backup, machine.totals()));
        if !came {
            for (name, totals) in earlier.iter().rev().take(2) {
                assert_eq!(totals_of(&machine.path("depot"), *name), *totals);
            }
            return nth;
        }
    }
    panic!("{trouble:?} came again and again");
}

#[test]
fn a_backup_on_a_failing_disk_harms_no_other_and_the_next_one_is_whole() {
    for trouble in TROUBLES {
        let operations = back_up_until_clean(trouble);
        println!("{trouble:?} within {operations} operations of a backup");
        assert!(operations > 20, "{operations}");
    }
}

/// A machine with a depot and a directory for a store.
fn target_machine(depot: &Path) -> (TempDir, FakeDisk) {
    let dir = tempfile::tempdir().unwrap();
    copy(depot, &dir.path().join("depot"));
    for name in ["store/lake", "store/tmp"] {
        std::fs::create_dir_all(dir.path().join(name)).unwrap();
    }
    let disk = FakeDisk::of(dir.path(), &["depot", "store"]);
    (dir, disk)
}

fn try_restore(dir: &Path, disk: &FakeDisk) -> Result<(), String> {
    let depot = Depot::of_directory(&dir.join("depot")).map_err(|error| error.to_string())?;
    let target = Target::on(Arc::new(disk.clone()), &dir.join("store"), NAMES);
    restore(&depot, None, &target, Utc::now(), &()).map(drop).map_err(|error| error.to_string())
}

#[test]
fn a_restore_on_a_failing_disk_leaves_no_store_or_the_whole_and_works_when_tried_again() {
    let source = Machine::new();
    source.import(&[(15, 0, 3), (16, 1, 4)]);
    source.import(&[(15, 0, 5)]);
    source.back_up();
    let expected = source.totals();
    for trouble in TROUBLES {
        let operations = operations().find(|nth| {
            let (mut dir, mut disk) = target_machine(&source.path("depot"));
            disk.arm(*nth, trouble, *nth);
            let done = try_restore(dir.path(), &disk);
            let came = disk.came();
            let (_, left) = disk.disarm();
            assert!(came || done.is_ok(), "{done:?}");
            if let Some(left) = left {
                dir = left;
                disk = FakeDisk::of(dir.path(), &["depot", "store"]);
            }
            let store = dir.path().join("store");
            let is_store = store.join(NAMES.database).exists() && !store.join(NAMES.unfinished).exists();
            assert!(done.is_err() || is_store);
            if !is_store {
                let again = try_restore(dir.path(), &disk);
                again.unwrap_or_else(|error| panic!("{trouble:?} at {nth}: {error}"));
            }
            assert_eq!(files(&store.join("tmp")), [""; 0], "{trouble:?} at {nth}");
            let restored = tempfile::tempdir().unwrap();
            copy(&store, restored.path());
            let restored = Machine::on(restored, Arc::new(crate::lake::LocalDisk));
            assert_eq!(restored.totals(), expected, "{trouble:?} at {nth}");
            !came
        });
        println!("{trouble:?} within {} operations of a restore", operations.unwrap());
    }
}
