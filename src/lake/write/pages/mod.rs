//! The page encoder: sorted rows → Parquet pages, without looking at a text twice.
//!
//! The writer of the parquet crate takes any array, so it hashes and compares every text of every row, also where the
//! importer hands over keys of a dictionary. Two encodings cover all our columns, and both can start from what the importer already has:
//!
//! - text ([`text`]): the dictionary's texts are ranked once a file ([`Ranking`]); a row group gets a sorted dictionary
//!   of the texts that occur in it, and rows become indices through a table, packed as runs or bits ([`rle`]);
//! - numbers ([`number`]): distances, packed in blocks ([`delta`]).
//!
//! [`chunk`] puts pages together: data pages of version 2, compressed where it saves enough ([`compress`]), each with
//! a checksum ([`header`]), with bounds and null counts for the page index ([`extremes`], [`shorten`]). Finished chunks
//! are handed to the parquet crate, which writes the footer, the page index and the sort order. What is written reads
//! back the same, and has the same statistics, as what the crate's own writer makes of the same rows; tests hold both
//! against each other.

mod bits;
mod chunk;
mod compress;
mod delta;
mod extremes;
mod header;
mod number;
mod rle;
mod shorten;
#[cfg(test)]
mod tests;
mod text;

use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt32Array};
use arrow::buffer::NullBuffer;
use arrow::compute::{cast, concat};
use arrow::datatypes::{DataType, Date32Type, Int32Type, Int64Type, SchemaRef, UInt32Type};
use bytes::Bytes;
use parquet::arrow::ArrowSchemaConverter;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnDescPtr;

use self::compress::Compress;
use super::encode::Encoder;
use super::ranking::Ranking;
use super::sink::Sink;

/// Writes one file of our two kinds of columns.
pub(super) struct PageEncoder {
    file: SerializedFileWriter<Sink>,
    layout: Layout,
    /// One for each thread that encodes.
    compress: Vec<Compress>,
    /// By column: the dictionary seen last.
    rankings: Vec<Option<Ranking>>,
    /// Rows of the next row group.
    waiting: Vec<RecordBatch>,
    waiting_rows: usize,
}

/// How many rows go together.
struct Layout {
    group_rows: usize,
    page_rows: usize,
}

impl Layout {
    /// The rows of each page in a row group of so many rows.
    fn pages(&self, rows: usize) -> impl Iterator<Item = Range<usize>> + use<> {
        let page_rows = self.page_rows;
        (0..rows).step_by(page_rows).map(move |start| start..rows.min(start + page_rows))
    }
}

/// How many of these rows have a value.
fn valid_rows(nulls: Option<&NullBuffer>, rows: &Range<usize>) -> usize {
    let null = |nulls: &NullBuffer| nulls.slice(rows.start, rows.len()).null_count();
    rows.len() - nulls.map_or(0, null)
}

impl PageEncoder {
    /// Row group size, page size, sort order and the worth of compression are those of the properties. The columns of
    /// a row group are shared by so many threads.
    pub(super) fn new(sink: Sink, schema: &SchemaRef, properties: WriterProperties, threads: usize) -> Result<Self> {
        let parquet_schema = ArrowSchemaConverter::new().schema_root("schema").convert(schema)?;
        let worth = properties.data_page_v2_compression_ratio_threshold();
        let layout = Layout {
            group_rows: properties.max_row_group_row_count().unwrap_or(usize::MAX).max(1),
            page_rows: properties.data_page_row_count_limit().max(1),
        };
        Ok(Self {
            compress: (0..threads.max(1)).map(|_| Compress::new(worth)).collect::<Result<_>>()?,
            file: SerializedFileWriter::new(sink, parquet_schema.root_schema_ptr(), Arc::new(properties))?,
            layout,
            rankings: vec![None; schema.fields().len()],
            waiting: Vec::new(),
            waiting_rows: 0,
        })
    }

    fn write_row_group(&mut self) -> Result<()> {
        let Self { file, layout, compress, rankings, waiting, waiting_rows } = self;
        let columns: Vec<ColumnDescPtr> = file.schema_descr().columns().to_vec();
        let chunks: Vec<OnceLock<Result<EncodedChunk>>> = columns.iter().map(|_| OnceLock::new()).collect();
        let (waiting_for, layout) = (&*waiting, &*layout);
        let next = Mutex::new(columns.into_iter().zip(rankings).zip(&chunks).enumerate());
        let encode = |compress: &mut Compress| {
            loop {
                let task = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((index, ((column, ranking), chunk))) = task else { return };
                let pieces: Vec<&ArrayRef> = waiting_for.iter().map(|batch| batch.column(index)).collect();
                // Each is set once: its task is taken once.
                let _ = chunk.set(column_chunk(column, &pieces, ranking, layout, compress));
            }
        };
        if let Some((own, others)) = compress.split_first_mut() {
            let encode = &encode;
            std::thread::scope(|scope| {
                for compress in others {
                    scope.spawn(move || encode(compress));
                }
                encode(own);
            });
        }
        let mut group = file.next_row_group()?;
        for chunk in chunks.into_iter().filter_map(OnceLock::into_inner) {
            let (bytes, close) = chunk?;
            group.append_column(&bytes, close)?;
        }
        // Fails where a column is missing.
        group.close()?;
        waiting.clear();
        *waiting_rows = 0;
        Ok(())
    }
}

/// A column chunk, and what the footer says of it.
type EncodedChunk = (Bytes, ColumnCloseResult);

impl Encoder for PageEncoder {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut taken = 0;
        while taken < batch.num_rows() {
            let rows = (batch.num_rows() - taken).min(self.layout.group_rows - self.waiting_rows);
            self.waiting.push(batch.slice(taken, rows));
            self.waiting_rows += rows;
            taken += rows;
            if self.waiting_rows == self.layout.group_rows {
                self.write_row_group()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<Sink> {
        if self.waiting_rows > 0 {
            self.write_row_group()?;
        }
        self.file.into_inner()
    }
}

/// Encodes one column of one row group, which may come in pieces.
fn column_chunk(
    column: ColumnDescPtr,
    pieces: &[&ArrayRef],
    ranking: &mut Option<Ranking>,
    layout: &Layout,
    compress: &mut Compress,
) -> Result<(Bytes, ColumnCloseResult)> {
    let joined = |pieces: &[&ArrayRef]| -> Result<ArrayRef> {
        let pieces: Vec<&dyn Array> = pieces.iter().map(|piece| piece.as_ref()).collect();
        Ok(if let [only] = pieces[..] { only.slice(0, only.len()) } else { concat(&pieces)? })
    };
    let Some(first) = pieces.first() else {
        return Err(ParquetError::General(format!("no rows of {}", column.name())));
    };
    match first.data_type() {
        DataType::Int64 => number::chunk(column, joined(pieces)?.as_primitive::<Int64Type>(), layout, compress),
        DataType::Int32 => number::chunk(column, joined(pieces)?.as_primitive::<Int32Type>(), layout, compress),
        DataType::Date32 => number::chunk(column, joined(pieces)?.as_primitive::<Date32Type>(), layout, compress),
        DataType::Utf8 => {
            let dictionary = DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8));
            let array = cast(&joined(pieces)?, &dictionary)?;
            text_chunk(column, &[&array], ranking, layout, compress)
        }
        DataType::Dictionary(..) if shared_values(pieces) => text_chunk(column, pieces, ranking, layout, compress),
        DataType::Dictionary(..) => text_chunk(column, &[&joined(pieces)?], ranking, layout, compress),
        other => Err(ParquetError::General(format!("column {} is of type {other}", column.name()))),
    }
}

/// Whether all pieces are keys of one array of texts.
fn shared_values(pieces: &[&ArrayRef]) -> bool {
    let mut values = pieces.iter().map(|piece| piece.as_any_dictionary().values());
    let first = values.next();
    values.all(|values| first.is_some_and(|first| Arc::ptr_eq(first, values)))
}

fn text_chunk(
    column: ColumnDescPtr,
    pieces: &[&ArrayRef],
    ranking: &mut Option<Ranking>,
    layout: &Layout,
    compress: &mut Compress,
) -> Result<(Bytes, ColumnCloseResult)> {
    let first = pieces[0].as_any_dictionary().values();
    let known = ranking.take().filter(|ranking| ranking.is_of(first));
    let ranked = match known {
        Some(ranking) => ranking,
        None => Ranking::new(first).map_err(ParquetError::General)?,
    };
    let ranked = &*ranking.insert(ranked);
    let keys: Vec<&dyn Array> =
        pieces.iter().map(|piece| piece.as_dictionary::<UInt32Type>().keys() as &dyn Array).collect();
    let joined: UInt32Array = match keys[..] {
        [only] => only.as_primitive::<UInt32Type>().clone(),
        _ => concat(&keys)?.as_primitive::<UInt32Type>().clone(),
    };
    let nulls = if first.null_count() == 0 {
        joined.nulls().cloned()
    } else {
        // A value of the dictionary may itself be null.
        let known = |key: Option<u32>| key.is_some_and(|key| first.is_valid(key as usize));
        Some(NullBuffer::from(joined.iter().map(known).collect::<Vec<bool>>()))
    };
    text::chunk(column, &joined, nulls.as_ref(), ranked, layout, compress)
}
