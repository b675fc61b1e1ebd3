//! The rows of a report as one reader meets them: by date, in memory while that suffices.
//!
//! A file may hold many days in any order. When all rows in memory exceed the budget, they move to a spill file per
//! date. Which rows came with which block of the report is noted, so that the rows of several readers can be put into
//! the order of the report again.

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::rows::Rows;
use super::spill::Spill;
use crate::report::RowSink;

/// A [`RowSink`] that spills.
pub(super) struct DateRows {
    width: usize,
    dates: Vec<DateOfReader>,
    block: u64,
    in_memory: usize,
    budget_bytes: usize,
    spill_dir: PathBuf,
}

/// The rows of one date that one reader met, in the order in which they came: the spilled ones, then those in memory.
pub(super) struct DateOfReader {
    pub spilled: Option<Spill>,
    pub rows: Rows,
    /// (block, number of its first row here), ascending.
    blocks: Vec<(u64, usize)>,
}

impl DateOfReader {
    fn new(width: usize) -> Self {
        Self { spilled: None, rows: Rows::new(width), blocks: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.spilled.as_ref().map_or(0, Spill::len) + self.rows.len()
    }

    /// The rows of each block, by their numbers.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (u64, Range<usize>)> {
        let ends = self.blocks.iter().skip(1).map(|(_, first)| *first).chain([self.len()]);
        self.blocks.iter().zip(ends).map(|((block, first), end)| (*block, *first..end))
    }
}

impl DateRows {
    /// Rows of `width` words, of which at most about `budget_bytes` stay in memory; the rest goes to unnamed files in
    /// `spill_dir`.
    pub(super) fn new(width: usize, budget_bytes: usize, spill_dir: &Path) -> Self {
        Self { width, dates: Vec::new(), block: 0, in_memory: 0, budget_bytes, spill_dir: spill_dir.to_owned() }
    }

    /// The rows by date id.
    pub(super) fn into_dates(self) -> Vec<DateOfReader> {
        self.dates
    }

    fn spill(&mut self) -> io::Result<()> {
        for date in self.dates.iter_mut().filter(|date| date.rows.len() > 0) {
            let rows = std::mem::replace(&mut date.rows, Rows::new(self.width));
            let spill = match &mut date.spilled {
                Some(spill) => spill,
                none => none.insert(Spill::new(self.width, &self.spill_dir)?),
            };
            spill.append(&rows)?;
        }
        self.in_memory = 0;
        Ok(())
    }

    #[cold]
    fn new_date(&mut self, date: usize) {
        while self.dates.len() <= date {
            self.dates.push(DateOfReader::new(self.width));
        }
    }

    #[cold]
    fn spill_where_needed(&mut self) -> io::Result<()> {
        // What counts is what is held, chunks that are half full included.
        let held: usize = self.dates.iter().map(|date| date.rows.bytes()).sum();
        self.in_memory = held;
        if held > self.budget_bytes { self.spill() } else { Ok(()) }
    }
}

impl RowSink for DateRows {
    fn block(&mut self, number: u64) {
        self.block = number;
    }

    #[inline]
    fn push(&mut self, date: u32, row: &[u32]) -> io::Result<()> {
        let date = date as usize;
        if self.dates.len() <= date {
            self.new_date(date);
        }
        let of_date = &mut self.dates[date];
        if of_date.blocks.last().is_none_or(|(block, _)| *block != self.block) {
            of_date.blocks.push((self.block, of_date.len()));
        }
        of_date.rows.push(row);
        self.in_memory += row.len() * 4;
        if self.in_memory > self.budget_bytes { self.spill_where_needed() } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_kept_by_date_and_block_whether_spilled_or_not() {
        let dir = tempfile::tempdir().unwrap();
        let mut dates = DateRows::new(2, 10_000, dir.path());
        for i in 0..20_000_u32 {
            dates.block(u64::from(i / 1000));
            dates.push(i % 3, &[i, i * 2]).unwrap();
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "spill files have no name");
        for (date, of_date) in dates.into_dates().into_iter().enumerate() {
            let expected: Vec<_> = (0..20_000).filter(|i| i % 3 == date as u32).map(|i| [i, i * 2]).collect();
            let blocks: Vec<_> = of_date.blocks().collect();
            assert_eq!(blocks.len(), 20);
            for (block, rows) in blocks {
                assert!(expected[rows].iter().all(|row| u64::from(row[0] / 1000) == block));
            }
            let spill = of_date.spilled.unwrap();
            let mut rows = Rows::new(2);
            spill.read(0..spill.len(), |words| words.chunks(2).for_each(|row| rows.push(row))).unwrap();
            rows.append(of_date.rows);
            assert!(rows.iter().eq(expected.iter().map(<[u32; 2]>::as_slice)), "date {date}");
        }
    }
}
