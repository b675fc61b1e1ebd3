//! The answers to uploads in several calls, in the keys that the dashboard reads.

use serde_json::{Value, json};

use crate::ingest::{ImportAnswer, Status};
use crate::jobs::JobRecord;
use crate::jobs::chunks::Checked;
use crate::model::{BatchId, Micros};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};
use crate::server::uploads::Outcome;

/// The answer to one call's rows.
pub(super) fn of_batch(checked: &Checked) -> Value {
    let errors = checked.faults.iter().map(|fault| {
        json!({
            "row": fault.row,
            "field": fault.field.as_deref().unwrap_or("row"),
            "error": fault.reason,
            "value": fault.value,
        })
    });
    json!({
        "status": "completed",
        "total_rows": checked.rows,
        "imported": checked.rows - checked.rejected,
        "skipped": checked.rejected,
        "batches": 1,
        "errors": errors.collect::<Vec<_>>(),
        "date_range": checked.days.map(|(start, end)| json!({ "start": start, "end": end })),
        "total_spend": checked.spend.map(units),
    })
}

/// For show in a JavaScript number; the exact value is in micros.
pub(super) fn units(micros: Micros) -> f64 {
    micros.0 as f64 / 1e6
}

/// Why the whole upload was refused, as an error of the call that ended it.
pub(super) fn add_refusal(answer: &mut Value, outcome: &Outcome) {
    let Outcome::Over(import) = outcome else { return };
    if let (Some(error), Some(errors)) = (&import.error, answer["errors"].as_array_mut()) {
        errors.push(json!({ "row": 0, "field": "upload", "error": error.message, "value": error.code }));
        answer["imported"] = json!(0);
    }
}

/// What is known of an upload when its sender closes it.
pub(super) struct Finalized {
    rows: u64,
    /// done, running, failed; none where nothing was uploaded under that name.
    state: Option<String>,
    error: Option<String>,
    batch: Option<BatchId>,
    is_duplicate: bool,
}

impl Finalized {
    pub(super) fn of_outcome(outcome: Outcome) -> Self {
        let (rows, state, error, batch, is_duplicate) = match outcome {
            Outcome::Nothing => (0, None, None, None, false),
            Outcome::Waiting { accepted } => (accepted, Some("running"), None, None, false),
            Outcome::Over(answer) => {
                let state = if answer.status == Status::Refused { "failed" } else { "done" };
                let error = answer.error.as_ref().map(|error| error.message.clone());
                (taken(&answer), Some(state), error, answer.batch_id, answer.status == Status::Duplicate)
            }
        };
        Self { rows, state: state.map(str::to_owned), error, batch, is_duplicate }
    }

    pub(super) fn of_job(job: JobRecord) -> Self {
        let count = |name: &str| job.result[name].as_u64().unwrap_or(0);
        Self {
            rows: if job.state == "done" {
                count("rows_imported") + count("rows_replaced") + count("rows_duplicate")
            } else {
                0
            },
            is_duplicate: job.result["status"] == "duplicate",
            state: Some(job.state),
            error: job.error,
            batch: job.batch_id,
        }
    }
}

/// Every row that the store now holds because of this import or held already.
pub(super) fn taken(answer: &ImportAnswer) -> u64 {
    match answer.status {
        Status::Refused => 0,
        _ => answer.rows_imported + answer.rows_replaced + answer.rows_duplicate,
    }
}

/// The answer to the end of an upload. Of bytes that are live already, the rows are those of the import that holds them.
pub(super) async fn of_finalize(app: &App, batch_id: &str, finalized: Finalized) -> Result<Value, ApiError> {
    let Finalized { mut rows, state, error, batch, is_duplicate } = finalized;
    if let Some(batch) = batch.filter(|_| is_duplicate) {
        let importer = app.store.importer.clone();
        let record = blocking(move || importer.record(batch, None, 0)).await?;
        let record = record.map_err(|error| ApiError::internal(&error))?;
        rows = record
            .map_or(0, |record| (record.rows_imported + record.rows_replaced + record.rows_duplicate).unsigned_abs());
    }
    Ok(json!({
        "status": "recorded",
        "batch_id": batch_id,
        "rows_imported": rows,
        "import_batch_id": batch.map(|batch| batch.to_string()),
        "import_state": state,
        "error": error,
    }))
}
