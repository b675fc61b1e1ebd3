//! The figures at the top of the home page: what sizes and countries waste, and what was spent.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::asked::{Asking, Facts};
use super::geos::{Countries, Rule};
use super::sizes::{Advice, Part, Sizes};
use crate::server::error::ApiError;
use crate::server::state::App;

/// `GET /analytics/qps-summary`: the numbers of size-coverage and geo-waste, by the same functions.
pub(super) async fn qps(State(app): State<App>, asked: Asking) -> Result<Json<Value>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(7, 90)?;
    let (sizes, countries) = Facts::ask(app, &asked, Some(days), |facts| {
        Ok((Sizes::of(facts, Part::default())?, Countries::of(facts, false)?))
    })
    .await?;
    let to = |advice| sizes.gaps().filter(|size| size.advice == Some(advice)).count();
    Ok(Json(json!({
        "period_days": days.count(),
        "size_coverage": {
            "coverage_rate_pct": sizes.coverage_rate_pct(),
            "sizes_covered": sizes.covered_count(),
            "sizes_missing": sizes.gap_count(),
            "wasted_qps": sizes.gap_qps(),
        },
        "geo_efficiency": {
            "geos_analyzed": countries.judged_count(),
            "geos_to_exclude": countries.count_of(Rule::Exclude),
            "geos_to_monitor": countries.count_of(Rule::Monitor),
            "waste_pct": countries.wasted_pct(),
            "wasted_spend_usd": countries.wasted_spend(),
        },
        "action_items": {
            "sizes_to_block": to(Advice::Block),
            "sizes_to_consider": to(Advice::Add),
            "geos_to_exclude": countries.count_of(Rule::Exclude),
        },
        "estimated_savings": { "geo_waste_monthly_usd": countries.wasted_spend_monthly() },
    })))
}

/// `GET /analytics/spend-stats`
#[derive(Debug, Serialize)]
pub(super) struct SpendStats {
    period_days: i32,
    total_impressions: i64,
    total_spend_usd: f64,
    /// None where nothing was won or nothing was spent.
    avg_cpm_usd: Option<f64>,
    has_spend_data: bool,
}

/// A row of the question `dashboard_spend`.
#[derive(Debug, Default, Deserialize)]
struct SpendRow {
    impressions: Option<i64>,
    spend_micros: Option<i64>,
    spend: Option<f64>,
    cpm: Option<f64>,
}

pub(super) async fn spend(State(app): State<App>, asked: Asking) -> Result<Json<SpendStats>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(7, 90)?;
    let billing_id = asked.config().unwrap_or_default();
    let row: SpendRow = Facts::ask(app, &asked, Some(days), |facts| {
        facts.row("dashboard_spend", [facts.currency(), ("billing_id", billing_id)])
    })
    .await?;
    let has_spend_data = row.spend_micros.is_some_and(|spend| spend > 0);
    Ok(Json(SpendStats {
        period_days: days.count(),
        total_impressions: row.impressions.unwrap_or(0),
        total_spend_usd: row.spend.unwrap_or(0.0),
        avg_cpm_usd: row.cpm.filter(|_| has_spend_data),
        has_spend_data,
    }))
}
