//! An answer: its columns, its snapshot, and the batches as they come.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use chrono::{DateTime, Utc};
use futures::Stream;
use tokio::sync::mpsc;

use super::error::QueryError;
use super::ledger::QueryId;
use crate::model::{Day, SnapshotId};

/// What came of one question. It is a stream of record batches; dropping it cancels the question.
#[derive(Debug)]
pub struct Answer {
    /// The question's id.
    pub id: QueryId,
    /// The columns; their names are unique.
    pub schema: SchemaRef,
    /// The snapshot that was read, from beginning to end.
    pub snapshot: SnapshotId,
    /// When that snapshot was committed.
    pub snapshot_time: DateTime<Utc>,
    /// The newest day with rows per report kind, among the caller's accounts at that snapshot.
    pub newest_day: BTreeMap<String, Day>,
    messages: mpsc::Receiver<Message>,
    ending: Option<Ending>,
    over: bool,
}

/// What is known when the last batch has gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Rows given.
    pub rows: u64,
    /// Bytes of the values given.
    pub bytes: u64,
    /// Where the answer was cut, if it was.
    pub cut: Option<Cut>,
    /// From asking to the last row.
    pub elapsed: Duration,
}

/// The cap that cut an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// That many rows.
    Rows(u64),
    /// That many bytes of values.
    Bytes(u64),
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => write!(f, "{rows} rows"),
            Self::Bytes(bytes) => write!(f, "{bytes} bytes"),
        }
    }
}

/// What stands before the first batch.
pub(super) struct Head {
    pub(super) id: QueryId,
    pub(super) schema: SchemaRef,
    pub(super) snapshot: SnapshotId,
    pub(super) snapshot_time: DateTime<Utc>,
    pub(super) newest_day: BTreeMap<String, Day>,
}

/// From the runtime that computes to the one that reads.
pub(super) enum Message {
    Head(Head),
    Batch(RecordBatch),
    End(Result<Ending, QueryError>),
}

impl Answer {
    /// Waits for the head, or for the error that came instead.
    pub(super) async fn receive(mut messages: mpsc::Receiver<Message>) -> Result<Self, QueryError> {
        match messages.recv().await {
            Some(Message::Head(head)) => Ok(Self {
                id: head.id,
                schema: head.schema,
                snapshot: head.snapshot,
                snapshot_time: head.snapshot_time,
                newest_day: head.newest_day,
                messages,
                ending: None,
                over: false,
            }),
            Some(Message::End(Err(error))) => Err(error),
            Some(Message::Batch(_) | Message::End(Ok(_))) => {
                Err(QueryError::Internal("the answer began without its columns".to_owned()))
            }
            None => Err(lost()),
        }
    }

    /// The next batch; `None` at the end. For callers with a runtime.
    pub async fn next(&mut self) -> Option<Result<RecordBatch, QueryError>> {
        futures::StreamExt::next(self).await
    }

    /// The next batch; `None` at the end. For callers without a runtime; it panics inside one.
    pub fn next_blocking(&mut self) -> Option<Result<RecordBatch, QueryError>> {
        if self.over {
            return None;
        }
        let message = self.messages.blocking_recv();
        self.take(message)
    }

    /// How the answer ended; `None` before it has, or where it ended with an error.
    pub fn ending(&self) -> Option<&Ending> {
        self.ending.as_ref()
    }

    fn take(&mut self, message: Option<Message>) -> Option<Result<RecordBatch, QueryError>> {
        match message {
            Some(Message::Batch(batch)) => Some(Ok(batch)),
            Some(Message::End(Ok(ending))) => {
                self.over = true;
                self.ending = Some(ending);
                None
            }
            Some(Message::End(Err(error))) => self.fail(error),
            Some(Message::Head(_)) => self.fail(QueryError::Internal("the columns came twice".to_owned())),
            None => self.fail(lost()),
        }
    }

    fn fail(&mut self, error: QueryError) -> Option<Result<RecordBatch, QueryError>> {
        self.over = true;
        Some(Err(error))
    }
}

impl Stream for Answer {
    type Item = Result<RecordBatch, QueryError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.over {
            return Poll::Ready(None);
        }
        let message = ready!(self.messages.poll_recv(context));
        Poll::Ready(self.take(message))
    }
}

/// A plan that panicked leaves without a word; the panic itself is in the log.
fn lost() -> QueryError {
    QueryError::Internal("the question stopped without an answer".to_owned())
}

/// The same columns with unique names: a second `x` becomes `x_2`. JSON objects and Parquet need that.
pub(super) fn unique_names(schema: &Schema) -> SchemaRef {
    let mut taken: HashSet<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let mut seen = HashSet::new();
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .map(|field| {
            let mut name = field.name().clone();
            if !seen.insert(name.clone()) {
                name = (2_usize..)
                    .map(|number| format!("{}_{number}", field.name()))
                    .find(|name| !taken.contains(name))
                    .unwrap_or(name);
                taken.insert(name.clone());
            }
            Field::new(name, field.data_type().clone(), field.is_nullable())
        })
        .collect();
    Arc::new(Schema::new(fields))
}

/// Bytes of the batch's values, as a reader would receive them; buffers shared with other batches are not counted.
pub(super) fn content_bytes(batch: &RecordBatch) -> u64 {
    batch.columns().iter().map(|column| array_bytes(column.as_ref())).sum()
}

fn array_bytes(array: &dyn Array) -> u64 {
    const VIEW_BYTES: u64 = 16;
    let views = VIEW_BYTES * array.len() as u64;
    match array.data_type() {
        DataType::Utf8View => views + array.as_string_view().lengths().map(u64::from).sum::<u64>(),
        DataType::BinaryView => views + array.as_binary_view().lengths().map(u64::from).sum::<u64>(),
        _ => array.to_data().get_slice_memory_size().map_or(0, |bytes| bytes as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_column_name_gets_a_number() {
        let fields: Vec<Field> = ["a", "b", "a", "a_2", "a"].map(|n| Field::new(n, DataType::Int64, true)).into();
        let unique = unique_names(&Schema::new(fields));
        let names: Vec<&str> = unique.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(names, ["a", "b", "a_3", "a_2", "a_4"]);
    }
}
