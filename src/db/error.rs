//! What can go wrong at the door; each message names the file and says what to do.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// What went wrong at the door to SQLite.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// There is no database there.
    #[error("database {path} does not exist: run `catscan init` first, or name another directory with --data-dir")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A database that was named is no file.
    #[error("{path}: there is no such file: name the SQLite database itself")]
    NoSuchFile {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A file that was named is no database.
    #[error("{path} is not a SQLite database: name the predecessor's database file, mostly catscan.db")]
    NoDatabase {
        /// The file.
        path: PathBuf,
    },
    /// Another program's database cannot be read.
    #[error("cannot read {path}: {source}; see to its permissions, or copy it to where this user may read it")]
    ForeignUnreadable {
        /// The database file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The newest changes of another program's database stand in its log, which this user cannot open.
    #[error(
        "{path} has changes in its log {path}-wal, which this user cannot open ({source}): stop the program that writes \
         it, or copy {path}, {path}-wal and {path}-shm into a directory where this user may write, and name the copy"
    )]
    ForeignLog {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// Another program wrote while its database was read.
    #[error(
        "{path} was written to while it was read: stop the program that writes it, then do this again; what was taken \
         from it is known and not taken twice"
    )]
    ForeignChanged {
        /// The database file.
        path: PathBuf,
    },
    /// A database to be read as another program's is one of ours.
    #[error("{path} is a store of this program already: use it with --data-dir")]
    OwnStore {
        /// The database file.
        path: PathBuf,
    },
    /// The file cannot be opened or read as a database.
    #[error("database {path} cannot be opened: {}", explained(source))]
    Open {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A SQLite database, but of another program.
    #[error("database {path} belongs to another program: name another file or directory with --data-dir")]
    Foreign {
        /// The database file.
        path: PathBuf,
    },
    /// Written by a later program; nothing was touched.
    #[error(
        "database {path} has schema version {found}, this catscan knows versions up to {known}: \
         use the catscan that wrote it or a newer one, or restore an older backup"
    )]
    Newer {
        /// The database file.
        path: PathBuf,
        /// The version it has.
        found: usize,
        /// The newest version that this program knows.
        known: usize,
    },
    /// Written by an earlier program and opened for reading only.
    #[error(
        "database {path} has schema version {found}, this catscan needs {needed}: \
         run `catscan init` (it brings the database up and keeps the data)"
    )]
    Older {
        /// The database file.
        path: PathBuf,
        /// The version it has.
        found: usize,
        /// The version that this program needs.
        needed: usize,
    },
    /// A migration failed; nothing of it was kept.
    #[error("database {path}: migration failed, nothing was changed: {}", migration_explained(source))]
    Migration {
        /// The database file.
        path: PathBuf,
        /// What SQLite or the runner said.
        source: rusqlite_migration::Error,
    },
    /// The schema is not the one that the migrations make.
    #[error(
        "database {path} differs from the schema of its version: {}. \
         Undo the change by hand, or restore a backup",
        differences.join("; ")
    )]
    Schema {
        /// The database file.
        path: PathBuf,
        /// One sentence per difference.
        differences: Vec<String>,
    },
    /// A change was asked of a handle opened for reading.
    #[error("database {path} is open for reading only: the command that asked for a change must open it for writing")]
    ReadOnly {
        /// The database file.
        path: PathBuf,
    },
    /// A change could not be begun or committed; it left no trace and the next one may work.
    #[error("database {path}: the change was not made: {}", explained(source))]
    NotCommitted {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The disk failed a change. Nothing was committed; the writer takes no more changes until it is reopened.
    #[error("database {path}: {reason}. Nothing was committed, and no more is written until the database is reopened")]
    WriterFailed {
        /// The database file.
        path: PathBuf,
        /// What failed.
        reason: String,
    },
    /// An earlier change failed on the disk, so this one was not tried.
    #[error(
        "database {path} takes no more changes because of an earlier failure ({reason}): see to the disk, then restart"
    )]
    WriterClosed {
        /// The database file.
        path: PathBuf,
        /// What failed then.
        reason: String,
    },
    /// The note of how far the database came cannot be read.
    #[error("{path}: {reason}; it only says how far the database beside it came: remove it to go on without that")]
    Note {
        /// The note.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Every reader was busy for too long.
    #[error("database {path}: all {readers} readers are busy, try again")]
    ReadersBusy {
        /// The database file.
        path: PathBuf,
        /// How many there are.
        readers: usize,
    },
    /// A backup could not be written; what was begun is removed.
    #[error("backup to {path} failed: {reason}")]
    Backup {
        /// The file that was to be written.
        path: PathBuf,
        /// What failed.
        reason: String,
    },
    /// SQLite refused a statement.
    #[error("database: {}", explained(.0))]
    Sqlite(#[from] rusqlite::Error),
}

/// SQLite's message, and what to do about it where that is known.
pub(super) fn explained(error: &rusqlite::Error) -> String {
    let advice = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk is full: free some space and try again",
        Some(ErrorCode::CannotOpen) => {
            "check that its directory exists and that you may write there \
             (SQLite keeps a -wal and a -shm file beside the database, also for reading)"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied) => {
            "no permission to write: check owner and mode of the file and of its directory"
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process holds it: wait until that one is done, or stop it"
        }
        Some(ErrorCode::NotADatabase) => "this is not a SQLite database: move the file away, or restore a backup",
        Some(ErrorCode::DatabaseCorrupt) => "the file is damaged: restore a backup",
        Some(ErrorCode::SystemIoFailure) => "the disk reported an error: see to the disk, then restart",
        _ => return error.to_string(),
    };
    format!("{error} — {advice}")
}

/// The runner's own message repeats the whole migration; the cause is enough.
fn migration_explained(error: &rusqlite_migration::Error) -> String {
    match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => explained(err),
        other => other.to_string(),
    }
}
