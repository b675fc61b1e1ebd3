//! What people read after an import: one short block per file.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use serde::Deserialize;

use super::failure::Failure;
use super::numbers::{self, count};
use crate::ingest::{ImportAnswer, StageTime};
use crate::model::Micros;

/// The fields of an import's answer that people are shown; the wire form of `catscan import --json`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Summary {
    file: String,
    batch_id: Option<i64>,
    status: String,
    dry_run: bool,
    kind: Option<String>,
    rows_read: u64,
    rows_imported: u64,
    rows_replaced: u64,
    rows_duplicate: u64,
    rows_rejected: u64,
    rows_skipped: u64,
    date_range: Option<DateRange>,
    spend_micros: Option<i64>,
    currency: Option<String>,
    warnings: BTreeMap<String, u64>,
    anomalies: Vec<Anomaly>,
    notes: Vec<String>,
    elapsed_ms: u64,
    timings: Vec<StageTime>,
    faults: Vec<Fault>,
    error: Option<Refusal>,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Anomaly {
    message: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct DateRange {
    start: String,
    end: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Fault {
    line: u64,
    column: Option<String>,
    reason: String,
    value: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Refusal {
    message: String,
    fix: Option<String>,
}

/// All that is said of an answer, as text: why the file was refused and what to do, then the block.
pub fn note(answer: &ImportAnswer) -> String {
    let summary = Summary::of(&serde_json::to_string(answer).unwrap_or_default());
    let mut text = summary.refusal().map_or_else(String::new, |refusal| refusal.to_string()).into_bytes();
    // A vector takes every byte.
    let _ = summary.write(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

impl Summary {
    /// The summary of an answer; fields that it lacks are empty.
    pub fn of(answer: &str) -> Self {
        serde_json::from_str(answer).unwrap_or_default()
    }

    /// Rows that are new or changed in the store.
    pub fn rows_taken(&self) -> u64 {
        if self.status == "imported" && !self.dry_run { self.rows_imported + self.rows_replaced } else { 0 }
    }

    /// True when nothing of the file was imported.
    pub fn is_refused(&self) -> bool {
        self.status == "refused"
    }

    /// Why the file was refused and what to do, for standard error.
    pub fn refusal(&self) -> Option<Failure> {
        if !self.is_refused() {
            return None;
        }
        let error = self.error.clone().unwrap_or_default();
        let failure = Failure::new(format_args!("{}: {}", self.file, error.message));
        Some(match error.fix {
            Some(fix) => failure.help(fix),
            None => failure,
        })
    }

    /// Writes where the time went: a line for each stage, with its share and what it cost a row.
    pub fn write_timings(&self, out: &mut impl Write) -> io::Result<()> {
        let all_ms: f64 = self.timings.iter().map(|time| time.ms).sum();
        for (label, time) in labels("stages").zip(&self.timings) {
            // A stage is called as in the answer.
            let stage = serde_json::to_string(&time.stage).unwrap_or_default();
            let (share, row) =
                (100.0 * time.ms / all_ms.max(f64::MIN_POSITIVE), time.ms * 1e6 / self.rows_read.max(1) as f64);
            let text = format!("{:<8}{:>9.1} ms {share:>5.1} % {row:>7.0} ns a row", stage.trim_matches('"'), time.ms);
            line(out, label, &text)?;
        }
        Ok(())
    }

    /// Writes the block; of a refused file only what was found in its rows.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let batch = self.batch_id.map_or_else(String::new, |batch| format!(" as batch {batch}"));
        match self.status.as_str() {
            "imported" if self.dry_run => {
                let kind = self.kind.as_deref().unwrap_or("a");
                writeln!(out, "{}: {kind} report would be imported; nothing was changed (dry run)", self.file)?;
            }
            "imported" => {
                let kind = self.kind.as_deref().unwrap_or("a");
                writeln!(out, "{}: {kind} report imported{batch}", self.file)?;
            }
            "duplicate" => {
                writeln!(out, "{}: known already{batch}; nothing was changed", self.file)?;
                return Ok(());
            }
            _ if self.rows_read == 0 => return Ok(()),
            _ => writeln!(out, "{}: refused, nothing was imported", self.file)?,
        }
        line(out, "rows", &self.rows())?;
        if let Some(days) = self.date_range.as_ref().filter(|_| !self.is_refused()) {
            let days =
                if days.start == days.end { days.start.clone() } else { format!("{} to {}", days.start, days.end) };
            line(out, "days", &days)?;
        }
        if let Some(spend) = self.spend_micros.filter(|_| !self.is_refused()) {
            let currency = self.currency.as_deref().unwrap_or("(currency unknown)");
            line(out, "spend", &format!("{} {currency}", numbers::money(Micros(spend))))?;
        }
        for (label, warning) in labels("warnings").zip(self.warnings()) {
            line(out, label, &warning)?;
        }
        for (label, note) in labels("notes").zip(&self.notes) {
            line(out, label, note)?;
        }
        for (label, fault) in labels("faults").zip(&self.faults) {
            line(out, label, &fault.sentence())?;
        }
        let untold = self.rows_rejected.saturating_sub(self.faults.len() as u64);
        if untold > 0 && !self.faults.is_empty() {
            line(out, "", &format!("and {} more; `import_faults` has them", count(untold)))?;
        }
        if !self.is_refused() {
            line(out, "time", &numbers::elapsed(Duration::from_millis(self.elapsed_ms)))?;
        }
        Ok(())
    }

    /// Each anomaly in its own words, the others with the number of their rows.
    fn warnings(&self) -> impl Iterator<Item = String> {
        let told = |warning: &str| warning == "upload_anomaly" && !self.anomalies.is_empty();
        let counted = self.warnings.iter().filter(move |(warning, _)| !told(warning));
        let counted = counted.map(|(warning, rows)| format!("{} ({})", warning.replace('_', " "), count(*rows)));
        self.anomalies.iter().map(|anomaly| anomaly.message.clone()).chain(counted)
    }

    fn rows(&self) -> String {
        let mut text = format!("{} read: {} imported", count(self.rows_read), count(self.rows_imported));
        for (rows, word) in [
            (self.rows_replaced, "replaced"),
            (self.rows_duplicate, "unchanged"),
            (self.rows_rejected, "rejected"),
            (self.rows_skipped, "skipped"),
        ] {
            if rows > 0 {
                text.push_str(&format!(", {} {word}", count(rows)));
            }
        }
        text
    }
}

impl Fault {
    fn sentence(&self) -> String {
        let column = self.column.as_ref().map_or_else(String::new, |column| format!(", {column}"));
        let value = self.value.as_ref().map_or_else(String::new, |value| format!(": {value:?}"));
        format!("line {}{column}: {}{value}", count(self.line), self.reason.replace('_', " "))
    }
}

/// The label once, then none: the lines of one list.
fn labels(label: &str) -> impl Iterator<Item = &str> {
    std::iter::once(label).chain(std::iter::repeat(""))
}

fn line(out: &mut impl Write, label: &str, text: &str) -> io::Result<()> {
    let mut label = label;
    for part in text.lines() {
        writeln!(out, "  {label:<10}{part}")?;
        label = "";
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn timings_have_a_line_for_each_stage() {
        let answer = json!({"status": "imported", "rows_read": 1000, "timings": [
            {"stage": "read", "ms": 3.0}, {"stage": "encode", "ms": 1.0}]});
        let mut out = Vec::new();
        Summary::of(&answer.to_string()).write_timings(&mut out).unwrap();
        let lines = [
            "  stages    read          3.0 ms  75.0 %    3000 ns a row",
            "            encode        1.0 ms  25.0 %    1000 ns a row\n",
        ];
        assert_eq!(String::from_utf8(out).unwrap(), lines.join("\n"));
    }

    fn shown(answer: Value) -> String {
        let mut text = Vec::new();
        Summary::of(&answer.to_string()).write(&mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn an_import_is_told_in_a_few_lines() {
        insta::assert_snapshot!(shown(json!({
            "file": "reports/a.csv", "batch_id": 3, "status": "imported", "kind": "performance", "rows_read": 20_000,
            "rows_imported": 19_990, "rows_replaced": 0, "rows_duplicate": 8, "rows_rejected": 2, "rows_skipped": 0,
            "date_range": {"start": "2026-11-18", "end": "2026-11-19"}, "spend_micros": 1_234_567_890_000_i64,
            "currency": "USD", "warnings": {"clicks_over_impressions": 12, "currency_unknown": 1, "upload_anomaly": 1}, "elapsed_ms": 421,
            "anomalies": [{"metric_date": "2026-11-19", "message": "2026-11-19 has 31 % of the usual rows"}],
            "faults": [{"line": 17, "column": "Spend", "reason": "not_money", "value": "abc"}], "error": null
        })), @r#"
        reports/a.csv: performance report imported as batch 3
          rows      20,000 read: 19,990 imported, 8 unchanged, 2 rejected
          days      2026-11-18 to 2026-11-19
          spend     1,234,567.89 USD
          warnings  2026-11-19 has 31 % of the usual rows
                    clicks over impressions (12)
                    currency unknown (1)
          faults    line 17, Spend: not money: "abc"
                    and 1 more; `import_faults` has them
          time      421 ms
        "#);
    }

    #[test]
    fn a_refusal_is_one_message_and_the_rows_that_caused_it() {
        let answer = json!({
            "file": "notes.csv", "status": "refused", "rows_read": 2, "rows_rejected": 2,
            "faults": [{"line": 2, "column": "metric_date", "reason": "no_date", "value": null}],
            "error": {"code": "too_many_rejects", "message": "2 of 2 rows are at fault", "fix": "correct them"}
        });
        let refusal = Summary::of(&answer.to_string()).refusal();
        let Some(Failure::Told { message, help, code: 1 }) = refusal else { panic!("{refusal:?}") };
        assert_eq!((message.as_str(), help.as_deref()), ("notes.csv: 2 of 2 rows are at fault", Some("correct them")));
        insta::assert_snapshot!(shown(answer), @r"
        notes.csv: refused, nothing was imported
          rows      2 read: 0 imported, 2 rejected
          faults    line 2, metric_date: no date
                    and 1 more; `import_faults` has them
        ");
    }

    #[test]
    fn a_known_file_names_its_first_import() {
        let text = shown(json!({"file": "a.csv", "batch_id": 1, "status": "duplicate", "rows_read": 5}));
        assert_eq!(text, "a.csv: known already as batch 1; nothing was changed\n");
    }
}
