//! Daily figures of creatives in one call: each takes the place of the one with the same creative, day, country, device
//! and placement.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::chunk_answer::taken;
use super::chunks::read;
use super::owner::Owner;
use crate::jobs::chunks::{RowTexts, Sender, Upload};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};
use crate::server::uploads::{self, Outcome};

/// The figures.
#[derive(Deserialize)]
struct Metrics {
    metrics: Vec<Value>,
}

/// Figures that a row lacks are zero.
const FIGURES: [&str; 3] = ["impressions", "clicks", "spend_micros"];

/// What a row may be about; a row that lacks one is about none, so that all calls count by the same.
const ABOUT: [&str; 3] = ["geography", "device_type", "placement"];

/// `POST /api/performance/import`: all rows or, where one is at fault, none.
pub(crate) async fn import(
    State(app): State<App>,
    owner: Result<Query<Owner>, QueryRejection>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, ApiError> {
    let account = owner?.0.account(&app).await?;
    let Metrics { metrics } = read(body?).await?;
    let rows = metrics.len() as u64;
    let upload = Upload { account, sender: Sender::Figures(Uuid::now_v7()), filename: None };
    if rows == 0 {
        return Ok(Json(answer(0)));
    }
    let keeping = (app.clone(), upload.clone());
    blocking(move || {
        let (app, upload) = keeping;
        let mut texts = RowTexts::default();
        metrics.into_iter().for_each(|row| texts.push(&whole(row)));
        let checked = app.chunks.check(upload.account, &texts)?;
        if let Some(fault) = checked.faults.first() {
            let field = fault.field.as_deref().unwrap_or("row");
            let detail = format!(
                "{} of {rows} metrics are at fault, and nothing was imported; the first: number {}, {field}: {}",
                checked.rejected,
                fault.row,
                fault.reason.code().replace('_', " ")
            );
            return Err(ApiError::unprocessable(detail));
        }
        Ok(app.chunks.add(&upload, &texts, 0)?)
    })
    .await??;
    match uploads::finish(&app, upload, None, None).await? {
        Outcome::Over(import) => match import.error {
            Some(error) => Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, error.code, error.message)),
            None => Ok(Json(answer(taken(&import)))),
        },
        Outcome::Waiting { .. } | Outcome::Nothing => Ok(Json(answer(rows))),
    }
}

fn answer(records: u64) -> Value {
    json!({
        "status": "completed",
        "records_imported": records,
        "message": format!("Imported {records} performance records"),
    })
}

/// The row with all that it leaves out.
fn whole(mut row: Value) -> Value {
    if let Some(keys) = row.as_object_mut() {
        let spend = keys.contains_key("spend");
        for figure in FIGURES.iter().filter(|figure| !(spend && **figure == "spend_micros")) {
            keys.entry(*figure).or_insert(json!(0));
        }
        for about in ABOUT {
            keys.entry(about).or_insert(Value::Null);
        }
    }
    row
}
