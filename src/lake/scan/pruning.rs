//! Which files a query need not open. Pruning may keep a file too many, but never drops a row that fits.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Date32Array, Int64Array, RecordBatch, StringViewArray, UInt64Array};
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::catalog::Session;
use datafusion::common::pruning::PruningStatistics;
use datafusion::common::{Column, DFSchema, DataFusionError};
use datafusion::error::Result;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::utils::conjunction;
use datafusion::physical_optimizer::pruning::PruningPredicateBuilder;
use datafusion::scalar::ScalarValue;

use super::super::LiveFile;
use super::super::bounds::{Bound, ColumnBounds};
use super::super::scope::PARTITION_COLUMNS;
use super::schema::ScanSchema;
use super::statistics::scalar;

/// Whether the filter is decided by a file's partition alone, and always in the same way.
pub(super) fn is_on_partitions(filter: &Expr) -> bool {
    let columns = filter.column_refs();
    !columns.is_empty()
        && !filter.is_volatile()
        && columns.iter().all(|column| PARTITION_COLUMNS.contains(&column.name.as_str()))
}

/// The files whose partition values satisfy all `filters`; exact, as if each row had been asked.
pub(super) fn by_partition(
    state: &dyn Session,
    schema: &ScanSchema,
    filters: &[&Expr],
    mut files: Vec<Arc<LiveFile>>,
) -> Result<Vec<Arc<LiveFile>>> {
    if filters.is_empty() {
        return Ok(files);
    }
    let columns = DFSchema::try_from(Arc::clone(&schema.partition))?;
    for filter in filters {
        let decide = state.create_physical_expr((*filter).clone(), &columns)?;
        let values = partition_arrays(&files).to_vec();
        let batch = RecordBatch::try_new(Arc::clone(&schema.partition), values)?;
        let decided = decide.evaluate(&batch)?.into_array(files.len())?;
        let decided = decided
            .as_any()
            .downcast_ref::<BooleanArray>()
            .ok_or_else(|| DataFusionError::Plan(format!("filter {filter} is not a condition")))?;
        let mut row = 0;
        files.retain(|_| {
            row += 1;
            decided.is_valid(row - 1) && decided.value(row - 1)
        });
    }
    Ok(files)
}

fn partition_arrays(files: &[Arc<LiveFile>]) -> [ArrayRef; 3] {
    let accounts: Int64Array = files.iter().map(|file| Some(file.scope.account.0)).collect();
    let reports: StringViewArray = files.iter().map(|file| Some(file.scope.report.as_str())).collect();
    let days: Date32Array = files.iter().map(|file| Some(file.scope.day.epoch_days())).collect();
    [Arc::new(accounts), Arc::new(reports), Arc::new(days)]
}

/// The files whose bounds allow a row that satisfies all `filters`.
pub(super) fn by_bounds(
    state: &dyn Session,
    schema: &ScanSchema,
    filters: &[&Expr],
    files: Vec<Arc<LiveFile>>,
) -> Vec<Arc<LiveFile>> {
    let Some(filter) = conjunction(filters.iter().map(|&filter| filter.clone())) else { return files };
    let bounds = FileBounds { schema: Arc::clone(schema.scan.table_schema()), files: &files };
    match keep(state, filter, &bounds) {
        Ok(Some(kept)) => {
            let mut kept = kept.into_iter();
            files.into_iter().filter(|_| kept.next().unwrap_or(true)).collect()
        }
        Ok(None) => files,
        Err(error) => {
            // Not being able to prune is no reason not to answer; the filter itself reports what is wrong with it.
            tracing::debug!(%error, "no pruning by column bounds");
            files
        }
    }
}

fn keep(state: &dyn Session, filter: Expr, bounds: &FileBounds<'_>) -> Result<Option<Vec<bool>>> {
    let columns = DFSchema::try_from(Arc::clone(&bounds.schema))?;
    let predicate = PruningPredicateBuilder::new()
        .with_file_schema(Arc::clone(&bounds.schema))
        .with_max_in_list_size(state.config_options().execution.parquet.max_in_list_size)
        .try_build(state.create_physical_expr(filter, &columns)?)?;
    if predicate.always_true() { Ok(None) } else { predicate.prune(bounds).map(Some) }
}

/// Bounds of many files, column by column.
struct FileBounds<'a> {
    schema: SchemaRef,
    files: &'a [Arc<LiveFile>],
}

impl FileBounds<'_> {
    /// One value per file; null where there is no value, or no known bound.
    fn values(&self, column: &Column, bound: impl Fn(&ColumnBounds) -> Option<&Bound>) -> Option<ArrayRef> {
        if let Some(partition) = self.partition(column) {
            return Some(partition);
        }
        let data_type = self.schema.field_with_name(&column.name).ok()?.data_type();
        let values = self.files.iter().map(|file| match file.bounds_of(&column.name).and_then(&bound) {
            Some(bound) => scalar(&bound.value, data_type),
            None => null(data_type),
        });
        ScalarValue::iter_to_array(values).ok()
    }

    fn partition(&self, column: &Column) -> Option<ArrayRef> {
        let key = PARTITION_COLUMNS.iter().position(|name| *name == column.name)?;
        partition_arrays(self.files).into_iter().nth(key)
    }
}

fn null(data_type: &DataType) -> ScalarValue {
    ScalarValue::try_new_null(data_type).unwrap_or(ScalarValue::Null)
}

impl PruningStatistics for FileBounds<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.values(column, |bounds| bounds.min.as_ref())
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.values(column, |bounds| bounds.max.as_ref())
    }

    fn num_containers(&self) -> usize {
        self.files.len()
    }

    /// A column that the file lacks is null in every row.
    fn null_counts(&self, column: &Column) -> Option<ArrayRef> {
        let in_path = PARTITION_COLUMNS.contains(&column.name.as_str());
        let nulls = self.files.iter().map(|file| match file.bounds_of(&column.name) {
            _ if in_path => 0,
            Some(bounds) => bounds.nulls,
            None => file.rows,
        });
        Some(Arc::new(nulls.collect::<UInt64Array>()))
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        Some(Arc::new(self.files.iter().map(|file| file.rows).collect::<UInt64Array>()))
    }

    fn contained(&self, _: &Column, _: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}
