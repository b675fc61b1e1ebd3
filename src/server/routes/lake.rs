//! The fact store itself: its size, its snapshots, and the care that it gets.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use crate::jobs::{self, JobRecord, ScheduleRecord};
use crate::lake::{LakeStatus, SnapshotRecord};
use crate::model::SnapshotId;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// What `catscan lake status --json` prints.
#[derive(Debug, Serialize)]
pub(crate) struct Status {
    #[serde(flatten)]
    lake: LakeStatus,
    /// The newest job of each kind of care.
    care: Vec<JobRecord>,
    /// What is done unasked, what is next first.
    schedules: Vec<ScheduleRecord>,
}

/// `GET /api/lake`: the store in numbers.
pub(crate) async fn status(State(app): State<App>) -> Result<Json<Status>, ApiError> {
    let status = blocking(move || {
        let mut lake = app.store.lake.status().map_err(|error| ApiError::internal(&error))?;
        // Where it is on this machine is nobody's business.
        lake.place = String::new();
        let care = jobs::newest_care(&app.store.db).map_err(|error| ApiError::internal(&error))?;
        let schedules = jobs::schedules(&app.store.db).map_err(|error| ApiError::internal(&error))?;
        Ok::<_, ApiError>(Status { lake, care, schedules })
    });
    Ok(Json(status.await??))
}

/// Which snapshots.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    /// How many, the newest first; 1 to 500.
    #[serde(default = "fifty")]
    limit: u32,
    /// Only snapshots older than this one: `next` of the page before.
    before: Option<SnapshotId>,
}

fn fifty() -> u32 {
    50
}

/// A page of snapshots.
#[derive(Debug, Serialize)]
pub(crate) struct Page {
    /// Newest first.
    snapshots: Vec<SnapshotRecord>,
    /// What to give as `before` for the next page; null at the end.
    next: Option<SnapshotId>,
}

/// `GET /api/lake/snapshots`: the states that can be asked with `at`.
pub(crate) async fn snapshots(
    State(app): State<App>,
    listed: Result<Query<Listed>, QueryRejection>,
) -> Result<Json<Page>, ApiError> {
    let Query(Listed { limit, before }) = listed?;
    if !(1..=500).contains(&limit) {
        return Err(ApiError::unprocessable("limit: write a number from 1 to 500"));
    }
    let found = blocking(move || app.store.lake.snapshots(before, limit + 1)).await?;
    let mut snapshots = found.map_err(|error| ApiError::internal(&error))?;
    let more = snapshots.len() > limit as usize;
    snapshots.truncate(limit as usize);
    let next = snapshots.last().filter(|_| more).map(|snapshot| snapshot.snapshot_id);
    Ok(Json(Page { snapshots, next }))
}
