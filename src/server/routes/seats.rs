//! Buyer seats: the list, a name of the user's own, and seats for creatives whose buyer has none.

use std::collections::BTreeMap;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::owner::OnlyOwner;
use crate::entities::{EntityError, accounts, seats};
use crate::model::AccountId;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// `/seats…`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
        .route("/seats", get(list))
        .route("/seats/populate", post(populate))
        .route("/seats/{buyer_id}", get(show).patch(rename))
}

/// A seat in the keys that the dashboard reads.
#[derive(Debug, Serialize)]
pub(in crate::server) struct Shown {
    buyer_id: String,
    bidder_id: String,
    display_name: Option<String>,
    active: bool,
    creative_count: i64,
    last_synced: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl Shown {
    /// Whether Google lists it for that bidder.
    pub(in crate::server) fn is_of(&self, bidder: &str) -> bool {
        self.active && self.bidder_id == bidder
    }
}

/// The account's seats as they are shown, by name.
pub(in crate::server) fn shown(app: &App, account: AccountId) -> Result<Vec<Shown>, EntityError> {
    app.store.db.read(|tx| {
        let bidder = accounts::get(tx, account)?.bidder_id;
        let counts = seats::creative_counts(tx, account)?;
        Ok(seats::list(tx, account)?.into_iter().map(|seat| one(seat, bidder.as_deref(), &counts)).collect())
    })
}

fn one(seat: seats::Seat, bidder: Option<&str>, counts: &BTreeMap<String, i64>) -> Shown {
    Shown {
        creative_count: counts.get(&seat.google.buyer_id).copied().unwrap_or(0),
        display_name: seat.shown_name().map(str::to_owned),
        bidder_id: seat.google.bidder_id.or(bidder.map(str::to_owned)).unwrap_or_default(),
        buyer_id: seat.google.buyer_id,
        active: seat.active,
        last_synced: seat.last_synced,
        created_at: seat.created_at,
    }
}

/// Which seats.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
    /// Only those of this bidder.
    bidder_id: Option<String>,
    /// Leave out those that Google no longer lists.
    #[serde(default = "yes")]
    active_only: bool,
}

fn yes() -> bool {
    true
}

async fn list(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Vec<Shown>>, ApiError> {
    let Query(Asked { account, bidder_id, active_only }) = asked?;
    let account = app.account(account).await?;
    let mut seats = blocking(move || shown(&app, account)).await??;
    let meant = |seat: &Shown| bidder_id.as_ref().is_none_or(|bidder| *bidder == seat.bidder_id);
    seats.retain(|seat| (seat.active || !active_only) && meant(seat));
    Ok(Json(seats))
}

async fn show(
    State(app): State<App>,
    Path(buyer_id): Path<String>,
    of: Result<Query<OnlyOwner>, QueryRejection>,
) -> Result<Json<Shown>, ApiError> {
    let account = of?.0.account(&app).await?;
    blocking(move || found(&app, account, &buyer_id)).await?.map(Json)
}

/// A new name; an empty one goes back to Google's.
#[derive(Debug, Deserialize)]
struct Rename {
    display_name: Option<String>,
}

async fn rename(
    State(app): State<App>,
    Path(buyer_id): Path<String>,
    of: Result<Query<OnlyOwner>, QueryRejection>,
    body: Result<Json<Rename>, JsonRejection>,
) -> Result<Json<Shown>, ApiError> {
    let account = of?.0.account(&app).await?;
    let Json(Rename { display_name }) = body?;
    let renamed = blocking(move || {
        if let Some(name) = display_name.as_deref().map(str::trim) {
            let name = Some(name).filter(|name| !name.is_empty());
            app.store.db.write(|tx| seats::set_user_name(tx, account, &buyer_id, name))?;
        }
        found(&app, account, &buyer_id)
    });
    renamed.await?.map(Json)
}

fn found(app: &App, account: AccountId, buyer_id: &str) -> Result<Shown, ApiError> {
    let seat = shown(app, account)?.into_iter().find(|seat| seat.buyer_id == buyer_id);
    seat.ok_or_else(|| ApiError::not_found(format!("there is no seat {buyer_id}; /api/seats lists them")))
}

async fn populate(
    State(app): State<App>,
    of: Result<Query<OnlyOwner>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let account = of?.0.account(&app).await?;
    let created = blocking(move || app.store.db.write(|tx| seats::populate(tx, account, Utc::now()))).await??;
    Ok(Json(json!({ "status": "completed", "seats_created": created })))
}
