//! Making a store of a backup.
//!
//! A marker in the directory says that a restore is under way; whoever opens a store refuses there. The database gets its
//! name when all else is in place and was read back, and the marker goes last: so there is no store, or the whole. A second
//! restore into the same directory goes on with the data files that are there.

mod target;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::target::{Target, TargetLake, TargetNames};
use super::carry::{Carried, Carrier, Load, Lost, ON_ITS_WAY};
use super::depot::{CONFIG, DATABASE, name_in, name_of_data};
use super::manifest::DataFile;
use super::{BackupError, BackupName, Depot, Manifest};
use crate::db::Db;
use crate::kill;
use crate::lake::{At, Lake, Place, Steps};
use crate::model::SnapshotId;

/// What a restore did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreAnswer {
    /// The store's directory.
    pub root: PathBuf,
    /// Where it came from.
    pub place: String,
    /// The backup.
    pub backup: BackupName,
    /// The state of the lake that it holds.
    pub snapshot_id: SnapshotId,
    /// When that state was committed.
    pub snapshot_time: DateTime<Utc>,
    /// Rows of all fact tables.
    pub rows: u64,
    /// Days that have rows.
    pub days: u64,
    /// Data files; each was read and is what was written.
    pub files: u64,
    /// Bytes of database and data files together.
    pub bytes: u64,
    /// Bytes that were written.
    pub bytes_copied: u64,
    /// Bytes that cost nothing, because the data file got a second name on the same disk.
    pub bytes_linked: u64,
    /// The settings that were there stayed, and are not those of the backup.
    pub settings_kept: bool,
    /// Milliseconds.
    pub elapsed_ms: u64,
}

/// Makes a store of a backup: of the newest one, where none is named.
pub fn restore(
    depot: &Depot,
    wanted: Option<BackupName>,
    target: &Target,
    now: DateTime<Utc>,
    steps: &dyn Steps,
) -> Result<RestoreAnswer, BackupError> {
    let started = Instant::now();
    let manifest = manifest(depot, wanted)?;
    steps.stage("preparing", 0);
    let begun = target.begin(&manifest)?;
    kill::point("restore_begun");

    let restoring = Restoring { depot, manifest: &manifest, target, lake: begun.lake(), steps };
    let (copied, linked) = restoring.bring_files()?;
    kill::point("restore_files");
    let answer = RestoreAnswer {
        root: target.root.clone(),
        place: depot.shown(),
        backup: manifest.backup,
        snapshot_id: manifest.snapshot_id,
        snapshot_time: manifest.snapshot_time,
        rows: manifest.rows,
        days: manifest.days,
        files: manifest.files.len() as u64,
        bytes: manifest.bytes(),
        bytes_copied: copied + manifest.database.bytes,
        bytes_linked: linked,
        settings_kept: false,
        elapsed_ms: 0,
    };
    let database = restoring.bring_database()?;
    restoring.check(&database, now)?;
    kill::point("restore_checked");

    steps.stage("finishing", 0);
    let settings_kept = match settings_in(depot, &manifest)? {
        Some(settings) => begun.put_settings(&settings)?,
        None => false,
    };
    let finished = target.tmp.join(format!("{ON_ITS_WAY}{}.db", Uuid::now_v7()));
    Db::open(&database.0)?.backup_to(&finished)?;
    let finished = Scratch(finished);
    begun.name_database(&finished.0)?;
    kill::point("restore_named");
    begun.end()?;
    kill::point("restore_ended");
    Ok(RestoreAnswer { settings_kept, elapsed_ms: started.elapsed().as_millis() as u64, ..answer })
}

/// The settings that a backup holds, of the newest where none is named: they say where the facts go.
pub fn settings(depot: &Depot, wanted: Option<BackupName>) -> Result<Option<Vec<u8>>, BackupError> {
    settings_in(depot, &manifest(depot, wanted)?)
}

fn settings_in(depot: &Depot, manifest: &Manifest) -> Result<Option<Vec<u8>>, BackupError> {
    let Some(piece) = &manifest.config else { return Ok(None) };
    let name = name_in(manifest.backup, CONFIG);
    let load = Load { place: &*depot.place, name: &name, bytes: piece.bytes, blake3: &piece.blake3 };
    let mut settings = Vec::new();
    let read = super::carry::check(&load, &mut |bytes| {
        settings.extend_from_slice(bytes);
        Ok(())
    });
    read.map_err(|lost| damaged(depot, manifest.backup, &name, lost))?;
    Ok(Some(settings))
}

/// The manifest of the backup that is meant.
fn manifest(depot: &Depot, wanted: Option<BackupName>) -> Result<Manifest, BackupError> {
    let none = || BackupError::NoBackups { place: depot.shown() };
    let store = depot.store_id()?.ok_or_else(none)?;
    let backup = match wanted {
        Some(backup) => backup,
        None => depot.whole()?.pop().ok_or_else(none)?,
    };
    let manifest = depot.manifest(backup)?;
    let manifest = manifest.ok_or_else(|| BackupError::NoSuchBackup { place: depot.shown(), backup })?;
    if manifest.store_id.to_string() != store {
        let what = format!("it is of store {}, the others are of {store}", manifest.store_id);
        return Err(BackupError::Manifest { backup, what });
    }
    Ok(manifest)
}

/// A database under construction, removed when dropped, with what SQLite and the lake put beside it.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        for beside in ["", "-wal", "-shm", "-journal", "-noted", "-noted.new"] {
            let mut path = self.0.clone().into_os_string();
            path.push(beside);
            // What cannot be removed now is removed by the next restore.
            let _ = std::fs::remove_file(path);
        }
    }
}

struct Restoring<'a> {
    depot: &'a Depot,
    manifest: &'a Manifest,
    target: &'a Target,
    lake: &'a Arc<dyn Place>,
    steps: &'a dyn Steps,
}

impl Restoring<'_> {
    /// Bytes that were copied, and that were linked.
    fn bring_files(&self) -> Result<(u64, u64), BackupError> {
        let there: BTreeSet<(String, u64)> =
            self.lake.files("")?.into_iter().map(|file| (file.name, file.bytes)).collect();
        let is_missing = |file: &&DataFile| !there.contains(&(file.path.clone(), file.bytes));
        let missing: Vec<&DataFile> = self.manifest.files.iter().filter(is_missing).collect();
        let total = missing.iter().map(|file| file.bytes).sum::<u64>();
        self.steps.stage("bringing data files", total);
        let mut linked = 0;
        let came = |bytes| self.steps.done(bytes);
        let carrier = Carrier { disk: &self.target.disk.0, staging: &self.target.tmp, to: &**self.lake, came: &came };
        for file in missing {
            let name = name_of_data(&file.path);
            let load = Load { place: &*self.depot.place, name: &name, bytes: file.bytes, blake3: &file.blake3 };
            let carried = carrier.bring(&load, &file.path).map_err(|lost| self.damaged(&name, lost))?;
            if carried == Carried::Linked {
                linked += file.bytes;
            }
            kill::point("restore_file");
        }
        let names: Vec<&str> = self.manifest.files.iter().map(|file| file.path.as_str()).collect();
        self.lake.keep(&names)?;
        Ok((total - linked, linked))
    }

    /// The database, under a name by which nobody opens it.
    fn bring_database(&self) -> Result<Scratch, BackupError> {
        let scratch = Scratch(self.target.tmp.join(format!("{ON_ITS_WAY}{}.db", Uuid::now_v7())));
        let name = name_in(self.manifest.backup, DATABASE);
        let piece = &self.manifest.database;
        let load = Load { place: &*self.depot.place, name: &name, bytes: piece.bytes, blake3: &piece.blake3 };
        let mut file = std::fs::File::create_new(&scratch.0).map_err(BackupError::io("create", &scratch.0))?;
        let read = super::carry::check(&load, &mut |piece| {
            std::io::Write::write_all(&mut file, piece).map_err(crate::lake::LakeError::io("write", &scratch.0))
        });
        read.map_err(|lost| self.damaged(&name, lost))?;
        Ok(scratch)
    }

    /// Brings the catalog to where the lake is now and to the one snapshot whose files came, and reads every one of them.
    fn check(&self, database: &Scratch, now: DateTime<Utc>) -> Result<(), BackupError> {
        let backup = self.manifest.backup;
        let not_whole = |what: String| BackupError::NotWhole { backup, what };
        let db = Db::open(&database.0)?;
        let lake = Lake::open_at(Arc::clone(self.lake), Arc::clone(&self.target.disk.0), db, &self.target.tmp, now)?;
        lake.forget_the_past(now)?;
        let snapshot = lake.snapshot(&At::Latest)?;
        let files: BTreeSet<&str> = snapshot.files().iter().map(|file| file.relative.as_str()).collect();
        let brought: BTreeSet<&str> = self.manifest.files.iter().map(|file| file.path.as_str()).collect();
        if let Some(differs) = files.symmetric_difference(&brought).next() {
            return Err(not_whole(format!("manifest and database do not agree about {differs}")));
        }
        self.steps.stage("checking", snapshot.files().iter().map(|file| file.bytes).sum());
        for file in snapshot.files() {
            if let Err(damage) = lake.check_hash(file) {
                // What is not whole must not be taken for it by a second try.
                self.lake.remove(&file.relative)?;
                let file = name_of_data(&damage.file);
                return Err(BackupError::DamagedBackup { backup, file, what: damage.what });
            }
            self.steps.done(file.bytes);
        }
        let rows: u64 = snapshot.files().iter().map(|file| file.rows).sum();
        if rows != self.manifest.rows {
            return Err(not_whole(format!("it has {rows} rows, the manifest says {}", self.manifest.rows)));
        }
        Ok(())
    }

    fn damaged(&self, name: &str, lost: Lost) -> BackupError {
        damaged(self.depot, self.manifest.backup, name, lost)
    }
}

fn damaged(depot: &Depot, backup: BackupName, name: &str, lost: Lost) -> BackupError {
    let file = name.to_owned();
    let what = match lost {
        Lost::Missing => "it is missing".to_owned(),
        Lost::Damaged(what) => what,
        Lost::Unread(what) => return BackupError::Unread { place: depot.shown(), file, what },
        Lost::Refused(error) => return error.into(),
    };
    BackupError::DamagedBackup { backup, file, what }
}
