//! Endpoints, pretargeting configs, and the change workflow.

mod comparisons;
mod desk;
mod detail;
mod history;
mod lists;
mod pending_changes;
mod snapshots;

use axum::Router;
use axum::routing::{delete, get, post};

use crate::server::state::App;

/// `/settings/…`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
        .route("/settings/endpoints", get(lists::endpoints))
        .route("/settings/pretargeting", get(lists::configs))
        .route("/settings/pretargeting/{billing_id}/name", post(lists::rename))
        .route("/settings/pretargeting/{billing_id}/detail", get(detail::detail))
        .route("/settings/pretargeting/{billing_id}/plan", get(detail::plan))
        .route("/settings/pretargeting/{billing_id}/apply", post(detail::apply))
        .route("/settings/pretargeting/history", get(history::list))
        .route("/settings/pretargeting/pending-change", post(pending_changes::stage))
        .route("/settings/pretargeting/pending-changes", get(pending_changes::list))
        .route("/settings/pretargeting/pending-change/{id}", delete(pending_changes::cancel))
        .route("/settings/pretargeting/pending-change/{id}/mark-applied", post(pending_changes::mark_applied))
        .route("/settings/pretargeting/snapshot", post(snapshots::take))
        .route("/settings/pretargeting/snapshots", get(snapshots::list))
        .route("/settings/pretargeting/snapshots/{id}/rollback", post(snapshots::roll_back))
        .route("/settings/pretargeting/comparison", post(comparisons::begin))
        .route("/settings/pretargeting/comparison/{id}/complete", post(comparisons::complete))
        .route("/settings/pretargeting/comparisons", get(comparisons::list))
}
