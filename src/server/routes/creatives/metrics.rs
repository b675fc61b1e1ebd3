//! `POST /performance/metrics/batch`: the figures of many creatives, from which the dashboard sorts by spend.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use chrono::Utc;
use serde::Deserialize;
use serde_json::{Value, json};

use super::creatives;
use crate::creatives::Period;
use crate::server::error::ApiError;
use crate::server::routes::owner::Owner;
use crate::server::state::{App, blocking};

/// Which creatives, over which window.
#[derive(Debug, Deserialize)]
pub(in crate::server) struct Asked {
    creative_ids: Vec<String>,
    /// yesterday, 7d, 30d or all_time.
    #[serde(default = "week")]
    period: String,
}

fn week() -> String {
    "7d".to_owned()
}

/// As many as an account can have: Google allows some thousand for each seat.
const MOST: usize = 100_000;

pub(in crate::server) async fn batch(
    State(app): State<App>,
    of: Result<Query<Owner>, QueryRejection>,
    body: Result<Json<Asked>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let account = of?.0.account(&app).await?;
    let Json(Asked { creative_ids, period }) = body?;
    if creative_ids.len() > MOST {
        return Err(ApiError::unprocessable(format!("creative_ids: name at most {MOST}")));
    }
    let window = match period.as_str() {
        "yesterday" => Period::YESTERDAY,
        "7d" => Period::Last(7),
        "30d" => Period::Last(30),
        "all_time" => Period::All,
        _ => return Err(ApiError::unprocessable("period: write yesterday, 7d, 30d or all_time")),
    };
    let days = window.days(Utc::now().date_naive().into());
    let answer = blocking(move || creatives(&app).metrics(account, &creative_ids, days)).await??;
    Ok(Json(json!({
        "count": answer.of.len(),
        "performance": answer.of,
        "period": period,
        "currency": answer.currency,
    })))
}
