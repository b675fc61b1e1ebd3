//! Recommendations: listed, summed up, accepted, closed.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Window, with_analyst};
use crate::advice::{self, Accepted, AdviceError, Analyst, Shown, Standing};
use crate::changes::Desk;
use crate::entities::EntityError;
use crate::entities::history::Author;
use crate::entities::recommendations::{self, AdviceKind, AdviceSeverity, Recommendation, RecommendationStatus};
use crate::model::Day;
use crate::query::Days;
use crate::server::error::ApiError;
use crate::server::state::App;

/// Which recommendations.
#[derive(Debug, Deserialize)]
pub(super) struct Listed {
    /// This severity and above.
    min_severity: Option<String>,
    /// Only this type.
    type_filter: Option<String>,
    days: Option<u16>,
    until: Option<Day>,
    account: Option<String>,
}

fn severity(text: Option<&str>) -> Result<AdviceSeverity, ApiError> {
    let Some(text) = text else { return Ok(AdviceSeverity::Low) };
    AdviceSeverity::from_code(text)
        .ok_or_else(|| ApiError::unprocessable(format!("min_severity: write one of {}", AdviceSeverity::choices())))
}

fn kind(name: &str, text: &str) -> Result<AdviceKind, ApiError> {
    AdviceKind::from_code(text)
        .ok_or_else(|| ApiError::unprocessable(format!("{name}: write one of {}", AdviceKind::choices())))
}

/// `GET /recommendations`: what holds now and nobody closed, the most wasteful first.
pub(super) async fn list(
    State(app): State<App>,
    listed: Result<Query<Listed>, QueryRejection>,
) -> Result<Json<Vec<Shown>>, ApiError> {
    let Query(Listed { min_severity, type_filter, days, until, account }) = listed?;
    let least = severity(min_severity.as_deref())?;
    let kind =
        type_filter.as_deref().filter(|text| !text.is_empty()).map(|text| kind("type_filter", text)).transpose()?;
    let window = Window { days: days.unwrap_or(7), until, account };
    let standing = standing(&app, window).await?;
    Ok(Json(shown(standing, |one| one.advice.severity >= least && kind.is_none_or(|kind| one.advice.kind == kind))))
}

/// `GET /recommendations/by-type/{type}`
pub(super) async fn by_type(
    State(app): State<App>,
    Path(asked): Path<String>,
    window: Result<Query<Window>, QueryRejection>,
) -> Result<Json<Vec<Shown>>, ApiError> {
    let (Query(window), kind) = (window?, kind("type", &asked)?);
    let standing = standing(&app, window).await?;
    Ok(Json(shown(standing, |one| one.advice.kind == kind)))
}

async fn standing(app: &App, window: Window) -> Result<Standing, ApiError> {
    let (account, days) = window.read(app).await?;
    with_analyst(app, account, move |_, analyst| analyst.refresh(days)).await
}

fn shown(standing: Standing, fits: impl Fn(&Recommendation) -> bool) -> Vec<Shown> {
    let listed = standing.recommendations.into_iter().filter(Recommendation::is_listed);
    listed.filter(|one| fits(one)).map(Shown::from).collect()
}

/// How many there are of each severity.
#[derive(Debug, Default, Serialize)]
struct Counts {
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
}

/// Waste and number of recommendations. `total_waste_rate` is a fraction, as the dashboard has it.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    analysis_period_days: i32,
    total_queries: i64,
    total_impressions: i64,
    total_waste_queries: i64,
    total_waste_rate: f64,
    total_wasted_qps: f64,
    total_spend_usd: f64,
    recommendation_count: Counts,
    total_recommendations: usize,
    generated_at: DateTime<Utc>,
    /// Beside the contract: days of the window that have data, and the newest day that has any.
    days_with_data: i64,
    newest_day: Option<Day>,
    currency: Option<String>,
}

/// `GET /recommendations/summary`
pub(super) async fn summary(
    State(app): State<App>,
    window: Result<Query<Window>, QueryRejection>,
) -> Result<Json<Summary>, ApiError> {
    let standing = standing(&app, window?.0).await?;
    let mut counts = Counts::default();
    for one in standing.listed() {
        *match one.advice.severity {
            AdviceSeverity::Critical => &mut counts.critical,
            AdviceSeverity::High => &mut counts.high,
            AdviceSeverity::Medium => &mut counts.medium,
            AdviceSeverity::Low => &mut counts.low,
        } += 1;
    }
    let totals = &standing.totals;
    let (queries, wasted) = (totals.reached_queries.unwrap_or(0), totals.wasted_queries());
    let rate = if queries > 0 { wasted as f64 / queries as f64 } else { 0.0 };
    Ok(Json(Summary {
        analysis_period_days: standing.days.count(),
        total_queries: queries,
        total_impressions: totals.impressions,
        total_waste_queries: wasted,
        total_waste_rate: rate,
        // Of the days that have data, as the recommendations themselves.
        total_wasted_qps: wasted as f64 / (86_400.0 * totals.days.max(1) as f64),
        total_spend_usd: totals.spend_micros as f64 / 1e6,
        recommendation_count: counts,
        total_recommendations: standing.listed().count(),
        generated_at: standing.ran_at,
        days_with_data: totals.days,
        newest_day: totals.newest_day,
        currency: totals.currency.clone(),
    }))
}

/// `GET /recommendations/{id}`: also one that is closed or ended.
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    window: Result<Query<Window>, QueryRejection>,
) -> Result<Json<Shown>, ApiError> {
    let (account, days) = window?.0.read(&app).await?;
    let found = with_analyst(&app, account, move |_, analyst| {
        known(analyst, days, &id)?;
        Ok(analyst.db.read(|tx| recommendations::get(tx, account, &id))?)
    });
    Ok(Json(found.await?.into()))
}

/// Makes advice where that id is not kept: it may be of what was imported since.
fn known(analyst: &Analyst<'_>, days: Days, id: &str) -> Result<(), AdviceError> {
    match analyst.db.read(|tx| recommendations::get(tx, analyst.account, id).map(drop)) {
        Err(EntityError::Unknown { .. }) => analyst.refresh(days).map(drop),
        other => Ok(other?),
    }
}

/// Why, and whose.
#[derive(Debug, Deserialize)]
pub(super) struct Why {
    /// In the words of who closes it.
    notes: Option<String>,
    days: Option<u16>,
    until: Option<Day>,
    account: Option<String>,
}

async fn set(app: &App, id: String, why: Why, status: RecommendationStatus) -> Result<Json<Value>, ApiError> {
    let Why { notes, days, until, account } = why;
    let (account, days) = Window { days: days.unwrap_or(7), until, account }.read(app).await?;
    let asked = id.clone();
    with_analyst(app, account, move |_, analyst| {
        known(analyst, days, &id)?;
        let set = |tx: &rusqlite::Transaction<'_>| {
            recommendations::set_status(tx, account, &id, status, Some("http"), notes.as_deref(), Utc::now())
        };
        Ok(analyst.db.write(set).map(drop)?)
    })
    .await?;
    Ok(Json(json!({"status": status, "id": asked})))
}

/// `POST /recommendations/{id}/resolve`: it leaves the list until the evidence is new.
pub(super) async fn resolve(
    State(app): State<App>,
    Path(id): Path<String>,
    why: Result<Query<Why>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    set(&app, id, why?.0, RecommendationStatus::Resolved).await
}

/// `POST /recommendations/{id}/dismiss`: likewise, and nobody wants it.
pub(super) async fn dismiss(
    State(app): State<App>,
    Path(id): Path<String>,
    why: Result<Query<Why>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    set(&app, id, why?.0, RecommendationStatus::Dismissed).await
}

/// `POST /recommendations/{id}/acknowledge`: somebody saw it; it stays on the list, or comes back to it.
pub(super) async fn acknowledge(
    State(app): State<App>,
    Path(id): Path<String>,
    why: Result<Query<Why>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    set(&app, id, why?.0, RecommendationStatus::Acknowledged).await
}

/// How it is accepted; the body may be left out.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wish {
    /// Only in this config (billing id or config id).
    config: Option<String>,
    /// Why.
    reason: Option<String>,
}

/// `POST /recommendations/{id}/accept`: stages the changes that follow, and says what a person has to do where none can.
pub(super) async fn accept(
    State(app): State<App>,
    Path(id): Path<String>,
    window: Result<Query<Window>, QueryRejection>,
    body: Bytes,
) -> Result<Json<Accepted>, ApiError> {
    let (account, days) = window?.0.read(&app).await?;
    let wish: Wish = match body.is_empty() {
        true => Wish::default(),
        false => serde_json::from_slice(&body)
            .map_err(|error| ApiError::bad_request("invalid_body", format!("the body: {error}")))?,
    };
    let accepted = with_analyst(&app, account, move |_, analyst| {
        known(analyst, days, &id)?;
        let by = Author { name: Some("http"), reason: wish.reason.as_deref() };
        let desk = Desk { db: analyst.db, account, by, now: analyst.now };
        advice::accept(&desk, &id, wish.config.as_deref())
    });
    Ok(Json(accepted.await?))
}
