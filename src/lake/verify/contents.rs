//! A file's footer and rows against what the catalog says of it.

use std::sync::Arc;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::lake::write::OrderCheck;
use crate::lake::{Bound, ColumnBounds, Damage, LiveFile, bounds};
use crate::model::facts::Column;

/// The first thing that does not fit.
pub(super) fn faults(file: &Arc<LiveFile>) -> Result<(), String> {
    let told = |what: String| file.damage(what).to_string();
    let opened = file.open().map_err(|damage: Damage| damage.to_string())?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(opened).map_err(|error| told(error.to_string()))?;
    let metadata = Arc::clone(builder.metadata());
    let rows = metadata.file_metadata().num_rows();
    if u64::try_from(rows).ok() != Some(file.rows) {
        return Err(told(format!("its footer says {rows} rows, the catalog {}", file.rows)));
    }
    let found = bounds::of_file(&metadata);
    let names: Vec<&str> = found.iter().map(|column| column.name.as_str()).collect();
    if names != file.columns {
        return Err(told(format!(
            "it has the columns {}, the catalog says {}",
            names.join(", "),
            file.columns.join(", ")
        )));
    }
    for (found, kept) in found.iter().zip(&file.bounds) {
        if of_footer(found) != of_footer(kept) {
            return Err(told(format!("the bounds of its column {} are not those of the catalog", found.name)));
        }
    }
    let table = file.scope.table;
    let columns: Option<Vec<&'static Column>> = file.columns.iter().map(|name| table.column(name)).collect();
    let columns = columns.ok_or_else(|| told("it has columns that its table lacks".to_owned()))?;
    let mut order = OrderCheck::new(table, &columns);
    let mut counted = 0;
    for batch in builder.build().map_err(|error| told(error.to_string()))? {
        let batch = batch.map_err(|error| told(error.to_string()))?;
        counted += batch.num_rows() as u64;
        order.check(table, &batch).map_err(|error| told(error.to_string()))?;
    }
    if counted == file.rows {
        Ok(())
    } else {
        Err(told(format!("it has {counted} rows, the catalog says {}", file.rows)))
    }
}

/// What the footer says of a column; its distinct values are known to the catalog alone.
fn of_footer(column: &ColumnBounds) -> (u64, Option<&Bound>, Option<&Bound>) {
    (column.nulls, column.min.as_ref(), column.max.as_ref())
}
