//! Config performance at its older address, and the window of days that a call is about.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::Utc;

use crate::analytics::MOST_DAYS;
use crate::model::Day;
use crate::query::Days;
use crate::server::error::ApiError;
use crate::server::routes::reports::asked_of;
use crate::server::state::App;

/// `GET /api/analytics/configs`: the same as `GET /api/reports/configs`.
pub(crate) async fn configs(
    State(app): State<App>,
    asked: Result<Query<Vec<(String, String)>>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(asked) = asked?;
    asked_of(&app, "configs", asked, &headers).await
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
