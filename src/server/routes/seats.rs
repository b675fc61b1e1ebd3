//! Buyer seats.

use axum::Router;

use crate::server::state::App;

/// `/seats…`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
}
