//! All that is known of one import.

use std::fmt::Write as _;
use std::io::Write;
use std::time::Duration;

use serde_json::Value;

use crate::cli::failure::{Failure, OrFail};
use crate::cli::numbers::{bytes, count, counted, elapsed, money};
use crate::ingest::{FaultRecord, ImportRecord};
use crate::jobs::Store;
use crate::model::{BatchId, Micros};

/// Prints the record for people, or as one object.
pub(super) fn run(store: &Store, batch: BatchId, faults: u32, json: bool) -> Result<(), Failure> {
    let Some(record) = store.importer.record(batch, None, faults).or_fail()? else {
        let message = format!("there is no import with the number {batch}");
        return Err(Failure::new(message).help("`catscan imports --account all` lists them"));
    };
    let mut out = std::io::stdout().lock();
    if json {
        serde_json::to_writer(&mut out, &record).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", words(&record))?;
    }
    Ok(())
}

fn words(record: &ImportRecord) -> String {
    let mut page = Page(format!("batch {}: {}, {}\n", record.batch_id, record.file, record.status));
    page.line("kind", format!("{}, imported in mode {}", record.kind, record.mode));
    page.line(
        "file",
        format!("{}, blake3 {}", bytes(record.file_size_bytes.unsigned_abs()), or_dash(&record.file_hash)),
    );
    page.line("imported", record.imported_at.clone());
    page.lines("undone", record.undone_at.iter().cloned());
    page.lines("why", record.error_message.iter().cloned());
    page.line("rows", rows(record));
    if let (Some(first), Some(last)) = (&record.date_range_start, &record.date_range_end) {
        page.line("days", format!("{first} to {last}"));
    }
    if let Some(spend) = record.spend_micros {
        let currency = record.currency.as_deref().unwrap_or("(currency unknown)");
        page.line("spend", format!("{} {currency}", money(Micros(spend))));
    }
    page.lines(
        "columns",
        entries(&record.columns_mapped).map(|(header, column)| format!("{header} → {}", text(column))),
    );
    page.lines("ignored", record.columns_ignored.as_array().into_iter().flatten().map(text));
    page.lines("warnings", counts(&record.warnings));
    page.lines(
        "changed",
        record.changes.iter().map(|day| {
            let before = format!("{} in {}", counted(day.rows_before, "row"), counted(day.files_before, "file"));
            let after = format!("{} in {}", counted(day.rows_after, "row"), counted(day.files_after, "file"));
            format!("{}  {before} before, {after} after", day.day)
        }),
    );
    if record.changes_forgotten {
        page.line("changed", "too long ago to say, and to be undone".to_owned());
    }
    page.lines("rejected", counts(&record.faults_by_reason));
    page.lines("faults", record.faults.iter().map(sentence));
    if let Some(time) = record.elapsed_ms {
        page.line("time", elapsed(Duration::from_millis(time.unsigned_abs())));
    }
    page.0
}

fn rows(record: &ImportRecord) -> String {
    let outcomes = [
        (record.rows_imported, "imported"),
        (record.rows_replaced, "replaced"),
        (record.rows_duplicate, "unchanged"),
        (record.rows_rejected, "rejected"),
        (record.rows_skipped, "skipped"),
    ];
    let outcomes = outcomes.map(|(rows, word)| format!("{} {word}", count(rows.unsigned_abs())));
    format!("{} read: {}", count(record.rows_read.unsigned_abs()), outcomes.join(", "))
}

fn entries(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn counts(object: &Value) -> impl Iterator<Item = String> {
    entries(object).map(|(name, rows)| format!("{} ({})", name.replace('_', " "), count(rows.as_u64().unwrap_or(0))))
}

fn sentence(fault: &FaultRecord) -> String {
    let column = fault.column.as_ref().map_or_else(String::new, |column| format!(", {column}"));
    let value = fault.value.as_ref().map_or_else(String::new, |value| format!(": {value:?}"));
    format!("line {}{column}: {}{value}", count(fault.line.unsigned_abs()), fault.reason.replace('_', " "))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "–" } else { text }
}

/// Lines under labels.
struct Page(String);

impl Page {
    fn line(&mut self, label: &str, text: String) {
        self.lines(label, std::iter::once(text));
    }

    /// The label stands once, before the first line.
    fn lines(&mut self, label: &str, lines: impl Iterator<Item = String>) {
        for (at, line) in lines.enumerate() {
            // Writing to a String does not fail.
            let _ = writeln!(self.0, "  {:<10}{line}", if at == 0 { label } else { "" });
        }
    }
}
