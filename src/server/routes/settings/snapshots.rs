//! Configs as they were: taken, listed, restored.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::desk::{Of, desk, limited, number, of_config, optional};
use crate::changes::{self, Act, ChangeError};
use crate::entities::TextList;
use crate::entities::changes::snapshots::{self, ConfigSnapshot, SnapshotType};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// A snapshot in the keys that the dashboard reads; lists are JSON arrays as text.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    id: i64,
    billing_id: String,
    config_id: String,
    snapshot_name: Option<String>,
    /// The dashboard knows manual ones only; `taken_for` tells them apart.
    snapshot_type: SnapshotType,
    taken_for: SnapshotType,
    state: Option<String>,
    included_formats: Option<String>,
    included_platforms: Option<String>,
    included_sizes: Option<String>,
    included_geos: Option<String>,
    excluded_geos: Option<String>,
    total_reached: i64,
    total_impressions: i64,
    total_clicks: i64,
    total_spend_usd: f64,
    total_spend_micros: i64,
    currency: Option<String>,
    days_tracked: i64,
    avg_daily_impressions: Option<f64>,
    avg_daily_spend_usd: Option<f64>,
    ctr_pct: Option<f64>,
    cpm_usd: Option<f64>,
    created_at: DateTime<Utc>,
    created_by: Option<String>,
    notes: Option<String>,
}

impl From<ConfigSnapshot> for Shown {
    fn from(taken: ConfigSnapshot) -> Self {
        let sums = taken.sums;
        let text = |list: Option<TextList>| list.map(|list| list.to_string());
        // Sums are exact; each figure is divided once.
        let over = |sum: i64, by: i64| (by != 0).then(|| sum as f64 / by as f64);
        Self {
            id: taken.snapshot_id,
            billing_id: taken.billing_id.unwrap_or_else(|| taken.config_id.clone()),
            config_id: taken.config_id,
            snapshot_name: taken.snapshot_name,
            snapshot_type: SnapshotType::Manual,
            taken_for: taken.snapshot_type,
            state: taken.state.filter(|state| ["ACTIVE", "SUSPENDED"].contains(&state.as_str())),
            included_formats: text(taken.included_formats),
            included_platforms: text(taken.included_platforms),
            included_sizes: text(taken.included_sizes),
            included_geos: text(taken.included_geos),
            excluded_geos: text(taken.excluded_geos),
            total_reached: sums.reached,
            total_impressions: sums.impressions,
            total_clicks: sums.clicks,
            total_spend_usd: sums.spend_micros as f64 / 1e6,
            total_spend_micros: sums.spend_micros,
            days_tracked: sums.days,
            avg_daily_impressions: over(sums.impressions, sums.days),
            avg_daily_spend_usd: over(sums.spend_micros, sums.days * 1_000_000),
            ctr_pct: over(sums.clicks * 100, sums.impressions),
            cpm_usd: over(sums.spend_micros, sums.impressions * 1_000),
            currency: sums.currency,
            created_at: taken.created_at,
            created_by: taken.created_by,
            notes: taken.notes,
        }
    }
}

/// A snapshot to take.
#[derive(Debug, Deserialize)]
pub(super) struct New {
    billing_id: String,
    snapshot_name: Option<String>,
    notes: Option<String>,
}

/// `POST /settings/pretargeting/snapshot`
pub(super) async fn take(
    State(app): State<App>,
    of: Result<Query<Of>, QueryRejection>,
    body: Result<Json<New>, JsonRejection>,
) -> Result<Json<Shown>, ApiError> {
    let account = of?.0.account(&app).await?;
    let Json(New { billing_id, snapshot_name, notes }) = body?;
    let taken = blocking(move || {
        let desk = desk(&app, account, None);
        changes::take_snapshot(&desk, &app.engine, &billing_id, snapshot_name.as_deref(), notes.as_deref())
    });
    Ok(Json(taken.await??.into()))
}

/// Which snapshots.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    /// Billing id or config id.
    billing_id: Option<String>,
    /// 1 to 200.
    #[serde(default = "fifty")]
    limit: i64,
    /// Account by name or number; the first one where absent.
    account: Option<String>,
}

fn fifty() -> i64 {
    50
}

/// `GET /settings/pretargeting/snapshots`: newest first.
pub(super) async fn list(
    State(app): State<App>,
    listed: Result<Query<Listed>, QueryRejection>,
) -> Result<Json<Vec<Shown>>, ApiError> {
    let Query(Listed { billing_id, limit, account }) = listed?;
    let limit = limited(limit, 200)?;
    let account = app.account(account).await?;
    let found = blocking(move || {
        app.store.db.read(|tx| {
            of_config(tx, account, billing_id.as_deref(), |config_id| snapshots::list(tx, account, config_id, limit))
        })
    });
    Ok(Json(found.await??.into_iter().map(Shown::from).collect()))
}

/// Why.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wish {
    reason: Option<String>,
}

/// `POST /settings/pretargeting/snapshots/{id}/rollback`: brings the config at Google back to the snapshot.
pub(super) async fn roll_back(
    State(app): State<App>,
    Path(id): Path<String>,
    of: Result<Query<Of>, QueryRejection>,
    body: Bytes,
) -> Result<Json<Act>, ApiError> {
    let account = of?.0.account(&app).await?;
    let (id, Wish { reason }) = (number(&id)?, optional(&body)?);
    blocking(move || {
        let google = app.store.google(account).map_err(ChangeError::Unasked)?;
        let (desk, windows) = (desk(&app, account, reason.as_deref()), app.store.comparison_windows());
        Ok(Json(changes::roll_back(&desk, &app.engine, &*google, windows, id)?))
    })
    .await?
}
