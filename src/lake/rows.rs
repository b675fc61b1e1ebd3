//! The rows of one live file, a batch after the other, in the columns that are wanted.
//!
//! One row group is in memory at a time, compressed, so that each block is read and checked once; decoded is a batch.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};

use super::{CheckedFile, LakeError, LiveFile};
use crate::model::facts::{Column, ValueType};

/// Rows of a batch.
pub(super) const BATCH_ROWS: usize = 8_192;

/// The batches of one file.
pub(super) struct FileRows {
    file: Arc<LiveFile>,
    input: CheckedFile,
    metadata: ArrowReaderMetadata,
    schema: SchemaRef,
    groups: Range<usize>,
    group: Option<ParquetRecordBatchReader>,
}

/// The columns in the types in which rows are handed on.
pub(super) fn schema(columns: &[&'static Column]) -> SchemaRef {
    let field = |column: &&'static Column| Field::new(&column.name, data_type(column.value_type), column.nullable);
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

fn data_type(value_type: ValueType) -> DataType {
    match value_type {
        ValueType::Text => DataType::Utf8,
        ValueType::Int64 => DataType::Int64,
        ValueType::Int32 => DataType::Int32,
        ValueType::Date => DataType::Date32,
    }
}

impl FileRows {
    /// The rows of `file` in the columns of `schema`; what the file does not store is null.
    pub(super) fn open(file: &Arc<LiveFile>, schema: &SchemaRef) -> Result<Self, LakeError> {
        let input = file.open()?;
        let undecodable = |error| file.damage(format!("it cannot be decoded: {error}"));
        let metadata = ArrowReaderMetadata::load(&input, ArrowReaderOptions::new()).map_err(undecodable)?;
        let groups = 0..metadata.metadata().num_row_groups();
        Ok(Self { file: Arc::clone(file), input, metadata, schema: Arc::clone(schema), groups, group: None })
    }

    fn next_group(&mut self) -> Result<bool, LakeError> {
        let Some(index) = self.groups.next() else { return Ok(false) };
        let stored = |name: &str| self.schema.index_of(name).is_ok();
        let group = self.metadata.metadata().row_group(index);
        let chunks = || group.columns().iter().filter(|chunk| stored(chunk.column_descr().name()));
        let start = chunks().map(|chunk| chunk.byte_range().0).min().unwrap_or_default();
        let end = chunks().map(|chunk| chunk.byte_range()).map(|(start, length)| start.saturating_add(length)).max();
        let part = self.input.part(start..end.unwrap_or(start))?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(part, self.metadata.clone());
        let names = self.file.columns.iter().map(String::as_str).filter(|name| stored(name));
        let mask = ProjectionMask::columns(builder.parquet_schema(), names);
        let reader = builder.with_projection(mask).with_row_groups(vec![index]).with_batch_size(BATCH_ROWS).build();
        let undecodable = |error| self.file.damage(format!("it cannot be decoded: {error}"));
        self.group = Some(reader.map_err(undecodable)?);
        Ok(true)
    }

    /// In the order and with the types of the schema.
    fn laid_out(&self, batch: &RecordBatch) -> Result<RecordBatch, LakeError> {
        let undecodable = |error| self.file.damage(format!("it cannot be decoded: {error}"));
        let column = |field: &Arc<Field>| -> Result<ArrayRef, LakeError> {
            match batch.column_by_name(field.name()) {
                Some(array) if array.data_type() == field.data_type() => Ok(Arc::clone(array)),
                Some(array) => Ok(arrow::compute::cast(array, field.data_type()).map_err(undecodable)?),
                None => Ok(new_null_array(field.data_type(), batch.num_rows())),
            }
        };
        let columns = self.schema.fields().iter().map(column).collect::<Result<_, _>>()?;
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(undecodable)?)
    }
}

impl Iterator for FileRows {
    type Item = Result<RecordBatch, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.group.as_mut().and_then(Iterator::next) {
                Some(Ok(batch)) => return Some(self.laid_out(&batch)),
                Some(Err(error)) => {
                    return Some(Err(self.file.damage(format!("it cannot be decoded: {error}")).into()));
                }
                None => match self.next_group() {
                    Ok(true) => {}
                    Ok(false) => return None,
                    Err(error) => return Some(Err(error)),
                },
            }
        }
    }
}
