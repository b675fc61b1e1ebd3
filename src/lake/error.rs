//! What can go wrong in the lake. Each message says where, and what to do where there is something to do.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::Scope;
use crate::db::DbError;
use crate::model::{Day, SnapshotId};
use crate::objects::ObjectsError;

/// An error of the fact store. Paths of data files are relative to the lake's directory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LakeError {
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The catalog holds something that this program never writes.
    #[error("the lake's catalog in the database is inconsistent: {what}; restore a backup or report this")]
    Catalog {
        /// What was found.
        what: String,
    },
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
    /// The directory belongs to another store, or to none although this store has files.
    #[error(
        "{path} is not the lake of this database ({what}); check --data-dir and the setting lake.url, or restore \
        the lake's files"
    )]
    ForeignDirectory {
        /// The directory.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// The catalog's files are at another place than the one that is set.
    #[error(
        "the lake's files are at {stored}, but {missing} of {files} are not at {path}, where the setting lake.url puts \
         the lake; set it back, or copy all of {stored} to the new place first"
    )]
    ElsewhereInCatalog {
        /// The place that the catalog names.
        stored: String,
        /// The place that is set.
        path: String,
        /// Live files.
        files: usize,
        /// Those that are not there.
        missing: usize,
    },
    /// The object store that the lake is in refused or did not answer.
    #[error(transparent)]
    Objects(#[from] ObjectsError),
    /// The path of the lake cannot be written into a catalog.
    #[error("the lake's path {path} is not UTF-8; choose a data directory whose path is")]
    PathNotText {
        /// The path, as far as it can be shown.
        path: PathBuf,
    },
    /// The catalog has no fact tables yet and the store was opened for reading only.
    #[error("this data directory is not initialised; run `catscan init` first")]
    NotInitialised,
    /// The program's fact table and the catalog's differ in a way that files on disk cannot follow.
    #[error("table {table}: {what}; this store needs the version of catscan that wrote it")]
    TableDiffers {
        /// The fact table.
        table: String,
        /// The difference.
        what: String,
    },
    /// There is no such snapshot.
    #[error("there is no snapshot {asked}: this store holds snapshots {oldest} to {newest}")]
    NoSnapshot {
        /// What was asked for.
        asked: SnapshotId,
        /// The first that still exists.
        oldest: SnapshotId,
        /// The last.
        newest: SnapshotId,
    },
    /// The time is before the first snapshot.
    #[error("there is no snapshot at {asked}: the oldest is snapshot {oldest} of {oldest_time}")]
    NoSnapshotAt {
        /// What was asked for.
        asked: DateTime<Utc>,
        /// The first that still exists.
        oldest: SnapshotId,
        /// Its time.
        oldest_time: DateTime<Utc>,
    },
    /// Someone else committed to the same partition, or ended the same file, since the change was computed.
    #[error("{report} of {day}, account {account}: {what} since snapshot {base}; nothing was changed, run it again",
        report = .scope.report, day = .scope.day, account = .scope.account)]
    Conflict {
        /// The partition.
        scope: Scope,
        /// The snapshot from which the change was computed.
        base: SnapshotId,
        /// What changed meanwhile.
        what: String,
    },
    /// A file that should end does not exist in the catalog.
    #[error("there is no data file {file_id} in the catalog; nothing was changed")]
    NoSuchFile {
        /// The id asked for.
        file_id: i64,
    },
    /// The caller offered rows or columns that the fact table does not allow.
    #[error("{table}: {what}")]
    Rows {
        /// The fact table.
        table: String,
        /// What is wrong with the rows.
        what: String,
    },
    /// The name of a report kind would be part of a path.
    #[error("'{report}' is not a report kind: lower-case letters, digits and _ only, at most 64")]
    ReportName {
        /// The text.
        report: String,
    },
    /// The Parquet encoder or decoder refused.
    #[error("Parquet, {path}: {source}")]
    Parquet {
        /// The file.
        path: PathBuf,
        /// The crate's answer.
        source: parquet::errors::ParquetError,
    },
    /// A live file is not what the catalog says. Nothing read from it was used.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// Files that were to be merged, and the file that came of them, do not hold the same.
    #[error("{report} of {day}, account {account}, was not merged: {what}; nothing was changed, run \
        `catscan lake verify --full` and report this", report = .scope.report, day = .scope.day, account = .scope.account)]
    NotTheSame {
        /// The partition.
        scope: Scope,
        /// The difference.
        what: String,
    },
    /// The database has fewer snapshots than were committed: a log that was damaged, cut or left behind.
    #[error(
        "the database lost its last changes: snapshot {noted} was committed, and its newest is {newest} (was its -wal file \
         damaged or left behind?); restore a backup, or remove {note} to go on from what is there and import again what \
         is missing"
    )]
    Lost {
        /// The newest snapshot that was committed.
        noted: i64,
        /// The newest that is there.
        newest: i64,
        /// The file that says so.
        note: PathBuf,
    },
    /// A Delta log that this store cannot go on from; nothing was written.
    #[error("{folder}: {what}; remove this folder and export again, the table is then written as a whole")]
    DeltaLog {
        /// The log's folder.
        folder: String,
        /// What is wrong with it.
        what: String,
    },
    /// There is no such fact table.
    #[error("there is no fact table '{asked}': {}", known.join(", "))]
    UnknownTable {
        /// What was asked for.
        asked: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The text is neither a snapshot nor a time.
    #[error("'{text}' is neither a snapshot number nor a time: write 12, 2026-11-20, '2026-11-20 14:30' or RFC 3339")]
    At {
        /// The text.
        text: String,
    },
}

impl LakeError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }

    pub(super) fn parquet(path: &Path) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        move |source| Self::Parquet { path: path.to_owned(), source }
    }

    pub(super) fn catalog(what: impl Into<String>) -> Self {
        Self::Catalog { what: what.into() }
    }
}

impl From<rusqlite::Error> for LakeError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Db(DbError::from(error))
    }
}

/// One live file that is not what the catalog says, by its path below the lake's directory.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("data file {file} (day {day}) {}: {what}; {}", self.verdict(), self.advice())]
pub struct Damage {
    /// Path below the lake's directory.
    pub file: String,
    /// The day whose rows it holds.
    pub day: Day,
    /// What does not fit.
    pub what: String,
    /// True where the file could not be read at all, so that nothing is known of its bytes: trouble of the disk or of the
    /// network, after which the file may be as it was.
    pub is_unread: bool,
}

impl Damage {
    fn verdict(&self) -> &'static str {
        if self.is_unread { "cannot be read" } else { "is damaged" }
    }

    fn advice(&self) -> &'static str {
        if self.is_unread { "try it again" } else { "restore it from a backup or import that day again" }
    }
}
