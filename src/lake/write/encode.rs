//! From record batches to Parquet bytes: the seam behind which the encoder can be exchanged.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;

use super::pages::PageEncoder;
use super::sink::Sink;

/// Encodes sorted rows into one Parquet file.
pub(super) trait Encoder: Send {
    /// Appends rows.
    fn write(&mut self, batch: &RecordBatch) -> Result<()>;

    /// Writes what is left and the footer, and gives the sink back.
    fn finish(self: Box<Self>) -> Result<Sink>;
}

/// The encoder of data files. The Arrow schema is not embedded: it would make readers build the importer's
/// dictionaries again, where the file's own type is plain UTF-8 text.
pub(super) fn pages(
    sink: Sink,
    schema: &SchemaRef,
    properties: WriterProperties,
    threads: usize,
) -> Result<Box<dyn Encoder>> {
    Ok(Box::new(PageEncoder::new(sink, schema, properties, threads)?))
}
