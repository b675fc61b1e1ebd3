//! The thresholds of the rules as a table of SQL: one row, a column for each, so that a view reads what the settings say.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array};
use arrow::record_batch::RecordBatch;
use datafusion::catalog::{MemTable, TableProvider};
use serde_json::Value;

use super::error::QueryError;
use crate::model::Thresholds;

/// The name of the table.
pub(super) const TABLE: &str = "thresholds";

/// The one row.
pub(super) fn provider(thresholds: &Thresholds) -> Result<Arc<dyn TableProvider>, QueryError> {
    let wrong = |reason: &dyn std::fmt::Display| QueryError::Internal(format!("thresholds: {reason}"));
    let fields = serde_json::to_value(thresholds).map_err(|error| wrong(&error))?;
    let columns = fields.as_object().into_iter().flatten().map(|(name, value)| {
        let column: ArrayRef = match value {
            Value::Number(number) if number.is_i64() => Arc::new(Int64Array::from(vec![number.as_i64()])),
            other => Arc::new(Float64Array::from(vec![other.as_f64()])),
        };
        (name.as_str(), column)
    });
    let row = RecordBatch::try_from_iter(columns).map_err(|error| wrong(&error))?;
    let table = MemTable::try_new(row.schema(), vec![vec![row]]).map_err(|error| wrong(&error))?;
    Ok(Arc::new(table))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::fixture;

    #[test]
    fn every_threshold_is_a_column_of_one_row() {
        let engine = fixture::Memory::of(Vec::new()).engine();
        let shown = fixture::show(&engine, "SELECT size_block_daily, config_waste_high_pct FROM thresholds").unwrap();
        assert!(shown.contains("| 10000            | 90.0                  |"), "{shown}");
        let count = serde_json::to_value(Thresholds::default()).unwrap().as_object().unwrap().len();
        assert_eq!(provider(&Thresholds::default()).unwrap().schema().fields().len(), count);
    }
}
