//! Thumbnails of creatives.

use axum::Router;

use crate::server::state::App;

/// `/thumbnails/…`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
}
