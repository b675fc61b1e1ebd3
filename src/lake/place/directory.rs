//! A directory of this machine as the place of a lake.
//!
//! What comes, goes or gets a name goes through the [`Disk`]; what is read does not, because it is checked against hashes of
//! the catalog whatever the disk gave.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use chrono::DateTime;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use uuid::Uuid;

use super::{Place, Placed, PlacedFile};
use crate::lake::write::Temporary;
use crate::lake::{Disk, DiskFile, LakeError, read_only, sweep};

/// A directory that is there, and the disk that changes it.
pub(in crate::lake) struct Directory {
    disk: Arc<dyn Disk>,
    /// Absolute.
    root: PathBuf,
    /// For what is on its way, on the same file system; none where nothing is written.
    tmp: Option<PathBuf>,
    data_path: String,
    store: Arc<dyn ObjectStore>,
}

impl Directory {
    /// The place at `root`, which is there.
    pub(in crate::lake) fn at(disk: Arc<dyn Disk>, root: &Path, tmp: Option<&Path>) -> Result<Self, LakeError> {
        let root = root.canonicalize().map_err(LakeError::io("find", root))?;
        let text = root.to_str().ok_or_else(|| LakeError::PathNotText { path: root.clone() })?;
        let data_path = format!("{}/", text.trim_end_matches('/'));
        let store = LocalFileSystem::new_with_prefix(&root)
            .map_err(|error| LakeError::io("open", &root)(io::Error::other(error)))?;
        Ok(Self { disk, root, tmp: tmp.map(Path::to_owned), data_path, store: Arc::new(store) })
    }

    /// Creates what is missing of the directories above a file.
    fn create_directories(&self, name: &str) -> Result<(), LakeError> {
        let mut directory = self.root.clone();
        let above = name.rsplit_once('/').map_or("", |(above, _)| above);
        for part in above.split('/').filter(|part| !part.is_empty()) {
            directory.push(part);
            match self.disk.create_directory(&directory) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(LakeError::io("create", &directory)(error)),
            }
        }
        Ok(())
    }

    /// A new file in tmp: no half of a file ever has a name in the place.
    fn temporary(&self) -> Result<(Temporary, Box<dyn DiskFile>), LakeError> {
        let tmp = self.tmp.as_ref().ok_or_else(read_only)?;
        let path = tmp.join(format!("{}{}", Uuid::now_v7(), sweep::TEMPORARY_SUFFIX));
        let file = self.disk.create_new(&path).map_err(LakeError::io("create", &path))?;
        Ok((Temporary::at(&self.disk, path), file))
    }

    fn copy(&self, from: &Path, to: &Path) -> Result<(), LakeError> {
        let (temporary, mut file) = self.temporary()?;
        let copied = File::open(from).and_then(|mut from| io::copy(&mut from, &mut file)).and_then(|_| file.sync());
        copied.map_err(LakeError::io("copy", from))?;
        self.disk.rename_no_replace(temporary.path(), to).map_err(LakeError::io("publish", to))?;
        temporary.taken();
        Ok(())
    }

    fn list(&self, directory: &Path, found: &mut Vec<Placed>) -> Result<(), LakeError> {
        let entries = match fs::read_dir(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(LakeError::io("list", directory))?,
        };
        for entry in entries {
            let entry = entry.map_err(LakeError::io("list", directory))?;
            let name = entry.file_name();
            if name.to_str().is_none_or(|name| name.starts_with(['_', '.'])) {
                continue;
            }
            // Links are neither followed nor removed: the lake has none.
            let (path, kind) = (entry.path(), entry.file_type().map_err(LakeError::io("look at", directory))?);
            if kind.is_dir() {
                self.list(&path, found)?;
            } else if kind.is_file() {
                let metadata = match entry.metadata() {
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    metadata => metadata.map_err(LakeError::io("look at", &path))?,
                };
                let Some(name) = path.strip_prefix(&self.root).ok().and_then(Path::to_str) else { continue };
                // A rename changes the second time only.
                let changed = DateTime::from_timestamp(metadata.mtime().max(metadata.ctime()), 0).unwrap_or_default();
                found.push(Placed { name: name.to_owned(), bytes: metadata.len(), changed });
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Directory").field(&self.root).finish()
    }
}

impl Place for Directory {
    fn shown(&self) -> String {
        self.root.display().to_string()
    }

    fn data_path(&self) -> &str {
        &self.data_path
    }

    fn store(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.store)
    }

    fn local(&self, name: &str) -> Option<PathBuf> {
        Some(if name.is_empty() { self.root.clone() } else { self.root.join(name) })
    }

    fn publish(&self, staged: &Path, name: &str) -> Result<(), LakeError> {
        self.create_directories(name)?;
        let path = self.root.join(name);
        self.disk.rename_no_replace(staged, &path).map_err(LakeError::io("publish", &path))
    }

    fn publish_again(&self, from: &str, to: &str) -> Result<(), LakeError> {
        self.create_directories(to)?;
        let (from, to) = (self.root.join(from), self.root.join(to));
        match self.disk.link(&from, &to) {
            Ok(()) => Ok(()),
            Err(_) => self.copy(&from, &to),
        }
    }

    /// Also the names of all directories above them, and also where these were there before: whoever made them may have
    /// failed since, or may not have come to this yet.
    fn keep(&self, names: &[&str]) -> Result<(), LakeError> {
        let mut directories = BTreeSet::new();
        for name in names {
            let path = self.root.join(name);
            let above = path.ancestors().skip(1).take_while(|directory| directory.starts_with(&self.root));
            directories.extend(above.map(Path::to_owned));
        }
        directories.iter().try_for_each(|directory| sync_directory(&*self.disk, directory))
    }

    fn open(&self, name: &str) -> io::Result<Arc<dyn PlacedFile>> {
        let file = File::open(self.root.join(name))?;
        let bytes = file.metadata()?.len();
        Ok(Arc::new(OpenFile { file, bytes }))
    }

    fn lengths(&self, names: &[&str]) -> Vec<io::Result<u64>> {
        names.iter().map(|name| Ok(fs::metadata(self.root.join(name))?.len())).collect()
    }

    fn files(&self, folder: &str) -> Result<Vec<Placed>, LakeError> {
        let mut found = Vec::new();
        self.list(&self.root.join(folder), &mut found)?;
        Ok(found)
    }

    fn remove(&self, name: &str) -> Result<bool, LakeError> {
        let path = self.root.join(name);
        match self.disk.remove(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(LakeError::io("remove", &path)(error)),
        }
    }

    fn put_new(&self, name: &str, bytes: &[u8]) -> Result<bool, LakeError> {
        let (temporary, mut file) = self.temporary()?;
        let written = file.write_all(bytes).and_then(|()| file.sync());
        written.map_err(LakeError::io("write", temporary.path()))?;
        self.create_directories(name)?;
        let path = self.root.join(name);
        match self.disk.rename_no_replace(temporary.path(), &path) {
            Ok(()) => temporary.taken(),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
            Err(error) => return Err(LakeError::io("create", &path)(error)),
        }
        self.keep(&[name])?;
        Ok(true)
    }

    fn read(&self, name: &str) -> Result<Option<Bytes>, LakeError> {
        let path = self.root.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(Bytes::from(bytes))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(LakeError::io("read", &path)(error)),
        }
    }

    fn names(&self, folder: &str) -> Result<Vec<String>, LakeError> {
        let path = self.root.join(folder);
        let entries = match fs::read_dir(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(LakeError::io("list", &path))?,
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(LakeError::io("list", &path))?;
            if entry.file_type().is_ok_and(|kind| kind.is_file()) {
                names.extend(entry.file_name().into_string());
            }
        }
        names.sort_unstable();
        Ok(names)
    }
}

struct OpenFile {
    file: File,
    bytes: u64,
}

impl PlacedFile for OpenFile {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn read_at(&self, range: Range<u64>) -> io::Result<Bytes> {
        let length = usize::try_from(range.end.saturating_sub(range.start)).map_err(io::Error::other)?;
        let mut bytes = vec![0; length];
        self.file.read_exact_at(&mut bytes, range.start)?;
        Ok(Bytes::from(bytes))
    }
}

/// Brings the names in a directory to disk.
pub(in crate::lake) fn sync_directory(disk: &dyn Disk, directory: &Path) -> Result<(), LakeError> {
    disk.sync_directory(directory).map_err(LakeError::io("bring to disk", directory))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::disk::LocalDisk;

    fn place() -> (tempfile::TempDir, Directory) {
        let directory = tempfile::tempdir().unwrap();
        let [root, tmp] = ["lake", "tmp"].map(|name| directory.path().join(name));
        for directory in [&root, &tmp] {
            fs::create_dir(directory).unwrap();
        }
        let place = Directory::at(Arc::new(LocalDisk), &root, Some(&tmp)).unwrap();
        (directory, place)
    }

    #[test]
    fn where_links_do_not_work_a_copy_does_and_never_over_another_file() {
        let (directory, place) = place();
        let [from, to] = ["lake/from", "lake/to"].map(|name| directory.path().join(name));
        fs::write(&from, "rows").unwrap();
        place.copy(&from, &to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"rows");
        fs::write(&from, "others").unwrap();
        assert!(place.copy(&from, &to).is_err());
        assert_eq!(fs::read(&to).unwrap(), b"rows");
        assert_eq!(fs::read_dir(directory.path().join("tmp")).unwrap().count(), 0, "nothing is left in tmp");
    }

    #[test]
    fn a_small_file_is_there_as_a_whole_and_never_written_over() {
        let (directory, place) = place();
        assert_eq!(place.read("a/_log/0.json").unwrap(), None);
        assert_eq!(place.names("a/_log").unwrap(), [""; 0]);
        assert!(place.put_new("a/_log/0.json", b"first").unwrap());
        assert!(!place.put_new("a/_log/0.json", b"second").unwrap());
        assert!(place.put_new("a/_log/1.json", b"").unwrap());
        assert_eq!(place.read("a/_log/0.json").unwrap().as_deref(), Some(&b"first"[..]));
        assert_eq!(place.names("a/_log").unwrap(), ["0.json", "1.json"]);
        assert!(place.files("").unwrap().is_empty(), "names of others are no files of the lake");
        assert_eq!(fs::read_dir(directory.path().join("tmp")).unwrap().count(), 0, "nothing is left in tmp");
    }
}
