//! Writing one data file: sorted rows of one partition in, a finished Parquet file in tmp out.
//!
//! Invariants: the rows are in the table's sort order (checked, because readers rely on it); the file is on disk
//! and its footer was read back before [`StagedFile`] exists; a file that is dropped before it is published is
//! removed. Encoding sits behind [`encode::Encoder`], so that it can be replaced without touching the rest.

mod encode;
mod order;
mod pages;
mod properties;
mod ranking;
mod sink;
mod values;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

use self::encode::Encoder;
pub(super) use self::order::OrderCheck;
pub(super) use self::order::SORT;
use self::sink::Sink;
use self::values::DistinctValues;
use super::bounds::{self, ColumnBounds};
use super::error::LakeError;
use super::{Disk, Hashes, Scope};
use crate::model::facts::{Column, ValueType};

/// A data file being written. Dropped before [`finish`](Self::finish), it leaves nothing behind.
pub struct PartitionWriter {
    scope: Scope,
    columns: Vec<&'static Column>,
    grain: Vec<String>,
    expected_rows: u64,
    threads: usize,
    rows: u64,
    state: State,
    temporary: Temporary,
}

/// The encoder needs the types of the first batch: text comes plain or as a dictionary.
enum State {
    Empty(Box<Sink>),
    Failed,
    Writing { schema: SchemaRef, encoder: Box<dyn Encoder>, order: OrderCheck, values: DistinctValues },
}

/// A complete file in tmp, on disk, its footer read back; [`publish`](super::Lake::publish) makes it permanent.
/// Dropped before, it is removed.
#[derive(Debug)]
pub struct StagedFile {
    pub(super) scope: Scope,
    pub(super) facts: FileFacts,
    pub(super) temporary: Temporary,
}

/// What is known of a finished file, wherever it is.
#[derive(Clone, Debug)]
pub(super) struct FileFacts {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) footer_bytes: u64,
    pub(super) tail_bytes: u64,
    pub(super) hashes: Hashes,
    pub(super) grain: Vec<String>,
    pub(super) bounds: Vec<ColumnBounds>,
}

impl StagedFile {
    /// Rows in the file.
    pub fn rows(&self) -> u64 {
        self.facts.rows
    }

    /// Size of the file in bytes.
    pub fn bytes(&self) -> u64 {
        self.facts.bytes
    }

    /// The partition that it belongs to.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }
}

/// A file in tmp that is removed unless someone takes it over.
pub(super) struct Temporary {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    taken: bool,
}

impl std::fmt::Debug for Temporary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Temporary").field(&self.path).finish()
    }
}

impl Temporary {
    pub(super) fn at(disk: &Arc<dyn Disk>, path: PathBuf) -> Self {
        Self { disk: Arc::clone(disk), path, taken: false }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The file has another name now.
    pub(super) fn taken(mut self) {
        self.taken = true;
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.taken {
            // What cannot be removed now is swept at the next start.
            let _ = self.disk.remove(&self.path);
        }
    }
}

impl PartitionWriter {
    /// A writer into a new file at `path`. `columns` are stored columns in the table's order; those that are not
    /// nullable must be among them. `expected_rows` only evens out the row groups.
    pub(super) fn create(
        disk: &Arc<dyn Disk>,
        path: PathBuf,
        scope: &Scope,
        columns: &[&'static Column],
        grain: &[&str],
        expected_rows: u64,
    ) -> Result<Self, LakeError> {
        let refused = |what: String| LakeError::Rows { table: scope.table.name.clone(), what };
        scope.directory()?;
        let offered = |stored: &&Column| columns.iter().any(|column| column.name == stored.name);
        let in_order = scope.table.stored_columns().filter(offered).map(|column| &column.name);
        if !in_order.eq(columns.iter().map(|column| &column.name)) {
            return Err(refused("a file's columns are stored columns of the table, each once, in its order".into()));
        }
        if let Some(missing) = scope.table.stored_columns().find(|column| !column.nullable && !offered(column)) {
            return Err(refused(format!("column {} is never null, so every file has it", missing.name)));
        }
        if let Some(absent) = grain.iter().find(|name| !columns.iter().any(|c| &c.name == *name)) {
            return Err(refused(format!("the grain names {absent}, which the file does not store")));
        }
        let file = disk.create_new(&path).map_err(LakeError::io("create", &path))?;
        Ok(Self {
            scope: scope.clone(),
            columns: columns.to_vec(),
            grain: grain.iter().map(|&name| name.to_owned()).collect(),
            expected_rows,
            threads: 1,
            rows: 0,
            state: State::Empty(Box::new(Sink::new(file))),
            temporary: Temporary::at(disk, path),
        })
    }

    /// Lets so many threads share the work of encoding.
    pub fn with_threads(self, threads: usize) -> Self {
        Self { threads, ..self }
    }

    /// Appends rows, already in the table's sort order (ascending, nulls first, text by its bytes), also across
    /// batches. Columns stand in the order given to `create_file`; text is Utf8 or Dictionary(UInt32, Utf8), the
    /// same in every batch, numbers are Int64 or Int32 as the table says.
    ///
    /// # Errors
    /// Another column, type, order, a null where the table has none, or a full disk. The file is then useless.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        if let State::Empty(_) = self.state {
            self.start(batch)?;
        }
        let table = self.scope.table;
        let State::Writing { schema, encoder, order, values } = &mut self.state else {
            return Err(LakeError::Rows { table: table.name.clone(), what: "the writer failed before".into() });
        };
        let batch = RecordBatch::try_new(Arc::clone(schema), batch.columns().to_vec())
            .map_err(|error| LakeError::Rows { table: table.name.clone(), what: error.to_string() })?;
        order.check(table, &batch)?;
        values.add(&batch);
        encoder.write(&batch).map_err(LakeError::parquet(self.temporary.path()))?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    fn start(&mut self, batch: &RecordBatch) -> Result<(), LakeError> {
        let schema = Arc::new(file_schema(self.scope.table, &self.columns, batch)?);
        let order = OrderCheck::new(self.scope.table, &self.columns);
        let properties = properties::of(self.scope.table, &self.columns, self.expected_rows);
        if let State::Empty(sink) = std::mem::replace(&mut self.state, State::Failed) {
            let encoder = encode::pages(*sink, &schema, properties, self.threads);
            let encoder = encoder.map_err(LakeError::parquet(self.temporary.path()))?;
            let values = DistinctValues::new(self.scope.table, &self.columns);
            self.state = State::Writing { schema, encoder, order, values };
        }
        Ok(())
    }

    /// Closes the file, brings it to disk and reads its footer back.
    ///
    /// # Errors
    /// No rows, a failed fsync (never retried: the file is removed), or a footer that does not say what was written.
    pub fn finish(self) -> Result<StagedFile, LakeError> {
        let Self { scope, grain, rows, state, temporary, .. } = self;
        let path = temporary.path();
        let State::Writing { encoder, values, .. } = state else {
            return Err(LakeError::Rows {
                table: scope.table.name.clone(),
                what: "a data file has at least one row".into(),
            });
        };
        let sink = encoder.finish().map_err(LakeError::parquet(path))?;
        let (bytes, hashes) = sink.sync().map_err(LakeError::io("bring to disk", path))?;

        let metadata = read_back(path)?;
        let read = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(0);
        if read != rows {
            return Err(LakeError::catalog(format!("{} holds {read} rows, {rows} were written", path.display())));
        }
        let (footer_bytes, tail_bytes) = tail(path, &metadata, bytes)?;
        let mut bounds = bounds::of_file(&metadata);
        values.give(&mut bounds);
        let facts = FileFacts { rows, bytes, footer_bytes, tail_bytes, hashes, grain, bounds };
        Ok(StagedFile { scope, facts, temporary })
    }
}

/// The schema of the file with the types in which this caller's text comes.
fn file_schema(
    table: &crate::model::facts::FactTable,
    columns: &[&'static Column],
    batch: &RecordBatch,
) -> Result<Schema, LakeError> {
    let refused = |what: String| LakeError::Rows { table: table.name.clone(), what };
    let offered = batch.schema();
    if offered.fields().len() != columns.len() {
        return Err(refused(format!("{} columns expected, {} offered", columns.len(), offered.fields().len())));
    }
    let field = |(column, offered): (&&'static Column, &Arc<Field>)| {
        let fits = offered.name() == &column.name
            && match (column.value_type, offered.data_type()) {
                (ValueType::Text, DataType::Utf8) => true,
                (ValueType::Text, DataType::Dictionary(key, value)) => {
                    **key == DataType::UInt32 && **value == DataType::Utf8
                }
                (ValueType::Int64, DataType::Int64) => true,
                (ValueType::Int32, DataType::Int32) => true,
                (ValueType::Date, DataType::Date32) => true,
                _ => false,
            };
        fits.then(|| Field::new(&column.name, offered.data_type().clone(), column.nullable)).ok_or_else(|| {
            refused(format!(
                "column {} expected, {} of type {} offered",
                column.name,
                offered.name(),
                offered.data_type()
            ))
        })
    };
    Ok(Schema::new(columns.iter().zip(offered.fields()).map(field).collect::<Result<Vec<_>, _>>()?))
}

fn read_back(path: &Path) -> Result<ParquetMetaData, LakeError> {
    let file = File::open(path).map_err(LakeError::io("open", path))?;
    ParquetMetaDataReader::new()
        .with_page_index_policy(PageIndexPolicy::Required)
        .parse_and_finish(&file)
        .map_err(LakeError::parquet(path))
}

/// Length of the footer, and of everything from the first page index to the end.
fn tail(path: &Path, metadata: &ParquetMetaData, bytes: u64) -> Result<(u64, u64), LakeError> {
    use std::os::unix::fs::FileExt;
    let file = File::open(path).map_err(LakeError::io("open", path))?;
    let mut end = [0; 8];
    file.read_exact_at(&mut end, bytes.saturating_sub(8)).map_err(LakeError::io("read", path))?;
    let footer = u64::from(u32::from_le_bytes([end[0], end[1], end[2], end[3]]));
    let indexes = metadata.row_groups().iter().flat_map(|group| group.columns());
    let start = indexes
        .flat_map(|chunk| [chunk.column_index_offset(), chunk.offset_index_offset()])
        .flatten()
        .filter_map(|offset| u64::try_from(offset).ok())
        .min()
        .unwrap_or(bytes.saturating_sub(footer + 8));
    Ok((footer, bytes.saturating_sub(start)))
}
