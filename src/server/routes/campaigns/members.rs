//! The creatives of campaigns.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use chrono::Utc;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AUTHOR, Of, number};
use crate::entities::EntityError;
use crate::entities::campaigns::members;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// `GET /campaigns/{id}/creatives`
pub(super) async fn list(
    State(app): State<App>,
    Path(id): Path<String>,
    of: Result<Query<Of>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let (Query(of), id) = (of?, number(&id)?);
    let account = of.account(&app).await?;
    let ids = blocking(move || app.store.db.read(|tx| members::of(tx, account, id))).await??;
    Ok(Json(json!({"creative_ids": ids, "count": ids.len()})))
}

/// Creatives by id.
#[derive(Debug, Deserialize)]
pub(super) struct Added {
    creative_ids: Vec<String>,
}

/// `POST /campaigns/{id}/creatives`: they leave the campaign that they are in. All of them or none.
pub(super) async fn add(
    State(app): State<App>,
    Path(id): Path<String>,
    of: Result<Query<Of>, QueryRejection>,
    body: Result<Json<Added>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let (Query(of), Json(Added { creative_ids }), id) = (of?, body?, number(&id)?);
    let account = of.account(&app).await?;
    let assign = move || app.store.db.write(|tx| members::assign(tx, account, id, &creative_ids, Utc::now()));
    let count = blocking(assign).await??;
    Ok(Json(json!({"status": "assigned", "count": count})))
}

/// `DELETE /campaigns/{id}/creatives/{creative}`
pub(super) async fn remove(
    State(app): State<App>,
    Path((id, creative)): Path<(String, String)>,
    of: Result<Query<Of>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let (Query(of), id) = (of?, number(&id)?);
    let account = of.account(&app).await?;
    let take_out =
        move || app.store.db.write(|tx| members::remove_from(tx, account, id, &creative, AUTHOR, Utc::now()));
    blocking(take_out).await??;
    Ok(Json(json!({"status": "removed"})))
}

/// Where a creative goes.
#[derive(Debug, Deserialize)]
pub(super) struct Moved {
    to_campaign_id: String,
}

/// `POST /campaigns/creatives/{creative}/move`
pub(super) async fn move_to(
    State(app): State<App>,
    Path(creative): Path<String>,
    of: Result<Query<Of>, QueryRejection>,
    body: Result<Json<Moved>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let (Query(of), Json(Moved { to_campaign_id })) = (of?, body?);
    let (account, id) = (of.account(&app).await?, number(&to_campaign_id)?);
    let moved = move || app.store.db.write(|tx| members::assign(tx, account, id, &[creative], Utc::now()));
    blocking(moved).await?.map_err(|error| match error {
        // Here the address names the creative.
        EntityError::UnknownCreatives { .. } => ApiError::not_found(error.to_string()),
        other => other.into(),
    })?;
    Ok(Json(json!({"status": "moved"})))
}
