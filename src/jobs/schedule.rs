//! What is done without being asked while a server runs: which care, how often, when next.
//!
//! The plan comes from the settings; when each was done last, and is due next, stands in the table `schedules`, so that a server
//! that was down does at its start what it missed, once.

use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::params;
use serde::Serialize;

use super::backup::{BackupRequest, Destination};
use super::care::{AskedBy, Care, CareRequest};
use super::{JobRecord, Listener, Store, care, listed};
use crate::config::Config;
use crate::db::{Db, DbError};
use crate::model::{Clock, JobId};

/// One line of the schedule.
#[derive(Clone, Debug, Serialize)]
pub struct ScheduleRecord {
    /// Its number.
    pub schedule_id: i64,
    /// The kind of care.
    pub kind: String,
    /// What exactly is done.
    #[serde(skip)]
    pub care: Option<Care>,
    /// How often.
    pub every_seconds: u64,
    /// False where the settings switch it off.
    pub enabled: bool,
    /// When it is done next (RFC 3339, UTC).
    pub next_run_at: String,
    /// The job of the last time.
    pub last_job_id: Option<JobId>,
    /// What became of that: done or failed.
    pub last_state: Option<String>,
    /// When that was asked for.
    pub last_at: Option<String>,
    /// Why it failed.
    pub last_error: Option<String>,
}

/// After a failure the next try is not later than this.
const RETRY: Duration = Duration::from_secs(3600);

/// What was done on schedule stays in the list of jobs for so long.
const KEPT: chrono::Duration = chrono::Duration::days(30);

/// The table's shortest wait.
const SHORTEST: Duration = Duration::from_secs(60);

/// The care that the settings ask for, and how often; zero is never.
fn planned(config: &Config) -> Vec<(Care, Duration)> {
    let settings = &config.care;
    let minutes = |minutes: u32| Duration::from_secs(u64::from(minutes) * 60);
    let hours = |hours: u32| minutes(60) * hours;
    let compact = Care::Compact { account: None, dry_run: false };
    let backup = |to| Care::Backup(BackupRequest { to, keep: None, verify: false });
    vec![
        (compact, minutes(settings.compact_every_minutes)),
        (Care::Retain { dry_run: false }, minutes(settings.retain_every_minutes)),
        (Care::Verify { full: false }, hours(settings.verify_every_hours)),
        (Care::Verify { full: true }, hours(24) * settings.verify_full_every_days),
        (Care::ExportDelta { tables: Vec::new() }, minutes(settings.export_delta_every_minutes)),
        (backup(Destination::Directory), config.backup.every()),
        (backup(Destination::Remote), config.backup.url_every()),
    ]
}

/// Writes the plan of the settings down; called when a server starts.
pub fn plan(store: &Store) -> Result<(), DbError> {
    let now = Clock::system();
    let first = Utc::now() + chrono::Duration::seconds(store.config.care.first_after_seconds.into());
    let first = Clock::fixed(first).timestamp();
    store.db.write(|tx| {
        // What the plan lacks is not done any more; its row keeps when it was done last.
        tx.execute("UPDATE schedules SET enabled = 0 WHERE account_id IS NULL AND kind NOT IN (SELECT value FROM json_each(?1))", [kinds(&store.config)])?;
        for (care, every) in planned(&store.config) {
            let arguments = serde_json::to_string(&care).unwrap_or_else(|_| "{}".to_owned());
            let seconds = every.max(SHORTEST).as_secs() as i64;
            let plan = params![care.kind(), arguments, seconds, !every.is_zero(), first, now.timestamp()];
            tx.execute(include_str!("../../sql/jobs/schedule_plan.sql"), plan)?;
        }
        Ok(())
    })
}

fn kinds(config: &Config) -> String {
    let kinds: Vec<_> = planned(config).iter().map(|(care, _)| care.kind()).collect();
    serde_json::json!(kinds).to_string()
}

/// The schedule, what is next first.
pub fn schedules(db: &Db) -> Result<Vec<ScheduleRecord>, DbError> {
    read(db, None)
}

/// What is due.
pub fn due(db: &Db, now: DateTime<Utc>) -> Result<Vec<ScheduleRecord>, DbError> {
    read(db, Some(Clock::fixed(now).timestamp()))
}

fn read(db: &Db, due_at: Option<String>) -> Result<Vec<ScheduleRecord>, DbError> {
    db.read(|tx| {
        let mut statement = tx.prepare_cached(include_str!("../../sql/jobs/schedules.sql"))?;
        let rows = statement.query_map([due_at], |row| {
            let arguments: String = row.get(2)?;
            Ok(ScheduleRecord {
                schedule_id: row.get(0)?,
                kind: row.get(1)?,
                // A kind that this version does not know is not done by it.
                care: serde_json::from_str(&arguments).ok(),
                every_seconds: row.get::<_, i64>(3)?.unsigned_abs(),
                enabled: row.get(4)?,
                next_run_at: row.get(5)?,
                last_job_id: row.get::<_, Option<i64>>(6)?.map(JobId),
                last_state: row.get(7)?,
                last_at: row.get(8)?,
                last_error: row.get(9)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    })
}

/// Does what is due, and says in the schedule when it is next: after its time, or sooner where it failed.
pub fn do_due(schedule: &ScheduleRecord, store: &Store, tell: Listener<'_>) -> Result<(), DbError> {
    let every = Duration::from_secs(schedule.every_seconds);
    let mut next_in = every;
    let mut job = None;
    if let Some(due) = &schedule.care {
        let request = CareRequest { care: due.clone(), asked_by: AskedBy::Schedule };
        let (id, cared) = care::done(&request, store, tell);
        job = id;
        if let Some(trouble) = cared.trouble {
            tracing::warn!("{}: {trouble}", schedule.kind);
            // What it found wrong is there until somebody sees to it; what it could not do may go well soon.
            next_in = if cared.answer.is_null() { every.min(RETRY) } else { every };
        }
    }
    let next = Clock::fixed(Utc::now() + chrono::Duration::from_std(next_in).unwrap_or_default()).timestamp();
    store.db.write(|tx| {
        let done =
            "UPDATE schedules SET next_run_at = ?2, last_job_id = coalesce(?3, last_job_id) WHERE schedule_id = ?1";
        tx.execute(done, params![schedule.schedule_id, next, job.map(|job: JobId| job.0)])?;
        let forget = Clock::fixed(Utc::now() - KEPT).timestamp();
        tx.execute(include_str!("../../sql/jobs/forget_schedule.sql"), [forget])?;
        Ok(())
    })
}

/// The newest job of each kind of care.
pub fn newest_care(db: &Db) -> Result<Vec<JobRecord>, DbError> {
    let jobs: Vec<i64> = db.read(|tx| {
        let mut newest = tx.prepare_cached(include_str!("../../sql/jobs/newest_care.sql"))?;
        Ok::<_, DbError>(newest.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
    })?;
    let mut records = Vec::with_capacity(jobs.len());
    for job in jobs {
        records.extend(listed::show(db, JobId(job), None)?);
    }
    Ok(records)
}
