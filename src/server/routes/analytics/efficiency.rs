//! Where bid requests, bids and money come to nothing: by publisher, platform, hour, filtering reason, visibility.
//!
//! Each list is of one kind of report; spend beside requests is of performance reports and added up before it is joined. What a
//! missing report would say is 0, as the contract wants numbers.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::asked::{Asking, Facts};
use crate::server::error::ApiError;
use crate::server::state::App;

const WEEK: u16 = 7;
const MOST_DAYS: u16 = 30;

/// A publisher, of funnel_publisher reports: `waste_pct` is of requests that were not won, `win_rate_pct` of bids that were.
#[derive(Debug, Serialize)]
pub(super) struct Publisher {
    pub(super) publisher_id: String,
    pub(super) publisher_name: String,
    pub(super) bid_requests: i64,
    bids: i64,
    auctions_won: i64,
    impressions: i64,
    pub(super) spend_usd: f64,
    pub(super) waste_pct: f64,
    win_rate_pct: f64,
}

/// A row of the question `dashboard_publishers`.
#[derive(Debug, Deserialize)]
struct PublisherRow {
    publisher_id: String,
    publisher_name: String,
    bid_requests: Option<i64>,
    bids: Option<i64>,
    auctions_won: Option<i64>,
    impressions: Option<i64>,
    spend: Option<f64>,
    waste_pct: Option<f64>,
    won_pct: Option<f64>,
}

impl From<PublisherRow> for Publisher {
    fn from(row: PublisherRow) -> Self {
        Self {
            publisher_id: row.publisher_id,
            publisher_name: row.publisher_name,
            bid_requests: row.bid_requests.unwrap_or(0),
            bids: row.bids.unwrap_or(0),
            auctions_won: row.auctions_won.unwrap_or(0),
            impressions: row.impressions.unwrap_or(0),
            spend_usd: row.spend.unwrap_or(0.0),
            waste_pct: row.waste_pct.unwrap_or(0.0),
            win_rate_pct: row.won_pct.unwrap_or(0.0),
        }
    }
}

/// The publishers with the most requests that were not won.
pub(super) fn publishers(facts: &Facts, limit: i64) -> Result<Vec<Publisher>, ApiError> {
    let params = [facts.currency(), ("limit", limit.to_string())];
    Ok(facts.rows::<PublisherRow>("dashboard_publishers", params)?.into_iter().map(Publisher::from).collect())
}

/// `GET /analytics/publisher-waste`
pub(super) async fn publisher_waste(State(app): State<App>, asked: Asking) -> Result<Json<Value>, ApiError> {
    let asked = asked?.0;
    let (days, limit) = (asked.window(WEEK, MOST_DAYS)?, asked.limit(50, 100)?);
    let found = Facts::ask(app, &asked, Some(days), move |facts| publishers(facts, limit)).await?;
    Ok(Json(json!({"period_days": days.count(), "count": found.len(), "publishers": found})))
}

/// Platforms, with the one that wins most and the one that wins least of what it reached.
#[derive(Debug, Serialize)]
pub(super) struct Platforms {
    platforms: Vec<Platform>,
    pub(super) best_platform: Option<String>,
    pub(super) worst_platform: Option<String>,
}

/// A platform. `win_rate_pct` is of reached queries, of performance reports: funnel reports name platforms only where they were
/// set up so, and requests, bids and auctions won are 0 where they do not.
#[derive(Debug, Serialize)]
struct Platform {
    platform: String,
    bid_requests: i64,
    bids: i64,
    auctions_won: i64,
    impressions: i64,
    spend_usd: f64,
    win_rate_pct: f64,
}

/// A row of the question `dashboard_platforms`.
#[derive(Debug, Deserialize)]
struct PlatformRow {
    platform: String,
    bid_requests: Option<i64>,
    bids: Option<i64>,
    auctions_won: Option<i64>,
    impressions: Option<i64>,
    spend: Option<f64>,
    win_rate_pct: Option<f64>,
}

pub(super) fn platforms(facts: &Facts) -> Result<Platforms, ApiError> {
    let rows: Vec<PlatformRow> = facts.rows("dashboard_platforms", [facts.currency()])?;
    let rated = rows.iter().filter_map(|row| Some((row.win_rate_pct?, &row.platform)));
    let mut rated: Vec<_> = rated.collect();
    rated.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let name = |rated: Option<&(f64, &String)>| rated.map(|(_, platform)| (*platform).clone());
    // One platform is neither better nor worse than others.
    let (best, worst) = if rated.len() > 1 { (rated.first(), rated.last()) } else { (None, None) };
    let (best_platform, worst_platform) = (name(best), name(worst));
    let platforms = rows.into_iter().map(|row| Platform {
        platform: row.platform,
        bid_requests: row.bid_requests.unwrap_or(0),
        bids: row.bids.unwrap_or(0),
        auctions_won: row.auctions_won.unwrap_or(0),
        impressions: row.impressions.unwrap_or(0),
        spend_usd: row.spend.unwrap_or(0.0),
        win_rate_pct: row.win_rate_pct.unwrap_or(0.0),
    });
    Ok(Platforms { platforms: platforms.collect(), best_platform, worst_platform })
}

/// `GET /analytics/platform-efficiency`
pub(super) async fn platform_efficiency(State(app): State<App>, asked: Asking) -> Result<Json<Value>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(WEEK, MOST_DAYS)?;
    let found = Facts::ask(app, &asked, Some(days), platforms).await?;
    Ok(Json(json!({
        "period_days": days.count(),
        "platforms": found.platforms,
        "best_platform": found.best_platform,
        "worst_platform": found.worst_platform,
    })))
}

/// An hour of the day, of funnel_geo reports: `bid_rate_pct` is of requests, `win_rate_pct` of bids that won.
#[derive(Debug, Serialize)]
pub(super) struct Hour {
    hour: i64,
    bid_requests: i64,
    bids: i64,
    auctions_won: i64,
    impressions: i64,
    bid_rate_pct: f64,
    win_rate_pct: f64,
}

/// A row of the question `dashboard_hours`.
#[derive(Debug, Deserialize)]
struct HourRow {
    hour: i64,
    bid_requests: Option<i64>,
    bids: Option<i64>,
    auctions_won: Option<i64>,
    impressions: Option<i64>,
    bid_rate_pct: Option<f64>,
    won_pct: Option<f64>,
}

/// The hours that the reports named.
pub(super) fn hours(facts: &Facts) -> Result<Vec<Hour>, ApiError> {
    let hour = |row: HourRow| Hour {
        hour: row.hour,
        bid_requests: row.bid_requests.unwrap_or(0),
        bids: row.bids.unwrap_or(0),
        auctions_won: row.auctions_won.unwrap_or(0),
        impressions: row.impressions.unwrap_or(0),
        bid_rate_pct: row.bid_rate_pct.unwrap_or(0.0),
        win_rate_pct: row.won_pct.unwrap_or(0.0),
    };
    Ok(facts.rows("dashboard_hours", [])?.into_iter().map(hour).collect())
}

/// `GET /analytics/hourly-patterns`
pub(super) async fn hourly_patterns(State(app): State<App>, asked: Asking) -> Result<Json<Value>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(WEEK, MOST_DAYS)?;
    let found = Facts::ask(app, &asked, Some(days), hours).await?;
    Ok(Json(json!({"period_days": days.count(), "hourly_patterns": found})))
}
