//! Reports about queries per second as plain text that a trader reads, and what the performance reports hold in all.

mod text;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use chrono::Utc;
use serde::Deserialize;
use serde_json::{Value, json};

use super::analytics::asked::{Asking, Facts};
use crate::model::Day;
use crate::query::Days;
use crate::server::error::ApiError;
use crate::server::state::App;

/// `/qps/…`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
        .route("/qps/size-coverage", get(size_coverage))
        .route("/qps/config-performance", get(config_performance))
        .route("/qps/fraud-signals", get(fraud_signals))
        .route("/qps/report", get(report))
        .route("/qps/summary", get(summary))
}

const WEEK: u16 = 7;
const FORTNIGHT: u16 = 14;
const MOST_DAYS: u16 = 90;

async fn size_coverage(app: State<App>, asked: Asking) -> Result<Json<Value>, ApiError> {
    written(app, asked, WEEK, text::sizes).await
}

async fn config_performance(app: State<App>, asked: Asking) -> Result<Json<Value>, ApiError> {
    written(app, asked, WEEK, text::configs).await
}

async fn fraud_signals(app: State<App>, asked: Asking) -> Result<Json<Value>, ApiError> {
    written(app, asked, FORTNIGHT, text::suspects).await
}

/// `GET /qps/report`: all of them; signs of fraud over twice as many days, because they need some.
async fn report(app: State<App>, asked: Asking) -> Result<Json<Value>, ApiError> {
    written(app, asked, WEEK, |facts| {
        let days = Days::before(Utc::now().date_naive().into(), u16::try_from(2 * facts.count()).unwrap_or(FORTNIGHT));
        let parts = [text::sizes(facts)?, text::configs(facts)?, text::suspects(&facts.over(days))?];
        Ok(parts.join("\n\n"))
    })
    .await
}

async fn written(
    State(app): State<App>,
    asked: Asking,
    usual: u16,
    write: impl FnOnce(&Facts) -> Result<String, ApiError> + Send + 'static,
) -> Result<Json<Value>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(usual, MOST_DAYS)?;
    let report = Facts::ask(app, &asked, Some(days), write).await?;
    Ok(Json(json!({"report": report, "generated_at": Utc::now(), "analysis_days": days.count()})))
}

/// A row of the question `dashboard_totals`.
#[derive(Debug, Default, Deserialize)]
struct Totals {
    row_count: i64,
    days: i64,
    billing_ids: i64,
    sizes: i64,
    first_day: Option<Day>,
    last_day: Option<Day>,
    reached_queries: Option<i64>,
    impressions: Option<i64>,
    spend: Option<f64>,
}

/// `GET /qps/summary`: over all days.
async fn summary(State(app): State<App>, asked: Asking) -> Result<Json<Value>, ApiError> {
    let asked = asked?.0;
    let totals = Facts::ask(app, &asked, None, |facts| facts.row::<Totals>("dashboard_totals", [facts.currency()]));
    let totals = totals.await?;
    Ok(Json(json!({
        "total_rows": totals.row_count,
        "unique_dates": totals.days,
        "unique_billing_ids": totals.billing_ids,
        "unique_sizes": totals.sizes,
        "date_range": { "start": totals.first_day, "end": totals.last_day },
        "total_reached_queries": totals.reached_queries.unwrap_or(0),
        "total_impressions": totals.impressions.unwrap_or(0),
        "total_spend_usd": totals.spend.unwrap_or(0.0),
    })))
}
