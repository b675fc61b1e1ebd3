//! Syncs over HTTP: seats, the creatives of a seat, endpoints and configs from Google, and how things stand.
//!
//! A proxy gives up after half a minute, so an answer waits no longer than [`PATIENCE`]; the sync goes on as a job, and
//! the answer says so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::Utc;
use serde::Deserialize;
use serde_json::{Value, json};

use super::seats::shown;
use crate::entities::seats;
use crate::jobs::{Event, QueuedSync, SyncRequest, SyncStatus, sync_status};
use crate::model::{AccountId, JobId};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};
use crate::sync::{self, Failure, Kind, SyncAnswer, SyncError};

/// How long an answer waits for Google.
const PATIENCE: Duration = Duration::from_secs(25);

/// What is read from Google.
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
        .route("/seats/discover", post(discover))
        .route("/seats/{buyer_id}/sync", post(creatives))
        .route("/settings/endpoints/sync", post(endpoints))
        .route("/settings/pretargeting/sync", post(pretargeting))
        .route("/sync/status", get(status))
}

/// Whose, and asked with what.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Of {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
    /// The service account to ask with; it also stands for the account that it belongs to.
    service_account_id: Option<String>,
    /// Only creatives that Google lets through.
    filter_query: Option<String>,
}

impl Of {
    async fn account(&self, app: &App) -> Result<AccountId, ApiError> {
        match (&self.account, &self.service_account_id) {
            (None, Some(id)) => app.account_of_service_account(id.clone()).await,
            (named, _) => app.account(named.clone()).await,
        }
    }
}

async fn endpoints(State(app): State<App>, of: Result<Query<Of>, QueryRejection>) -> Result<Json<Value>, ApiError> {
    let (answer, bidder_id) = kind(&app, of?.0, Kind::Endpoints).await?;
    Ok(Json(json!({ "status": "success", "endpoints_synced": answer.endpoints.listed(), "bidder_id": bidder_id })))
}

async fn pretargeting(State(app): State<App>, of: Result<Query<Of>, QueryRejection>) -> Result<Json<Value>, ApiError> {
    let (answer, bidder_id) = kind(&app, of?.0, Kind::Pretargeting).await?;
    Ok(Json(json!({ "status": "success", "configs_synced": answer.configs.listed(), "bidder_id": bidder_id })))
}

/// Brings one kind up, wholly or not at all.
async fn kind(app: &App, of: Of, kind: Kind) -> Result<(SyncAnswer, String), ApiError> {
    let account = of.account(app).await?;
    let request =
        SyncRequest { kinds: vec![kind], service_account_id: of.service_account_id, ..SyncRequest::default() };
    let answer = match begun(app, account, request).await? {
        Begun::Over(answer) => *answer,
        Begun::GoesOn { job, .. } => return Err(still_running(job)),
    };
    let bidder_id = answer.bidder_id.clone().unwrap_or_default();
    Ok((answer, bidder_id))
}

/// `POST /seats/{buyer_id}/sync`: the creatives of a seat.
async fn creatives(
    State(app): State<App>,
    Path(buyer_id): Path<String>,
    of: Result<Query<Of>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(of) = of?;
    let account = of.account(&app).await?;
    let (store, buyer) = (app.store.clone(), buyer_id.clone());
    blocking(move || store.db.read(|tx| seats::get(tx, account, &buyer).map(drop))).await??;
    let request = SyncRequest {
        kinds: vec![Kind::Creatives],
        buyer_id: Some(buyer_id.clone()),
        filter: of.filter_query.filter(|filter| !filter.trim().is_empty()),
        service_account_id: of.service_account_id,
        ..SyncRequest::default()
    };
    let (synced, message) = match begun(&app, account, request).await? {
        Begun::Over(answer) => {
            let counts = answer.creatives.counts;
            let message = format!(
                "{} creatives are new, {} changed, {} are as they were, {} vanished",
                counts.added, counts.changed, counts.unchanged, counts.vanished
            );
            (answer.creatives.listed(), message)
        }
        Begun::GoesOn { job, listed } => {
            let message = format!(
                "this goes on{}: {listed} creatives were listed so far, and none is stored before the list is complete",
                named(job)
            );
            (0, message)
        }
    };
    Ok(Json(json!({
        "status": "completed", "buyer_id": buyer_id, "creatives_synced": synced, "message": message,
    })))
}

/// Which bidder; the dashboard's setup names a project there.
#[derive(Debug, Default, Deserialize)]
struct Discovery {
    bidder_id: Option<String>,
    service_account_id: Option<String>,
}

/// `POST /seats/discover`: the bidder's seats.
async fn discover(
    State(app): State<App>,
    of: Result<Query<Of>, QueryRejection>,
    body: Result<Json<Discovery>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let Json(Discovery { bidder_id, service_account_id }) = body?;
    let Query(mut of) = of?;
    of.service_account_id = of.service_account_id.or(service_account_id);
    let account = of.account(&app).await?;
    let (asking, with) = (app.clone(), of.service_account_id.clone());
    let bidder = blocking(move || {
        let google = asking.store.google_as(account, with.as_deref())?;
        sync::meant_bidder(&asking.store.db, account, bidder_id.as_deref(), &google, &Unwatched)
    });
    let silent = |_| {
        let detail = format!("Google has not answered within {} s; try again", PATIENCE.as_secs());
        ApiError::new(StatusCode::GATEWAY_TIMEOUT, "no_answer", detail)
    };
    let bidder = tokio::time::timeout(PATIENCE, bidder).await.map_err(silent)??;
    let bidder = bidder.map_err(|error| refused(&Failure::from(&error)))?;
    let request =
        SyncRequest { kinds: vec![Kind::Seats], service_account_id: of.service_account_id, ..SyncRequest::default() };
    match begun(&app, account, request).await? {
        Begun::GoesOn { job, .. } => Err(still_running(job)),
        Begun::Over(answer) => {
            let mut seats = blocking(move || shown(&app, account)).await??;
            seats.retain(|seat| seat.is_of(&bidder));
            Ok(Json(json!({
                "status": "completed", "bidder_id": bidder, "seats_discovered": answer.seats.listed(), "seats": seats,
            })))
        }
    }
}

/// `GET /sync/status`: when each kind was brought up, limits, and the calls of today.
async fn status(State(app): State<App>, of: Result<Query<Of>, QueryRejection>) -> Result<Json<SyncStatus>, ApiError> {
    let account = of?.0.account(&app).await?;
    let status = blocking(move || sync_status(&app.store.db, account, Utc::now())).await?;
    Ok(Json(status.map_err(|error| ApiError::internal(&error))?))
}

struct Unwatched;

impl sync::Watch for Unwatched {}

pub(super) enum Begun {
    Over(Box<SyncAnswer>),
    GoesOn { job: Option<JobId>, listed: u64 },
}

/// Begins a sync and waits for its end, but not for ever; nothing of what was asked for may have failed.
pub(super) async fn begun(app: &App, account: AccountId, request: SyncRequest) -> Result<Begun, ApiError> {
    let store = app.store.clone();
    let queued = blocking(move || {
        let queued = QueuedSync::new(request, account, "http", &store);
        (queued, store)
    });
    let (queued, store) = queued.await?;
    let job = queued.job();
    let listed = Arc::new(AtomicU64::new(0));
    let counting = Arc::clone(&listed);
    let tell = move |event: Event| {
        if let Event::Listed { items } = event {
            counting.fetch_add(items, Ordering::Relaxed);
        }
    };
    let work = tokio::spawn(blocking(move || queued.run(&store, &tell)));
    let done = match tokio::time::timeout(PATIENCE, work).await {
        Err(_) => return Ok(Begun::GoesOn { job, listed: listed.load(Ordering::Relaxed) }),
        Ok(done) => done.map_err(|panic| ApiError::internal(&panic))??,
    };
    let answer = done.map_err(|error: SyncError| refused(&Failure::from(&error)))?;
    // Of a seat alone, its own failure says more than the sum of one.
    let of_seat = answer.creatives.failed_seats.first().map(|seat| &seat.failure);
    match of_seat.or(answer.failure()) {
        Some(failure) => Err(refused(failure)),
        None => Ok(Begun::Over(Box::new(answer))),
    }
}

/// What is wrong is the caller's to mend, is not there, or is between Google and us.
pub(super) fn refused(failure: &Failure) -> ApiError {
    let Failure { code, reason } = failure;
    let known = |code| ApiError::bad_request(code, reason.clone());
    match code.as_str() {
        "no_credentials" => known("no_credentials"),
        "credentials_refused" => known("credentials_refused"),
        "bidder" => known("bidder"),
        "not_found" => ApiError::not_found(reason.clone()),
        "store" => ApiError::internal(reason),
        _ => ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "google_failed", reason.clone()),
    }
}

fn still_running(job: Option<JobId>) -> ApiError {
    let detail = format!("Google has not answered within {} s; the sync goes on{}", PATIENCE.as_secs(), named(job));
    ApiError::new(StatusCode::GATEWAY_TIMEOUT, "still_running", detail)
}

fn named(job: Option<JobId>) -> String {
    job.map_or_else(String::new, |job| format!(" as job {job} (GET /api/jobs/{job})"))
}
