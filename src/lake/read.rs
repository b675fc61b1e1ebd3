//! Reading a live file outside a query (a merge reads the partition that it replaces): every block is checked.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

// The crate `bytes` is only here through others; axum is the direct dependency that names it.
use bytes::{Buf, Bytes};
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::hashes::{BLOCK_BYTES, block_range};
use super::{Damage, LiveFile};

/// A live file as the parquet crate's readers take it (`ParquetRecordBatchReaderBuilder::try_new`). What differs from
/// what was written gives an error that names the file.
#[derive(Clone)]
pub struct CheckedFile {
    file: Arc<LiveFile>,
    handle: Arc<File>,
}

impl LiveFile {
    /// Opens the file for reading.
    ///
    /// # Errors
    /// It is missing, cannot be opened, or has another length than the catalog says.
    pub fn open(self: &Arc<Self>) -> Result<CheckedFile, Damage> {
        let handle = File::open(&self.path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => self.damage("it is missing".into()),
            _ => self.damage(format!("it cannot be opened: {error}")),
        })?;
        let found = handle.metadata().map_err(|error| self.damage(format!("it cannot be read: {error}")))?.len();
        if found != self.bytes {
            return Err(self.damage(format!("it has {found} bytes, the catalog says {}", self.bytes)));
        }
        Ok(CheckedFile { file: Arc::clone(self), handle: Arc::new(handle) })
    }

    pub(super) fn damage(&self, what: String) -> Damage {
        Damage { file: self.relative.clone(), day: self.scope.day, what }
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
        // Within one file that was hashed block by block, so the sizes fit memory's integers.
        let mut bytes = vec![0; (blocks.end - blocks.start) as usize];
        let read = self.handle.read_exact_at(&mut bytes, blocks.start);
        read.map_err(|error| self.file.damage(format!("it cannot be read: {error}")))?;
        self.file.check(blocks.start, &bytes)?;
        Ok(Bytes::from(bytes).slice((start - blocks.start) as usize..(end - blocks.start) as usize))
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

/// The bytes from one position on, a block at a time.
pub struct CheckedStream {
    file: CheckedFile,
    next: u64,
    block: Bytes,
}

impl Read for CheckedStream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.block.is_empty() && self.next < self.file.file.bytes {
            let border = (self.next / BLOCK_BYTES + 1) * BLOCK_BYTES;
            let end = border.min(self.file.file.bytes);
            self.block = self.file.read(self.next, end).map_err(io::Error::other)?;
            self.next = end;
        }
        let bytes = self.block.split_to(self.block.len().min(into.len()));
        into[..bytes.len()].copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}
