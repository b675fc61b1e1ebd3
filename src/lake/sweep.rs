//! Removing what crashes leave behind: data files that no catalog row names, and unfinished files in tmp.
//!
//! Only files older than the grace go, because a published file is nameless until its commit. A place without this
//! store's marker is not touched, nor are names that start with `_` or `.`: they belong to others (`_delta_log`).

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::place::Placed;
use super::{Lake, LakeError, open, read_only};

/// The end of an unfinished file's name.
pub(super) const TEMPORARY_SUFFIX: &str = ".parquet.part";
const DATA_SUFFIX: &str = ".parquet";

/// What a sweep removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
        open::expect_marker(&*shared.place, shared.store_id)?;
        let mut swept = Swept::default();
        let limit = now.timestamp().saturating_sub(i64::try_from(grace.as_secs()).unwrap_or(i64::MAX));

        for (path, bytes) in unfinished(tmp, limit)? {
            match shared.disk.remove(&path) {
                Ok(()) => (swept.unfinished, swept.bytes) = (swept.unfinished + 1, swept.bytes + bytes),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(LakeError::io("remove", &path)(error)),
            }
        }
        // The files are listed before the catalog is asked: one that is committed in between has its row by then.
        let is_old = |file: &Placed| file.name.ends_with(DATA_SUFFIX) && file.changed.timestamp() <= limit;
        for file in shared.place.files("")?.into_iter().filter(is_old) {
            let known: bool = shared.db.read(|tx| {
                let find = "SELECT EXISTS (SELECT 1 FROM lake_files WHERE path = ?1)";
                Ok::<_, LakeError>(tx.query_row(find, [&file.name], |row| row.get(0))?)
            })?;
            if !known && shared.place.remove(&file.name)? {
                (swept.orphans, swept.bytes) = (swept.orphans + 1, swept.bytes + file.bytes);
            }
        }
        Ok(swept)
    }
}

/// Files in tmp that were begun and did not change since `limit` (seconds since 1970).
fn unfinished(tmp: &Path, limit: i64) -> Result<Vec<(PathBuf, u64)>, LakeError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(tmp).map_err(LakeError::io("list", tmp))? {
        let entry = entry.map_err(LakeError::io("list", tmp))?;
        if !entry.file_name().to_str().is_some_and(|name| name.ends_with(TEMPORARY_SUFFIX)) {
            continue;
        }
        let metadata = entry.metadata().map_err(LakeError::io("look at", &entry.path()))?;
        if metadata.is_file() && metadata.mtime().max(metadata.ctime()) <= limit {
            found.push((entry.path(), metadata.len()));
        }
    }
    Ok(found)
}
