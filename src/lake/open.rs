//! Opening the lake: its directories, the marker that says whose they are, and the catalog rows before any data.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::disk::LocalDisk;
use super::place::{self, Directory, Place};
use super::registry::Registry;
use super::store::LakeStore;
use super::{Disk, Lake, LakeError, Shared, catalog};
use crate::db::Db;

/// The file in the lake's directory that holds the store's id. Readers of Parquet directories skip names with `_`.
pub(super) const MARKER: &str = "_catscan_store";

impl Lake {
    /// Opens the lake of `db` in the directory `root`, and creates what is missing: directories, marker, fact tables,
    /// columns that the fact tables gained. `tmp` is on the same file system. The catalog's data path is set to where
    /// `root` is now.
    ///
    /// # Errors
    /// A directory that belongs to another store, or a catalog whose tables this program cannot follow.
    pub fn open(db: Db, root: &Path, tmp: &Path, now: DateTime<Utc>) -> Result<Self, LakeError> {
        Self::open_on(Arc::new(LocalDisk), db, root, tmp, now)
    }

    /// The same on any disk.
    pub(crate) fn open_on(
        disk: Arc<dyn Disk>,
        db: Db,
        root: &Path,
        tmp: &Path,
        now: DateTime<Utc>,
    ) -> Result<Self, LakeError> {
        for directory in [root, tmp] {
            fs::create_dir_all(directory).map_err(LakeError::io("create", directory))?;
            if let Some(parent) = directory.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                place::sync_directory(&*disk, parent)?;
            }
        }
        let place = Arc::new(Directory::at(Arc::clone(&disk), root, Some(tmp))?);
        Self::open_at(place, disk, db, tmp, now)
    }

    /// Opens the lake of `db` at a place that is there; what is under construction is on `disk`, in `tmp`.
    pub(crate) fn open_at(
        place: Arc<dyn Place>,
        disk: Arc<dyn Disk>,
        db: Db,
        tmp: &Path,
        now: DateTime<Utc>,
    ) -> Result<Self, LakeError> {
        let (store_id, tables) = db.write(|tx| {
            let store_id = mark(tx, &*place, now)?;
            catalog::ensure(tx, place.data_path(), now)?;
            Ok::<_, LakeError>((store_id, catalog::tables(tx)?))
        })?;
        Ok(Self::with(place, disk, db, Some(tmp), store_id, tables))
    }

    /// Opens the lake for reading; nothing is created or changed.
    pub fn open_read_only(db: Db, root: &Path) -> Result<Self, LakeError> {
        let disk: Arc<dyn Disk> = Arc::new(LocalDisk);
        let place = Arc::new(Directory::at(Arc::clone(&disk), root, None)?);
        Self::open_read_only_at(place, disk, db)
    }

    /// The same at any place.
    pub(super) fn open_read_only_at(place: Arc<dyn Place>, disk: Arc<dyn Disk>, db: Db) -> Result<Self, LakeError> {
        let (store_id, tables) = db.read(|tx| {
            let store_id = stored_id(tx)?.ok_or(LakeError::NotInitialised)?;
            expect_marker(&*place, store_id)?;
            Ok::<_, LakeError>((store_id, catalog::tables(tx)?))
        })?;
        Ok(Self::with(place, disk, db, None, store_id, tables))
    }

    fn with(
        place: Arc<dyn Place>,
        disk: Arc<dyn Disk>,
        db: Db,
        tmp: Option<&Path>,
        store_id: Uuid,
        tables: Vec<catalog::TableEntry>,
    ) -> Self {
        let registry = Arc::new(Registry::default());
        let store = Arc::new(LakeStore::new(place.store(), Arc::clone(&registry)));
        let (tmp, newest) = (tmp.map(Path::to_owned), Mutex::default());
        Self { shared: Arc::new(Shared { db, disk, place, tmp, store_id, tables, registry, store, newest }) }
    }
}

/// The store's id, in the catalog and in the place; both are made together.
fn mark(tx: &Transaction<'_>, place: &dyn Place, now: DateTime<Utc>) -> Result<Uuid, LakeError> {
    let store_id = match stored_id(tx)? {
        Some(store_id) => store_id,
        None => {
            let store_id = Uuid::now_v7();
            let row = params![store_id.to_string(), now.to_rfc3339()];
            tx.execute("INSERT INTO lake_store (one, store_id, created_at) VALUES (1, ?1, ?2)", row)?;
            store_id
        }
    };
    if place.read(MARKER)?.is_some() {
        expect_marker(place, store_id)?;
        return Ok(store_id);
    }
    let live = "SELECT count(*) FROM ducklake_data_file WHERE end_snapshot IS NULL";
    let files: i64 = tx.query_row(live, [], |row| row.get(0))?;
    if files > 0 {
        let what = format!("it has no {MARKER}, but the catalog has {files} live files");
        return Err(LakeError::ForeignDirectory { path: place.shown().into(), what });
    }
    mark_place(place, store_id)?;
    Ok(store_id)
}

/// Makes the place that of this store, before there is a catalog.
pub(crate) fn mark_place(place: &dyn Place, store_id: Uuid) -> Result<(), LakeError> {
    if place.put_new(MARKER, format!("{store_id}\n").as_bytes())? { Ok(()) } else { expect_marker(place, store_id) }
}

/// Makes the place nobody's.
pub(crate) fn unmark_place(place: &dyn Place) -> Result<(), LakeError> {
    place.remove(MARKER).map(drop)
}

fn stored_id(tx: &Transaction<'_>) -> Result<Option<Uuid>, LakeError> {
    let text: Option<String> = tx.query_row("SELECT store_id FROM lake_store", [], |row| row.get(0)).optional()?;
    text.map(|text| text.parse().map_err(|_| LakeError::catalog(format!("'{text}' is not a store id")))).transpose()
}

/// The place carries this store's marker.
pub(super) fn expect_marker(place: &dyn Place, store_id: Uuid) -> Result<(), LakeError> {
    let foreign = |what: String| LakeError::ForeignDirectory { path: place.shown().into(), what };
    let marker = place.read(MARKER)?.ok_or_else(|| foreign(format!("it has no {MARKER}")))?;
    let found = String::from_utf8_lossy(&marker);
    if found.trim() == store_id.to_string() {
        return Ok(());
    }
    Err(foreign(format!("{MARKER} names store {}, the catalog {store_id}", found.trim())))
}
