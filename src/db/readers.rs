//! Readers: read-only connections, opened when needed, kept for the next question, never more than a cap.

use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::{DbError, open};

/// More readers than this at once wait for one to be given back.
pub(super) const READERS_MAX: usize = 32;

/// How long a question waits for a reader; a question asked inside another one can wait for itself.
const WAIT: Duration = Duration::from_secs(30);

pub(super) struct Readers {
    path: PathBuf,
    pool: Mutex<Pool>,
    given_back: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Connection>,
    /// Idle and lent.
    open: usize,
}

/// A lent reader; dropping it gives it back, also when the question panicked.
pub(super) struct Lent<'a> {
    readers: &'a Readers,
    /// None only while being dropped.
    connection: Option<Connection>,
}

impl Readers {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), pool: Mutex::default(), given_back: Condvar::new() }
    }

    pub(super) fn lend(&self) -> Result<Lent<'_>, DbError> {
        let until = Instant::now() + WAIT;
        let mut pool = self.lock();
        loop {
            if let Some(connection) = pool.idle.pop() {
                return Ok(Lent { readers: self, connection: Some(connection) });
            }
            if pool.open < READERS_MAX {
                pool.open += 1;
                drop(pool);
                // The seat is taken before the file is opened; `Lent` frees it when that fails.
                let mut lent = Lent { readers: self, connection: None };
                lent.connection = Some(open::reader(&self.path)?);
                return Ok(lent);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(DbError::ReadersBusy { path: self.path.clone(), readers: READERS_MAX });
            }
            pool = self.given_back.wait_timeout(pool, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Deref for Lent<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a lent reader holds its connection until it is dropped")
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut Connection {
        self.connection.as_mut().expect("a lent reader holds its connection until it is dropped")
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut pool = self.readers.lock();
        match self.connection.take() {
            // One whose transaction did not end would show old rows to the next question.
            Some(connection) if connection.is_autocommit() => pool.idle.push(connection),
            _ => pool.open -= 1,
        }
        drop(pool);
        self.readers.given_back.notify_one();
    }
}
