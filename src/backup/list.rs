//! Which backups there are.

use serde::{Deserialize, Serialize};

use super::{BackupError, BackupName, Depot, Manifest};

/// A backup as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedBackup {
    /// Its name.
    pub backup: BackupName,
    /// What it holds; nothing where its manifest cannot be read.
    #[serde(flatten)]
    pub content: Option<ListedContent>,
    /// Why its manifest cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedContent {
    /// The state of the lake.
    pub snapshot_id: crate::model::SnapshotId,
    /// When that state was committed.
    pub snapshot_time: chrono::DateTime<chrono::Utc>,
    /// Rows of all fact tables.
    pub rows: u64,
    /// Days that have rows.
    pub days: u64,
    /// Data files.
    pub files: u64,
    /// Bytes of database and data files; most data files are shared with other backups.
    pub bytes: u64,
}

/// The backups of a depot, the newest first.
pub fn list(depot: &Depot) -> Result<Vec<ListedBackup>, BackupError> {
    let mut listed = Vec::new();
    for backup in depot.whole()?.into_iter().rev() {
        match depot.manifest(backup) {
            Ok(None) => {}
            Ok(Some(manifest)) => {
                listed.push(ListedBackup { backup, content: Some(content(&manifest)), problem: None });
            }
            Err(error @ (BackupError::Manifest { .. } | BackupError::Newer { .. })) => {
                listed.push(ListedBackup { backup, content: None, problem: Some(error.to_string()) });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(listed)
}

fn content(manifest: &Manifest) -> ListedContent {
    ListedContent {
        snapshot_id: manifest.snapshot_id,
        snapshot_time: manifest.snapshot_time,
        rows: manifest.rows,
        days: manifest.days,
        files: manifest.files.len() as u64,
        bytes: manifest.bytes(),
    }
}
