//! What became of bids: filtered, in the auction, won, seen; of imported reports.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::analytics::asked::{Asking, Facts, within};
use super::analytics::losses::reason_rows;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// `/api/troubleshooting/…`; the prefix is part of the contract's own path.
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
        .route("/api/troubleshooting/filtered-bids", get(filtered_bids))
        .route("/api/troubleshooting/funnel", get(funnel))
        .route("/api/troubleshooting/collect", post(collect))
}

/// More reasons than Google has.
const ALL_REASONS: i64 = 10_000;

/// `GET /api/troubleshooting/filtered-bids`: bids by the reason that Google filtered them for. What is filtered wins nothing.
async fn filtered_bids(State(app): State<App>, asked: Asking) -> Result<Json<Vec<Value>>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(7, 90)?;
    let rows = Facts::ask(app, &asked, Some(days), |facts| reason_rows(facts, ALL_REASONS)).await?;
    let shown = rows.into_iter().map(|row| {
        json!({
            "status_name": row.reason,
            "total_bids": row.bids.unwrap_or(0),
            "total_impressions": 0,
            "pct_of_filtered": row.share_pct.unwrap_or(0.0),
        })
    });
    Ok(Json(shown.collect()))
}

/// `GET /api/troubleshooting/funnel`: bids to impressions won of funnel_geo reports, the rest of quality reports. A rate that
/// cannot be said is left out.
#[derive(Debug, Serialize)]
struct Funnel {
    bids_submitted: i64,
    bids_in_auction: i64,
    impressions_won: i64,
    billed_impressions: i64,
    viewable_impressions: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    to_auction_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    win_rate: Option<f64>,
}

/// A row of the question `dashboard_auctions`.
#[derive(Debug, Default, Deserialize)]
struct Row {
    bids: Option<i64>,
    bids_in_auction: Option<i64>,
    auctions_won: Option<i64>,
    billed_impressions: Option<i64>,
    viewable_impressions: Option<i64>,
    in_auction_pct: Option<f64>,
    auction_win_rate_pct: Option<f64>,
}

async fn funnel(State(app): State<App>, asked: Asking) -> Result<Json<Funnel>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(7, 90)?;
    let row: Row = Facts::ask(app, &asked, Some(days), |facts| facts.row("dashboard_auctions", [])).await?;
    Ok(Json(Funnel {
        bids_submitted: row.bids.unwrap_or(0),
        bids_in_auction: row.bids_in_auction.unwrap_or(0),
        impressions_won: row.auctions_won.unwrap_or(0),
        billed_impressions: row.billed_impressions.unwrap_or(0),
        viewable_impressions: row.viewable_impressions.unwrap_or(0),
        to_auction_rate: row.in_auction_pct,
        win_rate: row.auction_win_rate_pct,
    }))
}

/// What to collect.
#[derive(Debug, Deserialize)]
struct Collection {
    account: Option<String>,
    days: Option<i64>,
    environment: Option<Environment>,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
enum Environment {
    App,
    Web,
}

/// `POST /api/troubleshooting/collect`: there is nothing to collect but reports, and the message says which there are.
async fn collect(
    State(app): State<App>,
    wanted: Result<Query<Collection>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(Collection { account, days, environment }) = wanted?;
    let days = within("days", days, 7, 1, 30)?;
    let account = app.account(account).await?;
    let fresh = blocking(move || app.store.importer.freshness(account)).await?;
    let fresh = fresh.map_err(|error| ApiError::internal(&error))?;
    let newest = ["bid_filtering", "funnel_geo", "quality"].map(|kind| {
        let found = fresh.iter().find(|fresh| fresh.report == kind);
        found.map_or(format!("{kind} never"), |found| format!("{kind} of {}", found.newest_day))
    });
    let message = format!(
        "these figures come from imported reports, and nothing else is asked of Google; imported last: {}",
        newest.join(", ")
    );
    Ok(Json(json!({"status": "collection_queued", "days": days, "environment": environment, "message": message})))
}
