//! Who watches jobs is told here that something changed: what happened stands in the table `events`, so that a watcher
//! who was away reads it there; how far a job is passes by and is not kept.

use serde::Serialize;
use tokio::sync::{broadcast, watch};

use crate::db::{Db, DbError};
use crate::model::{AccountId, JobId};

/// Tells watchers of one process about its jobs; clones tell the same watchers.
#[derive(Clone, Debug)]
pub struct Feed {
    written: watch::Sender<u64>,
    progress: broadcast::Sender<JobProgress>,
}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JobProgress {
    /// The job.
    pub job_id: JobId,
    /// Its account; none where it is about the whole store.
    pub account_id: Option<AccountId>,
    /// Bytes done.
    pub bytes_done: u64,
    /// Bytes in all.
    pub bytes_total: u64,
}

/// Something that happened to a job, as it stands in `events`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobEvent {
    /// Its number, which only grows.
    pub event_id: i64,
    /// job_queued, job_stage, job_done or job_failed.
    pub kind: String,
    /// The job as it was then, as JSON text.
    pub detail: String,
}

/// Progress that a slow watcher may be behind; beyond it the oldest is dropped.
const PROGRESS_KEPT: usize = 64;

impl Default for Feed {
    fn default() -> Self {
        Self { written: watch::channel(0).0, progress: broadcast::channel(PROGRESS_KEPT).0 }
    }
}

impl Feed {
    /// Changes whenever events were written.
    pub fn written(&self) -> watch::Receiver<u64> {
        self.written.subscribe()
    }

    /// What passes by from now on.
    pub fn progress(&self) -> broadcast::Receiver<JobProgress> {
        self.progress.subscribe()
    }

    pub(super) fn wrote(&self) {
        self.written.send_modify(|times| *times += 1);
    }

    pub(super) fn moved(&self, progress: JobProgress) {
        // That nobody watches is the common case.
        let _ = self.progress.send(progress);
    }
}

/// The events of jobs after `after`, oldest first, of one account or of all; at most `most`.
pub fn job_events(db: &Db, account: Option<AccountId>, after: i64, most: u32) -> Result<Vec<JobEvent>, DbError> {
    db.read(|tx| {
        let mut statement = tx.prepare_cached(include_str!("../../sql/jobs/events_after.sql"))?;
        let params = rusqlite::params![after, account.map(|account| account.0), most];
        let events = statement
            .query_map(params, |row| Ok(JobEvent { event_id: row.get(0)?, kind: row.get(1)?, detail: row.get(2)? }))?;
        Ok(events.collect::<Result<_, _>>()?)
    })
}

/// The newest event there is; a watcher that asks for nothing older starts behind it.
pub fn newest_event(db: &Db) -> Result<i64, DbError> {
    db.read(|tx| Ok(tx.query_row("SELECT coalesce(max(event_id), 0) FROM events", [], |row| row.get(0))?))
}
