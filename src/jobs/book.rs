//! The book of jobs: a row in `jobs` for each, one in `job_stages` for each of its stages, and an event for each change
//! of either, written in the same transaction.

use rusqlite::{Transaction, params};
use serde_json::Value;

use crate::db::{Db, DbError};
use crate::model::{AccountId, Clock, JobId};

/// What is written when a job is asked for.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// What the job is about, as people call it.
    pub what: String,
    /// The rest of what is known of it.
    pub arguments: serde_json::Map<String, Value>,
}

/// One thing that happened to a job.
#[derive(Clone, Debug)]
pub(super) enum Happened {
    /// A stage began; `items_total` where its progress is counted.
    Stage { name: &'static str, items_total: Option<u64> },
    /// It is over.
    Ended(Ending),
}

/// How a job ended.
#[derive(Clone, Debug)]
pub(super) struct Ending {
    /// What came of it, as JSON.
    pub result: Value,
    /// Why it failed, where it did.
    pub error: Option<String>,
}

/// Why a job has failed whose process died.
const DIED: &str =
    "the process ended before the work was done; nothing of it is kept by halves, so it can be done again";

/// Writes the jobs down, to be done in their order.
pub(super) fn queue(
    db: &Db,
    clock: &Clock,
    account: Option<AccountId>,
    kind: &str,
    by: &str,
    entries: Vec<Entry>,
) -> Result<Vec<JobId>, DbError> {
    db.write(|tx| {
        let now = clock.timestamp();
        let mut insert = tx.prepare_cached(include_str!("../../sql/jobs/queue.sql"))?;
        let mut jobs = Vec::with_capacity(entries.len());
        for Entry { what, mut arguments } in entries {
            arguments.insert("what".to_owned(), what.into());
            insert.execute(params![
                account.map(|account| account.0),
                kind,
                Value::Object(arguments).to_string(),
                now,
                by
            ])?;
            let job = JobId(tx.last_insert_rowid());
            event(tx, job, "job_queued", &now)?;
            jobs.push(job);
        }
        Ok(jobs)
    })
}

/// Writes down what happened to a job.
pub(super) fn happened(tx: &Transaction<'_>, job: JobId, now: &str, what: &Happened) -> Result<(), DbError> {
    match what {
        Happened::Stage { name, items_total } => {
            leave_stage(tx, job, now, true)?;
            tx.execute(include_str!("../../sql/jobs/start.sql"), params![job.0, now])?;
            let items_total = items_total.map(|items| items as i64);
            tx.execute(include_str!("../../sql/jobs/enter_stage.sql"), params![job.0, now, name, items_total])?;
            event(tx, job, "job_stage", now)
        }
        Happened::Ended(Ending { result, error }) => {
            leave_stage(tx, job, now, error.is_none())?;
            let state = if error.is_none() { "done" } else { "failed" };
            let finish = include_str!("../../sql/jobs/finish.sql");
            tx.execute(finish, params![job.0, state, now, result.to_string(), error])?;
            event(tx, job, if error.is_none() { "job_done" } else { "job_failed" }, now)
        }
    }
}

/// Writes down how far a job is.
pub(super) fn progress(tx: &Transaction<'_>, job: JobId, now: &str, done: u64) -> Result<(), DbError> {
    tx.execute(include_str!("../../sql/jobs/progress.sql"), params![job.0, done as i64])?;
    tx.execute("UPDATE jobs SET heartbeat_at = ?2 WHERE job_id = ?1", params![job.0, now])?;
    Ok(())
}

/// Marks the jobs of dead processes as failed, and forgets events from before `forget`. Called by the one writer at its
/// start, so that nobody can be at work.
pub(super) fn recover(db: &Db, clock: &Clock, forget: &str) -> Result<usize, DbError> {
    db.write(|tx| {
        let now = clock.timestamp();
        let dead: Vec<i64> = {
            let mut dead = tx.prepare(include_str!("../../sql/jobs/dead.sql"))?;
            dead.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?
        };
        let ending = Ending { result: Value::Null, error: Some(DIED.to_owned()) };
        for job in &dead {
            happened(tx, JobId(*job), &now, &Happened::Ended(ending.clone()))?;
        }
        tx.execute(include_str!("../../sql/jobs/forget_events.sql"), [forget])?;
        Ok(dead.len())
    })
}

fn leave_stage(tx: &Transaction<'_>, job: JobId, now: &str, well: bool) -> Result<(), DbError> {
    tx.execute(include_str!("../../sql/jobs/leave_stage.sql"), params![job.0, now, well])?;
    Ok(())
}

fn event(tx: &Transaction<'_>, job: JobId, kind: &str, now: &str) -> Result<(), DbError> {
    tx.execute(include_str!("../../sql/jobs/event.sql"), params![job.0, kind, now])?;
    Ok(())
}
