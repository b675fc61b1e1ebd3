//! What to do about waste: recommendations, the proposal of configs, the include-list, the evaluation.
//!
//! A GET makes advice anew, and keeps it, where what is kept is of another window or out of date; so it shows what holds
//! now, and what was imported a moment ago is in it.

mod evaluation;
mod proposals;
mod recommendations;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use chrono::Utc;
use serde::Deserialize;

use super::analytics::window_of;
use crate::advice::{AdviceError, Analyst};
use crate::model::{AccountId, Day};
use crate::query::Days;
use crate::server::error::ApiError;
use crate::server::state::{App, Shared, blocking};

/// The calls about advice.
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
        .route("/recommendations", get(recommendations::list))
        .route("/recommendations/summary", get(recommendations::summary))
        .route("/recommendations/by-type/{type}", get(recommendations::by_type))
        .route("/recommendations/{id}", get(recommendations::show))
        .route("/recommendations/{id}/resolve", post(recommendations::resolve))
        .route("/recommendations/{id}/dismiss", post(recommendations::dismiss))
        .route("/recommendations/{id}/acknowledge", post(recommendations::acknowledge))
        .route("/recommendations/{id}/accept", post(recommendations::accept))
        .route("/analytics/pretargeting-recommendations", get(proposals::configs))
        .route("/analytics/geo-pretargeting-config", get(proposals::countries))
        .route("/qps/include-list", get(proposals::include_list))
        // The path of the contract carries the prefix itself.
        .route("/api/evaluation", get(evaluation::show))
}

/// The evaluation where a proxy took the prefix away.
pub(in crate::server) fn without_prefix() -> Router<App> {
    Router::new().route("/evaluation", get(evaluation::show))
}

/// Whose advice, and over which days.
#[derive(Debug, Deserialize)]
pub(super) struct Window {
    /// 1 to 90.
    #[serde(default = "week")]
    days: u16,
    /// The last of them; yesterday (UTC) where absent.
    until: Option<Day>,
    /// Account by name or number; the first one where absent.
    account: Option<String>,
}

fn week() -> u16 {
    7
}

impl Window {
    /// The account and the days.
    async fn read(self, app: &App) -> Result<(AccountId, Days), ApiError> {
        if !(1..=90).contains(&self.days) {
            return Err(ApiError::unprocessable("days: write a number from 1 to 90"));
        }
        let days = window_of(self.days, self.until)?;
        Ok((app.account(self.account).await?, days))
    }
}

/// Does what needs the facts, on a thread that may wait.
async fn with_analyst<T: Send + 'static>(
    app: &App,
    account: AccountId,
    work: impl FnOnce(&Shared, &Analyst<'_>) -> Result<T, AdviceError> + Send + 'static,
) -> Result<T, ApiError> {
    let app = app.clone();
    let done = blocking(move || {
        let limits = app.store.limits();
        let (db, thresholds) = (&app.store.db, &app.store.config.thresholds);
        let analyst = Analyst { db, engine: &app.engine, account, thresholds, limits: &limits, now: Utc::now() };
        work(&app, &analyst)
    });
    Ok(done.await??)
}

impl From<AdviceError> for ApiError {
    fn from(error: AdviceError) -> Self {
        match error {
            AdviceError::Entity(error) => error.into(),
            AdviceError::Facts(error) => error.into(),
            AdviceError::Change(error) => error.into(),
            AdviceError::Closed { .. } => Self::new(StatusCode::CONFLICT, "closed", error.to_string()),
            other => Self::internal(&other),
        }
    }
}
