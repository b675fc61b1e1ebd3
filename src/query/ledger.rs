//! The questions that are running: who asked what, how far it is, and how to stop it.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use uuid::Uuid;

/// One question's id, in answers, logs and cancels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QueryId(Uuid);

impl fmt::Display for QueryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for QueryId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// How far a question is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Waiting for one of the permits.
    Waiting,
    /// Opening the snapshot and planning.
    Planning,
    /// Reading and computing.
    Running,
}

/// A running question, as lists show it.
#[derive(Clone, Debug)]
pub struct Running {
    /// Its id.
    pub id: QueryId,
    /// Its text.
    pub sql: String,
    /// How far it is.
    pub phase: Phase,
    /// Since it was asked.
    pub elapsed: Duration,
}

struct Entry {
    sql: String,
    phase: Phase,
    since: Instant,
    stop: watch::Sender<bool>,
}

/// The shared list. An entry stands in it exactly as long as its [`Ticket`] lives.
#[derive(Clone, Default)]
pub(super) struct Ledger {
    entries: Arc<Mutex<HashMap<QueryId, Entry>>>,
}

impl Ledger {
    pub(super) fn enter(&self, sql: &str) -> (Ticket, watch::Receiver<bool>) {
        let id = QueryId(Uuid::now_v7());
        let (stop, stopped) = watch::channel(false);
        let entry = Entry { sql: sql.to_owned(), phase: Phase::Waiting, since: Instant::now(), stop };
        self.lock().insert(id, entry);
        (Ticket { id, ledger: self.clone() }, stopped)
    }

    pub(super) fn running(&self) -> Vec<Running> {
        let entries = self.lock();
        let mut running: Vec<Running> = entries
            .iter()
            .map(|(id, entry)| Running {
                id: *id,
                sql: entry.sql.clone(),
                phase: entry.phase,
                elapsed: entry.since.elapsed(),
            })
            .collect();
        running.sort_by_key(|question| question.id);
        running
    }

    /// False where no such question runs.
    pub(super) fn cancel(&self, id: QueryId) -> bool {
        self.lock().get(&id).is_some_and(|entry| entry.stop.send(true).is_ok())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<QueryId, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the ledger; dropping it leaves.
pub(super) struct Ticket {
    pub(super) id: QueryId,
    ledger: Ledger,
}

impl Ticket {
    pub(super) fn enter(&self, phase: Phase) {
        if let Some(entry) = self.ledger.lock().get_mut(&self.id) {
            entry.phase = phase;
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.ledger.lock().remove(&self.id);
    }
}
