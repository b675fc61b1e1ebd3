//! What rows add up to: how many, and of each column the nulls and the exact sum. Merging files must not change it; between
//! two states it is what differs.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Int32Type, Int64Type, SchemaRef};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::rows::{BATCH_ROWS, FileRows};
use super::{LakeError, LiveFile};

/// Counts and sums of rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    rows: u64,
    /// By column: its name, nulls, and the sum of its numbers; of texts the sum of their bytes.
    columns: Vec<(String, u64, i128)>,
}

impl Tally {
    /// Of no rows yet, in these columns.
    pub(super) fn of(schema: &SchemaRef) -> Self {
        Self { rows: 0, columns: schema.fields().iter().map(|field| (field.name().clone(), 0, 0)).collect() }
    }

    /// Of the rows of a live file.
    pub(super) fn of_file(file: &Arc<LiveFile>, schema: &SchemaRef) -> Result<Self, LakeError> {
        let mut tally = Self::of(schema);
        FileRows::open(file, schema)?.try_for_each(|batch| batch.map(|batch| tally.add(&batch)))?;
        Ok(tally)
    }

    /// Of a file that is written and not yet published, read back.
    pub(super) fn of_staged(path: &Path, schema: &SchemaRef) -> Result<Self, LakeError> {
        let mut tally = Self::of(schema);
        let file = File::open(path).map_err(LakeError::io("open", path))?;
        let rows = ParquetRecordBatchReaderBuilder::try_new(file).map_err(LakeError::parquet(path))?;
        for batch in rows.with_batch_size(BATCH_ROWS).build().map_err(LakeError::parquet(path))? {
            tally.add(&batch.map_err(|error| LakeError::parquet(path)(error.into()))?);
        }
        Ok(tally)
    }

    /// Adds the rows of another, in the same columns.
    pub(super) fn join(&mut self, other: &Self) {
        self.rows += other.rows;
        for ((_, nulls, sum), (_, other_nulls, other_sum)) in self.columns.iter_mut().zip(&other.columns) {
            (*nulls, *sum) = (*nulls + other_nulls, *sum + other_sum);
        }
    }

    /// The sum of a column; nothing where no row has a value.
    pub(super) fn sum(&self, column: &str) -> Option<i128> {
        let (_, nulls, sum) = self.columns.iter().find(|(name, ..)| name == column)?;
        (*nulls < self.rows).then_some(*sum)
    }

    /// The columns whose values do not add up to the same.
    pub(super) fn differing<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a str> {
        let names = self.columns.iter().map(|(name, ..)| name.as_str());
        names.filter(|name| self.sum(name) != other.sum(name))
    }

    /// Rows.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds the rows of a batch of these columns.
    pub(super) fn add(&mut self, batch: &RecordBatch) {
        self.rows += batch.num_rows() as u64;
        for ((_, nulls, sum), array) in self.columns.iter_mut().zip(batch.columns()) {
            *nulls += array.null_count() as u64;
            *sum += sum_of(array);
        }
    }

    /// The first difference, in words.
    pub(super) fn difference(&self, other: &Self) -> Option<String> {
        if self.rows != other.rows {
            return Some(format!("{} rows became {}", self.rows, other.rows));
        }
        let pairs = self.columns.iter().zip(&other.columns);
        let column = pairs.into_iter().find(|(ours, theirs)| ours != theirs);
        column.map(|((name, ..), _)| format!("{name} does not add up to the same"))
    }
}

fn sum_of(array: &ArrayRef) -> i128 {
    match array.data_type() {
        DataType::Int64 => array.as_primitive::<Int64Type>().iter().flatten().map(i128::from).sum(),
        DataType::Int32 => array.as_primitive::<Int32Type>().iter().flatten().map(i128::from).sum(),
        DataType::Date32 => array.as_primitive::<Date32Type>().iter().flatten().map(i128::from).sum(),
        DataType::Utf8 => array.as_string::<i32>().iter().flatten().map(|text| text.len() as i128).sum(),
        // Rows come in no other type; what is not summed here is still counted.
        _ => 0,
    }
}
