//! From tmp into the lake: a file gets its final name, never over another, and its directories are brought to disk.
//! It is still invisible: only a commit makes it part of a snapshot, and what is never committed is swept.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use uuid::Uuid;

use super::write::{FileFacts, StagedFile};
use super::{LakeError, Scope};

/// A file in its final place that no snapshot holds yet.
#[derive(Debug)]
pub struct PublishedFile {
    pub(super) scope: Scope,
    pub(super) facts: FileFacts,
    /// Path below the lake's directory.
    pub(super) relative: String,
}

impl PublishedFile {
    /// The partition that it belongs to.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Rows in the file.
    pub fn rows(&self) -> u64 {
        self.facts.rows
    }

    /// Size of the file in bytes.
    pub fn bytes(&self) -> u64 {
        self.facts.bytes
    }

    pub(super) fn path_below_table(&self) -> &str {
        self.relative.strip_prefix(&self.scope.table.name).map_or(&self.relative, |path| path.trim_start_matches('/'))
    }
}

/// Moves the files to their partitions below `root`; on return their names survive a power cut.
pub(super) fn publish(root: &Path, staged: Vec<StagedFile>) -> Result<Vec<PublishedFile>, LakeError> {
    let mut directories = BTreeSet::new();
    let mut published = Vec::with_capacity(staged.len());
    for file in staged {
        let (relative, path) = place(root, &file.scope)?;
        rename_no_replace(file.temporary.path(), &path).map_err(LakeError::io("publish", &path))?;
        directories.extend(path.parent().map(Path::to_owned));
        let StagedFile { scope, facts, temporary } = file;
        temporary.taken();
        published.push(PublishedFile { scope, facts, relative });
    }
    directories.iter().try_for_each(|directory| sync_directory(directory))?;
    Ok(published)
}

/// A name that no file has, in the partition's directory, which is made where it is missing: below `root`, and whole.
pub(super) fn place(root: &Path, scope: &Scope) -> Result<(String, PathBuf), LakeError> {
    let below = format!("{}/{}", scope.table.name, scope.directory()?);
    create_directories(root, &below)?;
    // The time in the name only keeps names in order; what makes it unique is its randomness.
    let relative = format!("{below}/{}.parquet", Uuid::now_v7());
    let path = root.join(&relative);
    Ok((relative, path))
}

/// Creates what is missing of `below`, and brings each new entry to disk in its parent.
fn create_directories(root: &Path, below: &str) -> Result<(), LakeError> {
    let mut directory: PathBuf = root.to_owned();
    for part in below.split('/') {
        let parent = directory.clone();
        directory.push(part);
        match fs::create_dir(&directory) {
            Ok(()) => sync_directory(&parent)?,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(LakeError::io("create", &directory)(error)),
        }
    }
    Ok(())
}

pub(super) fn sync_directory(directory: &Path) -> Result<(), LakeError> {
    let sync = || File::open(directory)?.sync_all();
    sync().map_err(LakeError::io("bring to disk", directory))
}

/// Renames a file, where no other has that name already.
pub fn rename_no_replace(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        // Some file systems cannot refuse to replace in a rename, but every link refuses.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
            fs::hard_link(from, to)?;
            fs::remove_file(from)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_never_takes_the_place_of_another() {
        let directory = tempfile::tempdir().unwrap();
        let [from, to] = ["from", "to"].map(|name| directory.path().join(name));
        fs::write(&from, "new").unwrap();
        fs::write(&to, "old").unwrap();
        assert_eq!(rename_no_replace(&from, &to).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!((fs::read(&from).unwrap(), fs::read(&to).unwrap()), (b"new".to_vec(), b"old".to_vec()));
    }
}
