//! What is being done and what was done: the list of jobs, and one of them.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};

use crate::jobs::{self, JobFilter, JobRecord, JobState};
use crate::model::{AccountId, JobId};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// Which jobs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    /// Account by name or number, or `all`; the first one where absent.
    account: Option<String>,
    /// Only jobs that are queued, running, done or failed.
    state: Option<JobState>,
    /// How many, the newest first; 1 to 500.
    #[serde(default = "fifty")]
    limit: u32,
    /// Only jobs older than this one: `next` of the page before.
    before: Option<JobId>,
}

fn fifty() -> u32 {
    50
}

/// A page of jobs.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    /// Newest first.
    jobs: Vec<JobRecord>,
    /// What to give as `before` for the next page; null at the end.
    next: Option<JobId>,
}

/// `GET /api/jobs`: jobs, newest first.
pub(crate) async fn list(
    State(app): State<App>,
    listed: Result<Query<Listed>, QueryRejection>,
) -> Result<Json<Page>, ApiError> {
    let Query(Listed { account, state, limit, before }) = listed?;
    if !(1..=500).contains(&limit) {
        return Err(ApiError::unprocessable("limit: write a number from 1 to 500"));
    }
    let filter = JobFilter { account: account_or_all(&app, account).await?, state, before };
    let jobs = blocking(move || jobs::list(&app.store.db, &filter, limit + 1)).await?;
    let mut jobs = jobs.map_err(|error| ApiError::internal(&error))?;
    let more = jobs.len() > limit as usize;
    jobs.truncate(limit as usize);
    let next = jobs.last().filter(|_| more).map(|job| job.job_id);
    Ok(Json(Page { jobs, next }))
}

/// Of which account the job must be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    /// Account by name or number, or `all`; the first one where absent.
    account: Option<String>,
}

/// `GET /api/jobs/{job}`: one job with its stages.
pub(crate) async fn show(
    State(app): State<App>,
    Path(job): Path<String>,
    shown: Result<Query<Shown>, QueryRejection>,
) -> Result<Json<JobRecord>, ApiError> {
    let Query(shown) = shown?;
    let job: JobId = job.parse().map_err(|_| ApiError::unprocessable("job: write the number of a job"))?;
    let account = account_or_all(&app, shown.account).await?;
    let record = blocking(move || jobs::show(&app.store.db, job, account)).await?;
    let record = record.map_err(|error| ApiError::internal(&error))?;
    record.map(Json).ok_or_else(|| ApiError::not_found(format!("there is no job with the number {job}")))
}

/// The account that is named; none for `all`.
pub(super) async fn account_or_all(app: &App, named: Option<String>) -> Result<Option<AccountId>, ApiError> {
    match named.as_deref() {
        Some("all") => Ok(None),
        _ => app.account(named).await.map(Some),
    }
}
