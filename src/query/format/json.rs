//! JSON: an array of objects, the envelope around it, and one object a line.
//!
//! Keys stand in the order of the columns; every row has every key. Numbers are written exactly; NaN and infinity,
//! which JSON does not know, are null.

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use arrow::json::writer::{JsonArray, LineDelimited, Writer, WriterBuilder};
use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Ending};
use super::super::error::QueryError;
use super::{Encoder, encoding};

/// What stands around the rows: `query_id`, `snapshot` {`id`, `time`}, `columns` [{`name`, `type`}], the asker's own
/// entries, `rows`, `row_count`, `truncated`, `truncated_at` (the cap, or null), `elapsed_ms`.
#[derive(Clone, Debug, Default)]
pub struct Envelope {
    /// Entries of a named question, before the rows: its window, its newest day.
    pub entries: Map<String, Value>,
}

type Rows<F> = Writer<Vec<u8>, F>;

fn rows<F: arrow::json::writer::JsonFormat>() -> Rows<F> {
    WriterBuilder::new().with_explicit_nulls(true).build(Vec::new())
}

pub(super) struct Json {
    rows: Rows<JsonArray>,
    head: Option<Map<String, Value>>,
}

impl Json {
    pub(super) fn new(answer: &Answer, envelope: Option<Envelope>) -> Self {
        let head = envelope.map(|envelope| {
            let mut head = Map::new();
            head.insert("query_id".to_owned(), answer.id.to_string().into());
            let time = answer.snapshot_time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
            head.insert("snapshot".to_owned(), json!({"id": answer.snapshot, "time": time}));
            head.insert("columns".to_owned(), columns(&answer.schema));
            head.extend(envelope.entries);
            head
        });
        Self { rows: rows(), head }
    }
}

impl Encoder for Json {
    fn begin(&mut self, out: &mut Vec<u8>) -> Result<(), QueryError> {
        if let Some(head) = &self.head {
            out.push(b'{');
            for (key, value) in head {
                out.extend_from_slice(format!("{}:{value},", Value::from(key.as_str())).as_bytes());
            }
            out.extend_from_slice(b"\"rows\":");
        }
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), QueryError> {
        self.rows.write(batch).map_err(encoding)?;
        out.append(self.rows.get_mut());
        Ok(())
    }

    fn end(&mut self, ending: &Ending, out: &mut Vec<u8>) -> Result<(), QueryError> {
        self.rows.finish().map_err(encoding)?;
        out.append(self.rows.get_mut());
        if self.head.is_some() {
            let truncated_at = ending.cut.map(|cut| cut.to_string());
            let elapsed_ms = u64::try_from(ending.elapsed.as_millis()).unwrap_or(u64::MAX);
            let tail = [
                ("row_count", json!(ending.rows)),
                ("truncated", json!(ending.cut.is_some())),
                ("truncated_at", json!(truncated_at)),
                ("elapsed_ms", json!(elapsed_ms)),
            ];
            for (key, value) in tail {
                out.extend_from_slice(format!(",\"{key}\":{value}").as_bytes());
            }
            out.push(b'}');
        }
        out.push(b'\n');
        Ok(())
    }

    fn says_cut(&self) -> bool {
        self.head.is_some()
    }
}

pub(super) struct Ndjson {
    rows: Rows<LineDelimited>,
}

impl Ndjson {
    pub(super) fn new() -> Self {
        Self { rows: rows() }
    }
}

impl Encoder for Ndjson {
    fn begin(&mut self, _: &mut Vec<u8>) -> Result<(), QueryError> {
        Ok(())
    }

    fn batch(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), QueryError> {
        self.rows.write(batch).map_err(encoding)?;
        out.append(self.rows.get_mut());
        Ok(())
    }

    fn end(&mut self, _: &Ending, out: &mut Vec<u8>) -> Result<(), QueryError> {
        self.rows.finish().map_err(encoding)?;
        out.append(self.rows.get_mut());
        Ok(())
    }
}

/// Names and types, in words that do not change with the engine.
fn columns(schema: &Schema) -> Value {
    let column = |field: &arrow::datatypes::Field| {
        let kind = match field.data_type() {
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Dictionary(..) => "text".to_owned(),
            DataType::Date32 | DataType::Date64 => "date".to_owned(),
            DataType::Timestamp(..) => "timestamp".to_owned(),
            DataType::Boolean => "boolean".to_owned(),
            other => other.to_string().to_lowercase(),
        };
        json!({"name": field.name(), "type": kind})
    };
    schema.fields().iter().map(|field| column(field)).collect()
}
