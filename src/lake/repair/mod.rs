//! Files that are not what was written: healed from the same bytes elsewhere, or set aside.
//!
//! A file is healed only with bytes whose BLAKE3 is the one in the catalog, so it does not matter where they come from. What
//! stood in its place is kept below `_damaged`, which nothing reads or sweeps. Which imports are to be done again where
//! nothing heals is known to `ingest`; the caller commits the end of such files.

mod heal;
mod marker;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{At, Lake, LakeError, LiveFile, Steps, verify};

/// A file of a kept snapshot that is missing or not what was written.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The file.
    pub file: Arc<LiveFile>,
    /// What is wrong with it.
    pub what: String,
    /// Whether the newest snapshot holds it; else only older ones do.
    pub is_live: bool,
    /// Where the same bytes are; nothing where they were not found.
    pub source: Option<Source>,
}

/// Where the bytes of a file are a second time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// In another file of the lake, by its path below it.
    Lake(String),
    /// In a file of this machine.
    File(PathBuf),
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Lake(name) => f.write_str(name),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

impl Lake {
    /// Reads every file of every kept snapshot; those that are broken, each with where it can be healed from: another file
    /// of the lake, or one at the same path below `backup`, its `files` or its `lake`.
    ///
    /// # Errors
    /// The catalog is damaged: no file can be healed by it. Or an object store does not answer.
    pub fn broken(&self, backup: Option<&Path>, steps: &dyn Steps) -> Result<Vec<Broken>, LakeError> {
        let newest = self.reload(&At::Latest)?;
        let damaged = verify::damaged(self, steps);
        let broken = damaged.into_iter().map(|(file, damage)| {
            // Of a store that does not answer nothing is known: what it has may be as it was.
            if damage.is_unread && self.directory().is_none() {
                return Err(LakeError::Damaged(damage));
            }
            let is_live = newest.file(file.file_id).is_some();
            let source = heal::source(self, &file, backup)?;
            Ok(Broken { file, what: damage.what, is_live, source })
        });
        broken.collect()
    }

    /// Puts the bytes of the source in the file's place; on return they survive a power cut.
    pub fn heal(&self, file: &LiveFile, source: &Source) -> Result<(), LakeError> {
        heal::heal(self, file, source)
    }

    /// Takes a file out of its place and keeps it below `_damaged`; where it is then, or nothing where it was missing.
    pub fn set_aside(&self, file: &LiveFile) -> Result<Option<String>, LakeError> {
        heal::set_aside(self, file)
    }
}
