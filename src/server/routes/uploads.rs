//! The import history in the keys that the dashboard reads.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::chunk_answer::units;
use crate::ingest::UploadLine;
use crate::model::Micros;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// Which page of the history.
#[derive(Debug, Deserialize)]
pub(crate) struct Paged {
    /// How many, 1 to 500.
    #[serde(default = "fifty")]
    limit: u32,
    /// After how many newer ones.
    #[serde(default)]
    offset: u32,
    /// Google's id of the bidder, whatever account it is.
    bidder_id: Option<String>,
    /// Account by name or number; the first one where neither is named.
    account: Option<String>,
}

fn fifty() -> u32 {
    50
}

/// `GET /api/uploads/history`: imports, newest first.
pub(crate) async fn history(
    State(app): State<App>,
    paged: Result<Query<Paged>, QueryRejection>,
) -> Result<Json<Vec<Value>>, ApiError> {
    let Query(Paged { limit, offset, bidder_id, account }) = paged?;
    if !(1..=500).contains(&limit) {
        return Err(ApiError::unprocessable("limit: write a number from 1 to 500"));
    }
    let account = match (&bidder_id, account) {
        (Some(_), None) => None,
        (_, account) => Some(app.account(account).await?),
    };
    let lines = blocking(move || app.store.importer.uploads(account, bidder_id.as_deref(), limit, offset)).await?;
    let lines = lines.map_err(|error| ApiError::internal(&error))?;
    Ok(Json(lines.into_iter().map(item).collect()))
}

fn item(line: UploadLine) -> Value {
    let (start, end) = line.days.unzip();
    json!({
        "batch_id": line.batch_id.to_string(),
        "filename": line.file,
        "imported_at": line.imported_at,
        "rows_read": line.rows_read,
        "rows_imported": line.rows_taken,
        "rows_skipped": line.rows_left_out,
        "rows_duplicate": line.rows_duplicate,
        "date_range_start": start,
        "date_range_end": end,
        "total_spend_usd": units(Micros(line.spend_micros)),
        // To the byte: a small file is not of 0 MB.
        "file_size_mb": line.file_size_bytes as f64 / (1 << 20) as f64,
        "status": line.status,
        "error_message": line.error_message,
        "bidder_id": line.bidder_id,
        "billing_ids_found": line.billing_ids,
    })
}
