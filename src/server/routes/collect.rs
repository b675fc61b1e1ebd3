//! Collecting creatives by the name that older programs use for it: a sync of the creatives of a seat or of a bidder.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::google_sync::{Begun, begun, refused};
use crate::entities::{EntityError, accounts, seats};
use crate::jobs::{QueuedSync, SyncRequest};
use crate::model::{AccountId, JobId};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};
use crate::sync::{Failure, Kind, SyncError};

/// `/collect` and `/collect/sync`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new().route("/collect", post(start)).route("/collect/sync", post(complete))
}

/// Whose creatives.
#[derive(Debug, Deserialize)]
struct Wanted {
    /// Google's id of a seat or of a bidder, or the name of an account.
    account_id: String,
    filter_query: Option<String>,
}

/// What to sync, of which account.
struct Meant {
    account: AccountId,
    request: SyncRequest,
}

/// The seat of that id, else all seats of the account that is called so or is of that bidder.
async fn meant(app: &App, wanted: &Wanted) -> Result<Meant, ApiError> {
    let (app, id) = (app.clone(), wanted.account_id.clone());
    let filter = wanted.filter_query.clone().filter(|filter| !filter.trim().is_empty());
    blocking(move || {
        let found = app.store.db.read(|tx| {
            let known = accounts::list(tx)?;
            for account in &known {
                match seats::get(tx, account.account_id, &id) {
                    Err(EntityError::Unknown { .. }) => {}
                    found => return found.map(|_| Some((account.account_id, Some(id.clone())))),
                }
            }
            let named = known.iter().find(|account| account.bidder_id.as_deref() == Some(&id) || account.name == id);
            Ok::<_, EntityError>(named.map(|account| (account.account_id, None)))
        })?;
        let unknown = || {
            ApiError::not_found(format!("there is no seat, bidder or account '{id}'; GET /api/seats lists the seats"))
        };
        let (account, buyer_id) = found.ok_or_else(unknown)?;
        // Who waits for nothing must be told now that it cannot be done.
        app.store.google_as(account, None).map_err(|error| refused(&Failure::from(&SyncError::from(error))))?;
        let request = SyncRequest { kinds: vec![Kind::Creatives], buyer_id, filter, ..SyncRequest::default() };
        Ok(Meant { account, request })
    })
    .await?
}

/// `POST /collect`: begins it, and does not wait.
async fn start(State(app): State<App>, wanted: Result<Json<Wanted>, JsonRejection>) -> Result<Json<Value>, ApiError> {
    let Json(wanted) = wanted?;
    let Meant { account, request } = meant(&app, &wanted).await?;
    let store = app.store.clone();
    let queued = blocking(move || QueuedSync::new(request, account, "http", &store)).await?;
    let message = goes_on(queued.job());
    let store = app.store.clone();
    tokio::spawn(blocking(move || {
        if let Err(error) = queued.run(&store, &|_| {}) {
            tracing::warn!("collecting creatives: {error}");
        }
    }));
    Ok(Json(answer("started", wanted, message, None)))
}

/// `POST /collect/sync`: waits for its end, but not for ever.
async fn complete(
    State(app): State<App>,
    wanted: Result<Json<Wanted>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let Json(wanted) = wanted?;
    let Meant { account, request } = meant(&app, &wanted).await?;
    Ok(Json(match begun(&app, account, request).await? {
        Begun::Over(done) => {
            let listed = done.creatives.listed();
            answer("completed", wanted, format!("{listed} creatives were listed"), Some(listed))
        }
        Begun::GoesOn { job, .. } => answer("started", wanted, goes_on(job), None),
    }))
}

fn goes_on(job: Option<JobId>) -> String {
    match job {
        Some(job) => format!("the creatives are being read as job {job}; GET /api/jobs/{job} tells how far it is"),
        None => "the creatives are being read".to_owned(),
    }
}

fn answer(status: &str, wanted: Wanted, message: String, collected: Option<u64>) -> Value {
    json!({
        "status": status,
        "account_id": wanted.account_id,
        "filter_query": wanted.filter_query,
        "message": message,
        "creatives_collected": collected,
    })
}
