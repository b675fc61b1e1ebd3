//! Changes that wait to be applied: staged, listed, cancelled, marked as applied by hand.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::desk::{Of, desk, limited, number, of_config};
use crate::changes::{self, Finding, Wish};
use crate::entities::changes::ChangeType;
use crate::entities::changes::pending::{self, ChangeStatus, PendingChange, PendingFilter};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// A change in the keys that the dashboard reads.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    id: i64,
    billing_id: String,
    config_id: String,
    change_type: ChangeType,
    field_name: String,
    value: String,
    reason: Option<String>,
    estimated_qps_impact: Option<f64>,
    created_at: DateTime<Utc>,
    created_by: Option<String>,
    status: ChangeStatus,
}

impl From<PendingChange> for Shown {
    fn from(change: PendingChange) -> Self {
        Self {
            id: change.change_id,
            billing_id: change.billing_id.unwrap_or_else(|| change.config_id.clone()),
            config_id: change.config_id,
            change_type: change.change_type,
            field_name: change.field_name,
            value: change.value,
            reason: change.reason,
            estimated_qps_impact: change.estimated_qps_impact,
            created_at: change.created_at,
            created_by: change.created_by,
            status: change.status,
        }
    }
}

/// Whether the dashboard knows the type: those of publishers, apps and QPS came after it.
pub(super) fn is_known(change: &PendingChange) -> bool {
    !matches!(
        change.change_type,
        ChangeType::AddPublisher
            | ChangeType::RemovePublisher
            | ChangeType::AddApp
            | ChangeType::RemoveApp
            | ChangeType::ChangeQps
    )
}

/// A change to stage.
#[derive(Debug, Deserialize)]
pub(super) struct New {
    billing_id: String,
    change_type: String,
    field_name: Option<String>,
    value: String,
    reason: Option<String>,
    estimated_qps_impact: Option<f64>,
}

/// A staged change, and what is to be said of it.
#[derive(Debug, Serialize)]
pub(super) struct Staged {
    #[serde(flatten)]
    change: Shown,
    findings: Vec<Finding>,
}

/// `POST /settings/pretargeting/pending-change`: one that is pending already is answered again.
pub(super) async fn stage(
    State(app): State<App>,
    of: Result<Query<Of>, QueryRejection>,
    body: Result<Json<New>, JsonRejection>,
) -> Result<Json<Staged>, ApiError> {
    let account = of?.0.account(&app).await?;
    let Json(new) = body?;
    blocking(move || {
        let wish = Wish {
            config: &new.billing_id,
            change_type: &new.change_type,
            field_name: new.field_name.as_deref(),
            value: &new.value,
            estimated_qps_impact: new.estimated_qps_impact,
        };
        let staged = changes::stage(&desk(&app, account, new.reason.as_deref()), &[wish])?;
        let staged = staged.into_iter().next().ok_or_else(|| ApiError::internal(&"nothing was staged"))?;
        Ok(Json(Staged { change: staged.change.into(), findings: staged.findings }))
    })
    .await?
}

/// Which changes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    /// Billing id or config id.
    billing_id: Option<String>,
    /// pending, applied or cancelled.
    #[serde(default = "pending")]
    status: String,
    /// 1 to 500.
    #[serde(default = "hundred")]
    limit: i64,
    /// Also those of types that came after the dashboard.
    #[serde(default)]
    all_types: bool,
    /// Account by name or number; the first one where absent.
    account: Option<String>,
}

fn pending() -> String {
    ChangeStatus::Pending.code().to_owned()
}

fn hundred() -> i64 {
    100
}

/// `GET /settings/pretargeting/pending-changes`: newest first.
pub(super) async fn list(
    State(app): State<App>,
    listed: Result<Query<Listed>, QueryRejection>,
) -> Result<Json<Vec<Shown>>, ApiError> {
    let Query(Listed { billing_id, status, limit, all_types, account }) = listed?;
    let limit = limited(limit, 500)?;
    let status = ChangeStatus::from_code(&status)
        .ok_or_else(|| ApiError::unprocessable("status: write pending, applied or cancelled"))?;
    let account = app.account(account).await?;
    let found = blocking(move || {
        app.store.db.read(|tx| {
            of_config(tx, account, billing_id.as_deref(), |config_id| {
                pending::list(tx, account, PendingFilter { config_id, status: Some(status) }, usize::MAX)
            })
        })
    });
    let shown = found.await??.into_iter().filter(|change| all_types || is_known(change));
    Ok(Json(shown.take(limit).map(Shown::from).collect()))
}

/// `DELETE /settings/pretargeting/pending-change/{id}`
pub(super) async fn cancel(
    State(app): State<App>,
    Path(id): Path<String>,
    of: Result<Query<Of>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let account = of?.0.account(&app).await?;
    let id = number(&id)?;
    let change = blocking(move || changes::cancel(&desk(&app, account, None), id)).await??;
    Ok(Json(json!({ "status": change.status, "id": change.change_id })))
}

/// `POST /settings/pretargeting/pending-change/{id}/mark-applied`
pub(super) async fn mark_applied(
    State(app): State<App>,
    Path(id): Path<String>,
    of: Result<Query<Of>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let account = of?.0.account(&app).await?;
    let id = number(&id)?;
    let change = blocking(move || changes::mark_applied(&desk(&app, account, None), id)).await??;
    Ok(Json(json!({ "status": change.status, "id": change.change_id })))
}
