//! Rows of a report as lines of JSON in one call, of any length: kept on disk as they come, imported once at the end.

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use bytes::{Buf, BytesMut};
use futures::StreamExt;
use serde_json::{Value, json};
use uuid::Uuid;

use super::chunk_answer::units;
use super::owner::Owner;
use crate::jobs::chunks::{RowTexts, Sender, Upload};
use crate::model::{Day, Micros};
use crate::report::FaultReason;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};
use crate::server::uploads::{self, Outcome};

/// Rows that are looked at and kept together.
const ROWS_AT_ONCE: u64 = 10_000;
/// Text of rows that are kept together.
const BYTES_AT_ONCE: usize = 8 << 20;
/// The longest line.
const LINE_BYTES: usize = 1 << 20;
/// Errors in the answer.
const MOST_ERRORS: usize = 50;

/// `POST /api/performance/import/stream`: one row a line; bad ones are skipped and the first of them named.
pub(crate) async fn import(
    State(app): State<App>,
    owner: Result<Query<Owner>, QueryRejection>,
    body: Body,
) -> Result<Json<Value>, ApiError> {
    let account = owner?.0.account(&app).await?;
    let upload = Upload { account, sender: Sender::Once(Uuid::now_v7()), filename: None };
    let mut intake = Intake { app: app.clone(), upload, rows: RowTexts::default(), sum: Sum::default(), whole: false };
    let mut waiting = BytesMut::new();
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        waiting.extend_from_slice(&piece.map_err(|error| ApiError::broken_body(&error))?);
        while let Some(end) = waiting.iter().position(|byte| *byte == b'\n') {
            intake.line(&waiting[..end]).await?;
            waiting.advance(end + 1);
        }
        if waiting.len() > LINE_BYTES {
            return Err(ApiError::unprocessable("a line is longer than 1 MiB: write one row a line"));
        }
    }
    intake.line(&waiting).await?;
    intake.keep().await?;
    intake.whole = true;
    let outcome = uploads::finish(&app, intake.upload.clone(), None, None).await?;
    Ok(Json(intake.sum.answer(&outcome)))
}

/// Takes rows, and forgets them where the body breaks off.
struct Intake {
    app: App,
    upload: Upload,
    rows: RowTexts,
    sum: Sum,
    /// All rows are kept.
    whole: bool,
}

impl Intake {
    async fn line(&mut self, line: &[u8]) -> Result<(), ApiError> {
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(());
        }
        match serde_json::from_slice::<Value>(line) {
            Ok(row) => self.rows.push(&row),
            Err(_) => self.rows.push_unreadable(line),
        }
        if self.rows.rows() >= ROWS_AT_ONCE || self.rows.bytes() >= BYTES_AT_ONCE {
            self.keep().await?;
        }
        Ok(())
    }

    async fn keep(&mut self) -> Result<(), ApiError> {
        let rows = std::mem::take(&mut self.rows);
        if rows.rows() == 0 {
            return Ok(());
        }
        let (app, upload) = (self.app.clone(), self.upload.clone());
        let checked = blocking(move || {
            let checked = app.chunks.check(upload.account, &rows)?;
            app.chunks.add(&upload, &rows, checked.rejected)?;
            Ok::<_, ApiError>(checked)
        })
        .await??;
        let sum = &mut self.sum;
        for fault in checked.faults.iter().take(MOST_ERRORS - sum.errors.len()) {
            sum.errors.push(sentence(
                sum.rows + fault.row,
                fault.field.as_deref(),
                fault.reason,
                fault.value.as_deref(),
            ));
        }
        sum.rows += checked.rows;
        sum.rejected += checked.rejected;
        sum.batches += 1;
        sum.days = match (sum.days, checked.days) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        sum.spend = match (sum.spend, checked.spend) {
            (Some(a), Some(b)) => Some(Micros(a.0.saturating_add(b.0))),
            (a, b) => a.or(b),
        };
        Ok(())
    }
}

impl Drop for Intake {
    fn drop(&mut self) {
        if !self.whole && self.sum.batches > 0 {
            let (app, upload) = (self.app.clone(), self.upload.clone());
            // Outside the runtime nobody is left to whom it matters; the quiet time finds the rows.
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn_blocking(move || app.chunks.forget(&upload));
            }
        }
    }
}

fn sentence(row: u64, field: Option<&str>, reason: FaultReason, value: Option<&str>) -> String {
    let field = field.map(|field| format!(", {field}")).unwrap_or_default();
    let value = value.map(|value| format!(" ({value})")).unwrap_or_default();
    format!("row {row}{field}: {}{value}", reason.code().replace('_', " "))
}

/// What all rows together are.
#[derive(Default)]
struct Sum {
    rows: u64,
    rejected: u64,
    batches: u64,
    errors: Vec<String>,
    days: Option<(Day, Day)>,
    spend: Option<Micros>,
}

impl Sum {
    fn answer(&mut self, outcome: &Outcome) -> Value {
        let mut imported = self.rows - self.rejected;
        if let Outcome::Over(answer) = outcome
            && let Some(error) = &answer.error
        {
            imported = 0;
            self.errors.truncate(MOST_ERRORS - 1);
            self.errors.insert(0, error.message.clone());
        }
        json!({
            "status": "completed",
            "total_rows": self.rows,
            "imported": imported,
            "skipped": self.rejected,
            "batches": self.batches,
            "errors": self.errors,
            "date_range": self.days.map(|(start, end)| json!({ "start": start, "end": end })),
            "total_spend": self.spend.map(units),
        })
    }
}
