//! The rows of a named question as values of the program, for answers that are small or counted by creatives.

use serde::de::DeserializeOwned;

use super::error::AnalyticsError;
use super::report::{Ask, report_blocking};
use crate::model::{Day, SnapshotId};
use crate::query::format::{Format, Style, write};
use crate::query::{Engine, Limits};

/// All rows of a question, and what they were read from.
#[derive(Clone, Debug)]
pub struct Rows<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// The state of the facts.
    pub snapshot: SnapshotId,
    /// The newest day for which the question's report kind has rows, inside the window or not.
    pub newest_day: Option<Day>,
}

/// All rows of the question of that name, without a cap on their number. It blocks, and panics inside a runtime.
pub fn rows_blocking<T: DeserializeOwned>(engine: &Engine, name: &str, ask: Ask) -> Result<Vec<T>, AnalyticsError> {
    read_blocking(engine, name, ask).map(|read| read.rows)
}

/// The same, with what they were read from.
pub fn read_blocking<T: DeserializeOwned>(engine: &Engine, name: &str, ask: Ask) -> Result<Rows<T>, AnalyticsError> {
    // A part of the rows would be other sums.
    let limits = Limits { rows: None, bytes: None, ..ask.limits.clone() };
    let mut report = report_blocking(engine, name, Ask { limits, ..ask })?;
    let mut lines = Vec::new();
    write(&mut report.answer, Format::Ndjson, Style::default(), &mut lines)?;
    let rows = serde_json::Deserializer::from_slice(&lines).into_iter();
    let wrong =
        |error: serde_json::Error| AnalyticsError::Rows { question: report.question.name, reason: error.to_string() };
    let rows = rows.collect::<Result<_, _>>().map_err(wrong)?;
    Ok(Rows { rows, snapshot: report.answer.snapshot, newest_day: report.newest_day })
}
