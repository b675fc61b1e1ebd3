//! Creatives: lists and single ones, what is new, their figures, their campaign.

mod assign;
mod lists;
mod metrics;
mod new;
mod shape;

use axum::Router;
use axum::routing::{delete, get, post};

use crate::creatives::{Creatives, CreativesError};
use crate::server::error::ApiError;
use crate::server::state::App;

pub(in crate::server::routes) use shape::picture_address;

/// `/creatives…`, and the figures of creatives.
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
        .route("/creatives", get(lists::list))
        .route("/creatives/v2", get(lists::page))
        .route("/creatives/newly-uploaded", get(new::list))
        .route("/creatives/cluster", post(assign::put))
        .route("/creatives/{id}", get(lists::show).delete(lists::remove))
        .route("/creatives/{id}/campaign", delete(assign::take_out))
        .route("/performance/metrics/batch", post(metrics::batch))
}

/// The creatives of the store, asked as over HTTP.
pub(in crate::server::routes) fn creatives(app: &App) -> Creatives {
    app.store.creatives(app.engine.clone(), app.store.limits())
}

impl From<CreativesError> for ApiError {
    fn from(error: CreativesError) -> Self {
        match error {
            CreativesError::Entity(error) => error.into(),
            CreativesError::Facts(error) => error.into(),
            CreativesError::NoFfmpeg => {
                Self::new(axum::http::StatusCode::SERVICE_UNAVAILABLE, "no_ffmpeg", error.to_string())
            }
            other => Self::internal(&other),
        }
    }
}
