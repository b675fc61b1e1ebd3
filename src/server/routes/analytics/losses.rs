//! Bids that Google filtered, and impressions that nobody saw.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::asked::{Asked, Asking, Facts};
use crate::server::error::ApiError;
use crate::server::state::App;

const WEEK: u16 = 7;
const MOST_DAYS: u16 = 30;
/// Reasons, and publishers, of an answer.
const REASONS: i64 = 20;
const PUBLISHERS: i64 = 30;

/// Why bids were filtered, of bid_filtering reports. What is filtered comes into no auction.
#[derive(Debug, Serialize)]
pub(super) struct Reason {
    reason: String,
    countries_affected: i64,
    bids_filtered: i64,
    bids_in_auction: i64,
    opportunity_cost_usd: f64,
}

/// A row of the question `dashboard_filtering`.
#[derive(Debug, Deserialize)]
pub(in crate::server::routes) struct ReasonRow {
    pub(in crate::server::routes) reason: String,
    countries: i64,
    pub(in crate::server::routes) bids: Option<i64>,
    opportunity_cost: Option<f64>,
    pub(in crate::server::routes) share_pct: Option<f64>,
}

/// The reasons with the most bids.
pub(in crate::server::routes) fn reason_rows(facts: &Facts, limit: i64) -> Result<Vec<ReasonRow>, ApiError> {
    facts.rows("dashboard_filtering", [facts.currency(), ("limit", limit.to_string())])
}

pub(super) fn reasons(facts: &Facts) -> Result<Vec<Reason>, ApiError> {
    let reason = |row: ReasonRow| Reason {
        reason: row.reason,
        countries_affected: row.countries,
        bids_filtered: row.bids.unwrap_or(0),
        bids_in_auction: 0,
        opportunity_cost_usd: row.opportunity_cost.unwrap_or(0.0),
    };
    Ok(reason_rows(facts, REASONS)?.into_iter().map(reason).collect())
}

/// `GET /analytics/bid-filtering`
pub(super) async fn bid_filtering(State(app): State<App>, asked: Asking) -> Result<Json<Value>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(WEEK, MOST_DAYS)?;
    let found = Facts::ask(app, &asked, Some(days), reasons).await?;
    Ok(Json(json!({"period_days": days.count(), "count": found.len(), "filtering_reasons": found})))
}

/// A publisher whose impressions are seen too seldom, of quality reports.
#[derive(Debug, Serialize)]
pub(super) struct Unseen {
    pub(super) publisher_id: String,
    pub(super) publisher_name: String,
    measurable_impressions: i64,
    viewable_impressions: i64,
    spend_usd: f64,
    pub(super) viewability_pct: f64,
    pub(super) wasted_spend_estimate_usd: f64,
}

/// A row of the question `dashboard_viewability`.
#[derive(Debug, Deserialize)]
struct UnseenRow {
    publisher_id: String,
    publisher_name: String,
    active_view_measurable: Option<i64>,
    active_view_viewable: Option<i64>,
    spend: Option<f64>,
    viewability_pct: f64,
    unseen_spend: Option<f64>,
}

/// Publishers below that viewability, the most spend first.
pub(super) fn unseen(facts: &Facts, below: f64) -> Result<Vec<Unseen>, ApiError> {
    let params = [facts.currency(), ("below", below.to_string()), ("limit", PUBLISHERS.to_string())];
    let unseen = |row: UnseenRow| Unseen {
        publisher_id: row.publisher_id,
        publisher_name: row.publisher_name,
        measurable_impressions: row.active_view_measurable.unwrap_or(0),
        viewable_impressions: row.active_view_viewable.unwrap_or(0),
        spend_usd: row.spend.unwrap_or(0.0),
        viewability_pct: row.viewability_pct,
        wasted_spend_estimate_usd: row.unseen_spend.unwrap_or(0.0),
    };
    Ok(facts.rows("dashboard_viewability", params)?.into_iter().map(unseen).collect())
}

/// `GET /analytics/viewability-waste`
pub(super) async fn viewability_waste(State(app): State<App>, asked: Asking) -> Result<Json<Value>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(WEEK, MOST_DAYS)?;
    let usual = app.store.config.thresholds.viewability_low_pct;
    let below = threshold(&asked, usual)?;
    let found = Facts::ask(app, &asked, Some(days), move |facts| unseen(facts, below)).await?;
    Ok(Json(json!({
        "period_days": days.count(),
        "viewability_threshold_pct": below,
        "count": found.len(),
        "viewability_issues": found,
    })))
}

/// A percentage from 0 to 100.
fn threshold(asked: &Asked, usual: f64) -> Result<f64, ApiError> {
    match asked.threshold_pct.unwrap_or(usual) {
        pct if (0.0..=100.0).contains(&pct) => Ok(pct),
        _ => Err(ApiError::unprocessable("threshold_pct: write a number from 0 to 100")),
    }
}
