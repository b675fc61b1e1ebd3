//! From tmp into the lake: a file gets its final name, never over another, and its directories are brought to disk.
//! It is still invisible: only a commit makes it part of a snapshot, and what is never committed is swept.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::write::{FileFacts, StagedFile};
use super::{Disk, LakeError, Scope};

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
pub(super) fn publish(disk: &dyn Disk, root: &Path, staged: Vec<StagedFile>) -> Result<Vec<PublishedFile>, LakeError> {
    let mut published = Vec::with_capacity(staged.len());
    for file in staged {
        let (relative, path) = place(disk, root, &file.scope)?;
        disk.rename_no_replace(file.temporary.path(), &path).map_err(LakeError::io("publish", &path))?;
        let StagedFile { scope, facts, temporary } = file;
        temporary.taken();
        published.push(PublishedFile { scope, facts, relative });
    }
    sync_names(disk, root, &published)?;
    Ok(published)
}

/// A name that no file has, in the partition's directory, which is made where it is missing. It is for
/// [`sync_names`] to bring both to disk.
pub(super) fn place(disk: &dyn Disk, root: &Path, scope: &Scope) -> Result<(String, PathBuf), LakeError> {
    let below = format!("{}/{}", scope.table.name, scope.directory()?);
    create_directories(disk, root, &below)?;
    // The time in the name only keeps names in order; what makes it unique is its randomness.
    let relative = format!("{below}/{}.parquet", Uuid::now_v7());
    let path = root.join(&relative);
    Ok((relative, path))
}

/// Creates what is missing of `below`.
fn create_directories(disk: &dyn Disk, root: &Path, below: &str) -> Result<(), LakeError> {
    let mut directory: PathBuf = root.to_owned();
    for part in below.split('/') {
        directory.push(part);
        match disk.create_directory(&directory) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(LakeError::io("create", &directory)(error)),
        }
    }
    Ok(())
}

/// Brings the names of the files to disk, and those of all directories above them, also where they were there before:
/// whoever made them may have failed since, or may not have come to this yet.
pub(super) fn sync_names(disk: &dyn Disk, root: &Path, files: &[PublishedFile]) -> Result<(), LakeError> {
    let mut directories = BTreeSet::new();
    for file in files {
        let path = root.join(&file.relative);
        let above = path.ancestors().skip(1).take_while(|directory| directory.starts_with(root));
        directories.extend(above.map(Path::to_owned));
    }
    directories.iter().try_for_each(|directory| sync_directory(disk, directory))
}

pub(super) fn sync_directory(disk: &dyn Disk, directory: &Path) -> Result<(), LakeError> {
    disk.sync_directory(directory).map_err(LakeError::io("bring to disk", directory))
}
