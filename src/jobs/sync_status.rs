//! How things stand between an account and Google: when each kind was brought up, limits, and the calls of the day.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;
use serde_json::Value;

use crate::db::Db;
use crate::entities::accounts;
use crate::model::{AccountId, JobId};
use crate::sync::usage::{self, KnownLimits, RouteUsage};
use crate::sync::{Failure, Kind, KindAnswer, KindState, SyncAnswer, SyncError};

/// The last so many syncs are looked at.
const SYNCS: i64 = 500;

/// How things stand.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SyncStatus {
    /// Whose.
    pub account_id: AccountId,
    /// Its bidder at Google, where it is known.
    pub bidder_id: Option<String>,
    /// The sync that is at work now.
    pub running_job_id: Option<JobId>,
    /// Each kind.
    pub kinds: Vec<KindStatus>,
    /// What Google last said of its limits.
    pub limits: Option<KnownLimits>,
    /// The calls of today (UTC), by route.
    pub calls_today: Vec<RouteUsage>,
}

/// When a kind was brought up.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct KindStatus {
    /// Which.
    pub kind: Kind,
    /// When it last was brought up wholly (RFC 3339, UTC).
    pub last_done_at: Option<String>,
    /// When that was last tried.
    pub last_tried_at: Option<String>,
    /// The job of that try.
    pub last_job_id: Option<JobId>,
    /// Why that failed, where it did.
    pub failure: Option<Failure>,
}

/// How things stand for the account at `now`.
pub fn sync_status(db: &Db, account: AccountId, now: DateTime<Utc>) -> Result<SyncStatus, SyncError> {
    db.read(|tx| {
        let bidder_id = accounts::get(tx, account)?.bidder_id;
        let running = include_str!("../../sql/jobs/running_sync.sql");
        let running_job_id = tx.query_row(running, [account.0], |row| row.get(0).map(JobId)).optional()?;
        let syncs = syncs(tx, account)?;
        Ok(SyncStatus {
            account_id: account,
            bidder_id,
            running_job_id,
            kinds: Kind::ALL.map(|kind| of_kind(kind, &syncs)).into(),
            limits: usage::limits(tx, account)?,
            calls_today: usage::of_day(tx, account, now)?,
        })
    })
}

/// A sync that is over.
struct Over {
    job: JobId,
    at: String,
    answer: SyncAnswer,
}

/// Newest first.
fn syncs(tx: &Transaction<'_>, account: AccountId) -> Result<Vec<Over>, SyncError> {
    let mut statement = tx.prepare_cached(include_str!("../../sql/jobs/syncs.sql"))?;
    let rows = statement.query_map(params![account.0, SYNCS], |row| {
        let (job, at, result): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        // A sync that never began has no answer, and an older program wrote others.
        let answer = serde_json::from_str::<Value>(&result).and_then(serde_json::from_value);
        Ok(answer.ok().map(|answer| Over { job: JobId(job), at, answer }))
    })?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn of_kind(kind: Kind, syncs: &[Over]) -> KindStatus {
    let of = |over: &Over| -> KindAnswer { over.answer.of(kind).clone() };
    let tried = syncs.iter().find(|over| matches!(of(over).state, KindState::Done | KindState::Failed));
    let done = syncs.iter().find(|over| of(over).state == KindState::Done);
    KindStatus {
        kind,
        last_done_at: done.map(|over| over.at.clone()),
        last_tried_at: tried.map(|over| over.at.clone()),
        last_job_id: tried.map(|over| over.job),
        failure: tried.and_then(|over| of(over).failure),
    }
}
