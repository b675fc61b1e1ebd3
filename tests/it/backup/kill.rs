//! SIGKILL at every named point of backup, removal of old backups, and restore: earlier backups restore to what they
//! held, a retry works, and after it nothing is left behind.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use super::{all_files, data_files, listed, restored};
use crate::import::generated;
use crate::kill::SIGKILL;
use crate::store::TestStore;

pub const BACKUP_POINTS: [&str; 10] = [
    "backup_claimed",
    "backup_copied",
    "backup_file",
    "backup_files",
    "backup_database",
    "backup_before_manifest",
    "backup_after_manifest",
    "prune_manifest",
    "prune_backup",
    "prune_file",
];

const RESTORE_POINTS: [&str; 6] =
    ["restore_begun", "restore_file", "restore_files", "restore_checked", "restore_named", "restore_ended"];

/// A store with two backups, and a third state that is not backed up yet.
struct Scene {
    store: TestStore,
    depot: PathBuf,
    /// Name and digest of each backup.
    earlier: Vec<(String, String)>,
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &to) } else { _ = fs::copy(entry.path(), to).unwrap() }
    }
}

/// So many backups stay, so that the third one removes the first with a data file that only it needs.
const KEEP: &str = "2";

impl Scene {
    fn new() -> Self {
        let store = TestStore::new();
        let reports = generated(&store.beside("reports"), 300, 3, 8);
        let depot = store.beside("depot");
        let mut scene = Self { store, depot, earlier: Vec::new() };
        scene.store.import(&reports[0]);
        scene.back_up();
        // The whole day anew: the file of the first backup is in no later one.
        let restated = scene.store.beside("restated.csv");
        crate::import::write_restated(&reports[0], &restated, 1);
        scene.store.import(&restated);
        scene.back_up();
        scene.store.import(&reports[1]);
        scene
    }

    /// The same once more, for another death.
    fn again(&self) -> Self {
        let store = TestStore::none();
        for (from, to) in [(self.store.data_dir(), store.data_dir()), (self.depot.clone(), store.beside("depot"))] {
            copy(&from, &to);
        }
        Self { depot: store.beside("depot"), store, earlier: self.earlier.clone() }
    }

    fn arguments(&self) -> [&str; 5] {
        ["backup", "--json", self.depot.to_str().unwrap(), "--keep", KEEP]
    }

    fn back_up(&mut self) {
        let printed = self.run_backup();
        self.earlier.push((printed["backup"].as_str().unwrap().to_owned(), self.store.digest()));
    }

    #[track_caller]
    fn run_backup(&self) -> Value {
        let mut command = self.store.command(&self.arguments());
        let output = command.env("CATSCAN_BACKUP_GRACE_MINUTES", "0").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Kills a backup there.
    #[track_caller]
    fn kill(&self, point: &str) {
        let mut command = self.store.command(&self.arguments());
        command.env("CATSCAN_BACKUP_GRACE_MINUTES", "0").env("CATSCAN_KILL_AT", point);
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert_eq!(status.signal(), Some(SIGKILL), "{point} was not reached: {status}");
    }

    /// What is listed restores to what it held.
    #[track_caller]
    fn assert_listed_are_whole(&self, now: &str, point: &str) -> usize {
        let names = listed(&self.store, &self.depot);
        for name in &names {
            let earlier = self.earlier.iter().find(|(earlier, _)| earlier == name);
            let expected = earlier.map_or(now, |(_, digest)| digest);
            assert_eq!(restored(&self.depot, Some(name)).digest(), expected, "{point}: {name}");
        }
        names.len()
    }

    /// The depot holds the listed backups and what they need, and nothing else; so does tmp.
    #[track_caller]
    fn assert_nothing_is_left(&self, point: &str) {
        let mut expected = BTreeSet::from(["_catscan_backups".to_owned()]);
        for name in listed(&self.store, &self.depot) {
            let folder = self.depot.join("backups").join(&name);
            expected
                .extend(["catscan.db", "config.toml", "manifest.json"].map(|file| format!("backups/{name}/{file}")));
            let manifest: Value = serde_json::from_slice(&fs::read(folder.join("manifest.json")).unwrap()).unwrap();
            let files = manifest["files"].as_array().unwrap().iter();
            expected.extend(files.map(|file| format!("files/{}", file["path"].as_str().unwrap())));
        }
        let found: BTreeSet<String> = all_files(&self.depot).iter().map(|path| path.display().to_string()).collect();
        assert_eq!(found, expected, "{point}");
        assert!(all_files(&self.store.data_dir().join("tmp")).is_empty(), "{point}");
    }
}

#[test]
fn a_backup_that_is_killed_anywhere_harms_no_other_and_the_next_one_is_whole() {
    let first = Scene::new();
    let now = first.store.digest();
    for point in BACKUP_POINTS {
        let scene = first.again();
        scene.kill(point);
        let whole = scene.assert_listed_are_whole(&now, point);
        let before_manifest = BACKUP_POINTS.iter().take(6).any(|early| *early == point);
        assert_eq!(whole, if before_manifest || point.starts_with("prune") { 2 } else { 3 }, "{point}");
        let retried = scene.run_backup();
        assert_eq!(restored(&scene.depot, retried["backup"].as_str()).digest(), now, "{point}");
        scene.assert_listed_are_whole(&now, point);
        assert_eq!(listed(&scene.store, &scene.depot).len(), 2, "{point}");
        scene.assert_nothing_is_left(point);
    }
}

#[test]
fn a_restore_that_is_killed_anywhere_leaves_no_store_or_the_whole() {
    let scene = Scene::new();
    let (_, expected) = scene.earlier.last().unwrap();
    let depot = scene.depot.to_str().unwrap();
    for point in RESTORE_POINTS {
        let target = TestStore::none();
        let mut command = target.command(&["restore", depot]);
        command.env("CATSCAN_KILL_AT", point).stdout(Stdio::null()).stderr(Stdio::null());
        assert_eq!(command.status().unwrap().signal(), Some(SIGKILL), "{point} was not reached");
        if point == "restore_ended" {
            assert_eq!(target.digest(), *expected);
            continue;
        }
        for arguments in [&["sql", "SELECT 1"][..], &["import", "x.csv"], &["init"], &["backup"], &["lake", "status"]] {
            let ran = target.run(arguments);
            assert_eq!(ran.code, Some(1), "{point}, {arguments:?}: {ran:#?}");
            assert!(ran.stderr.contains("run the same `catscan restore` again"), "{point}, {arguments:?}: {ran:#?}");
        }
        let kept = data_files(&target.data_dir().join("lake")).len();
        assert_eq!(kept > 0, point != "restore_begun", "{point}");
        target.succeed(&["restore", depot]);
        assert_eq!(target.digest(), *expected, "{point}");
        assert!(all_files(&target.data_dir().join("tmp")).is_empty(), "{point}");
        target.succeed(&["lake", "verify", "--full"]);
    }
}

#[test]
fn another_backup_can_be_restored_where_one_was_interrupted() {
    let scene = Scene::new();
    let (first, expected) = &scene.earlier[0];
    let other = TestStore::with_samples();
    let elsewhere = other.beside("elsewhere");
    other.succeed(&["backup", elsewhere.to_str().unwrap()]);
    for (depot, backup, expected) in
        [(&scene.depot, Some(first.as_str()), expected), (&elsewhere, None, &other.digest())]
            as [(&Path, _, &String); 2]
    {
        let target = TestStore::none();
        let mut command = target.command(&["restore", scene.depot.to_str().unwrap()]);
        command.env("CATSCAN_KILL_AT", "restore_named").stdout(Stdio::null()).stderr(Stdio::null());
        assert_eq!(command.status().unwrap().signal(), Some(SIGKILL));
        let mut arguments = vec!["restore", depot.to_str().unwrap()];
        arguments.extend(backup.iter().flat_map(|name| ["--backup", name]));
        target.succeed(&arguments);
        assert_eq!(target.digest(), *expected);
        let live: i64 = target.sqlite().query_row("SELECT count(*) FROM lake_files", [], |row| row.get(0)).unwrap();
        let there = data_files(&target.data_dir().join("lake")).len();
        assert_eq!(there as i64, live, "files of the other backup are gone");
    }
}
