//! The state of a log as one Parquet file: who opens the table reads it and the commits after it.
//!
//! Its rows are the same actions as the lines of a commit; arrow's JSON codec carries them over, so that there is one
//! description of an action. Files that left the table are not in it: only a clean-up would ask for them, and this
//! program cleans up by its own catalog.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde_json::json;

use super::actions::{Action, Txn};
use super::log::{self, State};
use crate::lake::LakeError;
use crate::lake::place::Place;

/// The file that tells readers where to begin; one that is missing costs them a listing.
const POINTER: &str = "_last_checkpoint";

/// Writes the state of a log as a checkpoint of its newest version.
pub(super) fn write(place: &dyn Place, table: &str, state: &State, app_id: &str) -> Result<(), LakeError> {
    let Some(version) = state.version else { return Ok(()) };
    let actions = actions(state, app_id);
    let failed = |why: String| log::refusal(place, table, format!("checkpoint {version} cannot be written ({why})"));
    let bytes = encode(&actions).map_err(failed)?;
    // One that is there says the same: it is of the same version.
    place.put_new(&log::checkpoint_name(table, version), &bytes)?;
    let pointer = format!("{}/{POINTER}", log::folder(table));
    place.remove(&pointer)?;
    let text = json!({ "version": version, "size": actions.len(), "sizeInBytes": bytes.len(),
        "numOfAddFiles": state.files.len() });
    place.put_new(&pointer, text.to_string().as_bytes())?;
    Ok(())
}

fn actions(state: &State, app_id: &str) -> Vec<Action> {
    let one = Action::default;
    let snapshot = state.snapshot.unwrap_or_default();
    let txn = Txn { app_id: app_id.to_owned(), version: snapshot, last_updated: None };
    let mut actions = vec![
        Action { protocol: state.protocol.clone(), ..one() },
        Action { meta_data: state.meta_data.clone(), ..one() },
        Action { txn: Some(txn), ..one() },
    ];
    let files = state.files.values().cloned();
    actions.extend(files.map(|add| Action { add: Some(super::actions::Add { data_change: false, ..add }), ..one() }));
    actions
}

fn encode(actions: &[Action]) -> Result<Vec<u8>, String> {
    let schema = schema();
    let mut decoder = arrow::json::ReaderBuilder::new(Arc::clone(&schema))
        .with_batch_size(actions.len().max(1))
        .build_decoder()
        .map_err(|error| error.to_string())?;
    decoder.serialize(actions).map_err(|error| error.to_string())?;
    let batch: Option<RecordBatch> = decoder.flush().map_err(|error| error.to_string())?;
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, schema, Some(properties)).map_err(|error| error.to_string())?;
    if let Some(batch) = batch {
        writer.write(&batch).map_err(|error| error.to_string())?;
    }
    writer.close().map_err(|error| error.to_string())?;
    Ok(bytes)
}

/// The actions of a checkpoint.
pub(super) fn read(bytes: Bytes) -> Result<Vec<Action>, String> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).and_then(|builder| builder.build());
    let mut actions = Vec::new();
    for batch in reader.map_err(|error| error.to_string())? {
        let batch = batch.map_err(|error| error.to_string())?;
        let mut text = Vec::new();
        let mut writer = arrow::json::LineDelimitedWriter::new(&mut text);
        writer.write(&batch).and_then(|()| writer.finish()).map_err(|error| error.to_string())?;
        for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            actions.push(serde_json::from_slice(line).map_err(|error| error.to_string())?);
        }
    }
    Ok(actions)
}

fn schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let long = |name: &str| Field::new(name, DataType::Int64, true);
    let int = |name: &str| Field::new(name, DataType::Int32, true);
    let bool = |name: &str| Field::new(name, DataType::Boolean, true);
    let record = |name: &str, fields: Vec<Field>| Field::new(name, DataType::Struct(Fields::from(fields)), true);
    let map = |name: &str| {
        let entries = [Field::new("key", DataType::Utf8, false), Field::new("value", DataType::Utf8, true)];
        let entries = Field::new("key_value", DataType::Struct(Fields::from(entries.to_vec())), false);
        Field::new(name, DataType::Map(Arc::new(entries), false), true)
    };
    let list =
        |name: &str| Field::new(name, DataType::List(Arc::new(Field::new("element", DataType::Utf8, true))), true);
    let format = record("format", vec![text("provider"), map("options")]);
    Arc::new(Schema::new(vec![
        record("txn", vec![text("appId"), long("version"), long("lastUpdated")]),
        record(
            "add",
            vec![
                text("path"),
                map("partitionValues"),
                long("size"),
                long("modificationTime"),
                bool("dataChange"),
                text("stats"),
            ],
        ),
        record(
            "remove",
            vec![
                text("path"),
                long("deletionTimestamp"),
                bool("dataChange"),
                bool("extendedFileMetadata"),
                map("partitionValues"),
                long("size"),
            ],
        ),
        record(
            "metaData",
            vec![
                text("id"),
                text("name"),
                text("description"),
                format,
                text("schemaString"),
                list("partitionColumns"),
                long("createdTime"),
                map("configuration"),
            ],
        ),
        record("protocol", vec![int("minReaderVersion"), int("minWriterVersion")]),
    ]))
}
