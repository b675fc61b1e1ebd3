//! Putting a creative into a campaign, and taking it out.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use chrono::Utc;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::entities::{EntityError, campaigns, creatives};
use crate::server::error::ApiError;
use crate::server::routes::owner::Owner;
use crate::server::state::{App, blocking};

/// Which creative into which group; groups are campaigns.
#[derive(Debug, Deserialize)]
pub(in crate::server) struct Assignment {
    creative_id: String,
    cluster_id: String,
}

/// `POST /creatives/cluster`
pub(in crate::server) async fn put(
    State(app): State<App>,
    of: Result<Query<Owner>, QueryRejection>,
    body: Result<Json<Assignment>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let account = of?.0.account(&app).await?;
    let Json(Assignment { creative_id, cluster_id }) = body?;
    let missing = || ApiError::not_found(format!("there is no campaign '{cluster_id}'; /api/campaigns lists them"));
    let campaign = cluster_id.parse().map_err(|_| missing())?;
    let answer = json!({ "status": "updated", "creative_id": creative_id });
    blocking(move || {
        app.store.db.write(|tx| {
            creatives::get(tx, account, &creative_id)?;
            campaigns::members::assign(tx, account, campaign, &[creative_id], Utc::now())
        })
    })
    .await??;
    Ok(Json(answer))
}

/// `DELETE /creatives/{id}/campaign`
pub(in crate::server) async fn take_out(
    State(app): State<App>,
    Path(id): Path<String>,
    of: Result<Query<Owner>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let account = of?.0.account(&app).await?;
    let answer = json!({ "status": "removed", "creative_id": id });
    blocking(move || {
        app.store.db.write(|tx| {
            creatives::get(tx, account, &id)?;
            campaigns::members::remove(tx, account, &id, Some("http"), Utc::now())?;
            Ok::<_, EntityError>(())
        })
    })
    .await??;
    Ok(Json(answer))
}
