//! Signs of waste in creatives, creatives whose format is a problem, and publishers with invalid traffic. All of it is for
//! people to look at: no call here changes what is bought.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::analytics::window_of;
use super::owner::Owner;
use crate::analytics::{self, Ask};
use crate::entities::accounts;
use crate::entities::waste_signals::WasteSignal;
use crate::model::AccountId;
use crate::query::{AccountScope, Days};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};
use crate::signals::{self, Analysis, SignalError};

/// `/analytics/waste-signals…`, `/analytics/problem-formats`, `/analytics/fraud-risk`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
        .route("/analytics/waste-signals/analyze", post(analyze))
        .route("/analytics/waste-signals/{id}", get(list))
        .route("/analytics/waste-signals/{id}/resolve", post(resolve))
        .route("/analytics/problem-formats", get(problem_formats))
        .route("/analytics/fraud-risk", get(fraud_risk))
}

/// Who resolves signals over HTTP.
const AUTHOR: Option<&str> = Some("http");

impl From<SignalError> for ApiError {
    fn from(error: SignalError) -> Self {
        match error {
            SignalError::Entity(error) => error.into(),
            SignalError::Db(error) => Self::internal(&error),
            SignalError::Facts(error) => error.into(),
        }
    }
}

fn week() -> u16 {
    7
}

fn yes() -> bool {
    true
}

/// Exactly so many days that end yesterday.
fn days_of(days: u16, most: u16) -> Result<Days, ApiError> {
    if !(1..=most).contains(&days) {
        return Err(ApiError::unprocessable(format!("days: write a number from 1 to {most}")));
    }
    window_of(days, None)
}

#[derive(Debug, Deserialize)]
struct Listed {
    account: Option<String>,
    #[serde(default)]
    include_resolved: bool,
}

/// A signal as the contract has it.
#[derive(Debug, Serialize)]
struct Shown {
    id: i64,
    creative_id: String,
    signal_type: String,
    confidence: String,
    evidence: Value,
    observation: String,
    recommendation: String,
    detected_at: DateTime<Utc>,
    resolved_at: Option<DateTime<Utc>>,
    resolved_by: Option<String>,
    resolution_notes: Option<String>,
}

impl From<WasteSignal> for Shown {
    fn from(signal: WasteSignal) -> Self {
        Self {
            id: signal.signal_id,
            creative_id: signal.creative_id,
            signal_type: signal.signal_type,
            confidence: signal.confidence,
            evidence: signal.evidence,
            observation: signal.observation,
            recommendation: signal.recommendation,
            detected_at: signal.detected_at,
            resolved_at: signal.resolved_at,
            resolved_by: signal.resolved_by,
            resolution_notes: signal.resolution_notes,
        }
    }
}

/// `GET /analytics/waste-signals/{creative_id}`: the newest first; none of a creative that is not known.
async fn list(
    State(app): State<App>,
    Path(creative): Path<String>,
    asked: Result<Query<Listed>, QueryRejection>,
) -> Result<Json<Vec<Shown>>, ApiError> {
    let Query(Listed { account, include_resolved }) = asked?;
    let account = app.account(account).await?;
    let found = move || signals::list(&app.store.db, account, Some(&creative), include_resolved);
    Ok(Json(blocking(found).await??.into_iter().map(Shown::from).collect()))
}

#[derive(Debug, Deserialize)]
struct Analyze {
    account: Option<String>,
    #[serde(default = "week")]
    days: u16,
    #[serde(default = "yes")]
    save_to_db: bool,
}

/// `POST /analytics/waste-signals/analyze`: looks for signals in the days that end yesterday, and keeps what it finds.
async fn analyze(
    State(app): State<App>,
    asked: Result<Query<Analyze>, QueryRejection>,
) -> Result<Json<signals::Outcome>, ApiError> {
    let Query(Analyze { account, days, save_to_db }) = asked?;
    let days = days_of(days, 90)?;
    let account = app.account(account).await?;
    let wish = Analysis { account, days, limits: app.store.limits(), save: save_to_db };
    let outcome = blocking(move || signals::analyse(&app.store.db, &app.engine, &wish, Utc::now())).await??;
    Ok(Json(outcome))
}

#[derive(Debug, Deserialize)]
struct Resolve {
    notes: Option<String>,
}

/// `POST /analytics/waste-signals/{id}/resolve`: somebody dealt with an open signal.
async fn resolve(
    State(app): State<App>,
    Path(id): Path<String>,
    of: Result<Query<Owner>, QueryRejection>,
    asked: Result<Query<Resolve>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let (Query(of), Query(Resolve { notes })) = (of?, asked?);
    let account = of.account(&app).await?;
    let number = id.parse::<i64>().map_err(|_| ApiError::not_found(format!("there is no open waste signal '{id}'")))?;
    let resolved = move || signals::resolve(&app.store.db, account, number, AUTHOR, notes.as_deref(), Utc::now());
    blocking(resolved).await??;
    Ok(Json(json!({"status": "resolved", "signal_id": number})))
}

/// Rows of a named question about one account.
async fn rows(
    app: &App,
    account: AccountId,
    question: &'static str,
    days: Days,
    params: Vec<(String, String)>,
) -> Result<Vec<Map<String, Value>>, ApiError> {
    let ask = Ask { params, limits: app.store.limits(), ..Ask::new(AccountScope::one(account)).over(days) };
    let app = app.clone();
    Ok(blocking(move || analytics::rows_blocking(&app.engine, question, ask)).await??)
}

#[derive(Debug, Deserialize)]
struct Problems {
    account: Option<String>,
    buyer_id: Option<String>,
    #[serde(default = "week")]
    days: u16,
    size_tolerance: Option<u8>,
}

/// `GET /analytics/problem-formats`: creatives whose format costs more than it brings, the worst first. The contract's
/// names for what wins nothing and what wins too little are zero_bids and low_bid_rate; without `size_tolerance` the setting
/// holds.
async fn problem_formats(
    State(app): State<App>,
    asked: Result<Query<Problems>, QueryRejection>,
) -> Result<Json<Vec<Value>>, ApiError> {
    let Query(Problems { account, buyer_id, days, size_tolerance }) = asked?;
    let days = days_of(days, 90)?;
    if size_tolerance.is_some_and(|pixels| pixels > 20) {
        return Err(ApiError::unprocessable("size_tolerance: write a number of pixels from 0 to 20"));
    }
    let account = app.account(account).await?;
    let tolerance = size_tolerance.map(|pixels| ("size_tolerance".to_owned(), pixels.to_string()));
    let seat = buyer_id.map(|seat| ("buyer_id".to_owned(), seat));
    let params = tolerance.into_iter().chain(seat).collect();
    let found = rows(&app, account, "problem_formats", days, params).await?;
    Ok(Json(found.into_iter().map(problem).collect()))
}

fn problem(mut row: Map<String, Value>) -> Value {
    let mut take = |name: &str| row.remove(name).unwrap_or_default();
    let (creative, severity, problem) = (take("creative_id"), take("severity"), take("problem"));
    take("account_id");
    let nearest = take("nearest_standard_size");
    let (name, recommendation) = match problem.as_str().unwrap_or_default() {
        "zero_wins" => ("zero_bids", "check that it can be served where it bids: it wins nothing".to_owned()),
        "low_win_rate" => ("low_bid_rate", "look at its bids and its format: it wins almost nothing".to_owned()),
        "non_standard" => {
            let size = nearest.as_str().unwrap_or_default();
            ("non_standard", format!("make it in a standard size; the nearest is {size}"))
        }
        _ => ("disapproved", "stop bidding with it until Google approves it".to_owned()),
    };
    let mut evidence: Map<String, Value> = row.into_iter().filter(|(_, value)| !value.is_null()).collect();
    if name == "non_standard" {
        evidence.insert("nearest_standard_size".to_owned(), nearest);
    }
    json!({
        "creative_id": creative,
        "problem_type": name,
        "evidence": evidence,
        "severity": severity,
        "recommendation": recommendation,
    })
}

#[derive(Debug, Deserialize)]
struct Risk {
    account: Option<String>,
    bidder_id: Option<String>,
    #[serde(default = "week")]
    days: u16,
    threshold_pct: Option<f64>,
}

/// `GET /analytics/fraud-risk`: publishers with invalid traffic as quality reports have it, the highest share first, at most
/// 30. For people to look at: nothing is blocked.
async fn fraud_risk(
    State(app): State<App>,
    asked: Result<Query<Risk>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(Risk { account, bidder_id, days, threshold_pct }) = asked?;
    let window = days_of(days, 30)?;
    let threshold = threshold_pct.unwrap_or(app.store.config.thresholds.ivt_medium_pct);
    if !(0.0..=100.0).contains(&threshold) {
        return Err(ApiError::unprocessable("threshold_pct: write a number from 0 to 100"));
    }
    let account = account_of(&app, account, bidder_id).await?;
    let params = vec![("threshold_pct".to_owned(), threshold.to_string())];
    let found = rows(&app, account, "fraud_risk", window, params).await?;
    let publishers: Vec<Value> = found.iter().map(publisher).collect();
    Ok(Json(json!({
        "period_days": days,
        "ivt_threshold_pct": threshold,
        "count": publishers.len(),
        "fraud_risk_publishers": publishers,
    })))
}

/// The account that is named, else the one of that bidder, else the first one.
async fn account_of(app: &App, account: Option<String>, bidder: Option<String>) -> Result<AccountId, ApiError> {
    let (None, Some(bidder)) = (&account, bidder) else { return app.account(account).await };
    let app = app.clone();
    let known = blocking(move || app.store.db.read(accounts::list)).await??;
    let found = known.iter().find(|account| account.bidder_id.as_deref() == Some(bidder.as_str()));
    found
        .map(|account| account.account_id)
        .ok_or_else(|| ApiError::not_found(format!("no account has the bidder '{bidder}'")))
}

/// Counts that the report did not carry are 0 in the contract; a publisher without an id goes by its name.
fn publisher(row: &Map<String, Value>) -> Value {
    let count = |name: &str| row.get(name).and_then(Value::as_i64).unwrap_or_default();
    let text = |name: &str| row.get(name).and_then(Value::as_str);
    let (id, name) = (text("publisher_id"), text("publisher_name"));
    json!({
        "publisher_id": id.or(name),
        "publisher_name": name.or(id),
        "impressions": count("impressions"),
        "ivt_impressions": count("ivt_credited_impressions"),
        "pre_filtered": count("pre_filtered_impressions"),
        "ivt_rate_pct": row.get("ivt_rate_pct"),
        "risk_level": text("risk_level"),
    })
}
