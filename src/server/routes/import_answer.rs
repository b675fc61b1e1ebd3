//! The answer of an upload, in the keys that the dashboard reads: those of its API description, and the shorter ones
//! that its import page looks at.
//!
//! `imported` counts every row that the store now holds because of this report or held already, so that uploading a
//! report again is a success. Totals and counts of distinct values are those of the rows that the import wrote.

use datafusion::common::ScalarValue;
use serde_json::{Value, json};

use crate::ingest::{ImportAnswer, Status};
use crate::model::{AccountId, BatchId};
use crate::query::format::{self, Format, Style};
use crate::query::{AccountScope, Question};
use crate::report::Fault;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

const TOTALS: &str = include_str!("../../../sql/imports/totals.sql");
const BILLING_IDS: &str = include_str!("../../../sql/imports/billing_ids.sql");

/// Turns the answer of the importer into the answer of the route.
pub(super) async fn of(app: &App, account: AccountId, answer: &ImportAnswer) -> Result<Value, ApiError> {
    if answer.status == Status::Refused {
        return Ok(failure(answer));
    }
    let mut said = success(answer);
    if let (Value::Object(said), Some(batch)) = (&mut said, answer.batch_id) {
        let totals = rows(app, account, batch, TOTALS).await?;
        if let Some(Value::Object(mut totals)) = totals.into_iter().next() {
            let live = totals.remove("live_rows");
            if answer.status == Status::Duplicate {
                said.extend([("imported".to_owned(), json!(live)), ("duplicates".to_owned(), json!(live))]);
            }
            said.extend(totals);
        }
        let ids = rows(app, account, batch, BILLING_IDS).await?;
        said.insert("billing_ids".into(), ids.into_iter().map(|mut row| row["billing_id"].take()).collect());
    }
    Ok(said)
}

fn success(answer: &ImportAnswer) -> Value {
    // For show in a JavaScript number; the exact value is spend_micros.
    let spend = answer.spend_micros.map(|micros| micros.0 as f64 / 1e6);
    json!({
        "success": true,
        "status": answer.status,
        "dry_run": answer.dry_run,
        "batch_id": answer.batch_id.map(|batch| batch.to_string()),
        "kind": answer.kind,
        "rows_read": answer.rows_read,
        "rows_imported": answer.rows_imported,
        "rows_replaced": answer.rows_replaced,
        "rows_duplicate": answer.rows_duplicate,
        "rows_rejected": answer.rows_rejected,
        "rows_skipped": answer.rows_skipped,
        "imported": answer.rows_imported + answer.rows_replaced + answer.rows_duplicate,
        "duplicates": answer.rows_duplicate,
        "date_range": answer.date_range,
        "spend_micros": answer.spend_micros,
        "total_spend": spend,
        "total_spend_usd": spend,
        "currency": answer.currency,
        "columns_imported": answer.columns_mapped.values().collect::<Vec<_>>(),
        "warnings": answer.warnings,
        "anomalies": answer.anomalies,
        "notes": answer.notes,
        "error_details": details(&answer.faults),
    })
}

fn failure(answer: &ImportAnswer) -> Value {
    let error = answer.error.as_ref();
    let message = error.map_or("the report was refused", |error| error.message.as_str());
    json!({
        "success": false,
        "status": answer.status,
        "error": message,
        "code": error.map(|error| error.code),
        "fix_instructions": error.and_then(|error| error.fix.as_ref()),
        "required_missing": error.map(|error| &error.columns_missing),
        "columns_found": error.map(|error| &error.columns_found),
        "columns_mapped": answer.columns_mapped,
        "errors": [message],
        "rows_read": answer.rows_read,
        "imported": 0,
        "error_details": details(&answer.faults),
    })
}

fn details(faults: &[Fault]) -> Vec<Value> {
    let detail = |fault: &Fault| json!({ "row": fault.line, "field": fault.column, "error": fault.reason, "value": fault.value });
    faults.iter().map(detail).collect()
}

/// The rows of a question about one import.
async fn rows(app: &App, account: AccountId, batch: BatchId, sql: &str) -> Result<Vec<Value>, ApiError> {
    let params = vec![("batch_id".to_owned(), ScalarValue::Int64(Some(batch.0)))];
    let question = Question { params, limits: app.store.limits(), ..Question::new(sql, AccountScope::one(account)) };
    let mut answer = app.engine.ask(question).await?;
    blocking(move || {
        let mut lines = Vec::new();
        format::write(&mut answer, Format::Ndjson, Style::default(), &mut lines)?;
        let rows = serde_json::Deserializer::from_slice(&lines).into_iter::<Value>();
        rows.collect::<Result<_, _>>().map_err(|error| ApiError::internal(&error))
    })
    .await?
}
