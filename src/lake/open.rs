//! Opening the lake: its directories, the marker that says whose they are, and the catalog rows before any data.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::disk::LocalDisk;
use super::place::{self, Directory, Objects, Place};
use super::registry::Registry;
use super::store::LakeStore;
use super::{Disk, Lake, LakeError, Shared, catalog, lost};
use crate::db::Db;
use crate::objects::Address;

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

    /// Opens the lake of `db` below an address of an object store; `tmp` is where files are before they are sent.
    ///
    /// # Errors
    /// The store does not answer or refuses; objects of another store; or the catalog's files are elsewhere.
    pub fn open_objects(db: Db, address: Address, tmp: &Path, now: DateTime<Utc>) -> Result<Self, LakeError> {
        fs::create_dir_all(tmp).map_err(LakeError::io("create", tmp))?;
        let disk: Arc<dyn Disk> = Arc::new(LocalDisk);
        let place = Arc::new(Objects::at(address, Arc::clone(&disk), Some(tmp)));
        Self::open_at(place, disk, db, tmp, now)
    }

    /// The same for reading; nothing is created or changed.
    pub fn open_objects_read_only(db: Db, address: Address) -> Result<Self, LakeError> {
        let disk: Arc<dyn Disk> = Arc::new(LocalDisk);
        let place = Arc::new(Objects::at(address, Arc::clone(&disk), None));
        Self::open_read_only_at(place, disk, db)
    }

    /// Opens the lake of `db` at a place that is there; what is under construction is on `disk`, in `tmp`.
    pub(crate) fn open_at(
        place: Arc<dyn Place>,
        disk: Arc<dyn Disk>,
        db: Db,
        tmp: &Path,
        now: DateTime<Utc>,
    ) -> Result<Self, LakeError> {
        // On its own, before the place is marked: a mark whose answer is lost names a store that the catalog knows.
        lost::expect_all(&db)?;
        lost::note_commits(&db);
        let store_id = db.write(|tx| made_id(tx, now))?;
        let state = db.read(Recorded::of)?;
        state.expect_at(&*place)?;
        mark(&*place, store_id, state.live.len())?;
        let tables = db.write(|tx| {
            catalog::ensure(tx, place.data_path(), now)?;
            catalog::tables(tx)
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
        lost::expect_all(&db)?;
        let (store_id, tables, state) = db.read(|tx| {
            let store_id = stored_id(tx)?.ok_or(LakeError::NotInitialised)?;
            Ok::<_, LakeError>((store_id, catalog::tables(tx)?, Recorded::of(tx)?))
        })?;
        state.expect_at(&*place)?;
        expect_marker(&*place, store_id)?;
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
        let store = Arc::new(LakeStore::new(Arc::clone(&place), Arc::clone(&registry)));
        let (tmp, newest) = (tmp.map(Path::to_owned), Mutex::default());
        Self { shared: Arc::new(Shared { db, disk, place, tmp, store_id, tables, registry, store, newest }) }
    }
}

/// The store's id, which the catalog gets when it is opened for the first time.
fn made_id(tx: &Transaction<'_>, now: DateTime<Utc>) -> Result<Uuid, LakeError> {
    if let Some(store_id) = stored_id(tx)? {
        return Ok(store_id);
    }
    let store_id = Uuid::now_v7();
    let row = params![store_id.to_string(), now.to_rfc3339()];
    tx.execute("INSERT INTO lake_store (one, store_id, created_at) VALUES (1, ?1, ?2)", row)?;
    Ok(store_id)
}

/// Has the place carry this store's marker, which it may lack only while the store has no files.
fn mark(place: &dyn Place, store_id: Uuid, files: usize) -> Result<(), LakeError> {
    if let Some(marker) = place.read(MARKER)? {
        return expect_id(place, store_id, &marker);
    }
    if files > 0 {
        let what = format!("it has no {MARKER}, but the catalog has {files} live files");
        return Err(foreign(place, what));
    }
    mark_place(place, store_id)
}

/// Where the catalog says that its files are.
struct Recorded {
    data_path: Option<String>,
    live: Vec<String>,
}

impl Recorded {
    fn of(tx: &Transaction<'_>) -> Result<Self, LakeError> {
        Ok(Self { data_path: catalog::data_path(tx)?, live: catalog::live_paths(tx)? })
    }

    /// Refuses another place than the catalog's without its files. A directory that was moved on a machine has them, and
    /// is looked at file by file later; between machine and object store nothing moves by itself.
    fn expect_at(&self, place: &dyn Place) -> Result<(), LakeError> {
        let Some(stored) = self.data_path.as_deref().filter(|stored| *stored != place.data_path()) else {
            return Ok(());
        };
        if place.local("").is_some() && !stored.contains("://") {
            return Ok(());
        }
        let names: Vec<&str> = self.live.iter().map(String::as_str).collect();
        let mut missing = 0;
        for length in place.lengths(&names) {
            match length {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => missing += 1,
                Err(source) => return Err(LakeError::Io { action: "look into", path: place.shown().into(), source }),
            }
        }
        if missing == 0 {
            return Ok(());
        }
        let (stored, path) = (stored.to_owned(), place.shown());
        Err(LakeError::ElsewhereInCatalog { stored, path, files: names.len(), missing })
    }
}

/// Makes the place that of this store, before there is a catalog.
pub(crate) fn mark_place(place: &dyn Place, store_id: Uuid) -> Result<(), LakeError> {
    if place.put_new(MARKER, format!("{store_id}\n").as_bytes())? { Ok(()) } else { expect_marker(place, store_id) }
}

/// Makes the place nobody's.
pub(crate) fn unmark_place(place: &dyn Place) -> Result<(), LakeError> {
    place.remove(MARKER).map(drop)
}

pub(super) fn stored_id(tx: &Transaction<'_>) -> Result<Option<Uuid>, LakeError> {
    let text: Option<String> = tx.query_row("SELECT store_id FROM lake_store", [], |row| row.get(0)).optional()?;
    text.map(|text| text.parse().map_err(|_| LakeError::catalog(format!("'{text}' is not a store id")))).transpose()
}

/// The place carries this store's marker.
pub(super) fn expect_marker(place: &dyn Place, store_id: Uuid) -> Result<(), LakeError> {
    let marker = place.read(MARKER)?.ok_or_else(|| foreign(place, format!("it has no {MARKER}")))?;
    expect_id(place, store_id, &marker)
}

fn expect_id(place: &dyn Place, store_id: Uuid, marker: &[u8]) -> Result<(), LakeError> {
    let found = String::from_utf8_lossy(marker);
    if found.trim() == store_id.to_string() {
        return Ok(());
    }
    Err(foreign(place, format!("{MARKER} names store {}, the catalog {store_id}", found.trim())))
}

fn foreign(place: &dyn Place, what: String) -> LakeError {
    LakeError::ForeignDirectory { path: place.shown().into(), what }
}
