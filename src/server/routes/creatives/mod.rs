//! Creatives.

use axum::Router;

use crate::server::state::App;

/// `/creatives…` and `/sizes`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
}
