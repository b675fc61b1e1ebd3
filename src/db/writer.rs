//! The one writer: one change at a time, and none after the disk has failed one.
//!
//! A failed fsync cannot be repeated (the kernel may have dropped the pages), so the connection is closed and
//! every later change is refused until someone reopens it on purpose.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use super::error::explained;
use super::{DbError, open};

pub(super) struct Writer {
    path: PathBuf,
    state: Mutex<State>,
}

enum State {
    Open(Connection),
    Closed { reason: String },
}

impl Writer {
    pub(super) fn open(path: &Path) -> Result<Self, DbError> {
        let connection = open::writer(path)?;
        Ok(Self { path: path.to_owned(), state: Mutex::new(State::Open(connection)) })
    }

    /// Opens anew after a failure; a writer that is open stays as it is.
    pub(super) fn reopen(&self) -> Result<(), DbError> {
        let mut state = self.lock();
        if let State::Closed { .. } = *state {
            *state = State::Open(open::writer(&self.path)?);
        }
        Ok(())
    }

    pub(super) fn run<T, E: From<DbError>>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut state = self.lock();
        let connection = match &mut *state {
            State::Open(connection) => connection,
            State::Closed { reason } => {
                return Err(DbError::WriterClosed { path: self.path.clone(), reason: reason.clone() }.into());
            }
        };
        let tx = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|source| DbError::NotCommitted { path: self.path.clone(), source })?;
        let outcome = work(&tx);
        // SQLite itself rolls back where going on would be unsafe (disk full, I/O error, out of memory).
        let abandoned = tx.is_autocommit();
        match outcome {
            Ok(_) if abandoned => {
                drop(tx);
                Err(self.close(&mut state, "SQLite gave the change up after an error on the disk".to_owned()).into())
            }
            Ok(value) => match tx.commit() {
                Ok(()) => Ok(value),
                Err(source) => Err(self.failed(&mut state, source).into()),
            },
            Err(error) => {
                drop(tx);
                if abandoned {
                    self.close(&mut state, "SQLite gave a change up after an error on the disk".to_owned());
                }
                Err(error)
            }
        }
    }

    /// A refused COMMIT is over; one that the disk failed closes the writer.
    fn failed(&self, state: &mut State, source: rusqlite::Error) -> DbError {
        match source.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation | ErrorCode::DatabaseBusy) => {
                DbError::NotCommitted { path: self.path.clone(), source }
            }
            _ => self.close(state, explained(&source)),
        }
    }

    fn close(&self, state: &mut State, reason: String) -> DbError {
        if let State::Open(connection) = state {
            // Closing must not sync again what the disk has just failed to sync. Where even this setting is
            // refused, the connection is dropped all the same: it must not be used any more.
            let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
        *state = State::Closed { reason: reason.clone() };
        DbError::WriterFailed { path: self.path.clone(), reason }
    }

    /// A panic inside a change has rolled its transaction back already, so the state is sound.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(code: std::ffi::c_int) -> rusqlite::Error {
        rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None)
    }

    #[test]
    fn a_commit_that_the_disk_failed_closes_the_writer_and_a_refused_one_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let writer = Writer::open(&dir.path().join("catscan.db")).unwrap();

        let refused = writer.failed(&mut writer.lock(), failure(rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY));
        assert!(matches!(refused, DbError::NotCommitted { .. }));
        writer.run(|_| Ok::<_, DbError>(())).unwrap();

        let failed = writer.failed(&mut writer.lock(), failure(rusqlite::ffi::SQLITE_IOERR_FSYNC));
        assert!(matches!(failed, DbError::WriterFailed { .. }));
        let next = writer.run(|_| Ok::<_, DbError>(())).unwrap_err();
        assert!(matches!(next, DbError::WriterClosed { .. }), "{next}");

        writer.reopen().unwrap();
        writer.run(|_| Ok::<_, DbError>(())).unwrap();
    }
}
