//! Where backups are kept: a directory, or a prefix of an object store, with the same content.
//!
//! ```text
//! _catscan_backups          whose they are: the id of the store
//! files/<path below the lake>.parquet   data files, each there once for all backups that need it
//! backups/<name>/catscan.db             the database at one moment
//! backups/<name>/config.toml            the settings
//! backups/<name>/manifest.json          what the backup consists of; written last
//! ```
//!
//! Invariants: nothing but a backup of the store that the marker names writes or removes here; a name is given to a whole
//! file only and never to another one; a backup without manifest does not count.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::carry::ON_ITS_WAY;
use super::{BackupError, BackupName, Manifest};
use crate::lake::{self, Disk, LocalDisk, Place, Placed};
use crate::objects::Address;

/// An object store that does not answer for this long is in trouble.
const PATIENCE: Duration = Duration::from_secs(60);

const MARKER: &str = "_catscan_backups";
pub(super) const FILES: &str = "files";
pub(super) const BACKUPS: &str = "backups";
pub(super) const DATABASE: &str = "catscan.db";
pub(super) const CONFIG: &str = "config.toml";
pub(super) const MANIFEST: &str = "manifest.json";
/// What is on its way into a directory.
const STAGING: &str = "_incoming";

/// A place of backups.
#[derive(Debug)]
pub struct Depot {
    pub(super) place: Arc<dyn Place>,
    pub(super) disk: DepotDisk,
    /// Where files stand that are on their way in; none where the depot is only read.
    pub(super) staging: Option<PathBuf>,
}

/// The disk of what is on its way in.
#[derive(Clone)]
pub(super) struct DepotDisk(pub Arc<dyn Disk>);

impl std::fmt::Debug for DepotDisk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DepotDisk")
    }
}

impl Depot {
    /// The depot at an absolute path or an address, to be written to; `tmp` is for what is on its way to an object store,
    /// which is opened with credentials from these variables of the environment.
    pub fn to_write(
        place: &str,
        tmp: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, BackupError> {
        match directory(place) {
            Some(root) => Self::in_directory(root),
            None => Self::of_objects(place, Some(tmp), environment),
        }
    }

    /// The same, to be read.
    pub fn to_read(place: &str, environment: impl IntoIterator<Item = (String, String)>) -> Result<Self, BackupError> {
        match directory(place) {
            Some(root) => Self::of_directory(root),
            None => Self::of_objects(place, None, environment),
        }
    }

    fn of_objects(
        url: &str,
        tmp: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, BackupError> {
        let address = Address::open(url, environment, PATIENCE)?;
        let disk: Arc<dyn Disk> = Arc::new(LocalDisk);
        let place = lake::objects_place(address, Arc::clone(&disk), tmp);
        Ok(Self { place, disk: DepotDisk(disk), staging: tmp.map(Path::to_owned) })
    }

    /// The directory, to be written to; it is made where it is missing.
    pub fn in_directory(root: &Path) -> Result<Self, BackupError> {
        Self::on(Arc::new(LocalDisk), root)
    }

    /// The same on any disk.
    pub(crate) fn on(disk: Arc<dyn Disk>, root: &Path) -> Result<Self, BackupError> {
        let made = !root.exists();
        fs::create_dir_all(root).map_err(BackupError::io("create", root))?;
        if made {
            fs::set_permissions(root, fs::Permissions::from_mode(0o700)).map_err(BackupError::io("protect", root))?;
            if let Some(parent) = root.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                disk.sync_directory(parent).map_err(BackupError::io("bring to disk", parent))?;
            }
        }
        let staging = root.join(STAGING);
        let place = lake::directory_place(Arc::clone(&disk), root, Some(&staging))?;
        Ok(Self { place, disk: DepotDisk(disk), staging: Some(staging) })
    }

    /// The directory, to be read: nothing is made or changed.
    pub fn of_directory(root: &Path) -> Result<Self, BackupError> {
        if !root.is_dir() {
            return Err(BackupError::NoBackups { place: root.display().to_string() });
        }
        let disk: Arc<dyn Disk> = Arc::new(LocalDisk);
        let place = lake::directory_place(Arc::clone(&disk), root, None)?;
        Ok(Self { place, disk: DepotDisk(disk), staging: None })
    }

    /// How people call it.
    pub fn shown(&self) -> String {
        self.place.shown()
    }

    /// Whose backups these are; nothing where there are none.
    pub fn store_id(&self) -> Result<Option<String>, BackupError> {
        let marker = self.place.read(MARKER)?;
        Ok(marker.map(|marker| String::from_utf8_lossy(&marker).trim().to_owned()))
    }

    /// Makes it the depot of that store, where it is nobody's, and prepares it for a backup.
    pub(super) fn claim(&self, store: Uuid) -> Result<(), BackupError> {
        let is_ours = |found: String| match found == store.to_string() {
            true => Ok(()),
            false => Err(BackupError::OtherStore { place: self.shown(), found, store }),
        };
        if let Some(found) = self.store_id()? {
            is_ours(found)?;
        } else {
            for folder in [FILES, BACKUPS] {
                if self.holds(folder)? {
                    return Err(BackupError::Taken { place: self.shown(), folder });
                }
            }
        }
        self.make_directories()?;
        if !self.place.put_new(MARKER, format!("{store}\n").as_bytes())? {
            is_ours(self.store_id()?.unwrap_or_default())?;
        }
        Ok(())
    }

    fn holds(&self, folder: &str) -> Result<bool, BackupError> {
        let is_there = self.place.local(folder).is_some_and(|path| path.exists());
        Ok(is_there || !self.place.files(folder)?.is_empty())
    }

    /// The copies of the database are for the owner of the store only, wherever the directory is.
    fn make_directories(&self) -> Result<(), BackupError> {
        let (Some(staging), Some(backups)) = (&self.staging, self.place.local(BACKUPS)) else { return Ok(()) };
        for path in [staging, &backups] {
            match self.disk.0.create_directory(path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(BackupError::io("create", path)(error));
                }
                _ => {}
            }
            fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(BackupError::io("protect", path))?;
        }
        Ok(())
    }

    /// All backups, whole or not, with the names of their files; the oldest first.
    pub(super) fn backups(&self) -> Result<BTreeMap<BackupName, Vec<String>>, BackupError> {
        let mut backups = BTreeMap::<BackupName, Vec<String>>::new();
        for Placed { name, .. } in self.place.files(BACKUPS)? {
            let below = name.strip_prefix(BACKUPS).unwrap_or_default().trim_start_matches('/');
            let Some((backup, _)) = below.split_once('/') else { continue };
            let Ok(backup) = backup.parse::<BackupName>() else { continue };
            backups.entry(backup).or_default().push(name);
        }
        Ok(backups)
    }

    /// The backups that have a manifest; the oldest first.
    pub(super) fn whole(&self) -> Result<Vec<BackupName>, BackupError> {
        let backups = self.backups()?.into_iter();
        let whole = backups.filter(|(name, files)| files.contains(&name_in(*name, MANIFEST)));
        Ok(whole.map(|(name, _)| name).collect())
    }

    /// The manifest of a backup; nothing where it has none.
    pub(super) fn manifest(&self, backup: BackupName) -> Result<Option<Manifest>, BackupError> {
        let bytes = self.place.read(&name_in(backup, MANIFEST))?;
        bytes.map(|bytes| Manifest::from_json(&bytes, backup)).transpose()
    }

    /// The lengths of the data files that are there, by their path below the lake.
    pub(super) fn pool(&self) -> Result<Vec<Placed>, BackupError> {
        Ok(self.place.files(FILES)?)
    }

    /// Removes what was on its way when a process died. Nobody may be writing here.
    pub(super) fn clear_staging(&self) -> Result<(), BackupError> {
        let Some(staging) = &self.staging else { return Ok(()) };
        let is_own = staging.file_name().is_some_and(|name| name == STAGING);
        let disk = &*self.disk.0;
        if is_own { clear_tmp(disk, staging) } else { remove_unfinished(disk, staging) }
    }
}

/// The directory of this machine that is meant; nothing where it is an address of an object store.
fn directory(place: &str) -> Option<&Path> {
    match place.strip_prefix("file://") {
        Some(path) => Some(Path::new(path)),
        None => (!place.contains("://")).then(|| Path::new(place)),
    }
}

/// Removes the files of that directory that were on their way somewhere.
pub(super) fn remove_unfinished(disk: &dyn Disk, directory: &Path) -> Result<(), BackupError> {
    remove(disk, directory, |name| name.starts_with(ON_ITS_WAY))
}

/// The same, and small files that were on their way into a place; nobody else may be working there.
pub(super) fn clear_tmp(disk: &dyn Disk, directory: &Path) -> Result<(), BackupError> {
    remove(disk, directory, |name| name.starts_with(ON_ITS_WAY) || name.ends_with(".part"))
}

fn remove(disk: &dyn Disk, directory: &Path, which: impl Fn(&str) -> bool) -> Result<(), BackupError> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(BackupError::io("list", directory))?,
    };
    for entry in entries {
        let path = entry.map_err(BackupError::io("list", directory))?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(&which) && path.is_file() {
            disk.remove(&path).map_err(BackupError::io("remove", &path))?;
        }
    }
    Ok(())
}

/// The name of a file of a backup.
pub(super) fn name_in(backup: BackupName, file: &str) -> String {
    format!("{BACKUPS}/{backup}/{file}")
}

/// The name of a data file.
pub(super) fn name_of_data(path: &str) -> String {
    format!("{FILES}/{path}")
}
