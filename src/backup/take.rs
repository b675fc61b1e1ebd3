//! Making a backup: a copy of the database at one moment, and the data files that its newest snapshot holds.
//!
//! The copy comes first and says which files are needed, so both are of one state whatever is imported meanwhile. A file
//! that leaves the lake before it was taken was of an old state: then the newest one is backed up instead. A process may
//! die anywhere: until the manifest is there, all that was brought is either wanted by the next backup or removed by it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::carry::{self, Carried, Carrier, Load, Lost, ON_ITS_WAY};
use super::depot::{self, CONFIG, DATABASE, MANIFEST, name_in, name_of_data};
use super::manifest::{Manifest, hex};
use super::prune::{self, Pruned};
use super::{BackupError, BackupName, Depot};
use crate::db::Db;
use crate::kill;
use crate::lake::{At, Damage, Lake, LiveFile, Snapshot, Steps};
use crate::model::SnapshotId;

/// The store that is backed up.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// Its database.
    pub db: &'a Db,
    /// Its facts.
    pub lake: &'a Lake,
    /// Its settings; the file need not be there.
    pub config_file: &'a Path,
    /// Where the copy of the database is made.
    pub tmp: &'a Path,
}

/// How a backup is made.
#[derive(Clone, Copy, Debug)]
pub struct BackupOptions {
    /// So many backups stay, the newest; 0 keeps all.
    pub keep: u32,
    /// Read also the data files that are there already, and replace those that are damaged.
    pub verify: bool,
    /// Data files that no backup needs stay this long.
    pub grace: Duration,
    /// The time.
    pub now: DateTime<Utc>,
}

/// What a backup did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupAnswer {
    /// Where it is.
    pub place: String,
    /// Its name.
    pub backup: BackupName,
    /// The state of the lake that it holds.
    pub snapshot_id: SnapshotId,
    /// When that state was committed.
    pub snapshot_time: DateTime<Utc>,
    /// Rows of all fact tables.
    pub rows: u64,
    /// Days that have rows.
    pub days: u64,
    /// Data files.
    pub files: u64,
    /// Data files that were brought.
    pub files_new: u64,
    /// Data files that an earlier backup had brought.
    pub files_known: u64,
    /// Data files among the new ones that took the place of damaged ones.
    pub files_replaced: u64,
    /// Bytes of database and data files together.
    pub bytes: u64,
    /// Bytes that were written, with the copy of the database.
    pub bytes_copied: u64,
    /// Bytes that cost nothing, because the data file got a second name on the same disk.
    pub bytes_linked: u64,
    /// Older backups that were removed.
    pub pruned: Vec<BackupName>,
    /// Data files that no backup needed any more.
    pub files_removed: u64,
    /// Their bytes.
    pub bytes_removed: u64,
    /// What could not be done beside it.
    pub notes: Vec<String>,
    /// Milliseconds.
    pub elapsed_ms: u64,
}

/// How often a backup begins again because the lake ran away from it.
const TRIES: u32 = 5;

/// Backs the store up, and removes the oldest backups beyond those to be kept. Callers let one run at a time.
pub fn back_up(
    subject: Subject<'_>,
    depot: &Depot,
    options: &BackupOptions,
    steps: &dyn Steps,
) -> Result<BackupAnswer, BackupError> {
    let started = Instant::now();
    refuse_inside(subject, depot)?;
    depot.claim(subject.lake.store_id())?;
    kill::point("backup_claimed");
    depot.clear_staging()?;
    depot::remove_unfinished(&*depot.disk.0, subject.tmp)?;
    prune::unfinished(depot)?;
    for _ in 0..TRIES {
        let Some(mut answer) = attempt(subject, depot, options, steps)? else { continue };
        steps.stage("removing old backups", 0);
        let Pruned { backups, files, bytes, notes } = prune::prune(depot, options.keep, options.grace, options.now)?;
        (answer.pruned, answer.files_removed, answer.bytes_removed, answer.notes) = (backups, files, bytes, notes);
        answer.elapsed_ms = started.elapsed().as_millis() as u64;
        return Ok(answer);
    }
    Err(BackupError::Overtaken { tries: TRIES })
}

/// What is in the lake or in tmp would be taken for the store's own.
fn refuse_inside(subject: Subject<'_>, depot: &Depot) -> Result<(), BackupError> {
    let inside = || BackupError::InsideStore { place: depot.shown() };
    let place = depot.place.data_path();
    if place.starts_with(subject.lake.place().data_path()) {
        return Err(inside());
    }
    let Some(root) = depot.place.local("") else { return Ok(()) };
    let found = |path: &Path| path.canonicalize().ok();
    let is_tmp = found(subject.tmp).is_some_and(|tmp| root.starts_with(tmp));
    let is_store = subject.db.path().parent().and_then(found).is_some_and(|store| store == root);
    if is_tmp || is_store { Err(inside()) } else { Ok(()) }
}

/// A copy of the database, removed when dropped.
struct DatabaseCopy(PathBuf);

impl DatabaseCopy {
    fn of(subject: Subject<'_>) -> Result<Self, BackupError> {
        let copy = Self(subject.tmp.join(format!("{ON_ITS_WAY}{}.db", Uuid::now_v7())));
        subject.db.backup_to(&copy.0)?;
        Ok(copy)
    }

    fn snapshot(&self, lake: &Lake) -> Result<Snapshot, BackupError> {
        let copy = Db::open_read_only(&self.0)?;
        Ok(copy.read(|tx| lake.snapshot_in(tx, &At::Latest))?)
    }
}

impl Drop for DatabaseCopy {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next backup.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Nothing where the lake ran away.
fn attempt(
    subject: Subject<'_>,
    depot: &Depot,
    options: &BackupOptions,
    steps: &dyn Steps,
) -> Result<Option<BackupAnswer>, BackupError> {
    steps.stage("copying the database", 0);
    let copy = DatabaseCopy::of(subject)?;
    let database_bytes = std::fs::metadata(&copy.0).map_err(BackupError::io("look at", &copy.0))?.len();
    kill::point("backup_copied");
    let snapshot = copy.snapshot(subject.lake)?;
    let needed = Needed::of(&snapshot, depot, options, steps)?;

    let total = needed.missing.iter().map(|file| file.bytes).sum::<u64>();
    steps.stage("bringing data files", total);
    let mut linked = 0;
    let came = |bytes| steps.done(bytes);
    let staging = depot.staging.as_deref().unwrap_or(subject.tmp);
    let carrier = Carrier { disk: &depot.disk.0, staging, to: &*depot.place, came: &came };
    for file in &needed.missing {
        if steps.is_stopping() {
            return Err(BackupError::Stopped);
        }
        match bring(subject.lake, file, &carrier) {
            Ok(Carried::Linked) => linked += file.bytes,
            Ok(Carried::Copied) => {}
            Err(Lost::Refused(error)) => return Err(error.into()),
            Err(_) if subject.lake.snapshot(&At::Latest)?.file(file.file_id).is_none() => return Ok(None),
            Err(Lost::Missing) => return Err(damaged(file, "it is missing", false)),
            Err(Lost::Damaged(what)) => return Err(damaged(file, &what, false)),
            Err(Lost::Unread(what)) => return Err(damaged(file, &what, true)),
        }
        kill::point("backup_file");
    }
    let names: Vec<String> = snapshot.files().iter().map(|file| name_of_data(&file.relative)).collect();
    depot.place.keep(&names.iter().map(String::as_str).collect::<Vec<_>>())?;
    kill::point("backup_files");

    steps.stage("writing the backup", database_bytes);
    let last = depot.backups()?.into_keys().next_back();
    let backup = BackupName::after(last, options.now);
    let database = carrier.put_file(&copy.0, &name_in(backup, DATABASE))?;
    kill::point("backup_database");
    let config = match std::fs::read(subject.config_file) {
        Ok(config) => Some(carrier.put(&config, &name_in(backup, CONFIG))?),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(BackupError::io("read", subject.config_file)(error)),
    };
    depot.place.keep(&[&name_in(backup, DATABASE)])?;
    kill::point("backup_before_manifest");
    let manifest = Manifest::of(backup, subject.lake.store_id(), &snapshot, database, config);
    let name = name_in(backup, MANIFEST);
    if !depot.place.put_new(&name, &manifest.to_json())? {
        let source = std::io::ErrorKind::AlreadyExists.into();
        return Err(BackupError::Io { action: "write", path: name.into(), source });
    }
    kill::point("backup_after_manifest");
    Ok(Some(BackupAnswer {
        place: depot.shown(),
        backup,
        snapshot_id: snapshot.id,
        snapshot_time: snapshot.time,
        rows: manifest.rows,
        days: manifest.days,
        files: manifest.files.len() as u64,
        files_new: needed.missing.len() as u64,
        files_known: (manifest.files.len() - needed.missing.len()) as u64,
        files_replaced: needed.replaced,
        bytes: manifest.bytes(),
        bytes_copied: total - linked + database_bytes,
        bytes_linked: linked,
        pruned: Vec::new(),
        files_removed: 0,
        bytes_removed: 0,
        notes: Vec::new(),
        elapsed_ms: 0,
    }))
}

fn bring(lake: &Lake, file: &LiveFile, carrier: &Carrier<'_>) -> Result<Carried, Lost> {
    let blake3 = hex(&file.hashes.file);
    let load = Load { place: lake.place(), name: &file.relative, bytes: file.bytes, blake3: &blake3 };
    carrier.bring(&load, &name_of_data(&file.relative))
}

fn damaged(file: &LiveFile, what: &str, is_unread: bool) -> BackupError {
    let (day, file) = (file.scope.day, file.relative.clone());
    BackupError::DamagedStore(Damage { file, day, what: what.to_owned(), is_unread })
}

/// What a backup has to bring.
struct Needed {
    missing: Vec<Arc<LiveFile>>,
    /// How many of these are there and damaged, and were removed.
    replaced: u64,
}

impl Needed {
    fn of(snapshot: &Snapshot, depot: &Depot, options: &BackupOptions, steps: &dyn Steps) -> Result<Self, BackupError> {
        let pool: BTreeMap<String, u64> = depot.pool()?.into_iter().map(|file| (file.name, file.bytes)).collect();
        let mut damaged = BTreeSet::new();
        let known = || {
            snapshot.files().iter().filter_map(|file| {
                let name = name_of_data(&file.relative);
                pool.get(&name).map(|bytes| (file, name, *bytes))
            })
        };
        damaged.extend(known().filter(|(file, _, bytes)| file.bytes != *bytes).map(|(_, name, _)| name));
        if options.verify {
            steps.stage("checking earlier data files", known().map(|(file, ..)| file.bytes).sum());
            for (file, name, _) in known() {
                let blake3 = hex(&file.hashes.file);
                let load = Load { place: &*depot.place, name: &name, bytes: file.bytes, blake3: &blake3 };
                match carry::check(&load, &mut |piece| {
                    steps.done(piece.len() as u64);
                    Ok(())
                }) {
                    Ok(()) => {}
                    Err(Lost::Missing | Lost::Damaged(_)) => _ = damaged.insert(name),
                    Err(Lost::Unread(what)) => {
                        return Err(BackupError::Unread { place: depot.shown(), file: name, what });
                    }
                    Err(Lost::Refused(error)) => return Err(error.into()),
                }
            }
        }
        for name in &damaged {
            depot.place.remove(name)?;
        }
        let is_missing = |file: &&Arc<LiveFile>| {
            let name = name_of_data(&file.relative);
            damaged.contains(&name) || !pool.contains_key(&name)
        };
        let missing = snapshot.files().iter().filter(is_missing).map(Arc::clone).collect();
        Ok(Self { missing, replaced: damaged.len() as u64 })
    }
}
