//! What the catalog knows of files, as DataFusion's statistics. Exact only where it is certain: DataFusion answers
//! `count`, `min` and `max` from exact statistics without reading a row.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, Statistics};
use datafusion::scalar::ScalarValue;

use super::super::LiveFile;
use super::super::bounds::{Bound, Value};
use super::schema::{ScanSchema, partition_values};

/// Rows of all files.
pub(super) fn rows(files: &[Arc<LiveFile>]) -> usize {
    usize::try_from(files.iter().map(|file| file.rows).sum::<u64>()).unwrap_or(usize::MAX)
}

/// Keeps as many files from the front as hold `limit` rows.
pub(super) fn keep_first_rows(files: &mut Vec<Arc<LiveFile>>, limit: usize) {
    let mut rows = 0;
    let enough = files.iter().take_while(|file| {
        let more_needed = rows < limit as u64;
        rows += file.rows;
        more_needed
    });
    let count = enough.count();
    files.truncate(count);
}

/// Statistics over all of `files`, of the `needed` columns of the scan.
pub(super) fn of_all(schema: &ScanSchema, files: &[Arc<LiveFile>], needed: &[bool]) -> Statistics {
    let fields = schema.scan.table_schema().fields();
    let stored = schema.scan.file_schema().fields().len();
    let columns = fields.iter().enumerate().map(|(index, field)| {
        if !needed.get(index).copied().unwrap_or(false) {
            return ColumnStatistics::new_unknown();
        }
        match index.checked_sub(stored) {
            None => of_stored(field.name(), field.data_type(), files),
            Some(key) => of_partition(key, files),
        }
    });
    let bytes = files.iter().map(|file| file.bytes).sum::<u64>();
    Statistics {
        num_rows: Precision::Exact(rows(files)),
        // Bytes on disk; in memory they are some times as many.
        total_byte_size: Precision::Inexact(usize::try_from(bytes).unwrap_or(usize::MAX)),
        column_statistics: columns.collect(),
    }
}

fn of_stored(name: &str, data_type: &DataType, files: &[Arc<LiveFile>]) -> ColumnStatistics {
    let mut nulls = 0;
    let (mut min, mut max): (Option<&Bound>, Option<&Bound>) = (None, None);
    let mut known = true;
    for file in files {
        let Some(bounds) = file.bounds_of(name) else {
            nulls += file.rows;
            continue;
        };
        nulls += bounds.nulls;
        if bounds.nulls == file.rows {
            continue;
        }
        match (&bounds.min, &bounds.max) {
            (Some(low), Some(high)) => {
                min = Some(min.filter(|min| (&min.value, !min.exact) <= (&low.value, !low.exact)).unwrap_or(low));
                max = Some(max.filter(|max| (&max.value, max.exact) >= (&high.value, high.exact)).unwrap_or(high));
            }
            _ => known = false,
        }
    }
    let precision = |bound: Option<&Bound>| match bound.filter(|_| known) {
        Some(bound) if bound.exact => Precision::Exact(scalar(&bound.value, data_type)),
        Some(bound) => Precision::Inexact(scalar(&bound.value, data_type)),
        None => Precision::Absent,
    };
    ColumnStatistics {
        null_count: Precision::Exact(usize::try_from(nulls).unwrap_or(usize::MAX)),
        min_value: precision(min),
        max_value: precision(max),
        ..ColumnStatistics::new_unknown()
    }
}

fn of_partition(key: usize, files: &[Arc<LiveFile>]) -> ColumnStatistics {
    let values = || files.iter().filter_map(|file| partition_values(file).into_iter().nth(key));
    let extreme = |wanted: std::cmp::Ordering| {
        let value = values().reduce(|known, value| match value.partial_cmp(&known) {
            Some(order) if order == wanted => value,
            _ => known,
        });
        value.map_or(Precision::Absent, Precision::Exact)
    };
    ColumnStatistics {
        null_count: Precision::Exact(0),
        min_value: extreme(std::cmp::Ordering::Less),
        max_value: extreme(std::cmp::Ordering::Greater),
        ..ColumnStatistics::new_unknown()
    }
}

/// A bound in the type of its column.
pub(super) fn scalar(value: &Value, data_type: &DataType) -> ScalarValue {
    match (value, data_type) {
        (Value::Int(value), DataType::Int64) => ScalarValue::Int64(Some(*value)),
        (Value::Int(value), DataType::Int32) => ScalarValue::Int32(i32::try_from(*value).ok()),
        (Value::Int(value), DataType::Date32) => ScalarValue::Date32(i32::try_from(*value).ok()),
        (Value::Text(value), DataType::Utf8View) => ScalarValue::Utf8View(Some(value.clone())),
        _ => ScalarValue::try_new_null(data_type).unwrap_or(ScalarValue::Null),
    }
}
