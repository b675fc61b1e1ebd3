//! Before and after a change: begun, listed, completed.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::desk::{Of, desk, limited, number, of_config, optional};
use crate::changes::{self, NewWindow};
use crate::entities::changes::comparisons::{self, Comparison, ComparisonFilter, ComparisonStatus};
use crate::model::Day;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// A comparison in the keys that the dashboard reads.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    id: i64,
    billing_id: String,
    config_id: String,
    comparison_name: String,
    before_snapshot_id: i64,
    after_snapshot_id: Option<i64>,
    before_start_date: Day,
    before_end_date: Day,
    after_start_date: Option<Day>,
    after_end_date: Option<Day>,
    impressions_delta: Option<i64>,
    impressions_delta_pct: Option<f64>,
    spend_delta_usd: Option<f64>,
    spend_delta_micros: Option<i64>,
    spend_delta_pct: Option<f64>,
    ctr_delta_pct: Option<f64>,
    cpm_delta_pct: Option<f64>,
    waste_delta_pct: Option<f64>,
    status: ComparisonStatus,
    conclusion: Option<String>,
    created_at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
}

impl From<Comparison> for Shown {
    fn from(found: Comparison) -> Self {
        let deltas = found.deltas;
        Self {
            id: found.comparison_id,
            billing_id: found.billing_id.unwrap_or_else(|| found.config_id.clone()),
            config_id: found.config_id,
            comparison_name: found.comparison_name,
            before_snapshot_id: found.before_snapshot_id,
            after_snapshot_id: found.after_snapshot_id,
            before_start_date: found.before_start_date,
            before_end_date: found.before_end_date,
            after_start_date: found.after_start_date,
            after_end_date: found.after_end_date,
            impressions_delta: deltas.impressions_delta,
            impressions_delta_pct: deltas.impressions_delta_pct,
            spend_delta_usd: deltas.spend_delta_micros.map(|micros| micros as f64 / 1e6),
            spend_delta_micros: deltas.spend_delta_micros,
            spend_delta_pct: deltas.spend_delta_pct,
            ctr_delta_pct: deltas.ctr_delta_pct,
            cpm_delta_pct: deltas.cpm_delta_pct,
            waste_delta_pct: deltas.waste_delta_pct,
            status: found.status,
            conclusion: found.conclusion,
            created_at: found.created_at,
            completed_at: found.completed_at,
        }
    }
}

/// A comparison to begin.
#[derive(Debug, Deserialize)]
pub(super) struct New {
    billing_id: String,
    comparison_name: String,
    before_snapshot_id: i64,
    before_start_date: Day,
    before_end_date: Day,
}

/// `POST /settings/pretargeting/comparison`
pub(super) async fn begin(
    State(app): State<App>,
    of: Result<Query<Of>, QueryRejection>,
    body: Result<Json<New>, JsonRejection>,
) -> Result<Json<Shown>, ApiError> {
    let account = of?.0.account(&app).await?;
    let Json(new) = body?;
    let begun = blocking(move || {
        let window = NewWindow {
            config: &new.billing_id,
            name: &new.comparison_name,
            before_snapshot_id: new.before_snapshot_id,
            first: new.before_start_date,
            last: new.before_end_date,
        };
        changes::begin_comparison(&desk(&app, account, None), &window)
    });
    Ok(Json(begun.await??.into()))
}

/// Which comparisons.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    /// Billing id or config id.
    billing_id: Option<String>,
    /// in_progress or completed.
    status: Option<String>,
    /// 1 to 200.
    #[serde(default = "fifty")]
    limit: i64,
    /// Account by name or number; the first one where absent.
    account: Option<String>,
}

fn fifty() -> i64 {
    50
}

/// `GET /settings/pretargeting/comparisons`: newest first. Those that are due are completed before they are shown.
pub(super) async fn list(
    State(app): State<App>,
    listed: Result<Query<Listed>, QueryRejection>,
) -> Result<Json<Vec<Shown>>, ApiError> {
    let Query(Listed { billing_id, status, limit, account }) = listed?;
    let limit = limited(limit, 200)?;
    let known = |status: &String| ComparisonStatus::from_code(status);
    let wrong = || ApiError::unprocessable("status: write in_progress or completed");
    let status = status.as_ref().map(|status| known(status).ok_or_else(wrong)).transpose()?;
    let account = app.account(account).await?;
    let found = blocking(move || {
        if let Err(error) = changes::finish_due(&desk(&app, account, None), &app.engine) {
            // The list is there all the same.
            tracing::warn!("comparisons that are due were not completed: {error}");
        }
        app.store.db.read(|tx| {
            of_config(tx, account, billing_id.as_deref(), |config_id| {
                comparisons::list(tx, account, ComparisonFilter { config_id, status }, limit)
            })
        })
    });
    Ok(Json(found.await??.into_iter().map(Shown::from).collect()))
}

/// How many days after; as many as it began with, else as many as before, where it is not said.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wish {
    days: Option<u16>,
}

/// `POST /settings/pretargeting/comparison/{id}/complete`
pub(super) async fn complete(
    State(app): State<App>,
    Path(id): Path<String>,
    of: Result<Query<Of>, QueryRejection>,
    body: Bytes,
) -> Result<Json<Shown>, ApiError> {
    let account = of?.0.account(&app).await?;
    let (id, Wish { days }) = (number(&id)?, optional(&body)?);
    let done =
        blocking(move || changes::finish_comparison(&desk(&app, account, None), &app.engine, id, days)).await??;
    Ok(Json(done.into()))
}
