//! Backing the store up: where to, and how many backups stay.

use std::path::Path;

use chrono::Utc;
use serde::{Deserialize, Serialize};

use super::Store;
use crate::backup::{self, BackupAnswer, BackupError, BackupOptions, Depot, Subject};
use crate::config::environment;
use crate::lake::Steps;

/// Which backup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackupRequest {
    /// Where to.
    pub to: Destination,
    /// So many stay, over the setting; 0 keeps all.
    pub keep: Option<u32>,
    /// Read also the data files that are there already.
    pub verify: bool,
}

/// Where a backup goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// The directory of the settings.
    Directory,
    /// The object store of the settings.
    Remote,
    /// An absolute path, or an address.
    Named(String),
}

impl BackupRequest {
    /// The name of the job.
    pub(super) fn kind(&self) -> &'static str {
        match self.to {
            Destination::Remote => "backup_remote",
            Destination::Directory | Destination::Named(_) => "backup",
        }
    }

    /// What it is about.
    pub(super) fn what(&self) -> String {
        match &self.to {
            Destination::Directory => "into the directory of the settings".to_owned(),
            Destination::Remote => "to the object store of the settings".to_owned(),
            // An address may have what is secret after a question mark.
            Destination::Named(place) => format!("to {}", place.split('?').next().unwrap_or_default()),
        }
    }

    /// Makes the backup.
    pub(super) fn done(&self, store: &Store, steps: &dyn Steps) -> Result<BackupAnswer, BackupError> {
        let settings = &store.config.backup;
        let tmp = store.dir.tmp();
        let (depot, keep) = match &self.to {
            Destination::Directory => (Depot::in_directory(&settings.directory(&store.dir))?, settings.keep),
            Destination::Remote => (depot(&settings.url, &tmp)?, settings.url_keep),
            Destination::Named(place) => (depot(place, &tmp)?, settings.keep),
        };
        let options = BackupOptions {
            keep: self.keep.unwrap_or(keep),
            verify: self.verify,
            grace: settings.grace(),
            now: Utc::now(),
        };
        let config_file = store.dir.config_file();
        let subject = Subject { db: &store.db, lake: &store.lake, config_file: &config_file, tmp: &tmp };
        backup::back_up(subject, &depot, &options, steps)
    }
}

/// The depot to write to at a path or an address, with credentials from the environment of this process.
fn depot(place: &str, tmp: &Path) -> Result<Depot, BackupError> {
    Depot::to_write(place, tmp, environment())
}
