//! Hashes of a data file: BLAKE3 of the whole (what `b3sum` prints), and of each 64 KiB block.
//!
//! The blocks let a reader check exactly the bytes it reads: a query that touches two columns of a day need not
//! read the rest of the file to know that they are the bytes that were committed.

use std::ops::Range;

/// Size of a block; the last one may be shorter. Part of the catalog's format.
pub const BLOCK_BYTES: u64 = 64 * 1024;
/// Bytes kept of a block's hash: 64 bits, against bit rot and mix-ups, not against an attacker.
const KEPT_BYTES: usize = 8;

/// The hashes of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hashes {
    /// BLAKE3 of the file.
    pub file: [u8; 32],
    /// The first bytes of each block's BLAKE3, one after the other.
    pub blocks: Vec<u8>,
}

impl Hashes {
    /// Whether `bytes`, which start at the block border `start`, are what was written there.
    pub(super) fn fit(&self, start: u64, bytes: &[u8]) -> bool {
        let Ok(first) = usize::try_from(start / BLOCK_BYTES) else { return false };
        bytes.chunks(BLOCK_BYTES as usize).enumerate().all(|(index, block)| {
            let at = (first + index) * KEPT_BYTES;
            self.blocks.get(at..at + KEPT_BYTES) == Some(&blake3::hash(block).as_bytes()[..KEPT_BYTES])
        })
    }
}

/// The range widened to block borders within a file of `length` bytes.
pub(super) fn block_range(range: &Range<u64>, length: u64) -> Range<u64> {
    let start = range.start / BLOCK_BYTES * BLOCK_BYTES;
    start..range.end.div_ceil(BLOCK_BYTES).saturating_mul(BLOCK_BYTES).min(length)
}

/// Computes [`Hashes`] of bytes that come in pieces.
#[derive(Default)]
pub(super) struct Hasher {
    file: blake3::Hasher,
    block: blake3::Hasher,
    blocks: Vec<u8>,
    bytes: u64,
}

impl Hasher {
    pub(super) fn update(&mut self, mut bytes: &[u8]) {
        self.file.update(bytes);
        while !bytes.is_empty() {
            let room = BLOCK_BYTES - self.bytes % BLOCK_BYTES;
            let (now, rest) = bytes.split_at(bytes.len().min(room as usize));
            self.block.update(now);
            self.bytes += now.len() as u64;
            if self.bytes.is_multiple_of(BLOCK_BYTES) {
                self.end_block();
            }
            bytes = rest;
        }
    }

    fn end_block(&mut self) {
        self.blocks.extend_from_slice(&self.block.finalize().as_bytes()[..KEPT_BYTES]);
        self.block.reset();
    }

    /// Length of the file and its hashes.
    pub(super) fn finish(mut self) -> (u64, Hashes) {
        if !self.bytes.is_multiple_of(BLOCK_BYTES) {
            self.end_block();
        }
        (self.bytes, Hashes { file: *self.file.finalize().as_bytes(), blocks: self.blocks })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_for_what_was_written_and_fail_for_anything_else() {
        let bytes: Vec<u8> = (0..BLOCK_BYTES * 2 + 100).map(|i| (i * 31 % 251) as u8).collect();
        let mut hasher = Hasher::default();
        bytes.chunks(1_000).for_each(|piece| hasher.update(piece));
        let (length, hashes) = hasher.finish();
        assert_eq!(length, bytes.len() as u64);
        assert_eq!(hashes.file, *blake3::hash(&bytes).as_bytes());
        let widened = block_range(&(70_000..70_010), length);
        assert_eq!(widened, BLOCK_BYTES..BLOCK_BYTES * 2);
        assert!(hashes.fit(0, &bytes));
        assert!(hashes.fit(BLOCK_BYTES * 2, &bytes[BLOCK_BYTES as usize * 2..]));
        assert!(!hashes.fit(0, &bytes[1..]), "shifted");
        assert!(!hashes.fit(0, &bytes[..100]), "cut");
        let mut flipped = bytes.clone();
        flipped[70_000] ^= 1;
        assert!(!hashes.fit(0, &flipped));
    }

    #[test]
    fn a_file_of_whole_blocks_has_no_empty_last_block() {
        let mut hasher = Hasher::default();
        hasher.update(&vec![7; BLOCK_BYTES as usize * 2]);
        assert_eq!(hasher.finish().1.blocks.len(), 2 * KEPT_BYTES);
    }
}
