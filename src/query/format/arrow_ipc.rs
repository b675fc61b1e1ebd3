//! Arrow IPC stream. Text views become plain text: older readers know no views, and a view would drag its whole
//! buffer along, however few rows of it are sent.

use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::ipc::writer::StreamWriter;

use super::super::answer::Ending;
use super::super::error::QueryError;
use super::{Encoder, encoding};

pub(super) struct ArrowIpc {
    schema: SchemaRef,
    writer: StreamWriter<Vec<u8>>,
}

impl ArrowIpc {
    pub(super) fn new(schema: &SchemaRef) -> Result<Self, QueryError> {
        let fields = schema.fields().iter().map(|field| {
            let kind = match field.data_type() {
                DataType::Utf8View => DataType::Utf8,
                DataType::BinaryView => DataType::Binary,
                DataType::Dictionary(_, value) => value.as_ref().clone(),
                other => other.clone(),
            };
            field.as_ref().clone().with_data_type(kind)
        });
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let writer = StreamWriter::try_new(Vec::new(), &schema).map_err(encoding)?;
        Ok(Self { schema, writer })
    }

    fn drain(&mut self, out: &mut Vec<u8>) {
        out.append(self.writer.get_mut());
    }
}

impl Encoder for ArrowIpc {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), QueryError> {
        self.drain(out);
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), QueryError> {
        let columns = batch.columns().iter().zip(self.schema.fields());
        let columns = columns.map(|(column, field)| cast(column, field.data_type()).map_err(encoding));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let plain = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options).map_err(encoding)?;
        self.writer.write(&plain).map_err(encoding)?;
        self.drain(out);
        Ok(())
    }

    fn end(&mut self, _: &Ending, out: &mut Vec<u8>) -> Result<(), QueryError> {
        self.writer.finish().map_err(encoding)?;
        self.drain(out);
        Ok(())
    }
}
