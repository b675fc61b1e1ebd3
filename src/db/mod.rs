//! The only door to SQLite: one writer connection, read-only readers, migrations, schema validation.
//!
//! Invariants: no other module opens a connection (a repository test shows it); every change happens inside
//! [`Db::write`], one `BEGIN IMMEDIATE … COMMIT`; readers see the last commit. Calls block: async code runs them
//! on a blocking thread.

mod migrations;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

/// What went wrong at the door.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// SQLite refused; the message is SQLite's own.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A migration failed; nothing of it was kept.
    #[error("database {path}: migration failed, nothing was changed: {source}")]
    Migration {
        /// The database file.
        path: PathBuf,
        /// What SQLite or the runner said.
        source: rusqlite_migration::Error,
    },
}

/// A handle on `catscan.db`; clones share the writer and the readers.
#[derive(Clone)]
pub struct Db {
    shared: Arc<Shared>,
}

struct Shared {
    path: PathBuf,
    /// None when opened read-only.
    writer: Option<Mutex<Connection>>,
    readers: Mutex<Vec<Connection>>,
}

impl Db {
    /// Opens for writing (creating and migrating as needed): WAL, synchronous FULL, foreign keys.
    pub fn open(path: &Path) -> Result<Self, DbError> {
        let mut writer = Connection::open(path)?;
        configure(&writer)?;
        migrations::run(&mut writer, path)?;
        Ok(Self::with(path, Some(writer)))
    }

    /// Opens for reading; the database must exist and be of this binary's version.
    pub fn open_read_only(path: &Path) -> Result<Self, DbError> {
        Ok(Self::with(path, None))
    }

    fn with(path: &Path, writer: Option<Connection>) -> Self {
        let shared = Shared { path: path.to_owned(), writer: writer.map(Mutex::new), readers: Mutex::default() };
        Self { shared: Arc::new(shared) }
    }

    /// Runs `work` in one transaction of the only writer; its error, or a failed commit, changes nothing.
    pub fn write<T, E: From<DbError>>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, E>) -> Result<T, E> {
        let Some(writer) = &self.shared.writer else {
            return Err(DbError::from(rusqlite::Error::InvalidQuery).into());
        };
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(DbError::from)?;
        let value = work(&tx)?;
        tx.commit().map_err(DbError::from)?;
        Ok(value)
    }

    /// Runs `work` in one read transaction: everything it sees is one state of the database.
    pub fn read<T, E: From<DbError>>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, E>) -> Result<T, E> {
        let idle = self.shared.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => self.reader().map_err(E::from)?,
        };
        let tx = reader.transaction().map_err(DbError::from)?;
        let value = work(&tx);
        drop(tx);
        self.shared.readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        value
    }

    fn reader(&self) -> Result<Connection, DbError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = Connection::open_with_flags(&self.shared.path, flags)?;
        reader.pragma_update(None, "query_only", true)?;
        reader.busy_timeout(BUSY_TIMEOUT)?;
        Ok(reader)
    }
}

const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

fn configure(connection: &Connection) -> Result<(), DbError> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(())
}
