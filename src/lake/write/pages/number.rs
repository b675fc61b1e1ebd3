//! A column chunk of numbers: DELTA_BINARY_PACKED pages.

use std::borrow::Cow;

use arrow::array::{Array, ArrowPrimitiveType, PrimitiveArray};
use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnDescPtr;

use super::chunk::{Chunk, Page};
use super::compress::Compress;
use super::delta::{Number, delta};
use super::extremes::Extremes;
use super::{Layout, valid_rows};

/// Numbers whose statistics the footer can hold.
pub(super) trait Counted: Number {
    fn statistics(bounds: Option<(Self, Self)>, nulls: u64) -> Statistics;
}

impl Counted for i64 {
    fn statistics(bounds: Option<(Self, Self)>, nulls: u64) -> Statistics {
        Statistics::int64(bounds.map(|(min, _)| min), bounds.map(|(_, max)| max), None, Some(nulls), false)
    }
}

impl Counted for i32 {
    fn statistics(bounds: Option<(Self, Self)>, nulls: u64) -> Statistics {
        Statistics::int32(bounds.map(|(min, _)| min), bounds.map(|(_, max)| max), None, Some(nulls), false)
    }
}

/// Encodes one row group of the column.
pub(super) fn chunk<T>(
    column: ColumnDescPtr,
    array: &PrimitiveArray<T>,
    layout: &Layout,
    compress: &mut Compress,
) -> Result<(Bytes, ColumnCloseResult)>
where
    T: ArrowPrimitiveType,
    T::Native: Counted,
{
    let nulls = array.nulls().filter(|nulls| nulls.null_count() > 0);
    let values = match nulls {
        None => Cow::Borrowed(&array.values()[..]),
        Some(_) => Cow::Owned(array.iter().flatten().collect::<Vec<_>>()),
    };
    let mut chunk = Chunk::new(column, nulls, Encoding::DELTA_BINARY_PACKED, compress)?;
    let mut extremes = Extremes::new();
    let (mut rest, mut encoded) = (&values[..], Vec::new());
    for rows in layout.pages(array.len()) {
        let (values, following) = rest.split_at(valid_rows(nulls, &rows));
        rest = following;
        encoded.clear();
        delta(values, &mut encoded);
        let bounds = extremes.page(values).map(|(min, max)| (min.bytes(), max.bytes()));
        chunk.data(Page { rows, values: &encoded, bounds, text_bytes: None })?;
    }
    let nulls = nulls.map_or(0, |nulls| nulls.null_count() as u64);
    chunk.finish(T::Native::statistics(extremes.chunk(), nulls), extremes.order())
}
