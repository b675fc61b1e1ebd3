//! Reading a live file outside a query (a merge reads the partition that it replaces): every block is checked.

use std::io::{self, Read};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

// The crate `bytes` is only here through others; axum is the direct dependency that names it.
use bytes::{Buf, Bytes};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::hashes::{BLOCK_BYTES, block_range};
use super::place::PlacedFile;
use super::{Damage, LiveFile, check};

/// A live file as the parquet crate's readers take it (`ParquetRecordBatchReaderBuilder::try_new`). What differs from
/// what was written gives an error that names the file.
#[derive(Clone)]
pub struct CheckedFile {
    file: Arc<LiveFile>,
    opened: Arc<dyn PlacedFile>,
}

impl LiveFile {
    /// Opens the file for reading.
    ///
    /// # Errors
    /// It is missing, cannot be opened, or has another length than the catalog says.
    pub fn open(self: &Arc<Self>) -> Result<CheckedFile, Damage> {
        Ok(CheckedFile { file: Arc::clone(self), opened: self.opened()? })
    }

    /// The file of this machine that holds it, where the lake is on this machine.
    pub fn local_path(&self) -> Option<PathBuf> {
        self.place.local(&self.relative)
    }

    /// The file as it is; only its length is checked.
    pub(super) fn opened(&self) -> Result<Arc<dyn PlacedFile>, Damage> {
        match self.place.open(&self.relative) {
            Ok(opened) => check::length(self, Ok(opened.bytes())).map(|()| opened),
            Err(error) => Err(check::damage(self, &error)),
        }
    }

    pub(super) fn damage(&self, what: String) -> Damage {
        Damage { file: self.relative.clone(), day: self.scope.day, what, is_unread: false }
    }

    /// Nothing is known of the file's bytes.
    pub(super) fn unread(&self, what: String) -> Damage {
        Damage { is_unread: true, ..self.damage(what) }
    }

    /// Whether these bytes, which start at the block border `start`, are those that were written.
    pub(super) fn check(&self, start: u64, bytes: &[u8]) -> Result<(), Damage> {
        if self.hashes.fit(start, bytes) {
            return Ok(());
        }
        Err(self.damage(format!("bytes {start} to {} are not what was written", start + bytes.len() as u64)))
    }
}

impl CheckedFile {
    /// A part of the file, read at once: who reads much of it has each block hashed once.
    pub fn part(&self, range: Range<u64>) -> Result<CheckedPart, Damage> {
        let bytes = self.read(range.start, range.end)?;
        Ok(CheckedPart { file: Arc::clone(&self.file), start: range.start, bytes })
    }

    /// The bytes, read with the whole blocks around them.
    fn read(&self, start: u64, end: u64) -> Result<Bytes, Damage> {
        if end > self.file.bytes || start > end {
            return Err(self.file.damage(format!("bytes {start} to {end} are beyond its end")));
        }
        let blocks = block_range(&(start..end), self.file.bytes);
        let read = self.opened.read_at(blocks.clone());
        let bytes = read.map_err(|error| check::damage(&self.file, &error))?;
        self.file.check(blocks.start, &bytes)?;
        // Within what was read, so the sizes fit memory's integers.
        Ok(bytes.slice((start - blocks.start) as usize..(end - blocks.start) as usize))
    }
}

impl Length for CheckedFile {
    fn len(&self) -> u64 {
        self.file.bytes
    }
}

impl ChunkReader for CheckedFile {
    type T = CheckedStream;

    fn get_read(&self, start: u64) -> parquet::errors::Result<CheckedStream> {
        Ok(CheckedStream { file: self.clone(), next: start, block: Bytes::new() })
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let end = start.saturating_add(length as u64);
        self.read(start, end).map_err(|damage| ParquetError::External(Box::new(damage)))
    }
}

/// A part of a live file in memory, at the positions that it has in the file.
pub struct CheckedPart {
    file: Arc<LiveFile>,
    start: u64,
    bytes: Bytes,
}

impl CheckedPart {
    /// The bytes from a position on; nothing that lies outside the part.
    fn from(&self, start: u64) -> parquet::errors::Result<Bytes> {
        let skip = start.checked_sub(self.start).and_then(|skip| usize::try_from(skip).ok());
        let inside = skip.filter(|skip| *skip <= self.bytes.len()).map(|skip| self.bytes.slice(skip..));
        inside.ok_or_else(|| self.beyond(start))
    }

    fn beyond(&self, at: u64) -> ParquetError {
        let what = format!("its footer points to byte {at}, outside of the columns that it names");
        ParquetError::External(Box::new(self.file.damage(what)))
    }
}

impl Length for CheckedPart {
    fn len(&self) -> u64 {
        self.file.bytes
    }
}

impl ChunkReader for CheckedPart {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        Ok(self.from(start)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let bytes = self.from(start)?;
        if length > bytes.len() {
            return Err(self.beyond(start.saturating_add(length as u64)));
        }
        Ok(bytes.slice(..length))
    }
}

/// The bytes from one position on: a block at a time, or as much as is worth a request.
pub struct CheckedStream {
    file: CheckedFile,
    next: u64,
    block: Bytes,
}

impl Read for CheckedStream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.block.is_empty() && self.next < self.file.file.bytes {
            let step = self.file.file.place.gap_bytes().max(BLOCK_BYTES);
            let border = (self.next / step + 1) * step;
            let end = border.min(self.file.file.bytes);
            self.block = self.file.read(self.next, end).map_err(io::Error::other)?;
            self.next = end;
        }
        let bytes = self.block.split_to(self.block.len().min(into.len()));
        into[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}
