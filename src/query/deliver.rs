//! From the plan's stream to the reader: caps, unique column names, and no path of this machine in a plan.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, RecordBatchOptions, StringArray};
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::answer::{Cut, Ending, Message, content_bytes};
use super::error::QueryError;
use super::hidden::Hidden;
use super::limits::Limits;

/// Carries one answer to its reader.
pub(super) struct Delivery<'a> {
    pub(super) schema: SchemaRef,
    pub(super) limits: &'a Limits,
    /// What to take out of the words of an EXPLAIN.
    pub(super) hidden: Option<&'a Hidden>,
    pub(super) asked: Instant,
}

impl Delivery<'_> {
    /// Sends the batches and the ending. An error of the plan is returned, for the watch to tell.
    pub(super) async fn run(
        self,
        mut stream: SendableRecordBatchStream,
        messages: &mpsc::Sender<Message>,
    ) -> Result<(), QueryError> {
        let (mut rows, mut bytes, mut cut) = (0_u64, 0_u64, None);
        while let Some(batch) = stream.next().await {
            let mut batch = batch?;
            if batch.num_rows() == 0 {
                continue;
            }
            if let Some(cap) = self.limits.rows.filter(|cap| rows + batch.num_rows() as u64 > *cap) {
                // The difference is smaller than the batch.
                batch = batch.slice(0, usize::try_from(cap - rows).unwrap_or(0));
                cut = Some(Cut::Rows(cap));
            }
            let size = content_bytes(&batch);
            if let Some(cap) = self.limits.bytes.filter(|cap| bytes + size > *cap) {
                batch = batch.slice(0, rows_within(cap - bytes, size, batch.num_rows()));
                cut = Some(Cut::Bytes(cap));
            }
            rows += batch.num_rows() as u64;
            bytes += content_bytes(&batch);
            if batch.num_rows() > 0 && messages.send(Message::Batch(self.shape(&batch)?)).await.is_err() {
                return Err(QueryError::Cancelled);
            }
            if cut.is_some() {
                break;
            }
        }
        drop(stream);
        let ending = Ending { rows, bytes, cut, elapsed: self.asked.elapsed() };
        messages.send(Message::End(Ok(ending))).await.map_err(|_| QueryError::Cancelled)
    }

    fn shape(&self, batch: &RecordBatch) -> Result<RecordBatch, QueryError> {
        let columns = batch
            .columns()
            .iter()
            .map(|column| self.hidden.map_or_else(|| Arc::clone(column), |hidden| clean(column, hidden)));
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns.collect(), &options)
            .map_err(|error| QueryError::Internal(error.to_string()))
    }
}

/// How many rows of a batch fit, by their mean size.
fn rows_within(room: u64, size: u64, rows: usize) -> usize {
    let fit = u128::from(room) * rows as u128 / u128::from(size.max(1));
    usize::try_from(fit).unwrap_or(rows).min(rows)
}

fn clean(column: &ArrayRef, hidden: &Hidden) -> ArrayRef {
    if column.data_type() != &DataType::Utf8 {
        return Arc::clone(column);
    }
    let texts = column.as_string::<i32>().iter();
    Arc::new(texts.map(|text| text.map(|text| hidden.clean(text))).collect::<StringArray>())
}
