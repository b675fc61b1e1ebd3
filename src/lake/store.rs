//! The object store through which queries read: live files only, every block checked against its hash.
//!
//! It knows files by their path below the lake, so no plan and no error names a directory of the machine. A damaged,
//! cut, missing or exchanged file gives an error that names it, never a wrong number; checking costs a BLAKE3 of what
//! is read anyway. Because the check is in the store, every reader has it, also one on another machine.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
// The crate `bytes` is only here through others; axum is the direct dependency that names it.
use bytes::Bytes;
use chrono::DateTime;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt};
use object_store::path::Path;
use object_store::{
    Attributes, CopyOptions, Error, GetOptions, GetRange, GetResult, GetResultPayload, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use super::hashes::block_range;
use super::place::Place;
use super::registry::Registry;
use super::{Damage, LiveFile};

/// Reads live files of the lake, and nothing else.
#[derive(Debug)]
pub(super) struct LakeStore {
    place: Arc<dyn Place>,
    inner: Arc<dyn ObjectStore>,
    registry: Arc<Registry>,
}

impl LakeStore {
    /// A store over the one of the lake's place.
    pub(super) fn new(place: Arc<dyn Place>, registry: Arc<Registry>) -> Self {
        Self { inner: place.store(), place, registry }
    }

    fn live(&self, location: &Path) -> Result<Arc<LiveFile>> {
        self.registry.get(location.as_ref()).ok_or_else(|| Error::NotFound {
            path: location.to_string(),
            source: "it is not a file of a snapshot in use".into(),
        })
    }

    async fn read(&self, file: &LiveFile, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        if let Some(beyond) = ranges.iter().find(|range| range.end > file.bytes || range.start > range.end) {
            return Err(damage(file, format!("bytes {} to {} are beyond its end", beyond.start, beyond.end)));
        }
        let blocks = ranges.iter().map(|range| block_range(range, file.bytes)).collect();
        let widened = merge(blocks, self.place.gap_bytes());
        let pieces = match self.inner.get_ranges(location, &widened).await {
            Ok(pieces) => pieces,
            Err(Error::NotFound { .. }) => return Err(damage(file, "it is missing".into())),
            Err(error) => {
                // The inner message may hold a path of the machine: for the log, not for the answer.
                tracing::warn!(file = file.relative, "a data file cannot be read: {}", self.place.reason(&error));
                return Err(self.why_unread(file, location).await);
            }
        };
        for (range, piece) in widened.iter().zip(&pieces) {
            let whole = piece.len() as u64 == range.end - range.start;
            if !whole {
                return Err(damage(file, "it is shorter than the catalog says".into()));
            }
            file.check(range.start, piece).map_err(generic)?;
        }
        ranges.iter().map(|range| slice(file, &widened, &pieces, range)).collect()
    }

    /// A store's error does not tell a file that was cut from a store that does not answer.
    async fn why_unread(&self, file: &LiveFile, location: &Path) -> Error {
        match self.inner.head(location).await {
            Ok(found) if found.size != file.bytes => {
                damage(file, format!("it has {} bytes, the catalog says {}", found.size, file.bytes))
            }
            _ => generic(file.unread("its place does not give it (the log says why)".into())),
        }
    }

    fn refuse<T>(operation: &str) -> Result<T> {
        Err(Error::NotImplemented {
            operation: operation.to_owned(),
            implementer: "the lake, which is read here".to_owned(),
        })
    }
}

fn damage(file: &LiveFile, what: String) -> Error {
    generic(file.damage(what))
}

fn generic(damage: Damage) -> Error {
    Error::Generic { store: "lake", source: Box::new(damage) }
}

/// Sorted, with ranges joined that touch or have at most `gap` bytes between them.
fn merge(mut ranges: Vec<Range<u64>>, gap: u64) -> Vec<Range<u64>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut merged: Vec<Range<u64>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end.saturating_add(gap) => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// The asked bytes out of the pieces that were read.
fn slice(file: &LiveFile, widened: &[Range<u64>], pieces: &[Bytes], range: &Range<u64>) -> Result<Bytes> {
    let after = widened.partition_point(|piece| piece.start <= range.start);
    let found = after.checked_sub(1).and_then(|index| Some((widened.get(index)?, pieces.get(index)?)));
    let offset = |start: u64, at: u64| usize::try_from(at - start).ok();
    found
        .and_then(|(piece, bytes)| {
            let (from, to) = (offset(piece.start, range.start)?, offset(piece.start, range.end)?);
            (to <= bytes.len()).then(|| bytes.slice(from..to))
        })
        .ok_or_else(|| damage(file, format!("bytes {} to {} were not read", range.start, range.end)))
}

impl fmt::Display for LakeStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("lake")
    }
}

#[async_trait]
impl ObjectStore for LakeStore {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let file = self.live(location)?;
        let meta = ObjectMeta {
            location: location.clone(),
            last_modified: DateTime::UNIX_EPOCH,
            size: file.bytes,
            e_tag: None,
            version: None,
        };
        options.check_preconditions(&meta)?;
        let range = options.range.unwrap_or(GetRange::Bounded(0..file.bytes));
        let range = range.as_range(file.bytes).map_err(|error| damage(&file, error.to_string()))?;
        let bytes = match options.head {
            true => Vec::new(),
            false => self.read(&file, location, std::slice::from_ref(&range)).await?,
        };
        let payload = GetResultPayload::Stream(stream::iter(bytes.into_iter().map(Ok)).boxed());
        Ok(GetResult { payload, meta, range, attributes: Attributes::default() })
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let file = self.live(location)?;
        self.read(&file, location, ranges).await
    }

    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        Self::refuse("put")
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Self::refuse("put")
    }

    fn delete_stream(&self, _: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        async { Self::refuse("delete") }.into_stream().boxed()
    }

    fn list(&self, _: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        async { Self::refuse("list") }.into_stream().boxed()
    }

    async fn list_with_delimiter(&self, _: Option<&Path>) -> Result<ListResult> {
        Self::refuse("list")
    }

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        Self::refuse("copy")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touching_ranges_are_read_once() {
        assert_eq!(merge(vec![8..10, 0..4, 4..6, 9..12], 0), vec![0..6, 8..12]);
        assert_eq!(merge(vec![8..10, 0..4, 20..30], 4), vec![0..10, 20..30]);
        assert!(merge(Vec::new(), 0).is_empty());
    }
}
