//! What goes into a parse beside the bytes, and what comes out of it.

use std::collections::BTreeMap;

use super::{DateOrder, DateReading, Dictionary, Faults, Refusal, RowLayout, Words};
use crate::model::facts::Column;
use crate::model::{Currency, Day, Micros};

/// Where rows go, by the id of their date.
pub trait RowSink {
    /// The rows to come are of that block of the report; numbers only grow.
    fn block(&mut self, _number: u64) {}
    /// Takes one row of [`RowLayout::width`] words; an error ends the parse.
    fn push(&mut self, date: u32, row: &[u32]) -> std::io::Result<()>;
}

/// What the caller knows that the file does not say.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Today in UTC: no report is of a day after tomorrow.
    pub today: Day,
    /// Asked for: overrides what the file shows.
    pub date_order: Option<DateOrder>,
    /// What earlier files of the account showed.
    pub account_date_order: Option<DateOrder>,
    /// The account's currency.
    pub account_currency: Option<Currency>,
}

/// A report read to its end; its rows are in the sink.
#[derive(Debug)]
pub struct Parsed {
    /// The words of the rows.
    pub layout: RowLayout,
    /// The dictionary of each text word, by position.
    pub dictionaries: Vec<Option<Dictionary>>,
    /// The numbers behind the words.
    pub words: Words,
    /// The day of each date id; None where its rows were rejected after all.
    pub days: Vec<Option<Day>>,
    /// How the dates were read.
    pub reading: DateReading,
    /// Rows of the report, rejected and skipped ones included.
    pub rows_read: u64,
    /// Rows of totals.
    pub rows_skipped: u64,
    /// Rejected rows.
    pub faults: Faults,
    /// Flags of kept rows by name.
    pub warnings: BTreeMap<&'static str, u64>,
    /// Σ spend of the rows kept.
    pub spend: Option<Micros>,
    /// The currency of all money in the file.
    pub currency: Option<Currency>,
    /// The currency was seen as a symbol in the file.
    pub currency_from_symbol: bool,
}

impl Parsed {
    /// The spellings of each day, as their ids in the dictionary of dates.
    pub fn dates_by_day(&self) -> BTreeMap<Day, Vec<u32>> {
        let mut days: BTreeMap<Day, Vec<u32>> = BTreeMap::new();
        for (date, day) in self.days.iter().enumerate() {
            if let Some(day) = day {
                days.entry(*day).or_default().push(date as u32);
            }
        }
        days
    }

    /// Gives the rows to come other words: those of `layout`, which has all columns of the present one.
    pub fn widen(&mut self, layout: RowLayout) {
        let mut old = std::mem::take(&mut self.dictionaries);
        let dictionary = |column: &&Column| match self.layout.position(&column.name) {
            Some(word) => old[word].take(),
            None => super::is_text(column).then(Dictionary::plain),
        };
        self.dictionaries = layout.columns().iter().map(dictionary).collect();
        self.layout = layout;
    }
}

/// Why a parse ended early.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// The whole file is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The input could not be read, or the sink could not take a row.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}
