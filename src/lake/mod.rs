//! The fact store: Parquet files, and a DuckLake 1.0 catalog of them in the application's SQLite file.
//!
//! The way of rows: [`Lake::create_file`] gives a [`PartitionWriter`], whose finished file is [published](Lake::publish)
//! under a new name and made visible by [`Lake::commit`] inside the caller's transaction. The way of a question:
//! [`Lake::snapshot`] pins one committed state, and [`Snapshot::provider`] is a table of it for DataFusion.
//!
//! Invariants: the only point at which anything becomes visible is the COMMIT of one SQLite transaction; a file never
//! changes once it is published; replacing is ending old files and adding new ones under one snapshot; nothing is read
//! that differs from what was written. Callers: ingest writes, query reads, the start of the program checks and sweeps.

mod at;
mod bounds;
mod catalog;
mod check;
mod compact;
mod delta;
mod diff;
mod disk;
mod error;
mod hashes;
mod lost;
mod open;
mod place;
mod publish;
mod read;
mod registry;
mod repair;
mod restore;
mod retain;
mod rows;
mod scan;
mod scope;
mod snapshot;
mod status;
mod steps;
mod store;
mod sweep;
mod tally;
mod verify;
mod write;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use datafusion::execution::object_store::ObjectStoreUrl;
use object_store::ObjectStore;
use rusqlite::Transaction;
use uuid::Uuid;

pub use at::At;
pub use bounds::{Bound, ColumnBounds, Value};
pub use catalog::commit::Change;
pub use catalog::history::SnapshotChange;
pub use catalog::listing::{Kept, SnapshotRecord};
pub use compact::{CompactAnswer, CompactOptions, MergedFiles, SkippedFiles};
pub use delta::{DeltaExport, DeltaTable};
pub use diff::{DayDiff, LakeDiff};
pub use disk::rename_no_replace;
pub use error::{Damage, LakeError};
pub use hashes::Hashes;
pub use publish::PublishedFile;
pub use read::{CheckedFile, CheckedPart, CheckedStream};
pub use repair::{Broken, Source};
pub use retain::{ExpiredSnapshots, RetainAnswer, RetainOptions, RetainedFacts, RetainedPartition, UnheldFiles};
pub use scope::Scope;
pub use snapshot::{LiveFile, Snapshot};
pub use status::{LakeStatus, TableStatus};
pub use steps::Steps;
pub use sweep::Swept;
pub use verify::{Check, Outcome, Verification};
pub use write::{PartitionWriter, StagedFile};

use self::catalog::TableEntry;
#[cfg(test)]
pub(crate) use self::disk::fake;
pub(crate) use self::disk::{Disk, DiskFile, LocalDisk};
pub(crate) use self::open::{mark_place, unmark_place};
pub(crate) use self::place::{Place, Placed, directory_place, objects_place};
use self::registry::Registry;
use self::store::LakeStore;
use crate::db::Db;
use crate::model::SnapshotId;
use crate::model::facts::Column;

/// A handle on the fact store; clones share its cache.
#[derive(Clone)]
pub struct Lake {
    shared: Arc<Shared>,
}

struct Shared {
    db: Db,
    /// For what is under construction in tmp.
    disk: Arc<dyn Disk>,
    place: Arc<dyn Place>,
    /// Where files are written before they are published. None when opened for reading.
    tmp: Option<PathBuf>,
    store_id: Uuid,
    tables: Vec<TableEntry>,
    registry: Arc<Registry>,
    store: Arc<LakeStore>,
    /// The newest committed snapshot that was asked for; most of the next one is in it.
    newest: Mutex<Option<Snapshot>>,
}

impl Lake {
    /// The state of the lake that `at` means, as of now.
    pub fn snapshot(&self, at: &At) -> Result<Snapshot, LakeError> {
        self.shared.db.read(|tx| self.snapshot_in(tx, at))
    }

    /// The same inside a transaction: what the caller reads there belongs to the same state of the database.
    pub fn snapshot_in(&self, tx: &Transaction<'_>, at: &At) -> Result<Snapshot, LakeError> {
        let found = catalog::load::find(tx, at)?;
        let known = self.newest().clone();
        if let Some(known) = known.as_ref().filter(|known| known.id == found.0) {
            return Ok(known.clone());
        }
        let shared = &self.shared;
        let snapshot = catalog::load::files(tx, found, known.as_ref(), &shared.place, &shared.registry)?;
        // A writing transaction may still be rolled back, and its numbers be given again.
        if tx.is_readonly("main")? {
            let mut newest = self.newest();
            if newest.as_ref().is_none_or(|newest| newest.id < snapshot.id) {
                *newest = Some(snapshot.clone());
            }
        }
        Ok(snapshot)
    }

    /// The state of the lake as the catalog says now, whatever was loaded before.
    fn reload(&self, at: &At) -> Result<Snapshot, LakeError> {
        let shared = &self.shared;
        shared.db.read(|tx| {
            let found = catalog::load::find(tx, at)?;
            catalog::load::files(tx, found, None, &shared.place, &shared.registry)
        })
    }

    fn newest(&self) -> std::sync::MutexGuard<'_, Option<Snapshot>> {
        self.shared.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a data file of that partition. `columns` are stored columns in the table's order, `grain` the dimensions
    /// that identify a row; `expected_rows` may be a guess, or 0, and only evens out the row groups.
    pub fn create_file(
        &self,
        scope: &Scope,
        columns: &[&'static Column],
        grain: &[&str],
        expected_rows: u64,
    ) -> Result<PartitionWriter, LakeError> {
        let tmp = self.shared.tmp.as_ref().ok_or_else(read_only)?;
        let path = tmp.join(format!("{}{}", Uuid::now_v7(), sweep::TEMPORARY_SUFFIX));
        PartitionWriter::create(&self.shared.disk, path, scope, columns, grain, expected_rows)
    }

    /// Gives finished files their final names, which survive a power cut; no snapshot holds them yet.
    pub fn publish(&self, staged: Vec<StagedFile>) -> Result<Vec<PublishedFile>, LakeError> {
        publish::publish(&*self.shared.place, staged)
    }

    /// Writes the change into the caller's transaction; its COMMIT makes it visible, with all else that is in it.
    ///
    /// # Errors
    /// [`LakeError::Conflict`] when an ended file is no longer live, or a touched partition changed since `base`. The
    /// caller rolls back; the published files are swept later.
    pub fn commit(&self, tx: &Transaction<'_>, change: Change) -> Result<SnapshotId, LakeError> {
        catalog::commit::write(tx, &self.shared.tables, change)
    }

    /// Leaves the newest snapshot alone in the catalog: the files of the older ones are not there.
    pub(crate) fn forget_the_past(&self, now: DateTime<Utc>) -> Result<(), LakeError> {
        self.shared.db.write(|tx| {
            let (newest, _) = catalog::load::find(tx, &At::Latest)?;
            catalog::expiry::forget(tx, newest, now)?;
            catalog::expiry::none_waits(tx)
        })
    }

    /// Where the published files are.
    pub(crate) fn place(&self) -> &dyn Place {
        &*self.shared.place
    }

    /// The id of the store, which stands in its catalog and in the place of its files.
    pub fn store_id(&self) -> Uuid {
        self.shared.store_id
    }

    /// The address to register [`object_store`](Self::object_store) under.
    pub fn object_store_url(&self) -> ObjectStoreUrl {
        // A constant that a test reads; the local file system would not hold the lake's relative paths.
        ObjectStoreUrl::parse(scan::STORE_URL).unwrap_or_else(|_| ObjectStoreUrl::local_filesystem())
    }

    /// The store that scans read through: live files only, each block checked against its hash.
    pub fn object_store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.shared.store) as Arc<dyn ObjectStore>
    }

    /// The lake's place, for people.
    pub fn shown(&self) -> String {
        self.shared.place.shown()
    }

    /// The lake's directory, where it is on this machine.
    pub fn directory(&self) -> Option<PathBuf> {
        self.shared.place.local("")
    }
}

fn read_only() -> LakeError {
    LakeError::Io {
        action: "write into",
        path: PathBuf::from("lake"),
        source: std::io::Error::new(std::io::ErrorKind::ReadOnlyFilesystem, "the store was opened for reading only"),
    }
}
