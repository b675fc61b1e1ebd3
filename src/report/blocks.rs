//! Blocks of whole records, and where in them the fields end.
//!
//! Separators and line ends outside quotes are found 64 bytes at a time: the running xor of the quote bits gives the
//! quoted spans. This is right for well-formed quoting only; who reads the fields checks each quote (see `parse`) and
//! goes over to the records reader at the first that is astray.

use std::io::Read;

/// The longest record; a longer one refuses the file.
pub const RECORD_CAP_BYTES: usize = 1 << 20;
const READ_BYTES: usize = 1 << 19;
/// Numbers are loaded as the eight bytes before their end, texts as the bytes after their start.
const FRONT: usize = 64;
const BACK: usize = 64;

/// Where the fields and records of a block end.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Positions of delimiters and line ends outside quotes, ascending.
    pub separators: Vec<u32>,
    /// Positions of line ends outside quotes, ascending.
    pub ends: Vec<u32>,
    /// A quote or a carriage return that is no line end occurs: each field must be checked.
    pub check: bool,
}

/// Whole records, one after the other from `start`.
pub(super) struct Block<'a> {
    /// With padding before the first record and after the last, so that cells can be loaded as whole words.
    pub bytes: &'a [u8],
    /// Where the first record starts.
    pub start: usize,
    pub marks: &'a Marks,
}

/// Cuts a stream into blocks that end with a record.
pub(super) struct Blocks<R> {
    input: R,
    delimiter: u8,
    bytes: Vec<u8>,
    /// The unread part: bytes[start..end]; what is before was handed out.
    start: usize,
    end: usize,
    finished: bool,
    /// Bytes of the line end that the input lacked.
    added: usize,
    marks: Marks,
}

/// A record without an end within the cap, or a failed read.
#[derive(Debug)]
pub(super) enum BlockError {
    TooLong,
    Io(std::io::Error),
}

impl<R: Read> Blocks<R> {
    pub(super) fn new(input: R, delimiter: u8) -> Self {
        let bytes = vec![0; FRONT + READ_BYTES + BACK];
        Self { input, delimiter, bytes, start: FRONT, end: FRONT, finished: false, added: 0, marks: Marks::default() }
    }

    /// The next block; None at the end of the input. A last record without a line end gets one.
    pub(super) fn next(&mut self) -> Result<Option<Block<'_>>, BlockError> {
        loop {
            self.fill().map_err(BlockError::Io)?;
            if self.start == self.end {
                return Ok(None);
            }
            if self.finished && self.bytes[self.end - 1] != b'\n' {
                self.bytes[self.end] = b'\n';
                self.end += 1;
                self.added = 1;
            }
            mark(&self.bytes[..self.end], self.start, self.delimiter, &mut self.marks);
            if let Some(last) = self.marks.ends.last() {
                let start = self.start;
                self.start = *last as usize + 1;
                return Ok(Some(Block { bytes: &self.bytes, start, marks: &self.marks }));
            }
            if self.finished {
                // An open quote swallows the rest: the records reader says what it is.
                self.marks.check = true;
                self.marks.separators.push(self.end as u32 - 1);
                self.marks.ends.push(self.end as u32 - 1);
                let start = std::mem::replace(&mut self.start, self.end);
                return Ok(Some(Block { bytes: &self.bytes, start, marks: &self.marks }));
            }
            if self.end - self.start > RECORD_CAP_BYTES {
                return Err(BlockError::TooLong);
            }
        }
    }

    /// Moves the unread part to the front and reads until a block is full.
    fn fill(&mut self) -> std::io::Result<()> {
        self.bytes.copy_within(self.start..self.end, FRONT);
        self.end = FRONT + (self.end - self.start);
        self.start = FRONT;
        let room = self.end + READ_BYTES + BACK;
        if self.bytes.len() < room {
            self.bytes.resize(room, 0);
        }
        let full = self.end + READ_BYTES;
        while self.end < full && !self.finished {
            match self.input.read(&mut self.bytes[self.end..full]) {
                Ok(0) => self.finished = true,
                Ok(n) => self.end += n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Everything from `position` of the last block on, then the rest of the input.
    pub(super) fn rest_from(self, position: usize) -> impl Read {
        std::io::Cursor::new(self.bytes).take_range(position, self.end - self.added).chain(self.input)
    }
}

trait TakeRange {
    fn take_range(self, start: usize, end: usize) -> std::io::Take<std::io::Cursor<Vec<u8>>>;
}

impl TakeRange for std::io::Cursor<Vec<u8>> {
    fn take_range(mut self, start: usize, end: usize) -> std::io::Take<Self> {
        self.set_position(start as u64);
        self.take((end - start) as u64)
    }
}

/// Finds the marks of `bytes[start..]`.
fn mark(bytes: &[u8], start: usize, delimiter: u8, marks: &mut Marks) {
    marks.separators.clear();
    marks.ends.clear();
    marks.check = false;
    let mut quoted = 0_u64;
    let mut return_before = 0_u64;
    let mut at = start;
    while at < bytes.len() {
        let mut tail = [0; 64];
        let chunk = match bytes[at..].first_chunk::<64>() {
            Some(chunk) => chunk,
            None => {
                tail[..bytes.len() - at].copy_from_slice(&bytes[at..]);
                &tail
            }
        };
        let [quotes, delimiters, lines, returns] = equal(chunk, [b'"', delimiter, b'\n', b'\r']);
        let inside = prefix_xor(quotes) ^ quoted;
        quoted = ((inside as i64) >> 63) as u64;
        let after_return = returns << 1 | return_before;
        return_before = returns >> 63;
        marks.check |= quotes != 0 || after_return & !lines != 0;
        let lines = lines & !inside;
        push(&mut marks.separators, (delimiters & !inside) | lines, at);
        push(&mut marks.ends, lines, at);
        at += 64;
    }
}

fn push(positions: &mut Vec<u32>, mut bits: u64, at: usize) {
    while bits != 0 {
        // Blocks are a few MiB at most.
        positions.push(at as u32 + bits.trailing_zeros());
        bits &= bits - 1;
    }
}

/// Bit i = xor of bits 0..=i: from an opening quote up to before its closing one.
fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// For each needle, the bits of the bytes equal to it.
#[cfg(target_arch = "x86_64")]
#[inline]
fn equal(chunk: &[u8; 64], needles: [u8; 4]) -> [u64; 4] {
    use std::arch::x86_64::{_mm_cmpeq_epi8, _mm_movemask_epi8, _mm_set_epi64x, _mm_set1_epi8};
    let mut masks = [0; 4];
    let (words, _) = chunk.as_chunks::<8>();
    for quarter in 0..4 {
        let word = |at: usize| i64::from_le_bytes(words[quarter * 2 + at]);
        // SAFETY: these need SSE2 and nothing else, and every x86-64 processor has it; no memory is read through pointers.
        let hits = unsafe {
            let bytes = _mm_set_epi64x(word(1), word(0));
            needles.map(|needle| _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(needle as i8))))
        };
        for (mask, hits) in masks.iter_mut().zip(hits) {
            *mask |= (hits as u64 & 0xffff) << (quarter * 16);
        }
    }
    masks
}

/// For each needle, the bits of the bytes equal to it.
#[cfg(not(target_arch = "x86_64"))]
fn equal(chunk: &[u8; 64], needles: [u8; 4]) -> [u64; 4] {
    needles.map(|needle| chunk.iter().enumerate().fold(0, |mask, (i, byte)| mask | u64::from(*byte == needle) << i))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn separators(text: &[u8]) -> (Vec<u32>, Vec<u32>) {
        let mut marks = Marks::default();
        mark(text, 0, b',', &mut marks);
        (marks.separators, marks.ends)
    }

    /// The same, one byte after the other.
    fn plainly(text: &[u8]) -> (Vec<u32>, Vec<u32>) {
        let (mut separators, mut ends, mut quoted) = (Vec::new(), Vec::new(), false);
        for (i, byte) in text.iter().enumerate() {
            quoted ^= *byte == b'"';
            if !quoted && matches!(byte, b',' | b'\n') {
                separators.push(i as u32);
            }
            if !quoted && *byte == b'\n' {
                ends.push(i as u32);
            }
        }
        (separators, ends)
    }

    proptest! {
        #[test]
        fn marks_are_those_of_a_plain_loop(text in "[a,\"\n]{0,400}") {
            prop_assert_eq!(separators(text.as_bytes()), plainly(text.as_bytes()));
        }
    }

    #[test]
    fn blocks_hold_all_records_once() {
        let text: String = (0..200_000).map(|i| format!("{i},x\n")).collect();
        let mut blocks = Blocks::new(text.trim_end().as_bytes(), b',');
        let mut records = Vec::new();
        while let Some(Block { bytes, mut start, marks }) = blocks.next().unwrap() {
            for end in &marks.ends {
                records.extend_from_slice(&bytes[start..=*end as usize]);
                start = *end as usize + 1;
            }
        }
        assert!(records == text.as_bytes());
    }

    #[test]
    fn a_record_without_end_is_too_long() {
        let text = [b"\"".as_slice(), &vec![b'a'; 4 << 20]].concat();
        let mut blocks = Blocks::new(&text[..], b',');
        assert!(matches!(blocks.next(), Err(BlockError::TooLong)));
    }
}
