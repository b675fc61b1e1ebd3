//! The data directory: the names of what stands in it, and its creation with safe modes.
//!
//! Invariant: nothing outside the directory is created or removed, and a directory that holds other things is never
//! taken over.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::SAMPLE;

/// The names that a data directory may hold at its top.
const OURS: &[&str] = &[
    "backups",
    DataDir::DATABASE,
    "catscan.db-noted",
    "catscan.db-noted.new",
    "catscan.db-shm",
    "catscan.db-wal",
    DataDir::SETTINGS,
    "inbox",
    "keys",
    DataDir::LAKE,
    DataDir::UNFINISHED_RESTORE,
    "run",
    DataDir::THUMBNAILS,
    DataDir::TMP,
];

/// One store on disk, addressed by its absolute path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir {
    root: PathBuf,
}

/// The data directory cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataDirError {
    /// The system refused.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The path names something that is not a directory.
    #[error("{0} is not a directory")]
    NotADirectory(PathBuf),
    /// The directory has content that is not a store.
    #[error("{path} is not a Cat-Scan data directory: it holds '{found}'")]
    Foreign {
        /// The directory.
        path: PathBuf,
        /// One of the names that do not belong there.
        found: String,
    },
    /// A backup was to be restored into the directory.
    #[error("a restore into {0} did not end; run the same `catscan restore` again, or delete the directory")]
    UnfinishedRestore(PathBuf),
    /// No home directory, and no `--data-dir`.
    #[error("no data directory: the environment has no home directory")]
    NoHome,
}

impl DataDir {
    /// The name of the SQLite file.
    pub const DATABASE: &str = "catscan.db";
    /// The name of the directory of the Parquet files.
    pub const LAKE: &str = "lake";
    /// The name of the directory of files under construction.
    pub const TMP: &str = "tmp";
    /// The name of the directory of the thumbnails of creatives.
    pub const THUMBNAILS: &str = "thumbnails";
    /// The name of the settings.
    pub const SETTINGS: &str = "config.toml";
    /// The name of what is there while a backup is restored into the directory.
    pub const UNFINISHED_RESTORE: &str = "restore.unfinished";

    /// The directory at `root`, which need not exist yet; a relative path is taken from the working directory.
    pub fn at(root: &Path) -> Result<Self, DataDirError> {
        let root = std::path::absolute(root).map_err(io_error("resolve", root))?;
        Ok(Self { root })
    }

    /// `~/.catscan`.
    pub fn default_root() -> Result<PathBuf, DataDirError> {
        std::env::home_dir()
            .filter(|home| !home.as_os_str().is_empty())
            .map(|home| home.join(".catscan"))
            .ok_or(DataDirError::NoHome)
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The SQLite file: entities and catalog.
    pub fn database(&self) -> PathBuf {
        self.root.join(Self::DATABASE)
    }

    /// The Parquet files.
    pub fn lake(&self) -> PathBuf {
        self.root.join(Self::LAKE)
    }

    /// Files under construction; on the file system of the lake, so that a rename publishes.
    pub fn tmp(&self) -> PathBuf {
        self.root.join(Self::TMP)
    }

    /// Thumbnails of creatives; made when the first one is.
    pub fn thumbnails(&self) -> PathBuf {
        self.root.join(Self::THUMBNAILS)
    }

    /// Service-account files.
    pub fn keys(&self) -> PathBuf {
        self.root.join("keys")
    }

    /// Lock and address of the running writer.
    pub fn run(&self) -> PathBuf {
        self.root.join("run")
    }

    /// The settings.
    pub fn config_file(&self) -> PathBuf {
        self.root.join(Self::SETTINGS)
    }

    /// Refuses where a backup is being restored, or a restore died: there is no store yet.
    pub fn refuse_unfinished(&self) -> Result<(), DataDirError> {
        match self.root.join(Self::UNFINISHED_RESTORE).exists() {
            true => Err(DataDirError::UnfinishedRestore(self.root.clone())),
            false => Ok(()),
        }
    }

    /// Bytes that a user without privileges may still fill on its disk.
    pub fn free_bytes(&self) -> std::io::Result<u64> {
        let free = rustix::fs::statvfs(&self.root)?;
        Ok(free.f_bavail.saturating_mul(free.f_frsize))
    }

    /// True when the store has been made.
    pub fn is_initialised(&self) -> bool {
        self.database().is_file()
    }

    /// Makes what is missing; true when the settings file was new, which means that the store is.
    ///
    /// `keys` and `run` are for their owner only, and so is the directory itself where it is made here.
    pub fn create(&self) -> Result<bool, DataDirError> {
        self.refuse_unfinished()?;
        self.create_directories()?;
        let config = self.config_file();
        match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&config) {
            Ok(mut file) => {
                file.write_all(SAMPLE.as_bytes()).map_err(io_error("write", &config))?;
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(io_error("create", &config)(error)),
        }
    }

    /// Makes what is missing but the settings; refuses a directory with other things in it.
    pub fn create_directories(&self) -> Result<(), DataDirError> {
        self.refuse_foreign()?;
        for path in [&self.root, &self.keys(), &self.run(), &self.lake(), &self.tmp()] {
            private_directory(path).map_err(io_error("create", path))?;
        }
        for path in [self.keys(), self.run()] {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).map_err(io_error("protect", &path))?;
        }
        Ok(())
    }

    /// A directory with a database is a store; without one it may hold only names of ours.
    fn refuse_foreign(&self) -> Result<(), DataDirError> {
        let entries = match fs::read_dir(&self.root) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return Err(DataDirError::NotADirectory(self.root.clone()));
            }
            Err(error) => return Err(io_error("read", &self.root)(error)),
        };
        if self.is_initialised() {
            return Ok(());
        }
        for entry in entries {
            let name = entry.map_err(io_error("read", &self.root))?.file_name();
            if !OURS.iter().any(|ours| name == OsStr::new(ours)) {
                let found = name.to_string_lossy().into_owned();
                return Err(DataDirError::Foreign { path: self.root.clone(), found });
            }
        }
        Ok(())
    }
}

fn private_directory(path: &Path) -> io::Result<()> {
    match fs::DirBuilder::new().recursive(true).mode(0o700).create(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        result => result,
    }
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DataDirError {
    let path = path.to_owned();
    move |source| DataDirError::Io { action, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn creation_is_private_and_repeatable() {
        let parent = tempfile::tempdir().unwrap();
        let dir = DataDir::at(&parent.path().join("store")).unwrap();
        assert!(dir.create().unwrap());
        assert!(!dir.create().unwrap());
        assert_eq!(mode(dir.root()), 0o700);
        assert_eq!(mode(&dir.keys()), 0o700);
        assert_eq!(mode(&dir.config_file()), 0o600);
        assert!(!dir.is_initialised());
    }

    #[test]
    fn a_directory_with_other_content_is_not_taken_over() {
        let parent = tempfile::tempdir().unwrap();
        fs::write(parent.path().join("thesis.tex"), "").unwrap();
        let refusal = DataDir::at(parent.path()).unwrap().create().unwrap_err();
        assert!(matches!(refusal, DataDirError::Foreign { ref found, .. } if found == "thesis.tex"), "{refusal}");
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_is_not_a_data_directory() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let refusal = DataDir::at(file.path()).unwrap().create().unwrap_err();
        assert!(matches!(refusal, DataDirError::NotADirectory(_)), "{refusal}");
    }
}
