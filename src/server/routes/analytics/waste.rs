//! `GET /analytics/waste`: queries in sizes that no approved creative fits, with what to do about each size.
//!
//! Requests are reached queries of performance reports. With `buyer_id` they are those of the seat's billing ids; creatives stay
//! those of the account, because any seat's creative may serve.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::asked::{Asking, Facts};
use super::sizes::{Advice, Part, SizeRow, Sizes};
use crate::entities::seats;
use crate::server::error::ApiError;
use crate::server::state::App;

/// The answer.
#[derive(Debug, Serialize)]
pub(super) struct Waste {
    buyer_id: Option<String>,
    total_requests: i64,
    total_waste_requests: i64,
    waste_percentage: f64,
    potential_savings_qps: f64,
    potential_savings_usd: Option<f64>,
    analysis_period_days: i32,
    generated_at: DateTime<Utc>,
    size_gaps: Vec<Gap>,
    size_coverage: Vec<Coverage>,
    recommendations_summary: Summary,
}

#[derive(Debug, Serialize)]
struct Gap {
    canonical_size: String,
    request_count: i64,
    creative_count: i64,
    estimated_qps: f64,
    estimated_waste_pct: f64,
    recommendation: Recommendation,
    recommendation_detail: String,
    potential_savings_usd: Option<f64>,
    closest_iab_size: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
enum Recommendation {
    Block,
    #[serde(rename = "Add Creative")]
    AddCreative,
    #[serde(rename = "Use Flexible")]
    UseFlexible,
    Monitor,
}

#[derive(Debug, Serialize)]
struct Coverage {
    canonical_size: String,
    creative_count: i64,
    request_count: i64,
    coverage_status: &'static str,
    formats: BTreeMap<String, i64>,
}

#[derive(Debug, Serialize)]
struct Summary {
    block: usize,
    add_creative: usize,
    use_flexible: usize,
    monitor: usize,
    top_savings_size: Option<String>,
    top_savings_qps: f64,
}

/// A row of the question `dashboard_creative_sizes`.
#[derive(Debug, Deserialize)]
struct CreativeSizes {
    size: String,
    format: Option<String>,
    creatives: i64,
}

/// What the contract takes a thousand queries to cost, and the days of its month.
const USD_PER_THOUSAND: f64 = 0.002;
const MONTH_DAYS: f64 = 30.0;

pub(super) async fn show(State(app): State<App>, asked: Asking) -> Result<Json<Waste>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(7, 90)?;
    let buyer_id = asked.buyer_id.clone().filter(|buyer| !buyer.is_empty());
    let buyer = buyer_id.clone();
    let (sizes, creatives) = Facts::ask(app, &asked, Some(days), |facts| {
        let billing_ids = buyer.map(|buyer| billing_ids(facts, &buyer)).transpose()?.unwrap_or_default();
        let sizes = Sizes::of(facts, Part { billing_id: None, billing_ids, near: true })?;
        let creatives: Vec<CreativeSizes> = facts.rows("dashboard_creative_sizes", [])?;
        Ok((sizes, creatives))
    })
    .await?;
    let size_gaps: Vec<Gap> = sizes.gaps().map(Gap::from).collect();
    let is = |recommendation| size_gaps.iter().filter(|gap| gap.recommendation == recommendation).count();
    let savings: Vec<f64> = size_gaps.iter().filter_map(|gap| gap.potential_savings_usd).collect();
    let top = size_gaps.first();
    let recommendations_summary = Summary {
        block: is(Recommendation::Block),
        add_creative: is(Recommendation::AddCreative),
        use_flexible: is(Recommendation::UseFlexible),
        monitor: is(Recommendation::Monitor),
        top_savings_size: top.map(|gap| gap.canonical_size.clone()),
        top_savings_qps: top.map_or(0.0, |gap| gap.estimated_qps),
    };
    Ok(Json(Waste {
        buyer_id,
        total_requests: sizes.reached(),
        total_waste_requests: sizes.gap_reached(),
        waste_percentage: sizes.gap_pct(),
        potential_savings_qps: size_gaps.iter().map(|gap| gap.estimated_qps).sum(),
        potential_savings_usd: (!savings.is_empty()).then(|| savings.iter().sum()),
        analysis_period_days: days.count(),
        generated_at: Utc::now(),
        size_coverage: coverage(&sizes, creatives),
        size_gaps,
        recommendations_summary,
    }))
}

/// The billing ids of a seat, comma-separated.
fn billing_ids(facts: &Facts, buyer: &str) -> Result<String, ApiError> {
    let seat = facts.app.store.db.read(|tx| seats::get(tx, facts.account, buyer))?;
    let ids = seat.google.billing_ids.0;
    if ids.is_empty() {
        let detail = format!(
            "Google has told no billing ids of seat {buyer}, so its traffic cannot be told apart; sync the seats"
        );
        return Err(ApiError::bad_request("no_billing_ids", detail));
    }
    Ok(ids.join(","))
}

impl From<&SizeRow> for Gap {
    fn from(row: &SizeRow) -> Self {
        let near = row.near_standard_size.clone();
        let recommendation = match (row.advice, &near) {
            (Some(Advice::Block | Advice::Add), Some(_)) => Recommendation::UseFlexible,
            (Some(Advice::Block), None) => Recommendation::Block,
            (Some(Advice::Add), None) => Recommendation::AddCreative,
            _ => Recommendation::Monitor,
        };
        let (size, daily) = (&row.size, row.daily());
        let detail = match (recommendation, &near) {
            (Recommendation::UseFlexible, Some(near)) => {
                format!("{daily} queries a day; {size} is nearly {near}: let a flexible creative of {near} serve it")
            }
            (Recommendation::Block, _) => {
                format!("{daily} queries a day that no creative fits: leave {size} out of pretargeting")
            }
            (Recommendation::AddCreative, _) => format!("{daily} queries a day: add a creative of {size}"),
            _ => format!("{daily} queries a day: too few to act on, watch {size}"),
        };
        Self {
            canonical_size: size.clone(),
            request_count: row.reached(),
            creative_count: row.creatives(),
            estimated_qps: row.qps.unwrap_or(0.0),
            estimated_waste_pct: row.share_pct.unwrap_or(0.0),
            recommendation,
            recommendation_detail: detail,
            // An estimate for show, not money that was paid.
            potential_savings_usd: Some(daily as f64 * MONTH_DAYS / 1000.0 * USD_PER_THOUSAND),
            closest_iab_size: near,
        }
    }
}

/// Sizes with requests, the most first; then sizes of creatives that nobody asked for.
fn coverage(sizes: &Sizes, creatives: Vec<CreativeSizes>) -> Vec<Coverage> {
    let mut formats: BTreeMap<String, BTreeMap<String, i64>> = BTreeMap::new();
    for row in creatives {
        formats.entry(row.size).or_default().insert(row.format.unwrap_or_default(), row.creatives);
    }
    let requested = sizes.rows.iter().map(|row| Coverage {
        canonical_size: row.size.clone(),
        creative_count: row.creatives(),
        request_count: row.reached(),
        coverage_status: match (row.is_servable, row.is_low) {
            (None, _) => "unknown",
            (Some(false), _) => "none",
            (Some(true), Some(true)) => "low",
            (Some(true), _) => "good",
        },
        formats: formats.remove(&row.size).unwrap_or_default(),
    });
    let mut coverage: Vec<Coverage> = requested.collect();
    coverage.extend(formats.into_iter().map(|(canonical_size, formats)| Coverage {
        canonical_size,
        creative_count: formats.values().sum(),
        request_count: 0,
        coverage_status: "excess",
        formats,
    }));
    coverage
}
