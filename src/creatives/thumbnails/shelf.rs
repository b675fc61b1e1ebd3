//! Where thumbnails are kept: one file per creative, accounts apart, below the data directory.
//!
//! Invariants: a name is made from the id and never is the id, because ids may hold anything; a file is whole or not
//! there. The files are not backed up: what is lost is made again.

use std::collections::HashSet;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::creatives::CreativesError;
use crate::model::AccountId;

/// The directories of the thumbnails.
#[derive(Clone, Debug)]
pub struct Shelf {
    root: PathBuf,
    tmp: PathBuf,
}

/// No picture of ours is larger.
const LARGEST_BYTES: u64 = 16 << 20;

/// Hexadecimal digits of a name: 128 bits, so that no two creatives share one.
const NAME_LENGTH: usize = 32;

impl Shelf {
    /// The shelf at `root`; files under construction stand in `tmp`, on the same file system.
    pub fn at(root: PathBuf, tmp: PathBuf) -> Self {
        Self { root, tmp }
    }

    /// The name of the file of a creative: the same on every file system, with and without regard to case.
    pub fn name(creative_id: &str) -> String {
        blake3::hash(creative_id.as_bytes()).to_hex()[..NAME_LENGTH].to_owned()
    }

    /// The names that are there for the account.
    pub fn names(&self, account: AccountId) -> Result<HashSet<String>, CreativesError> {
        let dir = self.of(account);
        let entries = match fs::read_dir(&dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(HashSet::new()),
            entries => entries.map_err(failed(&dir))?,
        };
        let names = entries.map(|entry| Ok(entry.map_err(failed(&dir))?.file_name().into_string().ok()));
        Ok(names.collect::<Result<Vec<_>, CreativesError>>()?.into_iter().flatten().collect())
    }

    /// The picture of a creative, where there is one.
    pub fn read(&self, account: AccountId, creative_id: &str) -> Result<Option<Vec<u8>>, CreativesError> {
        let path = self.path(account, creative_id);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.len() <= LARGEST_BYTES => fs::read(&path).map(Some).map_err(failed(&path)),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&path)(error)),
        }
    }

    /// Puts a picture there, in the place of an earlier one.
    pub fn put(&self, account: AccountId, creative_id: &str, picture: &[u8]) -> Result<(), CreativesError> {
        let dir = self.of(account);
        fs::create_dir_all(&dir).map_err(failed(&dir))?;
        let (path, made) = (self.path(account, creative_id), self.scratch());
        let written = fs::File::create(&made).and_then(|mut file| {
            file.write_all(picture)?;
            file.sync_all()
        });
        let placed = written.map_err(failed(&made)).and_then(|()| fs::rename(&made, &path).map_err(failed(&path)));
        if placed.is_err() {
            // What is left in tmp/ is removed by the sweep of a later start.
            let _ = fs::remove_file(&made);
        }
        placed
    }

    /// Removes the picture of a creative.
    pub fn remove(&self, account: AccountId, creative_id: &str) -> Result<(), CreativesError> {
        gone(fs::remove_file(self.path(account, creative_id)), &self.path(account, creative_id))
    }

    /// Removes all pictures of an account.
    pub fn remove_all(&self, account: AccountId) -> Result<(), CreativesError> {
        gone(fs::remove_dir_all(self.of(account)), &self.of(account))
    }

    /// A new name for a file under construction.
    pub(super) fn scratch(&self) -> PathBuf {
        self.tmp.join(format!("{SCRATCH_PREFIX}{}", uuid::Uuid::now_v7()))
    }

    fn of(&self, account: AccountId) -> PathBuf {
        self.root.join(account.to_string())
    }

    fn path(&self, account: AccountId, creative_id: &str) -> PathBuf {
        self.of(account).join(Self::name(creative_id))
    }
}

/// Files under construction begin so; with the writer lock in hand, those that are there have no owner.
pub const SCRATCH_PREFIX: &str = "thumbnail-";

fn gone(removed: std::io::Result<()>, path: &Path) -> Result<(), CreativesError> {
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(path)(error)),
        _ => Ok(()),
    }
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> CreativesError {
    let path = path.to_owned();
    move |source| CreativesError::File { path, source }
}
