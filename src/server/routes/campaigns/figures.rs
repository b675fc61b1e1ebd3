//! What a campaign reached, won and cost.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::shown::{Performance, existing, period, units, with_facts};
use super::{Of, number};
use crate::campaigns::performance::DayFigures;
use crate::model::Day;
use crate::server::error::ApiError;
use crate::server::routes::analytics::window_of;
use crate::server::state::{App, blocking};

/// Over which days.
#[derive(Debug, Deserialize)]
pub(super) struct Over {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
    period: Option<String>,
}

/// What a campaign won and cost, and beside the contract where most of it.
#[derive(Debug, Serialize)]
pub(super) struct Whole {
    #[serde(flatten)]
    performance: Performance,
    top_country: Option<String>,
    top_device: Option<String>,
}

/// `GET /campaigns/{id}/performance`
pub(super) async fn performance(
    State(app): State<App>,
    Path(id): Path<String>,
    over: Result<Query<Over>, QueryRejection>,
) -> Result<Json<Whole>, ApiError> {
    let (Query(over), id) = (over?, number(&id)?);
    let account = app.account(over.account).await?;
    let days = period(over.period.as_deref());
    blocking(move || {
        existing(&app, account, id)?;
        with_facts(&app, account, |facts| {
            let (days, of) = (Some(days), Some(id));
            let country = facts.countries(days, of)?.remove(&id).and_then(|found| found.into_iter().next());
            let device = facts.devices(days, of)?.remove(&id).and_then(|found| found.into_iter().next());
            Ok(Json(Whole {
                performance: facts.totals(days, of)?.remove(&id).unwrap_or_default().into(),
                top_country: country.map(|country| country.country),
                top_device: device.map(|device| device.device),
            }))
        })
    })
    .await?
}

/// Over how many days.
#[derive(Debug, Deserialize)]
pub(super) struct Daily {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
    #[serde(default = "thirty")]
    days: u16,
}

fn thirty() -> u16 {
    30
}

/// One day.
#[derive(Debug, Serialize)]
struct TrendRow {
    date: Day,
    impressions: i64,
    clicks: i64,
    spend: f64,
    /// Beside the contract.
    queries: i64,
    spend_micros: i64,
}

impl From<DayFigures> for TrendRow {
    fn from(day: DayFigures) -> Self {
        let spend = day.figures.spend_micros.unwrap_or_default();
        Self {
            date: day.date,
            impressions: day.figures.impressions.unwrap_or(0),
            clicks: day.figures.clicks.unwrap_or(0),
            spend: units(spend),
            queries: day.figures.reached_queries.unwrap_or(0),
            spend_micros: spend.0,
        }
    }
}

/// `GET /campaigns/{id}/performance/daily`: days that have facts, the oldest first.
pub(super) async fn daily(
    State(app): State<App>,
    Path(id): Path<String>,
    daily: Result<Query<Daily>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let (Query(Daily { account, days }), id) = (daily?, number(&id)?);
    let (account, days) = (app.account(account).await?, window_of(days, None)?);
    blocking(move || {
        existing(&app, account, id)?;
        let days = with_facts(&app, account, |facts| Ok(facts.days(Some(days), id)?))?;
        let trend: Vec<TrendRow> = days.into_iter().map(TrendRow::from).collect();
        Ok(Json(json!({"trend": trend})))
    })
    .await?
}

/// Whose figures.
#[derive(Debug, Deserialize)]
pub(super) struct OfSeat {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
    #[expect(dead_code, reason = "only that it is a number is checked: no figures of any seat are kept")]
    seat_id: Option<i64>,
}

/// `POST /campaigns/refresh-summaries`: there are none to refresh, and the counts say so.
pub(super) async fn refresh_all(
    State(app): State<App>,
    of: Result<Query<OfSeat>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    app.account(of?.0.account).await?;
    Ok(Json(json!({"status": "refreshed", "campaigns_updated": 0, "dates_processed": 0, "message": NOTHING_KEPT})))
}

/// `POST /performance/campaign/{id}/refresh-cache`: there is none to refresh.
pub(super) async fn refresh_one(
    State(app): State<App>,
    Path(id): Path<String>,
    of: Result<Query<Of>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let (Query(of), id) = (of?, number(&id)?);
    let account = of.account(&app).await?;
    blocking(move || existing(&app, account, id)).await??;
    Ok(Json(json!({"status": "completed", "campaign_id": id.to_string(), "message": NOTHING_KEPT})))
}

const NOTHING_KEPT: &str = "nothing is cached: figures are computed from the facts at each call";
