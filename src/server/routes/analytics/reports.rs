//! Named questions.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::Utc;
use serde::Deserialize;

use crate::analytics::{self, Ask};
use crate::model::Day;
use crate::query::Days;
use crate::query::format::Envelope;
use crate::server::error::ApiError;
use crate::server::routes::sql::{accepted, streamed};
use crate::server::state::App;

/// The window of a question and whose rows it is about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Window {
    /// Exactly this many days, 1 to 3660.
    #[serde(default = "week")]
    days: u16,
    /// The last of them; yesterday (UTC) where absent.
    until: Option<Day>,
    /// Account by name or number, or `all`; the first one where absent.
    account: Option<String>,
    /// An earlier state: a snapshot's number or a time.
    at: Option<String>,
}

fn week() -> u16 {
    7
}

/// Ten years, and a few days.
const MOST_DAYS: u16 = 3660;

/// `GET /api/analytics/configs`: config performance over a window of days, in the format that `Accept` names.
pub(crate) async fn configs(
    State(app): State<App>,
    window: Result<Query<Window>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(window) = window?;
    let days = window_of(window.days, window.until)?;
    let at = window.at.map(|at| at.parse()).transpose();
    let at = at.map_err(|error| ApiError::unprocessable(format!("at: {error}")))?.unwrap_or_default();
    let accounts = app.accounts(window.account).await?;
    let ask = Ask { at, limits: app.store.limits(), ..Ask::new(accounts) };
    let report = analytics::report(&app.engine, "configs", ask.over(days)).await?;
    let envelope = Envelope { entries: report.entries() };
    streamed(report.answer, accepted(&headers), envelope)
}

/// That many days, the last of which is `until`, or yesterday (UTC).
pub(in crate::server::routes) fn window_of(days: u16, until: Option<Day>) -> Result<Days, ApiError> {
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(ApiError::unprocessable(format!("days: write a number from 1 to {MOST_DAYS}")));
    }
    Ok(match until {
        Some(last) => Days::ending(last, days),
        None => Days::before(Utc::now().date_naive().into(), days),
    })
}
