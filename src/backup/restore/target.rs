//! The directory that a store is restored into: what may be there before, the marker while it is under way, and its end.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::backup::carry::Carrier;
use crate::backup::depot::{DepotDisk, clear_tmp};
use crate::backup::{BackupError, Manifest};
use crate::lake::{self, Disk, LocalDisk, Place};
use crate::objects::Address;

/// The data directory that a backup becomes.
#[derive(Debug)]
pub struct Target {
    /// The directory; it need not be there.
    pub root: PathBuf,
    /// The names below it.
    pub names: TargetNames,
    /// Where the facts go.
    pub lake: TargetLake,
    pub(super) tmp: PathBuf,
    pub(super) disk: DepotDisk,
}

/// Where the facts of a restored store go.
#[derive(Clone, Debug)]
pub enum TargetLake {
    /// Below its directory.
    Directory,
    /// Below an address of an object store.
    Objects {
        /// The address.
        address: Address,
        /// Files of this store that are there are its own: no other store uses them any more.
        reuse: bool,
    },
}

/// What things are called in a data directory.
#[derive(Clone, Copy, Debug)]
pub struct TargetNames {
    /// The database.
    pub database: &'static str,
    /// The directory of the data files.
    pub lake: &'static str,
    /// The directory of what is under construction.
    pub tmp: &'static str,
    /// The settings.
    pub settings: &'static str,
    /// The marker of an unfinished restore.
    pub unfinished: &'static str,
}

/// What the marker says.
#[derive(Debug, Serialize, Deserialize)]
struct Unfinished {
    store_id: String,
    backup: String,
    /// The settings were not there before.
    brings_settings: bool,
}

impl Target {
    /// The data directory at `root`.
    pub fn new(root: &Path, names: TargetNames, lake: TargetLake) -> Self {
        Self { lake, ..Self::on(Arc::new(LocalDisk), root, names) }
    }

    /// The same on any disk.
    pub(crate) fn on(disk: Arc<dyn Disk>, root: &Path, names: TargetNames) -> Self {
        let (lake, tmp) = (TargetLake::Directory, root.join(names.tmp));
        Self { root: root.to_owned(), names, lake, tmp, disk: DepotDisk(disk) }
    }

    /// Refuses where a store is; what an unfinished restore left is none.
    pub fn refuse_store(&self) -> Result<(), BackupError> {
        let is_store = self.root.join(self.names.database).exists() || holds_files(&self.root.join(self.names.lake))?;
        if is_store && !self.is_marked() {
            return Err(BackupError::StoreExists { root: self.root.clone() });
        }
        Ok(())
    }

    fn is_marked(&self) -> bool {
        self.root.join(self.names.unfinished).exists()
    }

    /// Marks the directory and clears what an earlier restore left; refuses where a store is.
    pub(super) fn begin(&self, manifest: &Manifest) -> Result<Begun<'_>, BackupError> {
        self.refuse_store()?;
        let marked = self.is_marked();
        let lake = self.root.join(self.names.lake);
        self.make_directories(&lake)?;
        let disk = &self.disk.0;
        // There is no store, so nobody works there.
        clear_tmp(&**disk, &self.tmp)?;
        let place = lake::directory_place(Arc::clone(disk), &self.root, Some(&self.tmp))?;
        let lake = match &self.lake {
            TargetLake::Directory => lake::directory_place(Arc::clone(disk), &lake, Some(&self.tmp))?,
            TargetLake::Objects { address, reuse } => {
                let place = lake::objects_place(address.clone(), Arc::clone(disk), Some(&self.tmp));
                // What an earlier try of this restore marked there is its own.
                let is_ours = marked || *reuse;
                if !is_ours && (!place.names("")?.is_empty() || !place.files("")?.is_empty()) {
                    return Err(BackupError::LakeInUse { place: place.shown() });
                }
                place
            }
        };
        let begun = Begun { target: self, place, lake };
        if marked {
            begun.clear(manifest)?;
        }
        let unfinished = Unfinished {
            store_id: manifest.store_id.to_string(),
            backup: manifest.backup.to_string(),
            brings_settings: !self.root.join(self.names.settings).exists(),
        };
        let text = serde_json::to_vec(&unfinished).expect("texts always have a JSON form");
        begun.place.put_new(self.names.unfinished, &text)?;
        lake::mark_place(&*begun.lake, manifest.store_id)?;
        Ok(begun)
    }

    fn make_directories(&self, lake: &Path) -> Result<(), BackupError> {
        for path in [&self.root, &self.tmp, lake] {
            if path.exists() {
                continue;
            }
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
            made.map_err(BackupError::io("create", path))?;
            if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                self.disk.0.sync_directory(parent).map_err(BackupError::io("bring to disk", parent))?;
            }
        }
        Ok(())
    }
}

fn holds_files(lake: &Path) -> Result<bool, BackupError> {
    match fs::read_dir(lake) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(BackupError::io("list", lake)(error)),
    }
}

/// A restore that is under way.
pub(super) struct Begun<'a> {
    target: &'a Target,
    place: Arc<dyn Place>,
    lake: Arc<dyn Place>,
}

impl Begun<'_> {
    /// Where data files go.
    pub fn lake(&self) -> &Arc<dyn Place> {
        &self.lake
    }

    /// Removes what an unfinished restore left, but data files that this one needs.
    fn clear(&self, manifest: &Manifest) -> Result<(), BackupError> {
        let names = &self.target.names;
        let text = self.place.read(names.unfinished)?.unwrap_or_default();
        // The marker is there as a whole or not at all; one that cannot be read is none of ours, and keeps the settings.
        let unfinished: Option<Unfinished> = serde_json::from_slice(&text).ok();
        if unfinished.as_ref().is_some_and(|unfinished| unfinished.brings_settings) {
            self.place.remove(names.settings)?;
        }
        for beside in ["-noted", "-wal", "-shm", ""] {
            self.place.remove(&format!("{}{beside}", names.database))?;
        }
        if matches!(self.target.lake, TargetLake::Objects { .. }) {
            // What is there and not needed is swept by the store itself, which waits until nobody can be reading it.
            return Ok(());
        }
        let is_same_store = unfinished.is_some_and(|unfinished| unfinished.store_id == manifest.store_id.to_string());
        for file in self.lake.files("")? {
            let is_needed = manifest.files.iter().any(|data| data.path == file.name && data.bytes == file.bytes);
            if !is_same_store || !is_needed {
                self.lake.remove(&file.name)?;
            }
        }
        Ok(lake::unmark_place(&*self.lake)?)
    }

    /// Writes the settings, where there are none; true where others are there, which stay.
    pub fn put_settings(&self, settings: &[u8]) -> Result<bool, BackupError> {
        let name = self.target.names.settings;
        if !self.place.put_new(name, settings)? {
            return Ok(self.place.read(name)?.is_none_or(|there| there != settings));
        }
        let path = self.target.root.join(name);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).map_err(BackupError::io("protect", &path))?;
        Ok(false)
    }

    /// Gives the database its name: from now on all is there.
    pub fn name_database(&self, finished: &Path) -> Result<(), BackupError> {
        let target = self.target;
        let carrier = Carrier { disk: &target.disk.0, staging: &target.tmp, to: &*self.place, came: &|_| {} };
        carrier.put_file(finished, target.names.database)?;
        Ok(self.place.keep(&[target.names.database])?)
    }

    /// Takes the marker away: from now on it is a store.
    pub fn end(&self) -> Result<(), BackupError> {
        let name = self.target.names.unfinished;
        self.place.remove(name)?;
        Ok(self.place.keep(&[name])?)
    }
}
