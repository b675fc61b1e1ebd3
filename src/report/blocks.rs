//! Blocks of whole records. Where quoting is not well-formed they may be cut wrongly: who reads the fields checks each
//! quote (see `parse`) and goes over to the records reader at the first that is astray.

use std::io::Read;

use super::marks::Marks;

/// The longest record; a longer one refuses the file.
pub const RECORD_CAP_BYTES: usize = 1 << 20;
/// How much is read at once: so much that few records lie across two blocks, so little that a block stays in the cache.
pub(super) const BLOCK_BYTES: usize = 1 << 19;
/// Numbers are loaded as the eight bytes before their end, texts as the bytes after their start.
const FRONT: usize = 64;
const BACK: usize = 64;

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
        self.marks.find(&self.bytes[..self.end], self.start, delimiter);
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_last_record_ends_at_the_last_line_end_outside_quotes(text in "[a,\"\n]{0,400}") {
            let mut quoted = false;
            let mut last = None;
            for (i, byte) in text.bytes().enumerate() {
                quoted ^= byte == b'"';
                if !quoted && byte == b'\n' {
                    last = Some(i + 1);
                }
            }
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
            for end in &*block.marks.ends {
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
