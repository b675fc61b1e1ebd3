//! Rows on disk, for a while: an unnamed file of words, which vanishes with its handle.

use std::fs::File;
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::rows::Rows;

/// Rows of a fixed width in the order in which they came.
#[derive(Debug)]
pub(super) struct Spill {
    width: usize,
    file: File,
    /// Not yet in the file.
    waiting: Vec<u8>,
    written: usize,
}

/// Bytes written or read at once.
const PIECE_BYTES: usize = 1 << 18;

impl Spill {
    /// An empty one; `dir` is the disk that it takes room on.
    pub(super) fn new(width: usize, dir: &Path) -> io::Result<Self> {
        let path = dir.join(format!("spill-{}", uuid::Uuid::now_v7()));
        let file = File::options().read(true).write(true).create_new(true).open(&path)?;
        std::fs::remove_file(&path)?;
        Ok(Self { width, file, waiting: Vec::new(), written: 0 })
    }

    /// Rows in it.
    pub(super) fn len(&self) -> usize {
        (self.written + self.waiting.len()) / (self.width * 4)
    }

    /// Appends one row, or several that stand one after the other.
    pub(super) fn push(&mut self, words: &[u32]) -> io::Result<()> {
        self.waiting.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        if self.waiting.len() >= PIECE_BYTES { self.flush() } else { Ok(()) }
    }

    /// Appends all rows of `rows`, and keeps no memory for them.
    pub(super) fn append(&mut self, rows: &Rows) -> io::Result<()> {
        rows.chunks().try_for_each(|chunk| self.push(chunk))?;
        self.flush()
    }

    /// Writes what waits.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.file.write_all(&self.waiting)?;
        self.written += self.waiting.len();
        // Many files must not hold many buffers.
        self.waiting = Vec::new();
        Ok(())
    }

    /// Gives the rows of these numbers to `take`, in their order, many at once. All rows must be flushed.
    pub(super) fn read(&self, rows: Range<usize>, mut take: impl FnMut(&[u32])) -> io::Result<()> {
        let row_bytes = self.width * 4;
        let piece_bytes = (PIECE_BYTES / row_bytes).max(1) * row_bytes;
        let (mut at, end) = (rows.start * row_bytes, rows.end * row_bytes);
        let mut bytes = vec![0; piece_bytes.min(end - at)];
        let mut words: Vec<u32> = Vec::with_capacity(bytes.len() / 4);
        while at < end {
            let piece = &mut bytes[..piece_bytes.min(end - at)];
            self.file.read_exact_at(piece, at as u64)?;
            words.clear();
            words.extend(piece.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)));
            take(&words);
            at += piece.len();
        }
        Ok(())
    }

    /// Gives all rows to `take`, as [`Self::read`] does; it may fail.
    pub(super) fn read_through(&self, take: &mut dyn FnMut(&[u32]) -> io::Result<()>) -> io::Result<()> {
        let mut taken = Ok(());
        self.read(0..self.len(), |words| {
            if taken.is_ok() {
                taken = take(words);
            }
        })?;
        taken
    }
}
