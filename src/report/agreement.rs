//! Whether all readers of a report say the same: in blocks of any length, by several readers together, and record by
//! record. For tests and fuzz targets, which hold them against each other.

mod header_says;
mod round_trip;

use std::collections::BTreeMap;

use super::parse::{parse_blocks_together, parse_in_blocks};
use super::reader::Reader;
use super::{
    DateReading, Fault, FaultReason, Header, ParseError, Parsed, Refusal, ReportKind, RowSink, Terms, records,
};
use crate::model::{Currency, Micros};

pub(crate) use header_says::header_says;
pub(crate) use round_trip::round_trip;

/// What a report says, in words that do not depend on the order in which texts were first seen.
#[derive(Debug, PartialEq)]
pub(super) struct Said {
    pub rows: Vec<Vec<String>>,
    pub rows_read: u64,
    pub rows_skipped: u64,
    pub faults: Vec<Fault>,
    pub by_reason: BTreeMap<FaultReason, u64>,
    pub warnings: BTreeMap<&'static str, u64>,
    pub spend: Option<Micros>,
    pub currency: (Option<Currency>, bool),
    pub reading: DateReading,
}

impl Said {
    fn new(parsed: Result<Parsed, ParseError>, rows: &[(u32, Vec<u32>)]) -> Result<Self, String> {
        let parsed = parsed.map_err(|error| error.to_string())?;
        let cell = |word: usize, value: u32| match &parsed.dictionaries[word] {
            Some(dictionary) => format!("{:?}", dictionary.text(value)),
            None => format!("{:?}", parsed.words.value(value)),
        };
        let row = |(date, row): &(u32, Vec<u32>)| {
            let mut cells: Vec<_> = row.iter().enumerate().map(|(word, value)| cell(word, *value)).collect();
            cells.push(format!("{:?}", parsed.days[*date as usize]));
            cells
        };
        let rows = rows.iter().map(row).collect();
        let Parsed { rows_read, rows_skipped, faults, warnings, spend, reading, .. } = parsed;
        let currency = (parsed.currency, parsed.currency_from_symbol);
        let (faults, by_reason) = (faults.kept, faults.by_reason);
        Ok(Self { rows, rows_read, rows_skipped, faults, by_reason, warnings, spend, currency, reading })
    }

    /// Whether each row read was kept, skipped or rejected.
    fn adds_up(&self) -> bool {
        // Rows of a date that proved wrong are rejected at the end.
        let kept = self.rows.iter().filter(|row| row.last().is_some_and(|day| day != "None")).count() as u64;
        kept + self.rows_skipped + self.by_reason.values().sum::<u64>() == self.rows_read
    }
}

#[derive(Default)]
struct Rows(Vec<(u32, Vec<u32>)>);

impl RowSink for Rows {
    fn push(&mut self, date: u32, row: &[u32]) -> std::io::Result<()> {
        self.0.push((date, row.to_vec()));
        Ok(())
    }
}

/// Rows with the id of their date, by block.
#[derive(Default)]
struct Numbered(Vec<(u64, DatedRows)>);

type DatedRows = Vec<(u32, Vec<u32>)>;

impl RowSink for Numbered {
    fn block(&mut self, number: u64) {
        self.0.push((number, Vec::new()));
    }

    fn push(&mut self, date: u32, row: &[u32]) -> std::io::Result<()> {
        if let Some((_, rows)) = self.0.last_mut() {
            rows.push((date, row.to_vec()));
        }
        Ok(())
    }
}

fn terms() -> Terms {
    let today = crate::model::Day::from_epoch_days(20_777);
    Terms { today, date_order: None, account_date_order: None, account_currency: None }
}

fn recognised(text: &[u8]) -> Result<(Header, &'static ReportKind), Refusal> {
    let header = Header::read(text, true)?;
    let kind = ReportKind::recognise(&header)?;
    Ok((header.of_kind(kind)?, kind))
}

/// What the block reader says; a refusal where the header is of no report.
pub(super) fn in_blocks_of(bytes: usize, text: &[u8]) -> Result<Result<Said, String>, Refusal> {
    let (header, kind) = recognised(text)?;
    let mut rows = Rows::default();
    let parsed = parse_in_blocks(bytes, text, &header, kind, &terms(), &mut rows);
    Ok(Said::new(parsed, &rows.0))
}

/// What the records reader says: the plain reference.
pub(super) fn by_records(text: &[u8]) -> Result<Result<Said, String>, Refusal> {
    let (header, kind) = recognised(text)?;
    let mut rows = Rows::default();
    let mut reader = Reader::new(&header, kind, &terms());
    let read = records::read(&mut reader, &text[header.bytes..], header.delimiter, &mut rows);
    Ok(Said::new(read.and_then(|()| reader.finish(&terms())), &rows.0))
}

/// What three readers say that share the report; None where they find it odd.
fn together(bytes: usize, text: &[u8]) -> Result<Option<Result<Said, String>>, Refusal> {
    let (header, kind) = recognised(text)?;
    let mut sinks = [Numbered::default(), Numbered::default(), Numbered::default()];
    let (parsed, renamings) = match parse_blocks_together(bytes, text, &header, kind, &terms(), &mut sinks) {
        Ok(Some(parsed)) => parsed,
        Ok(None) => return Ok(None),
        Err(error) => return Ok(Some(Err(error.to_string()))),
    };
    let mut all: Vec<(u64, u32, Vec<u32>)> = Vec::new();
    for (sink, renaming) in sinks.into_iter().zip(&renamings) {
        for (block, rows) in sink.0 {
            for (date, mut row) in rows {
                renaming.apply(&mut row, &parsed.layout);
                all.push((block, renaming.date(date), row));
            }
        }
    }
    all.sort_by_key(|(block, ..)| *block);
    let rows: Vec<_> = all.into_iter().map(|(_, date, row)| (date, row)).collect();
    Ok(Some(Said::new(Ok(parsed), &rows)))
}

/// Where a reader in blocks of these lengths differs from the records reader; None where all say the same, or where the
/// header is of no report.
pub(crate) fn difference(text: &[u8], block_bytes: &[usize]) -> Option<String> {
    let expected = by_records(text).ok()?;
    if let Ok(said) = &expected
        && !said.adds_up()
    {
        return Some(format!("{} rows were read, of which not each has one outcome", said.rows_read));
    }
    for bytes in block_bytes {
        let ways = [("one reader", in_blocks_of(*bytes, text).map(Some)), ("three readers", together(*bytes, text))];
        for (who, said) in ways {
            let found = match said {
                Ok(Some(said)) if said != expected => first_difference(&expected, &said),
                Ok(_) => continue,
                Err(refusal) => refusal.to_string(),
            };
            return Some(format!("{who}, blocks of {bytes} bytes: {found}"));
        }
    }
    None
}

fn first_difference(expected: &Result<Said, String>, found: &Result<Said, String>) -> String {
    let (Ok(expected), Ok(found)) = (expected, found) else {
        let short = |said: &Result<Said, String>| said.as_ref().map(|said| said.rows_read).map_err(Clone::clone);
        return format!("{:?} rows or refusal, not {:?}", short(found), short(expected));
    };
    let pairs = found.rows.iter().zip(&expected.rows).enumerate();
    if let Some((at, (found, expected))) = pairs.into_iter().find(|(_, (found, expected))| found != expected) {
        return format!("row {at} is {found:?}, not {expected:?}");
    }
    let without_rows = |said: &Said| {
        format!(
            "{:?}",
            (
                said.rows.len(),
                said.rows_read,
                said.rows_skipped,
                &said.warnings,
                said.spend,
                said.currency,
                said.reading,
                &said.by_reason
            )
        )
    };
    let faults = found.faults.iter().zip(&expected.faults).find(|(found, expected)| found != expected);
    format!("{}, not {}; first fault that differs: {faults:?}", without_rows(found), without_rows(expected))
}

#[cfg(test)]
mod tests;
