//! zstd for pages, kept only where it saves enough to be worth reading through it.

use parquet::errors::{ParquetError, Result};
use zstd::bulk::Compressor;
use zstd::zstd_safe::compress_bound;

const LEVEL: i32 = 1;
/// Pages of a chunk are alike: after one that did not shrink, so many are written as they are before the next try.
const PAGES_SKIPPED: usize = 3;

/// A compressor and its buffer.
pub(super) struct Compress {
    zstd: Compressor<'static>,
    buffer: Vec<u8>,
    kept_share: f64,
    skip: usize,
}

impl Compress {
    /// `kept_share`: a compressed page is kept if it is smaller than this share of the plain one.
    pub(super) fn new(kept_share: f64) -> Result<Self> {
        let zstd = Compressor::new(LEVEL).map_err(failed)?;
        Ok(Self { zstd, buffer: Vec::new(), kept_share, skip: 0 })
    }

    /// Another chunk begins, which nothing is known of.
    pub(super) fn start(&mut self) {
        self.skip = 0;
    }

    /// The compressed bytes, however long.
    pub(super) fn always(&mut self, plain: &[u8]) -> Result<&[u8]> {
        self.buffer.clear();
        self.buffer.reserve(compress_bound(plain.len()));
        self.zstd.compress_to_buffer(plain, &mut self.buffer).map_err(failed)?;
        Ok(&self.buffer)
    }

    /// The compressed bytes, if they save enough.
    pub(super) fn where_it_pays(&mut self, plain: &[u8]) -> Result<Option<&[u8]>> {
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(None);
        }
        let largest_kept = plain.len() as f64 * self.kept_share;
        if self.always(plain)?.len() as f64 >= largest_kept {
            self.skip = PAGES_SKIPPED;
            return Ok(None);
        }
        Ok(Some(&self.buffer))
    }
}

fn failed(error: std::io::Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}
