//! Removing what crashes leave behind: data files that no catalog row names, and unfinished files in tmp.
//!
//! Only files older than the grace go, because a published file is nameless until its commit. A directory without this
//! store's marker is not touched, nor are names that start with `_` or `.`: they belong to others (`_delta_log`).

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{Disk, Lake, LakeError, open, read_only};

/// The end of an unfinished file's name.
pub(super) const TEMPORARY_SUFFIX: &str = ".parquet.part";
const DATA_SUFFIX: &str = ".parquet";

/// What a sweep removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Data files that no snapshot held.
    pub orphans: u64,
    /// Unfinished files.
    pub unfinished: u64,
    /// Bytes of both.
    pub bytes: u64,
}

impl Lake {
    /// Removes orphans and unfinished files that did not change for `grace`, which must be longer than the longest
    /// import and query.
    pub fn sweep(&self, now: DateTime<Utc>, grace: Duration) -> Result<Swept, LakeError> {
        let shared = &self.shared;
        let tmp = shared.tmp.as_ref().ok_or_else(read_only)?;
        open::expect_marker(&shared.root, shared.store_id)?;
        let mut swept = Swept::default();
        let limit = now.timestamp().saturating_sub(i64::try_from(grace.as_secs()).unwrap_or(i64::MAX));

        for (path, bytes) in old_files(tmp, TEMPORARY_SUFFIX, limit)? {
            swept.unfinished += u64::from(remove(&*shared.disk, &path)?);
            swept.bytes += bytes;
        }
        // The files are listed before the catalog is asked: one that is committed in between has its row by then.
        let candidates = old_files(&shared.root, DATA_SUFFIX, limit)?;
        for (path, bytes) in candidates {
            let Some(relative) = path.strip_prefix(&shared.root).ok().and_then(Path::to_str) else { continue };
            let known: bool = shared.db.read(|tx| {
                let find = "SELECT EXISTS (SELECT 1 FROM lake_files WHERE path = ?1)";
                Ok::<_, LakeError>(tx.query_row(find, [relative], |row| row.get(0))?)
            })?;
            if !known {
                swept.orphans += u64::from(remove(&*shared.disk, &path)?);
                swept.bytes += bytes;
            }
        }
        Ok(swept)
    }
}

/// Files below `directory` with that suffix whose content and name are older than `limit` (seconds since 1970).
fn old_files(directory: &Path, suffix: &str, limit: i64) -> Result<Vec<(PathBuf, u64)>, LakeError> {
    let mut found = Vec::new();
    let mut pending = vec![directory.to_owned()];
    while let Some(directory) = pending.pop() {
        let entries = fs::read_dir(&directory).map_err(LakeError::io("list", &directory))?;
        for entry in entries {
            let entry = entry.map_err(LakeError::io("list", &directory))?;
            let name = entry.file_name();
            let Some(name) = name.to_str().filter(|name| !name.starts_with(['_', '.'])) else { continue };
            // Links are neither followed nor removed: the lake has none.
            let kind = entry.file_type().map_err(LakeError::io("look at", &entry.path()))?;
            if kind.is_dir() {
                pending.push(entry.path());
            } else if kind.is_file() && name.ends_with(suffix) {
                let metadata = entry.metadata().map_err(LakeError::io("look at", &entry.path()))?;
                // A rename changes the second time only.
                if metadata.mtime().max(metadata.ctime()) <= limit {
                    found.push((entry.path(), metadata.len()));
                }
            }
        }
    }
    Ok(found)
}

fn remove(disk: &dyn Disk, path: &Path) -> Result<bool, LakeError> {
    match disk.remove(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(LakeError::io("remove", path)(error)),
    }
}
