//! Blocks of whole records, and where in them the fields end.
//!
//! Separators and line ends outside quotes are found 64 bytes at a time: the running xor of the quote bits gives the
//! quoted spans. This is right for well-formed quoting only; who reads the fields checks each quote (see `parse`) and
//! goes over to the records reader at the first that is astray.

use std::io::Read;

/// The longest record; a longer one refuses the file.
pub const RECORD_CAP_BYTES: usize = 1 << 20;
/// How much is read at once: so much that few records lie across two blocks, so little that a block stays in the cache.
pub(super) const BLOCK_BYTES: usize = 1 << 19;
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

/// Whole records, one after the other from `start` to `end`. It owns its bytes, so that it can be filled while others wait
/// for the input, and read while others fill theirs.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// Which block of the input this is, from 0 on.
    pub number: u64,
    /// With padding before the first record and after the last, so that cells can be loaded as whole words.
    pub bytes: Vec<u8>,
    /// Where the first record starts.
    pub start: usize,
    /// Behind the last record.
    pub end: usize,
    pub marks: Marks,
    /// The record's end is not one: a quote stayed open to the end of the input.
    open: bool,
}

impl Block {
    /// Finds where its fields and records end.
    pub(super) fn mark(&mut self, delimiter: u8) {
        mark(&self.bytes[..self.end], self.start, delimiter, &mut self.marks);
        if self.open {
            // The records reader says what it is.
            self.marks.check = true;
            self.marks.separators.push(self.end as u32 - 1);
            self.marks.ends.push(self.end as u32 - 1);
        }
    }

    /// Room for so many bytes more, and the padding.
    fn make_room(&mut self, bytes: usize) {
        let length = self.end + bytes + BACK;
        if self.bytes.len() < length {
            self.bytes.resize(length, 0);
        }
    }

    fn records(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }
}

/// Cuts a stream into blocks that end with a record.
pub(super) struct Blocks<R> {
    input: R,
    read_bytes: usize,
    /// What was read behind the last block: the beginning of a record.
    rest: Vec<u8>,
    next: u64,
    finished: bool,
    /// Bytes of the line end that the input lacked.
    added: usize,
}

/// A record without an end within the cap, or a failed read.
#[derive(Debug)]
pub(super) enum BlockError {
    TooLong,
    Io(std::io::Error),
}

impl<R: Read> Blocks<R> {
    /// Blocks for which so many bytes are read at once; a long record makes one longer.
    pub(super) fn new(input: R, read_bytes: usize) -> Self {
        Self { input, read_bytes, rest: Vec::new(), next: 0, finished: false, added: 0 }
    }

    /// Fills `block` with the next records, not yet marked; false at the end of the input. A last record without a line
    /// end gets one.
    pub(super) fn next(&mut self, block: &mut Block) -> Result<bool, BlockError> {
        block.number = self.next;
        block.open = false;
        block.start = FRONT;
        block.end = FRONT + self.rest.len();
        block.make_room(self.read_bytes);
        block.bytes[FRONT..block.end].copy_from_slice(&self.rest);
        self.rest.clear();
        loop {
            self.read_more(block).map_err(BlockError::Io)?;
            if block.start == block.end {
                return Ok(false);
            }
            match last_record_end(block.records()) {
                Some(bytes) => {
                    let end = block.start + bytes;
                    self.rest.extend_from_slice(&block.bytes[end..block.end]);
                    block.end = end;
                }
                None if self.finished => block.open = true,
                None if block.end - block.start > RECORD_CAP_BYTES => return Err(BlockError::TooLong),
                None => continue,
            }
            self.next += 1;
            return Ok(true);
        }
    }

    /// Reads a block's worth behind what `block` has.
    fn read_more(&mut self, block: &mut Block) -> std::io::Result<()> {
        block.make_room(self.read_bytes);
        let full = block.end + self.read_bytes;
        while block.end < full && !self.finished {
            match self.input.read(&mut block.bytes[block.end..full]) {
                Ok(0) => self.finished = true,
                Ok(n) => block.end += n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if self.finished && block.records().last().is_some_and(|last| *last != b'\n') {
            block.bytes[block.end] = b'\n';
            block.end += 1;
            self.added = 1;
        }
        Ok(())
    }

    /// Everything from `position` of the last block on, then the rest of the input.
    pub(super) fn rest_from(mut self, block: &Block, position: usize) -> impl Read {
        let mut read = block.bytes[position..block.end].to_vec();
        read.append(&mut self.rest);
        read.truncate(read.len() - self.added);
        std::io::Cursor::new(read).chain(self.input)
    }
}

/// Behind the last line end outside quotes, where quoting is well-formed.
fn last_record_end(bytes: &[u8]) -> Option<usize> {
    let mut inside = !memchr::memchr_iter(b'"', bytes).count().is_multiple_of(2);
    let mut end = bytes.len();
    loop {
        end = memchr::memrchr2(b'"', b'\n', &bytes[..end])?;
        match bytes[end] {
            b'"' => inside = !inside,
            _ if !inside => return Some(end + 1),
            _ => {}
        }
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
            let last = plainly(text.as_bytes()).1.last().map(|end| *end as usize + 1);
            prop_assert_eq!(last_record_end(text.as_bytes()), last);
        }
    }

    #[test]
    fn blocks_hold_all_records_once() {
        let text: String = (0..200_000).map(|i| format!("{i},x\n")).collect();
        let mut blocks = Blocks::new(text.trim_end().as_bytes(), 1000);
        let (mut block, mut records) = (Block::default(), Vec::new());
        while blocks.next(&mut block).unwrap() {
            block.mark(b',');
            let mut start = block.start;
            for end in &block.marks.ends {
                records.extend_from_slice(&block.bytes[start..=*end as usize]);
                start = *end as usize + 1;
            }
            assert_eq!(start, block.end);
        }
        assert!(records == text.as_bytes());
    }

    #[test]
    fn a_record_without_end_is_too_long() {
        let text = [b"\"".as_slice(), &vec![b'a'; 4 << 20]].concat();
        assert!(matches!(Blocks::new(&text[..], BLOCK_BYTES).next(&mut Block::default()), Err(BlockError::TooLong)));
    }
}
