//! One column chunk under construction: pages in the order of the file, and what the footer and the page index say of
//! them. Offsets count from the chunk's first byte; the parquet crate moves them to their place in the file.

use std::ops::Range;

use arrow::buffer::NullBuffer;
use bytes::Bytes;
use parquet::basic::{BoundaryOrder, Compression, Encoding, PageType, ZstdLevel};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{
    ColumnChunkMetaData, ColumnIndexBuilder, LevelHistogram, OffsetIndexBuilder, PageEncodingStats,
};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnDescPtr;

use super::compress::Compress;
use super::header::{self, Body, Header};
use super::rle;

/// The pages of one column in one row group.
pub(super) struct Chunk<'a> {
    column: ColumnDescPtr,
    nulls: Option<&'a NullBuffer>,
    compress: &'a mut Compress,
    bytes: Vec<u8>,
    uncompressed_bytes: usize,
    dictionary_bytes: usize,
    encoding: Encoding,
    rows: usize,
    null_rows: usize,
    pages: i32,
    text_bytes: Option<i64>,
    column_index: ColumnIndexBuilder,
    offset_index: OffsetIndexBuilder,
    levels: Vec<u8>,
}

/// Values of one page.
pub(super) struct Page<'a> {
    /// Rows of the row group.
    pub(super) rows: Range<usize>,
    /// The values that are not null, encoded.
    pub(super) values: &'a [u8],
    /// Bounds for the index; none where all is null.
    pub(super) bounds: Option<(Vec<u8>, Vec<u8>)>,
    /// Length of the texts, for a column of text.
    pub(super) text_bytes: Option<usize>,
}

impl<'a> Chunk<'a> {
    /// An empty chunk whose data pages will have this encoding.
    pub(super) fn new(
        column: ColumnDescPtr,
        nulls: Option<&'a NullBuffer>,
        encoding: Encoding,
        compress: &'a mut Compress,
    ) -> Result<Self> {
        let null_rows = nulls.map_or(0, NullBuffer::null_count);
        if null_rows > 0 && column.max_def_level() == 0 {
            return Err(ParquetError::General(format!("{null_rows} nulls in {}, which is required", column.name())));
        }
        compress.start();
        Ok(Self {
            column_index: ColumnIndexBuilder::new(column.physical_type()),
            offset_index: OffsetIndexBuilder::new(),
            column,
            nulls,
            compress,
            bytes: Vec::new(),
            uncompressed_bytes: 0,
            dictionary_bytes: 0,
            encoding,
            rows: 0,
            null_rows,
            pages: 0,
            text_bytes: None,
            levels: Vec::new(),
        })
    }

    /// Writes the dictionary, before any data page.
    pub(super) fn dictionary(&mut self, values: usize, plain: &[u8]) -> Result<()> {
        // No flag says that a dictionary is not compressed, so it always is.
        let Self { compress, bytes, .. } = self;
        let body = compress.always(plain)?;
        let header = Header::Dictionary { values };
        self.uncompressed_bytes += page(&header, plain.len(), &[], body, bytes)?;
        self.dictionary_bytes = self.bytes.len();
        Ok(())
    }

    /// Writes a data page.
    pub(super) fn data(&mut self, page_: Page<'_>) -> Result<()> {
        let rows = page_.rows.len();
        let nulls = self.nulls.map(|nulls| nulls.slice(page_.rows.start, rows));
        let null_rows = nulls.as_ref().map_or(0, NullBuffer::null_count);
        self.levels.clear();
        if self.column.max_def_level() > 0 {
            rle::levels(nulls.as_ref().filter(|_| null_rows > 0), rows, &mut self.levels);
        }

        let start = self.bytes.len();
        let compressed = self.compress.where_it_pays(page_.values)?;
        let header = Header::Data {
            rows,
            nulls: null_rows,
            encoding: self.encoding,
            level_bytes: self.levels.len(),
            compressed: compressed.is_some(),
        };
        let body = compressed.unwrap_or(page_.values);
        let plain_bytes = self.levels.len() + page_.values.len();
        self.uncompressed_bytes += page(&header, plain_bytes, &self.levels, body, &mut self.bytes)?;

        self.offset_index.append_row_count(rows as i64);
        self.offset_index.append_offset_and_size(start as i64, size(self.bytes.len() - start)?);
        let text_bytes = page_.text_bytes.map(|bytes| bytes as i64);
        self.offset_index.append_unencoded_byte_array_data_bytes(text_bytes);
        self.text_bytes = text_bytes.map(|bytes| bytes + self.text_bytes.unwrap_or(0));
        let all_null = page_.bounds.is_none();
        let (min, max) = page_.bounds.unwrap_or_default();
        self.column_index.append(all_null, min, max, null_rows as i64);
        self.column_index.append_histograms(&None, &self.histogram(rows, null_rows));
        self.rows += rows;
        self.pages += 1;
        Ok(())
    }

    /// The chunk's bytes, and what the footer says of them.
    pub(super) fn finish(mut self, statistics: Statistics, order: BoundaryOrder) -> Result<(Bytes, ColumnCloseResult)> {
        let (rows, bytes) = (self.rows, self.bytes.len());
        self.column_index.set_boundary_order(order);
        let mut encodings = vec![self.encoding];
        let mut pages =
            vec![PageEncodingStats { page_type: PageType::DATA_PAGE_V2, encoding: self.encoding, count: self.pages }];
        if self.column.max_def_level() > 0 {
            encodings.push(Encoding::RLE);
        }
        if self.dictionary_bytes > 0 {
            encodings.push(Encoding::PLAIN);
            let dictionary =
                PageEncodingStats { page_type: PageType::DICTIONARY_PAGE, encoding: Encoding::PLAIN, count: 1 };
            pages.insert(0, dictionary);
        }
        let metadata = ColumnChunkMetaData::builder(self.column.clone())
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_encodings(encodings)
            .set_page_encoding_stats(pages)
            .set_num_values(rows as i64)
            .set_total_compressed_size(bytes as i64)
            .set_total_uncompressed_size(self.uncompressed_bytes as i64)
            .set_dictionary_page_offset((self.dictionary_bytes > 0).then_some(0))
            .set_data_page_offset(self.dictionary_bytes as i64)
            .set_statistics(statistics)
            .set_unencoded_byte_array_data_bytes(self.text_bytes)
            .set_definition_level_histogram(self.histogram(rows, self.null_rows))
            .build()?;
        let close = ColumnCloseResult {
            bytes_written: bytes as u64,
            rows_written: rows as u64,
            metadata,
            bloom_filter: None,
            column_index: Some(self.column_index.build()?),
            offset_index: Some(self.offset_index.build()),
        };
        Ok((Bytes::from(self.bytes), close))
    }

    /// Rows by definition level; a column that is never null has none.
    fn histogram(&self, rows: usize, nulls: usize) -> Option<LevelHistogram> {
        (self.column.max_def_level() > 0).then(|| LevelHistogram::from(vec![nulls as i64, (rows - nulls) as i64]))
    }
}

/// Appends a page and gives its size before compression, header included.
fn page(header: &Header, plain_bytes: usize, levels: &[u8], body: &[u8], out: &mut Vec<u8>) -> Result<usize> {
    // The header's fields have 32 bits.
    size(plain_bytes)?;
    size(levels.len() + body.len())?;
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(levels);
    checksum.update(body);
    let sizes =
        Body { uncompressed_bytes: plain_bytes, bytes: levels.len() + body.len(), checksum: checksum.finalize() };
    let start = out.len();
    header::write(header, &sizes, out);
    let header_bytes = out.len() - start;
    out.extend_from_slice(levels);
    out.extend_from_slice(body);
    Ok(header_bytes + plain_bytes)
}

fn size(bytes: usize) -> Result<i32> {
    i32::try_from(bytes).map_err(|_| ParquetError::General(format!("a page of {bytes} bytes; 2 GiB is the limit")))
}
