//! Endpoints, pretargeting configs, and the change workflow.

use axum::Router;

use crate::server::state::App;

/// `/settings/…`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
}
