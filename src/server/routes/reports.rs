//! The named questions: what there is, and one of them answered.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use chrono::Utc;

use super::sql::{accepted, streamed};
use crate::analytics::{self, Ask, NamedQuestion};
use crate::lake::At;
use crate::query::format::{Envelope, Format};
use crate::server::error::ApiError;
use crate::server::state::App;

/// Everything that `catscan report` does.
pub(in crate::server) fn routes() -> Router<App> {
    Router::new().route("/api/reports", get(list)).route("/api/reports/{name}", get(answer))
}

/// `GET /api/reports`: every question with its header.
async fn list() -> Json<&'static [NamedQuestion]> {
    Json(analytics::questions())
}

/// `GET /api/reports/{name}`: the answer in the format that `format` or else `Accept` names.
async fn answer(
    State(app): State<App>,
    Path(name): Path<String>,
    asked: Result<Query<Vec<(String, String)>>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(asked) = asked?;
    asked_of(&app, &name, asked, &headers).await
}

/// The parameters that every question has: `days`, `until`, `account`, `at`, `format`; all others are the question's own.
pub(super) async fn asked_of(
    app: &App,
    name: &str,
    asked: Vec<(String, String)>,
    headers: &HeaderMap,
) -> Result<Response, ApiError> {
    let question = analytics::question(name)?;
    let wrong = |name: &str, what: &str| ApiError::unprocessable(format!("{name}: {what}"));
    let (mut days, mut until, mut account) = (None, None, None);
    let (mut at, mut format, mut params) = (At::Latest, accepted(headers), Vec::new());
    for (name, value) in asked {
        match name.as_str() {
            "days" => days = Some(value.parse().map_err(|_| wrong(&name, "write a number from 1 to 3660"))?),
            "until" => until = Some(value.parse().map_err(|_| wrong(&name, "write a day like 2026-11-20"))?),
            "account" => account = Some(value),
            "at" => at = value.parse().map_err(|error: crate::lake::LakeError| wrong(&name, &error.to_string()))?,
            "format" => {
                let unknown = |error: crate::query::QueryError| wrong(&name, &error.to_string());
                format = value.parse::<Format>().map_err(unknown)?;
            }
            _ => params.push((name, value)),
        }
    }
    let days = days.or(question.usual_days(&app.store.config.thresholds));
    let days = question.window(days, until, Utc::now().date_naive().into())?;
    let accounts = app.accounts(account).await?;
    let ask = Ask { at, days, params, limits: app.store.limits(), ..Ask::new(accounts) };
    let report = analytics::report(&app.engine, question.name, ask).await?;
    let envelope = Envelope { entries: report.entries() };
    streamed(report.answer, format, envelope)
}
