//! `[backup]`: when a server backs its store up, where, and how many backups stay.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::DataDir;

/// `[backup]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct BackupSettings {
    /// The directory, from the data directory on where it is relative.
    pub dir: String,
    /// Hours from one backup there to the next; 0 makes none.
    pub every_hours: u32,
    /// So many stay, the newest; 0 keeps all.
    pub keep: u32,
    /// Minutes that data files stay which no backup needs any more.
    pub grace_minutes: u32,
    /// An address of an object store, for backups beside those; none where empty.
    pub url: String,
    /// Days from one backup there to the next; 0 makes none.
    pub url_every_days: u32,
    /// So many stay there, the newest; 0 keeps all.
    pub url_keep: u32,
}

impl Default for BackupSettings {
    fn default() -> Self {
        Self {
            dir: "backups".to_owned(),
            every_hours: 24,
            keep: 30,
            grace_minutes: 60,
            url: String::new(),
            url_every_days: 7,
            url_keep: 8,
        }
    }
}

impl BackupSettings {
    /// The directory.
    pub fn directory(&self, dir: &DataDir) -> PathBuf {
        dir.root().join(&self.dir)
    }

    /// How long data files stay which no backup needs any more.
    pub fn grace(&self) -> Duration {
        Duration::from_secs(u64::from(self.grace_minutes) * 60)
    }

    /// How often the directory gets a backup; zero is never.
    pub fn every(&self) -> Duration {
        Duration::from_secs(u64::from(self.every_hours) * 3600)
    }

    /// How often the object store gets a backup; zero is never.
    pub fn url_every(&self) -> Duration {
        let days = if self.url.is_empty() { 0 } else { self.url_every_days };
        Duration::from_secs(u64::from(days) * 86_400)
    }
}
