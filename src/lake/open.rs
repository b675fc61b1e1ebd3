//! Opening the lake: its directories, the marker that says whose they are, and the catalog rows before any data.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::disk::LocalDisk;
use super::registry::Registry;
use super::store::LakeStore;
use super::{Disk, Lake, LakeError, Shared, catalog, publish};
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
                publish::sync_directory(&*disk, parent)?;
            }
        }
        let root = root.canonicalize().map_err(LakeError::io("find", root))?;
        let text = root.to_str().ok_or_else(|| LakeError::PathNotText { path: root.clone() })?;
        let data_path = format!("{}/", text.trim_end_matches('/'));
        let (store_id, tables) = db.write(|tx| {
            let store_id = mark(tx, &*disk, &root, now)?;
            catalog::ensure(tx, &data_path, now)?;
            Ok::<_, LakeError>((store_id, catalog::tables(tx)?))
        })?;
        Self::with(disk, db, &root, Some(tmp), store_id, tables)
    }

    /// Opens the lake for reading; nothing is created or changed.
    pub fn open_read_only(db: Db, root: &Path) -> Result<Self, LakeError> {
        let root = root.canonicalize().map_err(LakeError::io("find", root))?;
        let (store_id, tables) = db.read(|tx| {
            let store_id = stored_id(tx)?.ok_or(LakeError::NotInitialised)?;
            expect_marker(&root, store_id)?;
            Ok::<_, LakeError>((store_id, catalog::tables(tx)?))
        })?;
        Self::with(Arc::new(LocalDisk), db, &root, None, store_id, tables)
    }

    fn with(
        disk: Arc<dyn Disk>,
        db: Db,
        root: &Path,
        tmp: Option<&Path>,
        store_id: Uuid,
        tables: Vec<catalog::TableEntry>,
    ) -> Result<Self, LakeError> {
        let local = LocalFileSystem::new_with_prefix(root)
            .map_err(|error| LakeError::io("open", root)(std::io::Error::other(error)))?;
        let registry = Arc::new(Registry::default());
        let store = LakeStore::new(Arc::new(local) as Arc<dyn ObjectStore>, Arc::clone(&registry));
        let shared = Shared {
            db,
            disk,
            root: root.to_owned(),
            tmp: tmp.map(Path::to_owned),
            store_id,
            tables,
            registry,
            store: Arc::new(store),
            newest: Mutex::default(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }
}

/// The store's id, in the catalog and in the directory; both are made together.
fn mark(tx: &Transaction<'_>, disk: &dyn Disk, root: &Path, now: DateTime<Utc>) -> Result<Uuid, LakeError> {
    let store_id = match stored_id(tx)? {
        Some(store_id) => store_id,
        None => {
            let store_id = Uuid::now_v7();
            let row = params![store_id.to_string(), now.to_rfc3339()];
            tx.execute("INSERT INTO lake_store (one, store_id, created_at) VALUES (1, ?1, ?2)", row)?;
            store_id
        }
    };
    let path = root.join(MARKER);
    if path.exists() {
        expect_marker(root, store_id)?;
        return Ok(store_id);
    }
    let live = "SELECT count(*) FROM ducklake_data_file WHERE end_snapshot IS NULL";
    let files: i64 = tx.query_row(live, [], |row| row.get(0))?;
    if files > 0 {
        let what = format!("it has no {MARKER}, but the catalog has {files} live files");
        return Err(LakeError::ForeignDirectory { path: root.to_owned(), what });
    }
    let write = || -> std::io::Result<()> {
        let mut file = disk.create_new(&path)?;
        writeln!(file, "{store_id}")?;
        file.sync()
    };
    write().map_err(LakeError::io("create", &path))?;
    publish::sync_directory(disk, root)?;
    Ok(store_id)
}

fn stored_id(tx: &Transaction<'_>) -> Result<Option<Uuid>, LakeError> {
    let text: Option<String> = tx.query_row("SELECT store_id FROM lake_store", [], |row| row.get(0)).optional()?;
    text.map(|text| text.parse().map_err(|_| LakeError::catalog(format!("'{text}' is not a store id")))).transpose()
}

/// The directory carries this store's marker.
pub(super) fn expect_marker(root: &Path, store_id: Uuid) -> Result<(), LakeError> {
    let path = root.join(MARKER);
    let foreign = |what: String| LakeError::ForeignDirectory { path: root.to_owned(), what };
    let text = fs::read_to_string(&path).map_err(|error| foreign(format!("{MARKER}: {error}")))?;
    if text.trim() == store_id.to_string() {
        return Ok(());
    }
    Err(foreign(format!("{MARKER} names store {}, the catalog {store_id}", text.trim())))
}
