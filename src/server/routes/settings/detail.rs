//! One config with its pending changes made, the requests that would make them, and making them.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::desk::{Of, desk, optional};
use super::pending_changes::{self, is_known};
use crate::changes::{self, Act, ChangeError, Finding, Plan, Selection, Targets};
use crate::entities::TextList;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// A config as it is, and as it is with its changes made. No list is ever null.
#[derive(Debug, Serialize)]
pub(super) struct Detail {
    config_id: String,
    billing_id: String,
    display_name: Option<String>,
    user_name: Option<String>,
    state: String,
    maximum_qps: Option<i64>,
    included_formats: Vec<String>,
    included_platforms: Vec<String>,
    included_sizes: Vec<String>,
    included_geos: Vec<String>,
    excluded_geos: Vec<String>,
    synced_at: Option<DateTime<Utc>>,
    /// Of the types that the dashboard knows, oldest first.
    pending_changes: Vec<pending_changes::Shown>,
    /// Of the others.
    other_pending_changes: Vec<pending_changes::Shown>,
    effective_sizes: Vec<String>,
    effective_geos: Vec<String>,
    effective_excluded_geos: Vec<String>,
    effective_formats: Vec<String>,
    effective_state: String,
    effective_maximum_qps: Option<i64>,
    effective_publishers: Targets,
    effective_apps: Targets,
    findings: Vec<Finding>,
}

/// `GET /settings/pretargeting/{billing_id}/detail`
pub(super) async fn detail(
    State(app): State<App>,
    Path(asked): Path<String>,
    of: Result<Query<Of>, QueryRejection>,
) -> Result<Json<Detail>, ApiError> {
    let account = of?.0.account(&app).await?;
    blocking(move || {
        let (staged, findings) = app.store.db.read(|tx| {
            let staged = changes::view(tx, account, &asked)?;
            let findings = changes::findings(tx, &staged)?;
            Ok::<_, ChangeError>((staged, findings))
        })?;
        let effective = staged.effective();
        let (known, others): (Vec<_>, Vec<_>) = staged.pending.into_iter().partition(is_known);
        let google = staged.config.google;
        let list = |list: Option<TextList>| list.unwrap_or_default().0;
        Ok(Json(Detail {
            config_id: google.config_id,
            billing_id: google.billing_id.unwrap_or(asked),
            display_name: google.display_name,
            user_name: staged.config.user_name,
            state: google.state,
            maximum_qps: google.maximum_qps,
            included_formats: list(google.included_formats),
            included_platforms: list(google.included_platforms),
            included_sizes: list(google.included_sizes),
            included_geos: list(google.included_geos),
            excluded_geos: list(google.excluded_geos),
            synced_at: staged.config.synced_at,
            pending_changes: known.into_iter().map(Into::into).collect(),
            other_pending_changes: others.into_iter().map(Into::into).collect(),
            effective_sizes: effective.sizes,
            effective_geos: effective.geos,
            effective_excluded_geos: effective.excluded_geos,
            effective_formats: effective.formats,
            effective_state: effective.state,
            effective_maximum_qps: effective.maximum_qps,
            effective_publishers: effective.publishers,
            effective_apps: effective.apps,
            findings,
        }))
    })
    .await?
}

/// `GET /settings/pretargeting/{billing_id}/plan`: the requests as they would be sent.
pub(super) async fn plan(
    State(app): State<App>,
    Path(asked): Path<String>,
    of: Result<Query<Of>, QueryRejection>,
) -> Result<Json<Plan>, ApiError> {
    let account = of?.0.account(&app).await?;
    let planned = blocking(move || app.store.db.read(|tx| changes::plan(tx, &changes::view(tx, account, &asked)?)));
    Ok(Json(planned.await??))
}

/// Why, and whether the rule check may be passed over.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wish {
    reason: Option<String>,
    #[serde(default)]
    force: bool,
}

/// `POST /settings/pretargeting/{billing_id}/apply`: sends the pending changes of one config.
pub(super) async fn apply(
    State(app): State<App>,
    Path(asked): Path<String>,
    of: Result<Query<Of>, QueryRejection>,
    body: Bytes,
) -> Result<Json<Act>, ApiError> {
    let account = of?.0.account(&app).await?;
    let Wish { reason, force } = optional(&body)?;
    blocking(move || {
        let google = app.store.google(account).map_err(ChangeError::Unasked)?;
        let (desk, windows) = (desk(&app, account, reason.as_deref()), app.store.comparison_windows());
        let selection = Selection::Configs(vec![asked]);
        Ok(Json(changes::apply(&desk, &app.engine, &*google, windows, &selection, force)?))
    })
    .await?
}
