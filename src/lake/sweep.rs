//! Removing what nothing holds: data files that only forgotten snapshots held, and what crashes leave behind, which is data
//! files that no catalog row names and unfinished files in tmp.
//!
//! Only files older than the grace go, because a published file is nameless until its commit, and a question may read the
//! files of a snapshot that is forgotten meanwhile. A place without this
//! store's marker is not touched, nor are names that start with `_` or `.`: they belong to others (`_delta_log`).

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::catalog::expiry::{self, Scheduled};
use super::place::Placed;
use super::{Lake, LakeError, open, read_only, verify};
use crate::kill;

/// The end of an unfinished file's name.
pub(super) const TEMPORARY_SUFFIX: &str = ".parquet.part";

/// What a sweep removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swept {
    /// Data files that only forgotten snapshots held.
    pub expired: u64,
    /// Data files that no commit ever named.
    pub orphans: u64,
    /// Unfinished files.
    pub unfinished: u64,
    /// Bytes of all of them.
    pub bytes: u64,
}

/// What a sweep would remove.
pub(super) struct Leftovers {
    unfinished: Vec<(PathBuf, u64)>,
    orphans: Vec<Placed>,
    /// With their bytes, where they are still there.
    expired: Vec<(Scheduled, u64)>,
}

impl Leftovers {
    /// As if all of it were removed.
    pub(super) fn count(&self) -> Swept {
        let unfinished = self.unfinished.iter().map(|(_, bytes)| bytes);
        let orphans = self.orphans.iter().map(|file| &file.bytes);
        Swept {
            expired: self.expired.len() as u64,
            orphans: self.orphans.len() as u64,
            unfinished: self.unfinished.len() as u64,
            bytes: unfinished.chain(orphans).chain(self.expired.iter().map(|(_, bytes)| bytes)).sum(),
        }
    }
}

impl Lake {
    /// Removes orphans and unfinished files that did not change for `grace`, and files that only forgotten snapshots held
    /// for as long; it must be longer than the longest import and query.
    pub fn sweep(&self, now: DateTime<Utc>, grace: Duration) -> Result<Swept, LakeError> {
        self.remove(self.leftovers(now, grace)?)
    }

    /// What a sweep would remove now.
    pub(super) fn leftovers(&self, now: DateTime<Utc>, grace: Duration) -> Result<Leftovers, LakeError> {
        let shared = &self.shared;
        let tmp = shared.tmp.as_ref().ok_or_else(read_only)?;
        open::expect_marker(&*shared.place, shared.store_id)?;
        let limit = now.timestamp().saturating_sub(i64::try_from(grace.as_secs()).unwrap_or(i64::MAX));
        let orphans = verify::orphans(self, now, grace)?;
        let scheduled = shared.db.read(expiry::scheduled)?;
        let due: Vec<Scheduled> = scheduled.into_iter().filter(|file| file.since.timestamp() <= limit).collect();
        let names: Vec<&str> = due.iter().map(|file| file.path.as_str()).collect();
        // One that is not there any more weighs nothing.
        let bytes = shared.place.lengths(&names).into_iter().map(|bytes| bytes.unwrap_or(0)).collect::<Vec<_>>();
        let expired = due.into_iter().zip(bytes).collect();
        Ok(Leftovers { unfinished: unfinished(tmp, limit)?, orphans, expired })
    }

    pub(super) fn remove(&self, leftovers: Leftovers) -> Result<Swept, LakeError> {
        let shared = &self.shared;
        let mut swept = Swept::default();
        for (path, bytes) in leftovers.unfinished {
            match shared.disk.remove(&path) {
                Ok(()) => (swept.unfinished, swept.bytes) = (swept.unfinished + 1, swept.bytes + bytes),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(LakeError::io("remove", &path)(error)),
            }
        }
        for file in leftovers.orphans {
            if shared.place.remove(&file.name)? {
                (swept.orphans, swept.bytes) = (swept.orphans + 1, swept.bytes + file.bytes);
            }
        }
        for files in leftovers.expired.chunks(REMOVED_A_COMMIT) {
            for (file, bytes) in files {
                // One that a run before removed, and did not come to note, is not there.
                if shared.place.remove(&file.path)? {
                    (swept.expired, swept.bytes) = (swept.expired + 1, swept.bytes + bytes);
                }
                kill::point("sweep_between_removals");
            }
            shared.db.write(|tx| files.iter().try_for_each(|(file, _)| expiry::removed(tx, file.file_id)))?;
        }
        Ok(swept)
    }
}

/// Removals that are noted together.
const REMOVED_A_COMMIT: usize = 256;

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
