//! What is counted while rows go by: per date, because a date may turn out unreadable at the end of the file.

use std::collections::{BTreeMap, HashMap};

use super::cells::date::DateText;
use super::cells::trimmed;
use super::row_rules::Flag;
use super::{DateReading, FaultReason, Faults, Terms, quoting};
use crate::model::{Currency, Day, Micros};

/// The distinct date texts of a file and what stands under each.
#[derive(Debug)]
pub(super) struct Dates {
    /// The days that a report can be of.
    range: (Day, Day),
    ids: HashMap<Box<[u8]>, u32>,
    last: (Vec<u8>, u32),
    entries: Vec<DateEntry>,
}

#[derive(Debug)]
struct DateEntry {
    raw: Box<[u8]>,
    text: DateText,
    rows: u64,
    spend: i128,
    /// Lines of the rows, kept where the file's other dates may still prove this one wrong.
    lines: Vec<u64>,
}

/// What a date cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateCell {
    Id(u32),
    /// A row of totals, not of a day.
    Total,
    Bad(FaultReason),
    Astray,
}

impl Dates {
    /// No dates yet; none after `latest` is a report's.
    pub(super) fn until(latest: Day) -> Self {
        let (ids, last, entries) = Default::default();
        Self { range: (EARLIEST, latest), ids, last, entries }
    }

    /// The dates of a report without a column for them: all rows have id 0.
    pub(super) fn of_day(day: Day, latest: Day) -> Self {
        let raw = day.to_string().into_bytes().into();
        let entry = DateEntry { raw, text: DateText::Certain(day), rows: 0, spend: 0, lines: Vec::new() };
        Self { entries: vec![entry], ..Self::until(latest) }
    }

    /// Reads a date cell, raw or (for the records reader) already unquoted.
    #[inline]
    pub(super) fn read(&mut self, raw: &[u8], quoted: bool) -> DateCell {
        if same(&self.last.0, raw) {
            return DateCell::Id(self.last.1);
        }
        self.read_other(raw, quoted)
    }

    fn read_other(&mut self, raw: &[u8], quoted: bool) -> DateCell {
        if let Some(id) = self.ids.get(raw) {
            self.last = (raw.to_vec(), *id);
            return DateCell::Id(*id);
        }
        let cell = if quoted { quoting::unquote(raw) } else { Some(raw.into()) };
        let Some(cell) = cell else { return DateCell::Astray };
        let Ok(text) = std::str::from_utf8(&cell) else { return DateCell::Bad(FaultReason::BadText) };
        let text = trimmed(text);
        if text.is_empty() {
            return DateCell::Bad(FaultReason::NoDate);
        }
        if is_total(text) {
            return DateCell::Total;
        }
        let text = DateText::parse(text).filter(|text| match text {
            DateText::Certain(day) => self.fits(*day),
            DateText::Numbers { .. } => true,
        });
        let Some(text) = text else { return DateCell::Bad(FaultReason::BadDate) };
        let id = self.entries.len() as u32;
        self.entries.push(DateEntry { raw: raw.into(), text, rows: 0, spend: 0, lines: Vec::new() });
        self.ids.insert(raw.into(), id);
        self.last = (raw.to_vec(), id);
        DateCell::Id(id)
    }

    fn fits(&self, day: Day) -> bool {
        (self.range.0..=self.range.1).contains(&day)
    }

    /// Whether the line of a row of this date may be needed for a fault.
    #[inline]
    pub(super) fn wants_line(&self, id: u32) -> bool {
        let entry = &self.entries[id as usize];
        matches!(entry.text, DateText::Numbers { .. }) && entry.lines.len() < MAYBE_WRONG
    }

    /// Counts one kept row.
    #[inline]
    pub(super) fn count(&mut self, id: u32, spend: i64, line: u64) {
        let wants_line = self.wants_line(id);
        let entry = &mut self.entries[id as usize];
        entry.rows += 1;
        entry.spend += i128::from(spend.max(0));
        if wants_line {
            entry.lines.push(line);
        }
    }

    /// Takes over the dates of another reader of the file; the id here of each id there.
    pub(super) fn absorb(&mut self, other: Self) -> Vec<u32> {
        let mut ids = Vec::with_capacity(other.entries.len());
        for theirs in other.entries {
            let known = self.entries.iter_mut().enumerate().find(|(_, ours)| ours.raw == theirs.raw);
            if let Some((id, ours)) = known {
                ours.rows += theirs.rows;
                ours.spend += theirs.spend;
                ours.lines.extend(theirs.lines);
                ours.lines.sort_unstable();
                ours.lines.truncate(MAYBE_WRONG);
                ids.push(id as u32);
            } else {
                ids.push(self.entries.len() as u32);
                self.entries.push(theirs);
            }
        }
        ids
    }

    /// Decides the order of month and day, and turns rows of dates that do not fit into faults.
    pub(super) fn settle(self, terms: &Terms, faults: &mut Faults) -> Settled {
        let texts: Vec<_> =
            self.entries.iter().map(|entry| (entry.text, entry.rows)).filter(|(_, rows)| *rows > 0).collect();
        let range = self.range;
        let reading = DateReading::decide(&texts, terms.date_order, terms.account_date_order, range);
        let mut settled = Settled { reading, days: Vec::new(), rows: 0, spend: 0, old_rows: 0 };
        for entry in self.entries {
            let day = entry.text.day(reading.order).filter(|day| (range.0..=range.1).contains(day));
            settled.days.push(day);
            if let Some(day) = day {
                settled.rows += entry.rows;
                settled.spend += entry.spend;
                settled.old_rows += if day.plus_days(366) < terms.today { entry.rows } else { 0 };
                continue;
            }
            for row in 0..entry.rows {
                // Beyond the kept lines only the count matters; the faults kept are fewer anyway.
                let line = entry.lines.get(row as usize).copied().unwrap_or(0);
                let value = quoting::unquote(&entry.raw);
                faults.push(line, Some("metric_date"), FaultReason::BadDate, value.as_deref());
            }
        }
        faults.kept.sort_by_key(|fault| fault.line);
        settled
    }
}

/// Whether two date cells are the same, and not empty. Most are 8 to 16 bytes long, which are two numbers.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    let ends = |cell: &[u8]| Some((*cell.first_chunk::<8>()?, *cell.last_chunk::<8>()?));
    match (a.len(), b.len()) {
        (8..=16, length) if a.len() == length => ends(a) == ends(b),
        _ => a == b && !a.is_empty(),
    }
}

/// Whether the text heads a row of totals.
pub(super) fn is_total(text: &str) -> bool {
    text.to_lowercase().starts_with("total") || text.eq_ignore_ascii_case("grand total")
}

/// Lines kept per date that may still prove wrong.
const MAYBE_WRONG: usize = Faults::KEPT;
/// No report is older than 2000-01-01.
pub const EARLIEST: Day = Day::from_epoch_days(10_957);

/// The dates of a file, decided.
pub(super) struct Settled {
    pub reading: DateReading,
    /// The day of each date id; None where its rows were rejected.
    pub days: Vec<Option<Day>>,
    /// Rows kept.
    pub rows: u64,
    /// Σ spend of the rows kept, in micros.
    pub spend: i128,
    /// Rows kept that are older than a year.
    pub old_rows: u64,
}

/// Warnings by name, without those that did not occur.
pub(super) fn warnings(
    flags: [u64; Flag::ALL.len()],
    others: impl IntoIterator<Item = (&'static str, u64)>,
) -> BTreeMap<&'static str, u64> {
    let flags = Flag::ALL.into_iter().map(|flag| (flag.name(), flags[flag as usize]));
    flags.chain(others).filter(|(_, count)| *count > 0).collect()
}

/// The currency of a file: by its symbols, else the account's.
#[derive(Debug, Default)]
pub(super) struct CurrencySeen {
    symbol: Option<&'static [Currency]>,
    /// A cell with another symbol, where one occurred.
    pub second: Option<Currency>,
    /// Amounts without a symbol.
    pub bare: u64,
}

impl CurrencySeen {
    #[inline]
    pub(super) fn see(&mut self, symbol: &'static [Currency]) {
        match (symbol.first(), self.symbol) {
            (None, _) => self.bare += 1,
            (Some(_), None) => self.symbol = Some(symbol),
            (Some(_), Some(known)) if std::ptr::eq(known, symbol) => {}
            (Some(other), Some(known)) => {
                if !known.iter().any(|currency| symbol.contains(currency)) {
                    self.second = Some(*other);
                }
            }
        }
    }

    /// Takes over what another reader of the file saw.
    pub(super) fn absorb(&mut self, other: &Self) {
        self.bare += other.bare;
        if let Some(symbol) = other.symbol {
            self.see(symbol);
        }
        self.second = self.second.or(other.second);
    }

    /// The first symbol's likeliest currency.
    pub(super) fn first(&self) -> Option<Currency> {
        self.symbol.and_then(|symbol| symbol.first().copied())
    }

    /// The currency: the account's where the symbol can mean it or there is no symbol, else the symbol's.
    pub(super) fn decide(&self, account: Option<Currency>) -> Option<Currency> {
        match (self.symbol, account) {
            (None, account) => account,
            (Some(symbol), Some(account)) if symbol.contains(&account) => Some(account),
            (Some(symbol), _) => symbol.first().copied(),
        }
    }
}

/// A sum that was kept exact on the way, as the bounded integer it is by the caps on cells.
pub(super) fn micros(sum: i128) -> Micros {
    Micros(i64::try_from(sum).unwrap_or(i64::MAX))
}
