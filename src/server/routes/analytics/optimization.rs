//! `GET /analytics/qps-optimization`: where queries per second come to nothing, and what to do, in one answer.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::asked::{Asking, Facts};
use super::efficiency::{self, Hour, Platforms, Publisher};
use super::losses::{self, Reason, Unseen};
use super::sizes::{Advice, Part, Sizes};
use crate::server::error::ApiError;
use crate::server::state::App;

/// Publishers whose spend is counted as wasted, and of which blocking is recommended.
const WORST: usize = 10;
/// Publishers, sizes, countries of the lists.
const PUBLISHERS: i64 = 50;
const LIST: i64 = 30;

/// The answer.
#[derive(Debug, Serialize)]
pub(super) struct Optimization {
    generated_at: DateTime<Utc>,
    period_days: i32,
    summary: Summary,
    recommendations: Vec<Value>,
    publisher_waste: Vec<Publisher>,
    platform_efficiency: Platforms,
    hourly_patterns: Vec<Hour>,
    size_gaps: Vec<SizeGap>,
    pretargeting_efficiency: Vec<Pretargeting>,
    bid_filtering: Vec<Reason>,
    fraud_risk: Vec<InvalidTraffic>,
    viewability_issues: Vec<Unseen>,
}

/// Of funnel_geo reports; the waste in money is that of the worst publishers.
#[derive(Debug, Serialize)]
struct Summary {
    total_bid_requests: i64,
    total_auctions_won: i64,
    overall_efficiency_pct: f64,
    wasted_bid_requests: i64,
    estimated_waste_usd: f64,
}

/// A row of the question `dashboard_requests`.
#[derive(Debug, Default, Deserialize)]
struct RequestsRow {
    bid_requests: Option<i64>,
    auctions_won: Option<i64>,
    wasted_requests: Option<i64>,
    won_pct: Option<f64>,
}

/// A size and format of which less than half of what was reached was won.
#[derive(Debug, Serialize)]
struct SizeGap {
    size: String,
    format: String,
    reached_queries: i64,
    impressions: i64,
    gap_queries: i64,
    spend_usd: f64,
    win_rate_pct: f64,
}

/// A row of the question `dashboard_size_gaps`.
#[derive(Debug, Deserialize)]
struct SizeGapRow {
    size: String,
    format: String,
    reached_queries: i64,
    impressions: i64,
    gap_queries: i64,
    spend: Option<f64>,
    win_rate_pct: Option<f64>,
}

impl From<SizeGapRow> for SizeGap {
    fn from(row: SizeGapRow) -> Self {
        Self {
            size: row.size,
            format: row.format,
            reached_queries: row.reached_queries,
            impressions: row.impressions,
            gap_queries: row.gap_queries,
            spend_usd: row.spend.unwrap_or(0.0),
            win_rate_pct: row.win_rate_pct.unwrap_or(0.0),
        }
    }
}

/// A country: bid requests of inventory matches, reached queries of bid requests.
#[derive(Debug, Serialize)]
struct Pretargeting {
    country: String,
    bid_requests: i64,
    inventory_matches: i64,
    reached_queries: i64,
    bids: i64,
    auctions_won: i64,
    pretarget_match_pct: f64,
    reach_rate_pct: f64,
}

/// A row of the question `dashboard_pretargeting`.
#[derive(Debug, Deserialize)]
struct PretargetingRow {
    country: String,
    bid_requests: Option<i64>,
    inventory_matches: Option<i64>,
    reached_queries: Option<i64>,
    bids: Option<i64>,
    auctions_won: Option<i64>,
    match_pct: Option<f64>,
    reach_rate_pct: Option<f64>,
}

impl From<PretargetingRow> for Pretargeting {
    fn from(row: PretargetingRow) -> Self {
        Self {
            country: row.country,
            bid_requests: row.bid_requests.unwrap_or(0),
            inventory_matches: row.inventory_matches.unwrap_or(0),
            reached_queries: row.reached_queries.unwrap_or(0),
            bids: row.bids.unwrap_or(0),
            auctions_won: row.auctions_won.unwrap_or(0),
            pretarget_match_pct: row.match_pct.unwrap_or(0.0),
            reach_rate_pct: row.reach_rate_pct.unwrap_or(0.0),
        }
    }
}

/// A publisher with much invalid traffic.
#[derive(Debug, Serialize)]
struct InvalidTraffic {
    publisher_id: String,
    publisher_name: String,
    impressions: i64,
    ivt_impressions: i64,
    pre_filtered: i64,
    ivt_rate_pct: f64,
    risk_level: &'static str,
}

/// A row of the question `dashboard_invalid_traffic`.
#[derive(Debug, Deserialize)]
struct InvalidRow {
    publisher_id: String,
    publisher_name: String,
    impressions: Option<i64>,
    ivt_credited_impressions: Option<i64>,
    pre_filtered_impressions: Option<i64>,
    ivt_rate_pct: f64,
    is_high: bool,
}

impl From<InvalidRow> for InvalidTraffic {
    fn from(row: InvalidRow) -> Self {
        Self {
            publisher_id: row.publisher_id,
            publisher_name: row.publisher_name,
            impressions: row.impressions.unwrap_or(0),
            ivt_impressions: row.ivt_credited_impressions.unwrap_or(0),
            pre_filtered: row.pre_filtered_impressions.unwrap_or(0),
            ivt_rate_pct: row.ivt_rate_pct,
            risk_level: if row.is_high { "high" } else { "medium" },
        }
    }
}

pub(super) async fn show(State(app): State<App>, asked: Asking) -> Result<Json<Optimization>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(7, 30)?;
    Ok(Json(Facts::ask(app, &asked, Some(days), optimization).await?))
}

fn optimization(facts: &Facts) -> Result<Optimization, ApiError> {
    let thresholds = &facts.app.store.config.thresholds;
    let requests: RequestsRow = facts.row("dashboard_requests", [])?;
    let limit = || ("limit", LIST.to_string());
    let publishers = efficiency::publishers(facts, PUBLISHERS)?;
    let size_gaps: Vec<SizeGapRow> = facts.rows("dashboard_size_gaps", [facts.currency(), limit()])?;
    let pretargeting: Vec<PretargetingRow> = facts.rows("dashboard_pretargeting", [limit()])?;
    let from = ("from", thresholds.ivt_medium_pct.to_string());
    let invalid: Vec<InvalidRow> = facts.rows("dashboard_invalid_traffic", [from, limit()])?;
    let found = Found {
        sizes: Sizes::of(facts, Part::default())?,
        platforms: efficiency::platforms(facts)?,
        unseen: losses::unseen(facts, thresholds.viewability_low_pct)?,
        invalid: invalid.into_iter().map(InvalidTraffic::from).collect(),
        publishers,
    };
    let worst = found.publishers.iter().take(WORST);
    let wasted: f64 = worst.map(|publisher| publisher.spend_usd * publisher.waste_pct / 100.0).sum();
    Ok(Optimization {
        generated_at: Utc::now(),
        period_days: facts.count(),
        summary: Summary {
            total_bid_requests: requests.bid_requests.unwrap_or(0),
            total_auctions_won: requests.auctions_won.unwrap_or(0),
            overall_efficiency_pct: requests.won_pct.unwrap_or(0.0),
            wasted_bid_requests: requests.wasted_requests.unwrap_or(0),
            estimated_waste_usd: (wasted * 100.0).round() / 100.0,
        },
        recommendations: found.recommendations(thresholds.publisher_waste_pct, thresholds.publisher_reached),
        hourly_patterns: efficiency::hours(facts)?,
        size_gaps: size_gaps.into_iter().map(SizeGap::from).collect(),
        pretargeting_efficiency: pretargeting.into_iter().map(Pretargeting::from).collect(),
        bid_filtering: losses::reasons(facts)?,
        publisher_waste: found.publishers,
        platform_efficiency: found.platforms,
        fraud_risk: found.invalid,
        viewability_issues: found.unseen,
    })
}

/// What recommendations are made of.
struct Found {
    publishers: Vec<Publisher>,
    sizes: Sizes,
    platforms: Platforms,
    invalid: Vec<InvalidTraffic>,
    unseen: Vec<Unseen>,
}

impl Found {
    /// One for each thing to act on; fraud is for a person to look at.
    fn recommendations(&self, waste_pct: f64, requests: i64) -> Vec<Value> {
        let wasteful = self.publishers.iter().take(WORST);
        let wasteful = wasteful.filter(|found| found.waste_pct >= waste_pct && found.bid_requests >= requests);
        let mut made: Vec<Value> = wasteful
            .map(|found| {
                let (name, waste, requests) = (&found.publisher_name, found.waste_pct, found.bid_requests);
                json!({
                    "type": "block_publisher", "publisher_id": found.publisher_id, "publisher_name": name,
                    "reason": format!("{waste} % of {requests} bid requests of {name} were not won"),
                })
            })
            .collect();
        let missing = self.sizes.gaps().filter(|gap| gap.advice != Some(Advice::Low)).take(WORST);
        made.extend(missing.map(|gap| {
            json!({
                "type": "add_creative_size", "size": gap.size, "format": gap.format,
                "reason": format!("{} queries a day of {} that no approved creative fits", gap.daily(), gap.size),
            })
        }));
        made.extend(self.invalid.iter().take(WORST).map(|found| {
            let (name, pct) = (&found.publisher_name, found.ivt_rate_pct);
            json!({
                "type": "block_fraud_publisher", "publisher_id": found.publisher_id, "publisher_name": name,
                "reason": format!("Google credited {pct} % of the impressions of {name} as invalid traffic; look at it before you block it"),
            })
        }));
        made.extend(self.unseen.iter().take(WORST).map(|found| {
            let (name, pct) = (&found.publisher_name, found.viewability_pct);
            json!({
                "type": "reduce_bids_viewability", "publisher_id": found.publisher_id, "publisher_name": name,
                "reason": format!("only {pct} % of the measured impressions of {name} were seen"),
            })
        }));
        if let (Some(best), Some(worst)) = (&self.platforms.best_platform, &self.platforms.worst_platform) {
            made.push(json!({
                "type": "adjust_platform_bids", "best_platform": best, "worst_platform": worst,
                "reason": format!("{best} wins most of what it reaches and {worst} least"),
            }));
        }
        made
    }
}
