//! The only door to SQLite: one writer connection, read-only readers, migrations, schema validation, backup.
//!
//! Invariants: no other module opens a connection (a repository test shows it); every change happens inside
//! [`Db::write`], one `BEGIN IMMEDIATE … COMMIT`; readers see the last commit and cannot write; after the disk has
//! failed a change nothing more is written until [`Db::reopen`]. Calls block: async code runs them on a blocking
//! thread. A change must not ask for another change inside itself (it would wait for itself).

mod backup;
mod digest;
mod error;
#[cfg(test)]
pub(crate) mod fake;
mod foreign;
mod migrations;
mod open;
mod readers;
mod schema;
#[cfg(test)]
mod tests;
mod verify;
mod witness;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rusqlite::{Transaction, TransactionBehavior};

pub use digest::{CheckValue, LiveSet, check_value};
pub use error::DbError;
pub use foreign::ForeignDb;
use readers::Readers;
use writer::Writer;

/// A handle on `catscan.db`; clones share the writer and the readers.
#[derive(Clone)]
pub struct Db {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    /// None when opened read-only.
    writer: Option<Writer>,
    readers: Readers,
    after_commit: OnceLock<witness::AfterCommit>,
}

impl Db {
    /// Opens for writing: WAL, synchronous FULL, foreign keys. Creates the file and migrates it as needed.
    ///
    /// Refused: a database of a newer program or of another one, and one whose schema was changed by hand.
    pub fn open(path: &Path) -> Result<Self, DbError> {
        let writer = Writer::open(path)?;
        Ok(Self::with(path, Some(writer)))
    }

    /// Opens for reading; the database must exist and be of this program's version.
    pub fn open_read_only(path: &Path) -> Result<Self, DbError> {
        open::check_for_reading(path)?;
        Ok(Self::with(path, None))
    }

    fn with(path: &Path, writer: Option<Writer>) -> Self {
        let shared =
            Shared { path: path.to_owned(), writer, readers: Readers::new(path), after_commit: OnceLock::new() };
        Self { shared: Arc::new(shared) }
    }

    /// The database file.
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Whether [`Db::write`] is refused on this handle.
    pub fn is_read_only(&self) -> bool {
        self.shared.writer.is_none()
    }

    /// Runs `work` in one transaction of the only writer; its error, or a failed commit, changes nothing.
    pub fn write<T, E: From<DbError>>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, E>) -> Result<T, E> {
        let done = self.writer()?.run(work)?;
        if let Some(after_commit) = self.shared.after_commit.get() {
            after_commit(self);
        }
        Ok(done)
    }

    /// Runs `work` in one read transaction: everything it sees is one state of the database.
    pub fn read<T, E: From<DbError>>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut reader = self.shared.readers.lend()?;
        let tx = reader.transaction_with_behavior(TransactionBehavior::Deferred).map_err(DbError::from)?;
        work(&tx)
    }

    /// Opens the writer anew after the disk failed a change and was seen to; checks the database again.
    pub fn reopen(&self) -> Result<(), DbError> {
        self.writer()?.reopen()
    }

    /// Writes a consistent copy of the last committed state to a new file, in journal mode DELETE so that it can be
    /// read where nothing may be written. An existing file is never overwritten.
    pub fn backup_to(&self, path: &Path) -> Result<(), DbError> {
        backup::write(&*self.shared.readers.lend()?, path)
    }

    fn writer(&self) -> Result<&Writer, DbError> {
        self.shared.writer.as_ref().ok_or_else(|| DbError::ReadOnly { path: self.shared.path.clone() })
    }
}
