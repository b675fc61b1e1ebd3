//! `GET /creatives/newly-uploaded`: creatives that an import of the last days was the first to name.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use chrono::Utc;
use serde::Deserialize;
use serde_json::{Value, json};

use super::creatives;
use crate::model::Micros;
use crate::server::error::ApiError;
use crate::server::routes::chunk_answer::units;
use crate::server::state::{App, blocking};

/// Of how many days.
#[derive(Debug, Deserialize)]
pub(in crate::server) struct Asked {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
    /// Exactly so many, ending today (UTC): what was imported this morning is what is looked for.
    #[serde(default = "week")]
    days: u16,
    #[serde(default = "hundred")]
    limit: usize,
    /// HTML, VIDEO or NATIVE.
    format: Option<String>,
}

fn week() -> u16 {
    7
}

fn hundred() -> usize {
    100
}

pub(in crate::server) async fn list(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(Asked { account, days, limit, format }) = asked?;
    if !(1..=90).contains(&days) {
        return Err(ApiError::unprocessable("days: write a number from 1 to 90"));
    }
    if !(1..=1000).contains(&limit) {
        return Err(ApiError::unprocessable("limit: write a number from 1 to 1000"));
    }
    let account = app.account(account).await?;
    let today = Utc::now().date_naive().into();
    let mut new = blocking(move || creatives(&app).new_in_reports(account, days, today)).await??;
    let format = format.filter(|format| !format.is_empty()).map(|format| format.to_uppercase());
    // The contract has no creative without a format; `catscan creatives new` shows these too.
    new.creatives.retain(|new| new.format.is_some() && (format.is_none() || new.format == format));
    let total = new.creatives.len();
    let shown = new.creatives.into_iter().take(limit).map(|new| {
        json!({
            "id": new.creative_id,
            "name": new.name,
            "format": new.format,
            "approval_status": new.approval_status,
            "width": new.width,
            "height": new.height,
            "canonical_size": new.size_name,
            "final_url": new.final_url,
            "first_seen_at": new.first_seen_at,
            "first_import_batch_id": new.first_import_batch_id.to_string(),
            "total_spend_usd": units(Micros(new.spend_micros)),
            "total_impressions": new.impressions,
        })
    });
    Ok(Json(json!({
        "creatives": shown.collect::<Vec<_>>(),
        "total_count": total,
        "period_start": new.first,
        "period_end": new.last,
    })))
}
