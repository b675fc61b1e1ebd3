//! Figures of creatives by day, and of one creative in all, from the facts.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::routing::{delete, get};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::analytics::asked::{Asked, Asking, Facts, within};
use crate::model::{Clock, Day};
use crate::query::Days;
use crate::report::as_stored;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// `/performance/metrics…`, `/performance/creative/{id}` and `/performance/cleanup`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
        .route("/performance/metrics", get(list))
        .route("/performance/metrics/{creative_id}", get(of_creative))
        .route("/performance/creative/{id}", get(summary))
        .route("/performance/cleanup", delete(clean_up))
}

/// Which figures.
#[derive(Debug, Default, Deserialize)]
struct Wanted {
    account: Option<String>,
    creative_id: Option<String>,
    campaign_id: Option<String>,
    start_date: Option<Day>,
    end_date: Option<Day>,
    /// ISO 3166-1 alpha-2, a name, or a criteria id.
    geography: Option<String>,
    /// PHONE, or what reports say.
    device_type: Option<String>,
    limit: Option<i64>,
}

/// A day of a creative in one country, on one device, at one placement. Counts that no report said are 0.
#[derive(Debug, Serialize)]
struct Metric {
    /// Rows of reports have no number.
    id: Option<i64>,
    creative_id: String,
    metric_date: Day,
    impressions: i64,
    clicks: i64,
    spend_micros: i64,
    campaign_id: Option<String>,
    geography: Option<String>,
    device_type: Option<String>,
    placement: Option<String>,
    cpm_micros: Option<i64>,
    cpc_micros: Option<i64>,
    /// Beside the contract.
    reached_queries: Option<i64>,
}

/// A row of the question `dashboard_metrics`.
#[derive(Debug, Deserialize)]
struct Row {
    creative_id: String,
    metric_date: Day,
    country: Option<String>,
    platform: Option<String>,
    placement: Option<String>,
    campaign_id: Option<i64>,
    reached_queries: Option<i64>,
    impressions: Option<i64>,
    clicks: Option<i64>,
    spend_micros: Option<i64>,
    cpm_micros: Option<i64>,
    cpc_micros: Option<i64>,
}

impl From<Row> for Metric {
    fn from(row: Row) -> Self {
        Self {
            id: None,
            creative_id: row.creative_id,
            metric_date: row.metric_date,
            impressions: row.impressions.unwrap_or(0),
            clicks: row.clicks.unwrap_or(0),
            spend_micros: row.spend_micros.unwrap_or(0),
            campaign_id: row.campaign_id.map(|id| id.to_string()),
            geography: row.country,
            device_type: row.platform,
            placement: row.placement,
            cpm_micros: row.cpm_micros,
            cpc_micros: row.cpc_micros,
            reached_queries: row.reached_queries,
        }
    }
}

/// Days of the first looks: the newest day mostly has as many rows as are wanted.
const LOOKS: [i32; 3] = [1, 7, 31];
/// Rows of one creative at most.
const MOST_OF_CREATIVE: i64 = 100_000;

/// `GET /performance/metrics`: the newest day first.
async fn list(
    State(app): State<App>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Vec<Metric>>, ApiError> {
    let Query(wanted) = wanted?;
    let limit = within("limit", wanted.limit, 100, 1, 1000)?;
    Ok(Json(wanted.found(app, limit).await?))
}

/// `GET /performance/metrics/{creative_id}`: all of one creative, the newest day first.
async fn of_creative(
    State(app): State<App>,
    Path(creative_id): Path<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(wanted) = wanted?;
    let wanted = Wanted { creative_id: Some(creative_id.clone()), ..wanted };
    let data = wanted.found(app, MOST_OF_CREATIVE).await?;
    Ok(Json(json!({"creative_id": creative_id, "records": data.len(), "data": data})))
}

impl Wanted {
    async fn found(self, app: App, limit: i64) -> Result<Vec<Metric>, ApiError> {
        if self.start_date.zip(self.end_date).is_some_and(|(start, end)| start > end) {
            return Err(ApiError::unprocessable("start_date is after end_date"));
        }
        let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let campaign = match given(&self.campaign_id) {
            Some(id) => id.parse().ok().filter(|id: &i64| *id > 0),
            None => Some(0),
        };
        let asked = Asked::of(self.account.clone());
        // A campaign that cannot be has no creatives.
        let Some(campaign) = campaign else { return Ok(Vec::new()) };
        let stored =
            |column, text: &Option<String>| given(text).map_or_else(String::new, |text| as_stored(column, &text));
        let params = [
            ("creative_id", given(&self.creative_id).unwrap_or_default()),
            ("campaign_id", campaign.to_string()),
            ("country", stored("country", &self.geography)),
            ("platform", stored("platform", &self.device_type)),
            ("limit", limit.to_string()),
        ];
        let is_needle = !params[0].1.is_empty();
        let rows = Facts::ask(app, &asked, None, move |facts| {
            let Some(days) = self.days(facts)? else { return Ok(Vec::new()) };
            let looks = LOOKS.into_iter().filter(|look| !is_needle && *look < days.count());
            for look in looks {
                let newest = Days { first: days.last.plus_days(1 - look), last: days.last };
                let rows: Vec<Row> = facts.over(newest).rows("dashboard_metrics", with(facts, &params))?;
                if i64::try_from(rows.len()).is_ok_and(|rows| rows >= limit) {
                    return Ok(rows);
                }
            }
            facts.over(days).rows("dashboard_metrics", with(facts, &params))
        });
        Ok(rows.await?.into_iter().map(Metric::from).collect())
    }

    /// The days that are asked for and have figures; none where there are none.
    fn days(&self, facts: &Facts) -> Result<Option<Days>, ApiError> {
        let kinds = facts.app.store.importer.freshness(facts.account).map_err(|error| ApiError::internal(&error))?;
        let kinds = || kinds.iter().filter(|kind| ["performance", "bidder"].contains(&kind.report.as_str()));
        let oldest = kinds().map(|kind| kind.oldest_day).min();
        let newest = kinds().map(|kind| kind.newest_day).max();
        let (Some(oldest), Some(newest)) = (oldest, newest) else { return Ok(None) };
        let first = self.start_date.map_or(oldest, |start| start.max(oldest));
        let last = self.end_date.map_or(newest, |end| end.min(newest));
        Ok((first <= last).then_some(Days { first, last }))
    }
}

fn with(facts: &Facts, params: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    params.iter().cloned().chain([facts.currency()]).collect()
}

/// `GET /performance/creative/{id}`: nulls where it did not run.
#[derive(Debug, Default, Serialize)]
struct Summary {
    total_impressions: Option<i64>,
    total_clicks: Option<i64>,
    total_spend_micros: Option<i64>,
    avg_cpm_micros: Option<i64>,
    avg_cpc_micros: Option<i64>,
    ctr_percent: Option<f64>,
    days_with_data: Option<i64>,
    earliest_date: Option<Day>,
    latest_date: Option<Day>,
}

/// A row of the question `dashboard_creative`.
#[derive(Debug, Default, Deserialize)]
struct SummaryRow {
    impressions: Option<i64>,
    clicks: Option<i64>,
    spend_micros: Option<i64>,
    cpm_micros: Option<i64>,
    cpc_micros: Option<i64>,
    ctr_pct: Option<f64>,
    days: Option<i64>,
    first_day: Option<Day>,
    last_day: Option<Day>,
}

async fn summary(
    State(app): State<App>,
    Path(creative_id): Path<String>,
    asked: Asking,
) -> Result<Json<Summary>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(30, 365)?;
    let row: SummaryRow = Facts::ask(app, &asked, Some(days), |facts| {
        facts.row("dashboard_creative", [facts.currency(), ("creative_id", creative_id)])
    })
    .await?;
    Ok(Json(Summary {
        total_impressions: row.impressions,
        total_clicks: row.clicks,
        total_spend_micros: row.spend_micros,
        avg_cpm_micros: row.cpm_micros,
        avg_cpc_micros: row.cpc_micros,
        ctr_percent: row.ctr_pct,
        days_with_data: row.days,
        earliest_date: row.first_day,
        latest_date: row.last_day,
    }))
}

/// How much is kept.
#[derive(Debug, Deserialize)]
struct Kept {
    account: Option<String>,
    days_to_keep: Option<i64>,
}

/// The kinds that figures of creatives are of.
const KINDS: [&str; 2] = ["performance", "bidder"];

/// `DELETE /performance/cleanup`: takes the figures of the account that are older out of the newest state, as retention does. Earlier
/// states have them until they are forgotten.
async fn clean_up(State(app): State<App>, kept: Result<Query<Kept>, QueryRejection>) -> Result<Json<Value>, ApiError> {
    let Query(Kept { account, days_to_keep }) = kept?;
    let days = within("days_to_keep", days_to_keep, 90, 7, 365)?;
    let account = app.account(account).await?;
    let clock = Clock::system();
    // Not above 365.
    let before = clock.today().plus_days(-i32::try_from(days).unwrap_or(365));
    // The task goes on when the client goes away, and keeps the turn until it is done.
    let task = tokio::spawn(async move {
        let _turn = app.store.writing.lock().await;
        let lake = app.store.lake.clone();
        blocking(move || lake.take_out(account, &KINDS, before, &clock)).await
    });
    let facts = task.await.map_err(|error| ApiError::internal(&error))??;
    let facts = facts.map_err(|error| ApiError::internal(&error))?;
    let message = match facts.snapshot_id {
        Some(snapshot) => {
            format!("rows before {before} are out as of snapshot {snapshot}; the one before it still has them")
        }
        None => format!("there are no rows before {before}"),
    };
    Ok(Json(json!({"status": "completed", "records_deleted": facts.rows, "message": message})))
}
