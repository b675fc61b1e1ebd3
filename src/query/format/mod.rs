//! Writes an answer: a table for people, JSON, NDJSON, CSV, Arrow IPC or Parquet for programs.
//!
//! Every format is an [`Encoder`] that turns one batch after the other into bytes, so memory stays constant however
//! long the answer is; [`write()`] drives it to a `Write` (command line), [`stream`] to a stream of bytes (HTTP).
//!
//! Integers are written exactly, fractions for people as plain decimals, days as `YYYY-MM-DD`, times as RFC 3339, null as null (an empty field in CSV, where
//! an empty text is `""`; `–` in tables). JSON for programs on the line is an array of objects; over HTTP it is an
//! [`Envelope`] around that array. An answer that was cut at a cap says so in the envelope and below the table; the
//! other formats have no place for it: [`write()`] returns it in the [`Ending`], and [`stream`] ends with an error, so
//! that no client takes a part for the whole.

mod arrow_ipc;
mod cells;
mod csv;
mod json;
mod parquet;
mod table;

use std::fmt;
use std::io::{ErrorKind, Write};
use std::str::FromStr;

use arrow::array::RecordBatch;
use futures::Stream;

pub use self::json::Envelope;
pub use self::table::TableStyle;
use super::answer::{Answer, Ending};
use super::error::QueryError;

/// How an answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Format {
    /// For people, at a terminal.
    #[default]
    Table,
    /// An array of objects; over HTTP in an envelope.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// RFC 4180 with a header line; text that a spreadsheet would run as a formula is guarded.
    Csv,
    /// Arrow IPC stream.
    Arrow,
    /// One Parquet file.
    Parquet,
}

impl Format {
    /// All formats, in the order that help texts show.
    pub const ALL: [Self; 6] = [Self::Table, Self::Json, Self::Ndjson, Self::Csv, Self::Arrow, Self::Parquet];

    /// The name, as options and requests spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Arrow => "arrow",
            Self::Parquet => "parquet",
        }
    }

    /// The media type of the written bytes.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Table => "text/plain; charset=utf-8",
            Self::Json => "application/json",
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Arrow => "application/vnd.apache.arrow.stream",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// Whether the bytes are no text for a terminal.
    pub const fn is_binary(self) -> bool {
        matches!(self, Self::Arrow | Self::Parquet)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        Self::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(text)).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            QueryError::Refused { what: format!("the format '{text}'"), why: format!("the formats are: {names}") }
        })
    }
}

/// What a format may need beside the answer.
#[derive(Clone, Debug, Default)]
pub struct Style {
    /// For JSON: write an envelope around the array of rows.
    pub envelope: Option<Envelope>,
    /// For tables.
    pub table: TableStyle,
}

/// Turns batches into bytes, appended to `out`.
trait Encoder: Send {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), QueryError>;
    fn batch(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), QueryError>;
    fn end(&mut self, ending: &Ending, out: &mut Vec<u8>) -> Result<(), QueryError>;
    /// Whether what `end` writes tells that the answer was cut.
    fn says_cut(&self) -> bool {
        false
    }
}

fn encoder(answer: &Answer, format: Format, style: Style) -> Result<Box<dyn Encoder>, QueryError> {
    Ok(match format {
        Format::Table => Box::new(table::Table::new(&answer.schema, style.table)),
        Format::Json => Box::new(json::Json::new(answer, style.envelope)),
        Format::Ndjson => Box::new(json::Ndjson::new()),
        Format::Csv => Box::new(csv::Csv::new(&answer.schema)),
        Format::Arrow => Box::new(arrow_ipc::ArrowIpc::new(&answer.schema)?),
        Format::Parquet => Box::new(parquet::Parquet::new(&answer.schema)?),
    })
}

/// Writes the whole answer; returns how it ended. It blocks, and panics inside a runtime: see [`stream`] there.
pub fn write(
    answer: &mut Answer,
    format: Format,
    style: Style,
    out: &mut (impl Write + ?Sized),
) -> Result<Ending, QueryError> {
    let mut encoder = encoder(answer, format, style)?;
    let mut bytes = Vec::new();
    encoder.begin(&mut bytes)?;
    while let Some(batch) = answer.next_blocking() {
        encoder.batch(&batch?, &mut bytes)?;
        out.write_all(&bytes).map_err(output)?;
        bytes.clear();
    }
    let ending = ended(answer)?;
    encoder.end(&ending, &mut bytes)?;
    out.write_all(&bytes).and_then(|()| out.flush()).map_err(output)?;
    Ok(ending)
}

/// The answer as a stream of bytes, for a response body. Dropping it cancels the question.
pub fn stream(
    answer: Answer,
    format: Format,
    style: Style,
) -> Result<impl Stream<Item = Result<Vec<u8>, QueryError>> + Send + 'static, QueryError> {
    let mut encoder = encoder(&answer, format, style)?;
    let mut first = Vec::new();
    encoder.begin(&mut first)?;
    let state = Body { answer, encoder, first: Some(first), over: false };
    Ok(futures::stream::unfold(state, |mut body| async move {
        let item = body.next().await?;
        body.over |= item.is_err();
        Some((item, body))
    }))
}

struct Body {
    answer: Answer,
    encoder: Box<dyn Encoder>,
    first: Option<Vec<u8>>,
    over: bool,
}

impl Body {
    /// The next piece of bytes that is not empty.
    async fn next(&mut self) -> Option<Result<Vec<u8>, QueryError>> {
        let mut bytes = self.first.take().unwrap_or_default();
        while !self.over {
            if let Err(error) = self.step(&mut bytes).await {
                return Some(Err(error));
            }
            if !bytes.is_empty() {
                return Some(Ok(bytes));
            }
        }
        None
    }

    async fn step(&mut self, bytes: &mut Vec<u8>) -> Result<(), QueryError> {
        if let Some(batch) = self.answer.next().await {
            return self.encoder.batch(&batch?, bytes);
        }
        let ending = ended(&self.answer)?;
        if let Some(cut) = ending.cut
            && !self.encoder.says_cut()
        {
            return Err(QueryError::Incomplete(cut.to_string()));
        }
        self.over = true;
        self.encoder.end(&ending, bytes)
    }
}

fn ended(answer: &Answer) -> Result<Ending, QueryError> {
    answer.ending().cloned().ok_or_else(|| QueryError::Internal("the answer has no ending".to_owned()))
}

/// A reader that went away (`| head`) is no failure of the answer.
fn output(error: std::io::Error) -> QueryError {
    if error.kind() == ErrorKind::BrokenPipe { QueryError::Cancelled } else { QueryError::Output(error.to_string()) }
}

/// An encoder failed on a value: the answer holds a type that the format cannot carry.
fn encoding(error: impl fmt::Display) -> QueryError {
    QueryError::Output(format!("{error}; cast the column to text"))
}

#[cfg(test)]
mod tests;
