//! Bringing back files that a change ended: the same bytes under a new name, as new files of a later snapshot.
//!
//! A file that ended stays ended, or an older snapshot would change. So its bytes get a second name, a hard link where
//! the file system has them (which costs nothing) and a copy elsewhere. Its rows of the catalog are then new ones too.

use std::sync::Arc;

use rusqlite::Transaction;

use super::catalog::history;
use super::publish::{self, PublishedFile};
use super::write::FileFacts;
use super::{Lake, LakeError, LiveFile, Scope, SnapshotChange, catalog, check, compact, retain};
use crate::model::SnapshotId;

impl Lake {
    /// The files that came and went with a snapshot; nothing where there is no such snapshot.
    pub fn change_at(&self, tx: &Transaction<'_>, snapshot: SnapshotId) -> Result<Option<SnapshotChange>, LakeError> {
        history::change(tx, snapshot, &self.shared.place)
    }

    /// The oldest state that still exists.
    pub fn oldest_snapshot(&self, tx: &Transaction<'_>) -> Result<SnapshotId, LakeError> {
        catalog::load::oldest(tx).map(|(snapshot, _)| snapshot)
    }

    /// What a file was merged of by compactions, newest first; nothing where it is no merged file, or its parts are gone.
    pub fn made_of(&self, tx: &Transaction<'_>, file: &LiveFile) -> Result<Vec<Vec<Arc<LiveFile>>>, LakeError> {
        history::made_of(tx, file, compact::AUTHOR, &self.shared.place)
    }

    /// Whether retention took files of the partition out after a snapshot.
    pub fn is_retained(&self, tx: &Transaction<'_>, scope: &Scope, after: SnapshotId) -> Result<bool, LakeError> {
        history::ended_by(tx, scope, after, retain::AUTHOR)
    }

    /// Publishes files anew, under new names that survive a power cut; no snapshot holds them yet.
    ///
    /// # Errors
    /// [`LakeError::Damaged`] where a file is not what was written: every byte is read and checked first.
    pub fn republish(&self, files: &[Arc<LiveFile>]) -> Result<Vec<PublishedFile>, LakeError> {
        let shared = &self.shared;
        for file in files {
            check::whole(file)?;
        }
        let mut published = Vec::with_capacity(files.len());
        for file in files {
            let footer = "SELECT footer_size FROM ducklake_data_file WHERE data_file_id = ?1";
            let footer_bytes = shared.db.read(|tx| {
                let bytes: i64 = tx.query_row(footer, [file.file_id], |row| row.get(0))?;
                u64::try_from(bytes).map_err(|_| LakeError::catalog(format!("file {} has no footer", file.file_id)))
            })?;
            let relative = publish::name(&file.scope)?;
            shared.place.publish_again(&file.relative, &relative)?;
            let facts = FileFacts {
                rows: file.rows,
                bytes: file.bytes,
                footer_bytes,
                tail_bytes: file.tail_bytes,
                hashes: file.hashes.clone(),
                grain: file.grain.clone(),
                bounds: file.bounds.clone(),
            };
            published.push(PublishedFile { scope: file.scope.clone(), facts, relative });
        }
        publish::keep(&*shared.place, &published)?;
        Ok(published)
    }
}
