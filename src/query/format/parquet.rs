//! Parquet: one file, zstd. A file of a cut answer carries `catscan.truncated_at` in its footer.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::super::answer::Ending;
use super::super::error::QueryError;
use super::{Encoder, encoding};

/// Bytes of one row group that are held until it is written.
const ROW_GROUP_BYTES: usize = 64 << 20;

pub(super) struct Parquet {
    writer: ArrowWriter<Vec<u8>>,
}

impl Parquet {
    pub(super) fn new(schema: &SchemaRef) -> Result<Self, QueryError> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(256 << 10))
            .build();
        let writer = ArrowWriter::try_new(Vec::new(), SchemaRef::clone(schema), Some(properties)).map_err(encoding)?;
        Ok(Self { writer })
    }

    /// Offsets in the footer are counted by the writer, so bytes may leave the buffer as they come.
    fn drain(&mut self, out: &mut Vec<u8>) {
        out.append(self.writer.inner_mut());
    }
}

impl Encoder for Parquet {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), QueryError> {
        self.drain(out);
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), QueryError> {
        self.writer.write(batch).map_err(encoding)?;
        if self.writer.in_progress_size() > ROW_GROUP_BYTES {
            self.writer.flush().map_err(encoding)?;
        }
        self.drain(out);
        Ok(())
    }

    fn end(&mut self, ending: &Ending, out: &mut Vec<u8>) -> Result<(), QueryError> {
        if let Some(cut) = ending.cut {
            let key = "catscan.truncated_at".to_owned();
            self.writer.append_key_value_metadata(KeyValue::new(key, cut.to_string()));
        }
        self.writer.finish().map_err(encoding)?;
        self.drain(out);
        Ok(())
    }
}
