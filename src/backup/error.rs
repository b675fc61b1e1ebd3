//! What can go wrong with backups. Each message says where, and what to do.

use std::path::PathBuf;

use uuid::Uuid;

use super::BackupName;
use crate::db::DbError;
use crate::lake::{Damage, LakeError};
use crate::objects::AddressError;

/// Why a backup or a restore did not happen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The lake, or the place of the backups, refused.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The operating system refused to do something with a file or directory.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which file or directory.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The address of the backups cannot be used.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The text is no name of a backup.
    #[error("'{text}' is no name of a backup: `catscan backups` lists them, for example 2026-11-20T13-35-01Z")]
    Name {
        /// The text.
        text: String,
    },
    /// The place holds the backups of another store.
    #[error("{place} holds the backups of store {found}, this is store {store}; name another place for this one's")]
    OtherStore {
        /// The place of the backups.
        place: String,
        /// Whose they are.
        found: String,
        /// The store that was to be backed up.
        store: Uuid,
    },
    /// There are files where a backup would put its own.
    #[error("{place} holds other things below {folder}/, and no backups; name an empty or a new place")]
    Taken {
        /// The place.
        place: String,
        /// The folder that is taken.
        folder: &'static str,
    },
    /// The place is a part of the store that would be backed up.
    #[error("{place} is part of the store itself; name another directory, best on another disk")]
    InsideStore {
        /// The place.
        place: String,
    },
    /// No backup has ever been written there.
    #[error("{place} holds no backups; name the directory or address that `catscan backup` wrote to")]
    NoBackups {
        /// The place.
        place: String,
    },
    /// There is no whole backup of that name.
    #[error("{place} holds no backup {backup}; `catscan backups` lists those that are there")]
    NoSuchBackup {
        /// The place.
        place: String,
        /// The name that was asked for.
        backup: BackupName,
    },
    /// The manifest cannot be read.
    #[error("the manifest of backup {backup} is damaged: {what}; restore another backup, or remove this one by hand")]
    Manifest {
        /// The backup.
        backup: BackupName,
        /// What does not fit.
        what: String,
    },
    /// A later program wrote the backup.
    #[error("backup {backup} has form {format}, which a later catscan wrote; use that version")]
    Newer {
        /// The backup.
        backup: BackupName,
        /// Its form.
        format: u32,
    },
    /// A file of a backup is not what its manifest says.
    #[error(
        "backup {backup} is damaged: {file}: {what}; restore another backup (`catscan backups` lists them), or the same \
         from another place"
    )]
    DamagedBackup {
        /// The backup.
        backup: BackupName,
        /// The file, below the place of the backups.
        file: String,
        /// What does not fit.
        what: String,
    },
    /// A file of a backup could not be read.
    #[error("cannot read {file} in {place}: {what}; try it again")]
    Unread {
        /// The place of the backups.
        place: String,
        /// The file.
        file: String,
        /// What the disk or the network said.
        what: String,
    },
    /// A live data file is damaged, so that it cannot be backed up.
    #[error("{0}; nothing was backed up, and earlier backups are as they were")]
    DamagedStore(Damage),
    /// The store changed faster than it could be copied.
    #[error("data files left the store while they were copied, {tries} times; try again when less is going on")]
    Overtaken {
        /// How often it was tried.
        tries: u32,
    },
    /// The process is to end.
    #[error("the program stops; what was brought stays, and the next backup goes on with it")]
    Stopped,
    /// There is a store where one was to be restored.
    #[error("{root} holds a store already; move it away, or restore into an empty directory with --into DIR")]
    StoreExists {
        /// The directory.
        root: PathBuf,
    },
    /// There are files where the facts would go.
    #[error(
        "the settings of the backup put the facts below {place} (lake.url), where there are files already; where no other \
         store uses these any more, run it again with --reuse-lake; else name another address in CATSCAN_LAKE_URL, or in a \
         config.toml that you put into the new directory first"
    )]
    LakeInUse {
        /// The place of the facts.
        place: String,
    },
    /// The restored store is not what the manifest says.
    #[error("what was restored is not backup {backup}: {what}; nothing was kept, restore another backup")]
    NotWhole {
        /// The backup.
        backup: BackupName,
        /// What does not fit.
        what: String,
    },
}

impl BackupError {
    pub(super) fn io(action: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}
