//! Rows of one date in memory: words, row after row, in chunks, so that growing never copies.
//!
//! A file may hold many days in any order. When all its rows in memory exceed the budget, they move to a spill file per
//! date; a date's rows come back together when its partition is written. Memory is bounded by the budget and one day.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::report::{NULL_WORD, RowLayout, RowSink};

const CHUNK_ROWS: usize = 1 << 15;
const TILE_ROWS: usize = 256;

/// Rows of `width` words each.
#[derive(Debug)]
pub(super) struct Rows {
    width: usize,
    chunks: Vec<Vec<u32>>,
    count: usize,
}

impl Rows {
    pub(super) fn new(width: usize) -> Self {
        Self { width, chunks: Vec::new(), count: 0 }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    #[inline]
    pub(super) fn push(&mut self, row: &[u32]) {
        debug_assert_eq!(row.len(), self.width);
        if self.count.is_multiple_of(CHUNK_ROWS) {
            // A first chunk starts small: a file may have many days of few rows.
            let rows = if self.count == 0 { 256 } else { CHUNK_ROWS };
            self.chunks.push(Vec::with_capacity(rows * self.width));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.extend_from_slice(row);
        }
        self.count += 1;
    }

    /// Appends `count` rows that come by column: (word, its value in each row); the other words are those of `null`.
    pub(super) fn push_columns(&mut self, count: usize, null: &[u32], columns: &[(usize, Vec<u32>)]) {
        let width = self.width;
        // A tile of rows stays in the nearest cache while its columns are put in.
        let mut tile = null.repeat(TILE_ROWS);
        for start in (0..count).step_by(TILE_ROWS) {
            let rows = TILE_ROWS.min(count - start);
            for (word, values) in columns {
                for (row, value) in tile.chunks_exact_mut(width).zip(&values[start..start + rows]) {
                    row[*word] = *value;
                }
            }
            tile.chunks_exact(width).take(rows).for_each(|row| self.push(row));
        }
    }

    /// The words of a row.
    #[inline]
    pub(super) fn row(&self, index: usize) -> &[u32] {
        let at = (index % CHUNK_ROWS) * self.width;
        &self.chunks[index / CHUNK_ROWS][at..at + self.width]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u32]> {
        self.chunks.iter().flat_map(|chunk| chunk.chunks_exact(self.width))
    }

    /// Gives one word the same value in all rows.
    pub(super) fn fill(&mut self, word: usize, value: u32) {
        for row in self.chunks.iter_mut().flat_map(|chunk| chunk.chunks_exact_mut(self.width)) {
            row[word] = value;
        }
    }

    /// Appends all rows of `other`.
    pub(super) fn append(&mut self, other: Self) {
        if self.count == 0 {
            *self = other;
            return;
        }
        other.iter().for_each(|row| self.push(row));
    }

    /// The same rows with the words of another layout; columns that they lack are null.
    pub(super) fn relaid(self, from: &RowLayout, to: &RowLayout) -> Self {
        if from == to {
            return self;
        }
        let null = |text: bool| if text { 0 } else { NULL_WORD };
        let words: Vec<_> = to
            .columns()
            .iter()
            .map(|column| (from.position(&column.name), null(crate::report::is_text(column))))
            .collect();
        let mut relaid = Self::new(to.width());
        let mut row = vec![0; to.width()];
        for old in self.iter() {
            for (word, (place, null)) in row.iter_mut().zip(&words) {
                *word = place.map_or(*null, |place| old[place]);
            }
            relaid.push(&row);
        }
        relaid
    }

    fn bytes(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.capacity() * 4).sum()
    }
}

/// The rows of a file by date id: a [`RowSink`] that spills.
pub(super) struct DateRows {
    width: usize,
    dates: Vec<Date>,
    in_memory: usize,
    budget_bytes: usize,
    spill_dir: PathBuf,
}

struct Date {
    rows: Rows,
    spilled: Option<BufWriter<File>>,
}

impl DateRows {
    /// Rows of `width` words, of which at most about `budget_bytes` stay in memory; the rest goes to unnamed files in
    /// `spill_dir`.
    pub(super) fn new(width: usize, budget_bytes: usize, spill_dir: &Path) -> Self {
        Self { width, dates: Vec::new(), in_memory: 0, budget_bytes, spill_dir: spill_dir.to_owned() }
    }

    /// Takes the rows of a date out, spilled ones first, in the order in which they came.
    pub(super) fn take(&mut self, date: u32) -> io::Result<Rows> {
        let Some(date) = self.dates.get_mut(date as usize) else {
            return Ok(Rows::new(self.width));
        };
        let in_memory = std::mem::replace(&mut date.rows, Rows::new(self.width));
        let Some(spilled) = date.spilled.take() else {
            return Ok(in_memory);
        };
        let mut file = spilled.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        let mut rows = Rows::new(self.width);
        let mut input = io::BufReader::with_capacity(1 << 20, file);
        let mut bytes = vec![0; self.width * 4];
        let mut row = vec![0; self.width];
        while read_row(&mut input, &mut bytes)? {
            for (word, bytes) in row.iter_mut().zip(bytes.as_chunks::<4>().0) {
                *word = u32::from_le_bytes(*bytes);
            }
            rows.push(&row);
        }
        rows.append(in_memory);
        Ok(rows)
    }

    fn spill(&mut self) -> io::Result<()> {
        for date in self.dates.iter_mut().filter(|date| date.rows.len() > 0) {
            let rows = std::mem::replace(&mut date.rows, Rows::new(self.width));
            let out = match &mut date.spilled {
                Some(out) => out,
                none => none.insert(BufWriter::with_capacity(1 << 18, unnamed(&self.spill_dir)?)),
            };
            for word in rows.iter().flatten() {
                out.write_all(&word.to_le_bytes())?;
            }
            // Many days must not hold many full buffers.
            out.flush()?;
        }
        self.in_memory = 0;
        Ok(())
    }
}

impl RowSink for DateRows {
    #[inline]
    fn push(&mut self, date: u32, row: &[u32]) -> io::Result<()> {
        let date = date as usize;
        while self.dates.len() <= date {
            self.dates.push(Date { rows: Rows::new(self.width), spilled: None });
        }
        self.dates[date].rows.push(row);
        self.in_memory += row.len() * 4;
        if self.in_memory > self.budget_bytes {
            // What counts is what is held, chunks that are half full included.
            let held: usize = self.dates.iter().map(|date| date.rows.bytes()).sum();
            self.in_memory = held;
            if held > self.budget_bytes {
                self.spill()?;
            }
        }
        Ok(())
    }
}

fn read_row(input: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match input.read(&mut bytes[..1])? {
        0 => Ok(false),
        _ => input.read_exact(&mut bytes[1..]).map(|()| true),
    }
}

/// A file that vanishes with its handle.
fn unnamed(dir: &Path) -> io::Result<File> {
    let path = dir.join(format!("spill-{}", uuid::Uuid::now_v7()));
    let file = File::options().read(true).write(true).create_new(true).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spilled_rows_come_back_in_their_order() {
        let dir = tempfile::tempdir().unwrap();
        let mut dates = DateRows::new(2, 10_000, dir.path());
        for i in 0..20_000_u32 {
            dates.push(i % 3, &[i, i * 2]).unwrap();
        }
        for date in 0..3 {
            let rows = dates.take(date).unwrap();
            let expected: Vec<_> = (0..20_000).filter(|i| i % 3 == date).map(|i| [i, i * 2]).collect();
            assert!(rows.iter().eq(expected.iter().map(<[u32; 2]>::as_slice)), "date {date}");
            assert_eq!(rows.row(5), [15 + date, 30 + 2 * date]);
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "spill files have no name");
        assert_eq!(dates.take(9).unwrap().len(), 0);
    }
}
