//! The file under the encoder: counts and hashes what passes, so that no second read is needed.

use std::io::{self, Write};

use crate::lake::DiskFile;
use crate::lake::hashes::{Hasher, Hashes};

/// A file that knows its length and its hashes.
pub(super) struct Sink {
    file: io::BufWriter<Box<dyn DiskFile>>,
    hasher: Hasher,
}

const BUFFER_BYTES: usize = 256 * 1024;

impl Sink {
    pub(super) fn new(file: impl Into<Box<dyn DiskFile>>) -> Self {
        Self { file: io::BufWriter::with_capacity(BUFFER_BYTES, file.into()), hasher: Hasher::default() }
    }

    /// Flushes and brings the file to disk; its length and hashes.
    pub(super) fn sync(self) -> io::Result<(u64, Hashes)> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync()?;
        Ok(self.hasher.finish())
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
