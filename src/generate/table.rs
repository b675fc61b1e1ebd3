//! A CSV file under construction: cells are appended to a buffer, which is written out now and then.

use std::io::{self, Write};

use super::{Shape, text};

const FLUSH_BYTES: usize = 1 << 20;

/// Rows of one report.
pub(super) struct Table<'a> {
    out: &'a mut dyn Write,
    buffer: Vec<u8>,
    row_start: usize,
    rows: u64,
}

impl<'a> Table<'a> {
    /// A table with this header.
    pub fn new(out: &'a mut dyn Write, header: &str) -> Self {
        let mut buffer = Vec::with_capacity(FLUSH_BYTES + 4096);
        buffer.extend_from_slice(header.as_bytes());
        buffer.push(b'\n');
        let row_start = buffer.len();
        Self { out, buffer, row_start, rows: 0 }
    }

    fn cell(&mut self) -> &mut Vec<u8> {
        if self.buffer.len() > self.row_start {
            self.buffer.push(b',');
        }
        &mut self.buffer
    }

    /// A first or later cell that needs no quotes and is not empty.
    pub fn plain(&mut self, cell: &str) {
        self.cell().extend_from_slice(cell.as_bytes());
    }

    /// Cells that are CSV text already.
    pub fn cells(&mut self, written: &[u8]) {
        self.cell().extend_from_slice(written);
    }

    /// A count.
    pub fn count(&mut self, number: u64) {
        text::count(self.cell(), number);
    }

    /// Money: US dollars in the real shape, plain numbers in the wide one.
    pub fn money(&mut self, shape: Shape, micros: u64) {
        match shape {
            Shape::Real => text::dollars(self.cell(), micros),
            Shape::Wide => text::money(self.cell(), micros),
        }
    }

    /// Ends the row.
    pub fn end_row(&mut self) -> io::Result<()> {
        self.buffer.push(b'\n');
        self.rows += 1;
        if self.buffer.len() >= FLUSH_BYTES {
            self.out.write_all(&self.buffer)?;
            self.buffer.clear();
        }
        self.row_start = self.buffer.len();
        Ok(())
    }

    /// Writes what is left; the number of rows.
    pub fn finish(self) -> io::Result<u64> {
        self.out.write_all(&self.buffer)?;
        Ok(self.rows)
    }
}
