//! Service accounts: what Google is asked with.

use axum::Router;

use crate::server::state::App;

/// `/config/…`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
}
