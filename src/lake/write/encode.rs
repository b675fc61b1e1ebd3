//! From record batches to Parquet bytes: the seam behind which the encoder can be exchanged.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;

use super::sink::Sink;

/// Encodes sorted rows into one Parquet file.
pub(super) trait Encoder: Send {
    /// Appends rows.
    fn write(&mut self, batch: &RecordBatch) -> Result<()>;

    /// Writes what is left and the footer, and gives the sink back.
    fn finish(self: Box<Self>) -> Result<Sink>;
}

/// The encoder of the parquet crate. The Arrow schema is not embedded: it would make readers build the importer's
/// dictionaries again, where the file's own type is plain UTF-8 text.
pub(super) fn arrow(sink: Sink, schema: SchemaRef, properties: WriterProperties) -> Result<Box<dyn Encoder>> {
    let options = ArrowWriterOptions::new()
        .with_properties(properties)
        .with_skip_arrow_metadata(true)
        .with_schema_root("schema".to_owned());
    Ok(Box::new(ArrowWriter::try_new_with_options(sink, schema, options)?))
}

impl Encoder for ArrowWriter<Sink> {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        Self::write(self, batch)
    }

    fn finish(self: Box<Self>) -> Result<Sink> {
        (*self).into_inner()
    }
}
