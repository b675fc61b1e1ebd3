//! Where the published files of a lake are. The lake knows its files by their path below the place and by nothing else.
//!
//! Calls wait for the disk or the network, on the thread of whoever calls: async code calls from a thread that may block.

mod directory;
mod objects;

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use object_store::ObjectStore;

pub(super) use self::directory::{Directory, sync_directory};
pub(super) use self::objects::Objects;
use super::{Disk, LakeError};
use crate::objects::Address;

/// A place for files that never change once they are published. Names are paths below it, parted by `/`.
pub(crate) trait Place: fmt::Debug + Send + Sync {
    /// The place as messages name it.
    fn shown(&self) -> String;

    /// The place as the catalog names it, for other readers; ends in `/`.
    fn data_path(&self) -> &str;

    /// The store that scans read through, which knows files by their names.
    fn store(&self) -> Arc<dyn ObjectStore>;

    /// So many bytes are read for nothing sooner than another read is made.
    fn gap_bytes(&self) -> u64 {
        0
    }

    /// Why [`store`](Self::store) failed, for the log.
    fn reason(&self, error: &object_store::Error) -> String {
        error.to_string()
    }

    /// The file or directory of this machine that has that name, where the place is on this machine.
    fn local(&self, name: &str) -> Option<PathBuf>;

    /// Gives a finished file of this machine its name in the place, never that of another; it leaves where it was.
    fn publish(&self, staged: &Path, name: &str) -> Result<(), LakeError>;

    /// How many files are worth publishing at a time.
    fn at_once(&self) -> usize {
        1
    }

    /// Gives a published file a second name, never that of another.
    fn publish_again(&self, from: &str, to: &str) -> Result<(), LakeError>;

    /// On return, the names of these files survive a power cut.
    fn keep(&self, names: &[&str]) -> Result<(), LakeError>;

    /// Opens a file for reading.
    fn open(&self, name: &str) -> io::Result<Arc<dyn PlacedFile>>;

    /// The length of each of these files, in their order.
    fn lengths(&self, names: &[&str]) -> Vec<io::Result<u64>>;

    /// All files below `folder` (all there are where it is empty), in no order. Names that begin with `_` or `.`, and what
    /// is below such folders, are left out: they belong to others.
    fn files(&self, folder: &str) -> Result<Vec<Placed>, LakeError>;

    /// Takes a file away; false where there is none of that name.
    fn remove(&self, name: &str) -> Result<bool, LakeError>;

    /// Writes a small file whose name and bytes survive a power cut; false, and nothing is changed, where there is one of
    /// that name.
    fn put_new(&self, name: &str, bytes: &[u8]) -> Result<bool, LakeError>;

    /// A small file as a whole; nothing where there is none of that name.
    fn read(&self, name: &str) -> Result<Option<Bytes>, LakeError>;

    /// The names of the files right in a folder, whatever they begin with, in their order; none where there is no folder.
    fn names(&self, folder: &str) -> Result<Vec<String>, LakeError>;
}

/// A published file that is open for reading.
pub(crate) trait PlacedFile: Send + Sync {
    /// Its length in bytes.
    fn bytes(&self) -> u64;

    /// Exactly these bytes of it.
    fn read_at(&self, range: Range<u64>) -> io::Result<Bytes>;
}

/// What a listing says of a file.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    /// Its path below the place.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// When its bytes or its name last changed.
    pub changed: DateTime<Utc>,
}

/// A directory that is there as a place; nothing can be written where there is no `tmp` on the same file system.
pub(crate) fn directory_place(
    disk: Arc<dyn Disk>,
    root: &Path,
    tmp: Option<&Path>,
) -> Result<Arc<dyn Place>, LakeError> {
    Ok(Arc::new(Directory::at(disk, root, tmp)?))
}

/// What lies below an address of an object store as a place; `tmp` is for what is on its way there.
pub(crate) fn objects_place(address: Address, disk: Arc<dyn Disk>, tmp: Option<&Path>) -> Arc<dyn Place> {
    Arc::new(Objects::at(address, disk, tmp))
}
