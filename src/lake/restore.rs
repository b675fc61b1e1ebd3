//! Bringing back files that a change ended: the same bytes under a new name, as new files of a later snapshot.
//!
//! A file that ended stays ended, or an older snapshot would change. So its bytes get a second name, a hard link where
//! the file system has them (which costs nothing) and a copy elsewhere. Its rows of the catalog are then new ones too.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rusqlite::Transaction;
use uuid::Uuid;

use super::catalog::history;
use super::publish::{self, PublishedFile};
use super::write::{FileFacts, Temporary};
use super::{Disk, Lake, LakeError, LiveFile, Scope, SnapshotChange, catalog, check, compact, read_only, retain, sweep};
use crate::model::SnapshotId;

impl Lake {
    /// The files that came and went with a snapshot; nothing where there is no such snapshot.
    pub fn change_at(&self, tx: &Transaction<'_>, snapshot: SnapshotId) -> Result<Option<SnapshotChange>, LakeError> {
        history::change(tx, snapshot, &self.shared.root)
    }

    /// The oldest state that still exists.
    pub fn oldest_snapshot(&self, tx: &Transaction<'_>) -> Result<SnapshotId, LakeError> {
        catalog::load::oldest(tx).map(|(snapshot, _)| snapshot)
    }

    /// What a file was merged of by compactions, newest first; nothing where it is no merged file, or its parts are gone.
    pub fn made_of(&self, tx: &Transaction<'_>, file: &LiveFile) -> Result<Vec<Vec<Arc<LiveFile>>>, LakeError> {
        history::made_of(tx, file, compact::AUTHOR, &self.shared.root)
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
        let tmp = shared.tmp.as_ref().ok_or_else(read_only)?;
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
            let (relative, path) = publish::place(&*shared.disk, &shared.root, &file.scope)?;
            if shared.disk.link(&file.path, &path).is_err() {
                copy(&shared.disk, &file.path, &path, tmp)?;
            }
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
        publish::sync_names(&*shared.disk, &shared.root, &published)?;
        Ok(published)
    }
}

/// By way of `tmp`, so that no half of a file ever has a name in the lake.
fn copy(disk: &Arc<dyn Disk>, from: &Path, to: &Path, tmp: &Path) -> Result<(), LakeError> {
    let temporary = tmp.join(format!("{}{}", Uuid::now_v7(), sweep::TEMPORARY_SUFFIX));
    let mut file = disk.create_new(&temporary).map_err(LakeError::io("create", &temporary))?;
    let temporary = Temporary::at(disk, temporary);
    let copied = File::open(from).and_then(|mut from| io::copy(&mut from, &mut file)).and_then(|_| file.sync());
    copied.map_err(LakeError::io("copy", from))?;
    disk.rename_no_replace(temporary.path(), to).map_err(LakeError::io("publish", to))?;
    temporary.taken();
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::lake::disk::LocalDisk;

    #[test]
    fn where_links_do_not_work_a_copy_does_and_never_over_another_file() {
        let directory = tempfile::tempdir().unwrap();
        let [from, to] = ["from", "to"].map(|name| directory.path().join(name));
        fs::write(&from, "rows").unwrap();
        let disk: Arc<dyn Disk> = Arc::new(LocalDisk);
        copy(&disk, &from, &to, directory.path()).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"rows");
        fs::write(&from, "others").unwrap();
        assert!(copy(&disk, &from, &to, directory.path()).is_err());
        assert_eq!(fs::read(&to).unwrap(), b"rows");
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2, "nothing is left in tmp");
    }
}
