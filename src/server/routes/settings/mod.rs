//! Endpoints, pretargeting configs, and the change workflow.

mod lists;

use axum::Router;
use axum::routing::{get, post};

use crate::server::state::App;

/// `/settings/…`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
        .route("/settings/endpoints", get(lists::endpoints))
        .route("/settings/pretargeting", get(lists::configs))
        .route("/settings/pretargeting/{billing_id}/name", post(lists::rename))
}
