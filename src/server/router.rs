//! The routes, and the layers around them.

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::{get, post};
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::error::ApiError;
use super::middleware::{identify, own_origin, read_on};
use super::routes::{
    analytics, campaigns, chunk_stream, chunks, creatives, credentials, figures, google_sync, health, import_days,
    imports, internal, job_events, jobs, lake, metrics, performance, reports, seats, settings, signals, sql, system,
    thumbnails, uploads,
};
use super::state::App;

/// Every route of the server. A request passes the layers from the last one written here to the first.
pub(super) fn router(app: App) -> Router {
    let settings = &app.store.config.server;
    let body_limit = settings.body_limit_kib as usize * 1024;
    let upload_limit = settings.upload_limit_mib as usize * 1024 * 1024;
    let chunk_limit = settings.chunk_limit_mib as usize * 1024 * 1024;
    let body_idle = Duration::from_secs(settings.body_idle_timeout_seconds.into());
    let dashboard = || {
        let body = DefaultBodyLimit::max(chunk_limit);
        Router::new()
            .merge(credentials::routes())
            .merge(seats::routes())
            .merge(google_sync::routes())
            .merge(settings::routes())
            .merge(creatives::routes())
            .merge(thumbnails::routes())
            .merge(system::routes())
            .merge(campaigns::routes())
            .merge(analytics::routes())
            .merge(signals::routes())
            .route("/performance/import", post(metrics::import).layer(body))
            .route("/performance/import/batch", post(chunks::batch).layer(body))
            .route("/performance/import/finalize", post(chunks::finalize))
            .route("/performance/import/stream", post(chunk_stream::import).layer(DefaultBodyLimit::disable()))
            .route("/uploads/history", get(uploads::history))
    };
    Router::new()
        // A proxy in front of us may take the prefix away.
        .merge(dashboard())
        .nest("/api", dashboard())
        .merge(reports::routes())
        .route("/health", get(health::show))
        .route("/api/health", get(health::show))
        .route("/metrics", get(figures::show))
        .route("/api/sql", post(sql::ask))
        .route("/api/analytics/configs", get(analytics::configs))
        .route("/api/performance/import-csv", post(performance::import_csv).layer(DefaultBodyLimit::max(upload_limit)))
        .route("/api/imports", get(imports::list))
        .route("/api/imports/grid", get(import_days::grid))
        .route("/api/imports/freshness", get(import_days::freshness))
        .route("/api/imports/{batch}", get(imports::show))
        .route("/api/imports/{batch}/undo", post(imports::undo))
        .route("/api/jobs", get(jobs::list))
        .route("/api/jobs/events", get(job_events::watch))
        .route("/api/jobs/{job}", get(jobs::show))
        .route("/api/lake", get(lake::status))
        .route("/api/lake/snapshots", get(lake::snapshots))
        .route("/internal/commands", post(internal::run))
        .fallback(async || ApiError::not_found("there is nothing at this address; /api/health is the way in"))
        .layer(DefaultBodyLimit::max(body_limit))
        .layer(RequestBodyTimeoutLayer::new(body_idle))
        .layer(from_fn(own_origin))
        .layer(from_fn(read_on))
        .layer(from_fn(identify))
        .with_state(app)
}
