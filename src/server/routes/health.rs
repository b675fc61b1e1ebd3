//! Is the server alive, and is there something to show?

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, header};
use serde::Serialize;

use crate::server::state::App;

/// The answer that the dashboard asks for before every page.
#[derive(Debug, Serialize)]
pub(crate) struct Health {
    status: &'static str,
    version: &'static str,
    /// True: a store that is fed by reports alone needs no credentials, and the dashboard shows its pages only then.
    configured: bool,
    has_credentials: bool,
    database_exists: bool,
}

/// `GET /api/health` and `GET /health`, which a page of any origin may read.
pub(crate) async fn show(State(app): State<App>) -> ([(HeaderName, &'static str); 2], Json<Health>) {
    let health = Health {
        status: "healthy",
        version: env!("CARGO_PKG_VERSION"),
        configured: true,
        has_credentials: true,
        database_exists: app.store.dir.is_initialised(),
    };
    ([(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (header::CACHE_CONTROL, "no-store")], Json(health))
}
