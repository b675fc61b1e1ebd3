//! The records reader: the `csv` crate, for whatever looks odd, and the oracle of the block reader in tests.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read};
use std::rc::Rc;

use super::fields::Unquoted;
use super::reader::{NoRow, Reader};
use super::{ParseError, RECORD_CAP_BYTES, Refusal, RowSink};

/// Reads all records of `input` into the sink.
pub(super) fn read<S: RowSink + ?Sized>(
    reader: &mut Reader,
    input: impl Read,
    delimiter: u8,
    sink: &mut S,
) -> Result<(), ParseError> {
    let lines = Rc::new(RefCell::new(Lines::default()));
    let watched = Watched { input, lines: Rc::clone(&lines) };
    let mut csv = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(BUFFER_BYTES)
        .from_reader(watched);
    let mut record = csv::ByteRecord::new();
    loop {
        lines.borrow_mut().since_record = 0;
        match csv.read_byte_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(error) => {
                return Err(match error.into_kind() {
                    csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                        Refusal::record_too_long(reader.line()).into()
                    }
                    csv::ErrorKind::Io(error) => error.into(),
                    other => io::Error::other(format!("{other:?}")).into(),
                });
            }
        }
        reader.pass_lines(lines.borrow_mut().passed(record.position().map_or(0, csv::Position::byte)));
        let fields = Unquoted(&record);
        match reader.read_row(&fields) {
            None => {}
            Some(Ok(date)) => reader.keep(date, sink)?,
            // Unquoted cells have no quotes that could be astray.
            Some(Err(no_row @ (NoRow::Fault { .. } | NoRow::Total | NoRow::Astray))) => reader.refuse(&no_row, &fields),
        }
    }
}

const BUFFER_BYTES: usize = 1 << 16;

/// Where the physical lines of the input end. The `csv` crate counts lines, too, but not those of a CRLF file as an
/// editor shows them.
#[derive(Default)]
struct Lines {
    /// Bytes read since the last record.
    since_record: usize,
    read: u64,
    /// (offset of the line end, the line is blank), not yet passed by a record.
    ends: VecDeque<(u64, bool)>,
    after_return: bool,
    content: bool,
}

impl Lines {
    fn read(&mut self, bytes: &[u8]) {
        self.since_record += bytes.len();
        for byte in bytes {
            if self.after_return && *byte != b'\n' {
                self.end(self.read - 1);
            }
            match byte {
                b'\n' => self.end(self.read),
                b'\r' => {}
                _ => self.content = true,
            }
            self.after_return = *byte == b'\r';
            self.read += 1;
        }
    }

    fn end(&mut self, offset: u64) {
        self.ends.push_back((offset, !self.content));
        self.content = false;
    }

    /// Lines that end before the record which starts at `offset`, or are blank lines that it starts with.
    fn passed(&mut self, offset: u64) -> u64 {
        let waiting = self.ends.len();
        while self.ends.front().is_some_and(|(end, blank)| *end <= offset || *blank) {
            self.ends.pop_front();
        }
        (waiting - self.ends.len()) as u64
    }
}

/// Notes line ends, and fails once more than the cap was read since the last record: a quote that is never closed must
/// not fill the memory.
struct Watched<R> {
    input: R,
    lines: Rc<RefCell<Lines>>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut lines = self.lines.borrow_mut();
        if lines.since_record > RECORD_CAP_BYTES + BUFFER_BYTES {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "record too long"));
        }
        let n = self.input.read(buffer)?;
        lines.read(&buffer[..n]);
        Ok(n)
    }
}
