//! The layout of a data file; the figures come from measuring reads (PERFORMANCE: rows sorted, pages of 16–32 k rows,
//! row groups of 256 k, delta for counts read a third faster than DuckDB's own files).

use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;

use crate::model::facts::{Column, FactTable, ValueType};

const ROW_GROUP_ROWS: u64 = 262_144;
const PAGE_ROWS: usize = 20_000;
/// A compressed page is kept only where it saves that much: the others are read without zstd.
const COMPRESSED_SHARE: f64 = 0.85;
/// Rows handed to a column's encoder at once; page limits are checked in between.
const ENCODER_BATCH_ROWS: usize = 4_096;

/// Properties of a file with these columns.
pub(super) fn of(table: &FactTable, columns: &[&Column], expected_rows: u64) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_2_0)
        .set_created_by(concat!("catscan ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_data_page_v2_compression_ratio_threshold(COMPRESSED_SHARE)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(row_group_rows(expected_rows)))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(ENCODER_BATCH_ROWS)
        .set_sorting_columns(Some(sorting_columns(table, columns)));
    for column in columns {
        let path = ColumnPath::new(vec![column.name.clone()]);
        properties = match column.value_type {
            ValueType::Text => properties.set_column_dictionary_enabled(path, true),
            ValueType::Int64 | ValueType::Int32 | ValueType::Date => properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED),
        };
    }
    properties.build()
}

/// Groups of equal size, so that no reader is left with a splinter.
fn row_group_rows(expected_rows: u64) -> usize {
    let groups = expected_rows.div_ceil(ROW_GROUP_ROWS).max(1);
    let rows = if expected_rows == 0 { ROW_GROUP_ROWS } else { expected_rows.div_ceil(groups) };
    // At most ROW_GROUP_ROWS, so it fits; a group that takes one row only would be worse than a wrong guess.
    usize::try_from(rows.clamp(ROW_GROUP_ROWS / 2, ROW_GROUP_ROWS)).unwrap_or(usize::MAX)
}

fn sorting_columns(table: &FactTable, columns: &[&Column]) -> Vec<SortingColumn> {
    let position = |name: &String| columns.iter().position(|column| &column.name == name);
    let column_idx = |index: usize| i32::try_from(index).ok();
    table
        .sort
        .iter()
        .filter_map(|name| position(name).and_then(column_idx))
        .map(|column_idx| SortingColumn { column_idx, descending: false, nulls_first: true })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_groups_are_even_and_never_above_the_limit() {
        assert_eq!(row_group_rows(0), 262_144);
        assert_eq!(row_group_rows(10), 131_072);
        assert_eq!(row_group_rows(1_000_000), 250_000);
        assert_eq!(row_group_rows(262_145), 131_073);
    }
}
