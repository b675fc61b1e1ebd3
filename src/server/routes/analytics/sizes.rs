//! Which sizes of the traffic have approved creatives: one judgement for every call that tells of it.
//!
//! Sizes of which it cannot be known (Dynamic, Unmatched, Audio; all of them before creatives were synced) are neither covered nor
//! gaps. Thresholds are those of the settings and hold at the value itself.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::asked::{Asking, Facts};
use crate::server::error::ApiError;
use crate::server::state::App;

/// Gaps, and covered sizes, of an answer.
const SHOWN: usize = 20;

/// A row of the question `dashboard_sizes`.
#[derive(Debug, Deserialize)]
pub(in crate::server::routes) struct SizeRow {
    pub(in crate::server::routes) size: String,
    pub(in crate::server::routes) format: String,
    reached_queries: Option<i64>,
    impressions: Option<i64>,
    spend: Option<f64>,
    ctr_pct: Option<f64>,
    pub(in crate::server::routes) is_servable: Option<bool>,
    approved_creatives: Option<i64>,
    pub(super) near_standard_size: Option<String>,
    daily: Option<i64>,
    pub(super) qps: Option<f64>,
    pub(super) share_pct: Option<f64>,
    pub(super) advice: Option<Advice>,
    pub(super) is_low: Option<bool>,
    all_reached: Option<i64>,
    gap_reached: Option<i64>,
    gap_daily: Option<i64>,
    gap_daily_qps: Option<f64>,
    all_covered_pct: Option<f64>,
    all_gap_pct: Option<f64>,
}

/// What to do about a size without creatives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::server::routes) enum Advice {
    /// So many queries that pretargeting should leave it out.
    Block,
    /// Enough for a creative.
    Add,
    /// Few.
    Low,
}

impl SizeRow {
    pub(in crate::server::routes) fn reached(&self) -> i64 {
        self.reached_queries.unwrap_or(0)
    }

    pub(in crate::server::routes) fn daily(&self) -> i64 {
        self.daily.unwrap_or(0)
    }

    pub(super) fn creatives(&self) -> i64 {
        self.approved_creatives.unwrap_or(0)
    }

    pub(in crate::server::routes) fn is_gap(&self) -> bool {
        self.is_servable == Some(false)
    }
}

/// The sizes of the traffic, the most reached queries first, and what they add up to.
#[derive(Debug)]
pub(in crate::server::routes) struct Sizes {
    pub(in crate::server::routes) rows: Vec<SizeRow>,
}

/// Which part of the traffic.
#[derive(Debug, Default)]
pub(in crate::server::routes) struct Part {
    /// Of one billing id.
    pub(in crate::server::routes) billing_id: Option<String>,
    /// Of several, comma-separated.
    pub(in crate::server::routes) billing_ids: String,
    /// With the standard sizes that sizes are near.
    pub(in crate::server::routes) near: bool,
}

impl Sizes {
    pub(in crate::server::routes) fn of(facts: &Facts, part: Part) -> Result<Self, ApiError> {
        let near = if part.near { "yes" } else { "no" };
        let params = [
            facts.currency(),
            ("days", facts.count().to_string()),
            ("billing_id", part.billing_id.unwrap_or_default()),
            ("billing_ids", part.billing_ids),
            ("near", near.to_owned()),
        ];
        Ok(Self { rows: facts.rows("dashboard_sizes", params)? })
    }

    /// Sizes that no approved creative fits.
    pub(in crate::server::routes) fn gaps(&self) -> impl Iterator<Item = &SizeRow> {
        self.rows.iter().filter(|row| row.is_gap())
    }

    pub(in crate::server::routes) fn gap_count(&self) -> usize {
        self.gaps().count()
    }

    /// Sizes that one fits.
    pub(in crate::server::routes) fn covered(&self) -> impl Iterator<Item = &SizeRow> {
        self.rows.iter().filter(|row| row.is_servable == Some(true))
    }

    pub(in crate::server::routes) fn covered_count(&self) -> usize {
        self.covered().count()
    }

    /// Of the traffic of which it is known, the part that creatives fit.
    pub(in crate::server::routes) fn coverage_rate_pct(&self) -> f64 {
        self.of_all(|row| row.all_covered_pct)
    }

    /// Reached queries of all sizes.
    pub(super) fn reached(&self) -> i64 {
        self.of_all(|row| row.all_reached)
    }

    /// Reached queries of the gaps.
    pub(super) fn gap_reached(&self) -> i64 {
        self.of_all(|row| row.gap_reached)
    }

    /// Their part of all, in percent.
    pub(super) fn gap_pct(&self) -> f64 {
        self.of_all(|row| row.all_gap_pct)
    }

    /// What the gaps reach in a day.
    pub(in crate::server::routes) fn gap_daily(&self) -> i64 {
        self.of_all(|row| row.gap_daily)
    }

    /// The same per second.
    pub(in crate::server::routes) fn gap_qps(&self) -> f64 {
        self.of_all(|row| row.gap_daily_qps)
    }

    fn of_all<T: Default>(&self, value: impl Fn(&SizeRow) -> Option<T>) -> T {
        self.rows.first().and_then(value).unwrap_or_default()
    }
}

/// `GET /analytics/size-coverage`
#[derive(Debug, Serialize)]
pub(super) struct Coverage {
    period_days: i32,
    billing_id: Option<String>,
    total_sizes_in_traffic: usize,
    sizes_with_creatives: usize,
    sizes_without_creatives: usize,
    /// Beside the contract: sizes of which it is not known what can serve them.
    sizes_not_known: usize,
    coverage_rate_pct: f64,
    wasted_queries_daily: i64,
    wasted_qps: f64,
    gaps: Vec<Gap>,
    covered_sizes: Vec<Covered>,
}

#[derive(Debug, Serialize)]
struct Gap {
    size: String,
    format: String,
    queries_received: i64,
    daily_estimate: i64,
    percent_of_traffic: f64,
    recommendation: &'static str,
}

#[derive(Debug, Serialize)]
struct Covered {
    size: String,
    format: String,
    impressions: i64,
    spend_usd: f64,
    creative_count: i64,
    ctr_pct: f64,
}

impl From<&SizeRow> for Gap {
    fn from(row: &SizeRow) -> Self {
        Self {
            size: row.size.clone(),
            format: row.format.clone(),
            queries_received: row.reached(),
            daily_estimate: row.daily(),
            percent_of_traffic: row.share_pct.unwrap_or(0.0),
            recommendation: match row.advice {
                Some(Advice::Block) => "BLOCK_IN_PRETARGETING",
                Some(Advice::Add) => "CONSIDER_ADDING_CREATIVE",
                Some(Advice::Low) | None => "LOW_PRIORITY",
            },
        }
    }
}

impl From<&SizeRow> for Covered {
    fn from(row: &SizeRow) -> Self {
        Self {
            size: row.size.clone(),
            format: row.format.clone(),
            impressions: row.impressions.unwrap_or(0),
            spend_usd: row.spend.unwrap_or(0.0),
            creative_count: row.creatives(),
            ctr_pct: row.ctr_pct.unwrap_or(0.0),
        }
    }
}

pub(super) async fn coverage(State(app): State<App>, asked: Asking) -> Result<Json<Coverage>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(7, 90)?;
    let billing_id = asked.config();
    let part = Part { billing_id: billing_id.clone(), ..Part::default() };
    let sizes = Facts::ask(app, &asked, Some(days), |facts| Sizes::of(facts, part)).await?;
    let (with, without) = (sizes.covered_count(), sizes.gap_count());
    Ok(Json(Coverage {
        period_days: days.count(),
        billing_id,
        total_sizes_in_traffic: sizes.rows.len(),
        sizes_with_creatives: with,
        sizes_without_creatives: without,
        sizes_not_known: sizes.rows.len() - with - without,
        coverage_rate_pct: sizes.coverage_rate_pct(),
        wasted_queries_daily: sizes.gap_daily(),
        wasted_qps: sizes.gap_qps(),
        gaps: sizes.gaps().take(SHOWN).map(Gap::from).collect(),
        covered_sizes: sizes.covered().take(SHOWN).map(Covered::from).collect(),
    }))
}
