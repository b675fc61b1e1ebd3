//! Campaigns, also by the older prefix.

use axum::Router;

use crate::server::state::App;

/// `/campaigns…` and `/ai-campaigns…`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
}
