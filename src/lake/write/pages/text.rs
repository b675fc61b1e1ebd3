//! A column chunk of text: a dictionary of the texts that occur, in their order, and pages of indices into it.
//!
//! Rows come as keys of a shared dictionary, so nothing is hashed or compared by row: keys become indices through a
//! table, and an index is also the rank of its text, which makes bounds of pages integers. Where most rows have a
//! text of their own, a dictionary would be as long as the column: then the texts stand in the pages themselves.

use std::borrow::Cow;
use std::ops::Range;

use arrow::array::UInt32Array;
use arrow::buffer::NullBuffer;
use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::statistics::{Statistics, ValueStatistics};
use parquet::schema::types::ColumnDescPtr;

use super::bits::width_of;
use super::chunk::{Chunk, Page};
use super::compress::Compress;
use super::delta::delta;
use super::extremes::Extremes;
use super::{Layout, rle, shorten, valid_rows};
use crate::lake::write::ranking::Ranking;

/// The texts of one row group in the order of their bytes, each once.
struct Texts<'a> {
    sorted: Vec<&'a str>,
    /// By row that is not null: the index of its text.
    indices: Vec<u32>,
}

const ABSENT: u32 = u32::MAX;

impl<'a> Texts<'a> {
    fn new(keys: &[u32], ranking: &'a Ranking) -> Result<Self> {
        let texts = ranking.texts();
        let mut index_of = vec![ABSENT; arrow::array::Array::len(texts)];
        for key in keys {
            let index = index_of.get_mut(*key as usize);
            *index.ok_or_else(|| ParquetError::General(format!("key {key} is not in its dictionary")))? = 0;
        }
        let mut sorted: Vec<&str> = Vec::new();
        for key in ranking.order() {
            if index_of[*key as usize] != ABSENT {
                let text = texts.value(*key as usize);
                if sorted.last() != Some(&text) {
                    sorted.push(text);
                }
                // There are no more texts than keys, of which there are less than 2³².
                index_of[*key as usize] = sorted.len() as u32 - 1;
            }
        }
        let indices = keys.iter().map(|key| index_of[*key as usize]).collect();
        Ok(Self { sorted, indices })
    }

    fn bytes(&self, indices: &[u32]) -> usize {
        indices.iter().map(|index| self.sorted[*index as usize].len()).sum()
    }

    /// Bits of an index.
    fn width(&self) -> usize {
        width_of(self.sorted.len().saturating_sub(1) as u64)
    }

    /// Whether dictionary and indices are smaller than the texts row by row, each with a length of about a byte.
    fn dictionary_pays(&self) -> bool {
        let dictionary: usize = self.sorted.iter().map(|text| text.len() + 4).sum();
        let rows = self.indices.len();
        dictionary + rows * self.width() / 8 <= self.bytes(&self.indices) + rows || dictionary <= SMALL_DICTIONARY_BYTES
    }

    fn plain(&self) -> Vec<u8> {
        let mut plain = Vec::new();
        for text in &self.sorted {
            // An array of text holds less than 2 GiB.
            plain.extend_from_slice(&(text.len() as u32).to_le_bytes());
            plain.extend_from_slice(text.as_bytes());
        }
        plain
    }

    fn bounds(&self, extremes: (u32, u32)) -> (&'a str, &'a str) {
        (self.sorted[extremes.0 as usize], self.sorted[extremes.1 as usize])
    }

    fn statistics(&self, extremes: &Extremes<u32>, nulls: Option<&NullBuffer>) -> Statistics {
        let nulls = nulls.map_or(0, |nulls| nulls.null_count() as u64);
        let distinct = Some(self.sorted.len() as u64);
        let Some((min, max)) = extremes.chunk().map(|extremes| self.bounds(extremes)) else {
            return Statistics::byte_array(None, None, distinct, Some(nulls), false);
        };
        let ((min, min_exact), (max, max_exact)) = (shorten::lower(min), shorten::upper(max));
        let (min, max) = (ByteArray::from(min), ByteArray::from(max));
        Statistics::ByteArray(
            ValueStatistics::new(Some(min), Some(max), distinct, Some(nulls), false)
                .with_min_is_exact(min_exact)
                .with_max_is_exact(max_exact),
        )
    }
}

/// A dictionary of that size is read at once, whatever the rows.
const SMALL_DICTIONARY_BYTES: usize = 4 * 1024;
/// A page of texts ends at the row that makes it longer than that.
const TEXT_PAGE_BYTES: usize = 1024 * 1024;

/// Encodes one row group of the column. `nulls` are the rows without a text, for whatever reason.
pub(super) fn chunk(
    column: ColumnDescPtr,
    keys: &UInt32Array,
    nulls: Option<&NullBuffer>,
    ranking: &Ranking,
    layout: &Layout,
    compress: &mut Compress,
) -> Result<(Bytes, ColumnCloseResult)> {
    let nulls = nulls.filter(|nulls| nulls.null_count() > 0);
    let all = &keys.values()[..];
    let present = match nulls {
        None => Cow::Borrowed(all),
        Some(nulls) => Cow::Owned(nulls.valid_indices().map(|row| all[row]).collect::<Vec<_>>()),
    };
    let texts = Texts::new(&present, ranking)?;
    let encoding = match (texts.sorted.is_empty(), texts.dictionary_pays()) {
        (true, _) => Encoding::PLAIN,
        (false, true) => Encoding::RLE_DICTIONARY,
        (false, false) => Encoding::DELTA_LENGTH_BYTE_ARRAY,
    };
    let mut chunk = Chunk::new(column, nulls, encoding, compress)?;
    if encoding == Encoding::RLE_DICTIONARY {
        chunk.dictionary(texts.sorted.len(), &texts.plain())?;
    }
    let mut extremes = Extremes::new();
    let (mut rest, mut encoded) = (&texts.indices[..], Vec::new());
    for whole in layout.pages(all.len()) {
        for rows in texts.split(whole, rest, nulls, encoding) {
            let (indices, following) = rest.split_at(valid_rows(nulls, &rows));
            rest = following;
            encoded.clear();
            match encoding {
                Encoding::RLE_DICTIONARY => {
                    // An index has at most 32 bits.
                    encoded.push(texts.width() as u8);
                    rle::hybrid(indices, texts.width(), &mut encoded);
                }
                Encoding::DELTA_LENGTH_BYTE_ARRAY => texts.one_by_one(indices, &mut encoded)?,
                _ => {}
            }
            let bounds = extremes.page(indices).map(|extremes| texts.bounds(extremes));
            let bounds = bounds.map(|(min, max)| (shorten::lower(min).0, shorten::upper(max).0));
            let text_bytes = Some(texts.bytes(indices));
            chunk.data(Page { rows, values: &encoded, bounds, text_bytes })?;
        }
    }
    chunk.finish(texts.statistics(&extremes, nulls), extremes.order())
}

impl Texts<'_> {
    /// Lengths, then bytes.
    fn one_by_one(&self, indices: &[u32], out: &mut Vec<u8>) -> Result<()> {
        let texts = indices.iter().map(|index| self.sorted[*index as usize]);
        let lengths: std::result::Result<Vec<i32>, _> = texts.clone().map(|text| i32::try_from(text.len())).collect();
        delta(&lengths.map_err(|_| ParquetError::General("a text of more than 2 GiB".into()))?, out);
        texts.for_each(|text| out.extend_from_slice(text.as_bytes()));
        Ok(())
    }

    /// Cuts the rows of a page where texts that stand in it would make it long. `indices` begin with the page's.
    fn split(
        &self,
        rows: Range<usize>,
        indices: &[u32],
        nulls: Option<&NullBuffer>,
        encoding: Encoding,
    ) -> Vec<Range<usize>> {
        if encoding != Encoding::DELTA_LENGTH_BYTE_ARRAY {
            return vec![rows];
        }
        let mut lengths = indices.iter().map(|index| self.sorted[*index as usize].len());
        let (mut pages, mut start, mut bytes) = (Vec::new(), rows.start, 0);
        for row in rows.clone() {
            if nulls.is_none_or(|nulls| nulls.is_valid(row)) {
                bytes += lengths.next().unwrap_or(0);
            }
            if bytes >= TEXT_PAGE_BYTES {
                pages.push(start..row + 1);
                (start, bytes) = (row + 1, 0);
            }
        }
        if start < rows.end {
            pages.push(start..rows.end);
        }
        pages
    }
}
