//! The settings of the fact store.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// `[lake]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LakeSettings {
    /// An address of an object store; the data directory's `lake/` where empty.
    pub url: String,
    /// Seconds that an object store may take for an answer, with all retries.
    pub patience_seconds: u32,
    /// Days for which facts are kept, by their day; 0 keeps all.
    pub keep_facts_days: u32,
    /// Days for which an earlier state can be asked, and an import be undone.
    pub keep_snapshots_days: u32,
    /// Seconds until a file that nothing holds any more is removed: longer than the longest question and import.
    pub grace_seconds: u32,
    /// Small files of one account, kind and day from which on they are merged.
    pub compact_files: u32,
    /// Files up to this size are small, MiB.
    pub compact_small_mib: u32,
    /// Memory for reading the files of one merge, MiB.
    pub compact_memory_mib: u32,
}

impl Default for LakeSettings {
    fn default() -> Self {
        Self {
            url: String::new(),
            patience_seconds: 60,
            keep_facts_days: 0,
            keep_snapshots_days: 7,
            grace_seconds: 3_600,
            compact_files: 4,
            compact_small_mib: 64,
            compact_memory_mib: 512,
        }
    }
}

impl LakeSettings {
    /// How long an object store may take for an answer.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.patience_seconds.max(1).into())
    }

    /// How long files that nothing holds stay.
    pub fn grace(&self) -> Duration {
        Duration::from_secs(self.grace_seconds.into())
    }
}
