//! How much of what each creative reached it won.
//!
//! Reached queries and impressions are of performance reports, bids of bids reports, where there are any.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::asked::{Asking, Facts};
use crate::server::error::ApiError;
use crate::server::state::App;

/// `GET /analytics/rtb-funnel/creatives`
#[derive(Debug, Serialize)]
pub(super) struct WinRates {
    period_days: i32,
    creatives: Vec<WinRate>,
    summary: Summary,
}

#[derive(Debug, Serialize)]
struct WinRate {
    creative_id: String,
    reached: i64,
    bids: i64,
    impressions: i64,
    win_rate_pct: f64,
    waste_pct: f64,
    status: String,
}

/// Of all creatives, also of those that are not listed.
#[derive(Debug, Default, Serialize)]
struct Summary {
    total_creatives: i64,
    great_performers: i64,
    ok_performers: i64,
    underperformers: i64,
}

/// A row of the question `dashboard_creatives`.
#[derive(Debug, Deserialize)]
struct Row {
    creative_id: String,
    reached_queries: Option<i64>,
    bids: Option<i64>,
    impressions: Option<i64>,
    win_rate_pct: Option<f64>,
    waste_rate_pct: Option<f64>,
    status: String,
    creatives: i64,
    great: i64,
    ok: i64,
    review: i64,
}

pub(super) async fn list(State(app): State<App>, asked: Asking) -> Result<Json<WinRates>, ApiError> {
    let asked = asked?.0;
    let (days, limit) = (asked.window(7, 30)?, asked.limit(50, 200)?);
    let rows = Facts::ask(app, &asked, Some(days), move |facts| {
        facts.rows::<Row>("dashboard_creatives", [("limit", limit.to_string())])
    });
    let rows = rows.await?;
    let summary = rows.first().map_or_else(Summary::default, |row| Summary {
        total_creatives: row.creatives,
        great_performers: row.great,
        ok_performers: row.ok,
        underperformers: row.review,
    });
    let creatives = rows.into_iter().map(|row| WinRate {
        creative_id: row.creative_id,
        reached: row.reached_queries.unwrap_or(0),
        bids: row.bids.unwrap_or(0),
        impressions: row.impressions.unwrap_or(0),
        win_rate_pct: row.win_rate_pct.unwrap_or(0.0),
        waste_pct: row.waste_rate_pct.unwrap_or(0.0),
        status: row.status,
    });
    Ok(Json(WinRates { period_days: days.count(), creatives: creatives.collect(), summary }))
}
