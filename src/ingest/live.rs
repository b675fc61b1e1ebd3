//! The rows of a live partition, read back into the words of a file that meets them.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrowPrimitiveType, AsArray, DictionaryArray, PrimitiveArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Int32Type, Int64Type, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;

use super::error::ImportError;
use super::rows::Rows;
use crate::lake::{CheckedFile, LakeError, LiveFile};
use crate::model::facts::{Column, FactTable};
use crate::model::in_threads;
use crate::report::{Dictionary, NULL_WORD, RowLayout, Words, is_text};

/// The names of all columns that the files store.
pub(super) fn columns(files: &[Arc<LiveFile>]) -> BTreeSet<&str> {
    files.iter().flat_map(|file| &file.columns).map(String::as_str).collect()
}

/// Reads the rows of `file`, in the layout's words, and appends them to `rows`, which `group` sees after each row group;
/// `threads` row groups are read at a time.
pub(super) fn read(
    file: &Arc<LiveFile>,
    layout: &RowLayout,
    dictionaries: &mut [Option<Dictionary>],
    words: &mut Words,
    rows: &mut Rows,
    threads: usize,
    mut group: impl FnMut(&mut Rows) -> io::Result<()>,
) -> Result<(), ImportError> {
    let opened = Opened::new(file)?;
    let mut read: u64 = 0;
    let numbers: Vec<usize> = (0..opened.row_groups()).collect();
    for numbers in numbers.chunks(threads.max(1)) {
        for batch in opened.side_by_side(numbers, layout.columns())? {
            let mut columns: Vec<(usize, Vec<u32>)> = Vec::with_capacity(batch.num_columns());
            for (array, field) in batch.columns().iter().zip(batch.schema().fields()) {
                let Some(word) = layout.position(field.name()) else { continue };
                let values = match &mut dictionaries[word] {
                    Some(dictionary) => text_words(array.as_dictionary::<Int32Type>(), dictionary),
                    None => number_words(array, words),
                };
                columns.push((word, values));
            }
            rows.push_columns(batch.num_rows(), &null_row(layout), &columns);
            read += batch.num_rows() as u64;
            group(rows).map_err(ImportError::input(Path::new(&file.relative)))?;
        }
    }
    if read == file.rows {
        Ok(())
    } else {
        Err(ImportError::live_file(file, &format!("it has {read} rows, not {}", file.rows)))
    }
}

/// The distinct texts of one column over all files; null is left out.
pub(super) fn distinct(
    files: &[Arc<LiveFile>],
    table: &'static FactTable,
    column: &str,
) -> Result<BTreeSet<String>, ImportError> {
    let mut distinct = BTreeSet::new();
    let Some(column) = table.column(column) else { return Ok(distinct) };
    for file in files.iter().filter(|file| file.columns.contains(&column.name)) {
        if let Some(values) = file.bounds_of(&column.name).and_then(|bounds| bounds.values.as_ref()) {
            distinct.extend(values.iter().cloned());
            continue;
        }
        let opened = Opened::new(file)?;
        for group in 0..opened.row_groups() {
            for batch in opened.row_group(group, &[column])? {
                let dictionary = batch.column(0).as_dictionary::<Int32Type>();
                let texts = dictionary.values().as_string::<i32>();
                let keys: BTreeSet<i32> = dictionary.keys().iter().flatten().collect();
                distinct.extend(keys.into_iter().map(|key| texts.value(key as usize).to_owned()));
            }
        }
    }
    Ok(distinct)
}

/// A live file and its footer.
struct Opened<'a> {
    file: &'a Arc<LiveFile>,
    input: CheckedFile,
    metadata: ArrowReaderMetadata,
}

impl<'a> Opened<'a> {
    fn new(file: &'a Arc<LiveFile>) -> Result<Self, ImportError> {
        let failed = |error: ParquetError| ImportError::live_file(file, &error);
        // Each block is checked against its hash: a damaged file is an error, not wrong numbers in a new file.
        let input = file.open().map_err(LakeError::from)?;
        let stored = ArrowReaderMetadata::load(&input, ArrowReaderOptions::new()).map_err(failed)?;
        // Dictionaries come as they stand in the file: each text is looked up once per row group, not per row.
        let as_dictionary = |field: &Arc<Field>| match field.data_type() {
            DataType::Utf8 | DataType::Utf8View => {
                let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
                Arc::new(field.as_ref().clone().with_data_type(dictionary))
            }
            _ => Arc::clone(field),
        };
        let fields: Vec<_> = stored.schema().fields().iter().map(as_dictionary).collect();
        let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(stored.metadata()), options).map_err(failed)?;
        Ok(Self { file, input, metadata })
    }

    fn row_groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// One row group as one batch: beyond it other dictionaries hold, and a batch over both would be encoded anew.
    fn row_group(&self, index: usize, columns: &[&Column]) -> Result<Vec<RecordBatch>, ImportError> {
        let file = self.file;
        let group = self.metadata.metadata().row_group(index);
        let wanted = |name: &str| columns.iter().any(|column| column.name == name);
        let read =
            || group.columns().iter().filter(|chunk| wanted(chunk.column_descr().name())).map(|c| c.byte_range());
        let start = read().map(|(start, _)| start).min().unwrap_or_default();
        let end = read().map(|(start, length)| start.saturating_add(length)).max().unwrap_or_default();
        let input = self.input.part(start..end).map_err(LakeError::from)?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(input, self.metadata.clone());
        let mask = ProjectionMask::columns(
            builder.parquet_schema(),
            file.columns.iter().map(String::as_str).filter(|name| wanted(name)),
        );
        // Within a file, so the rows of a group fit memory's integers.
        let rows = group.num_rows() as usize;
        let reader = builder.with_projection(mask).with_row_groups(vec![index]).with_batch_size(rows).build();
        let batches = reader.map_err(|error| ImportError::live_file(file, &error))?;
        batches.collect::<Result<_, _>>().map_err(|error| ImportError::live_file(file, &error))
    }

    /// Several row groups in their order, each read by a thread of its own.
    fn side_by_side(&self, groups: &[usize], columns: &[&Column]) -> Result<Vec<RecordBatch>, ImportError> {
        let read = in_threads(groups, |group| self.row_group(*group, columns));
        read.into_iter().collect::<Result<Vec<_>, _>>().map(|batches| batches.concat())
    }
}

fn null_row(layout: &RowLayout) -> Vec<u32> {
    layout.columns().iter().map(|column| if is_text(column) { 0 } else { NULL_WORD }).collect()
}

fn text_words(array: &DictionaryArray<Int32Type>, dictionary: &mut Dictionary) -> Vec<u32> {
    let texts: &StringArray = array.values().as_string();
    let ids: Vec<u32> = texts.iter().map(|text| text.map_or(0, |text| dictionary.id(text))).collect();
    let keys = array.keys();
    match keys.nulls() {
        None => keys.values().iter().map(|key| ids[*key as usize]).collect(),
        Some(_) => keys.iter().map(|key| key.map_or(0, |key| ids[key as usize])).collect(),
    }
}

fn number_words(array: &dyn Array, words: &mut Words) -> Vec<u32> {
    match array.data_type() {
        DataType::Int32 => words_of(array.as_primitive::<Int32Type>(), words),
        _ => words_of(array.as_primitive::<Int64Type>(), words),
    }
}

fn words_of<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &PrimitiveArray<T>, words: &mut Words) -> Vec<u32> {
    match array.nulls() {
        None => array.values().iter().map(|value| words.word((*value).into())).collect(),
        Some(_) => array.iter().map(|value| value.map_or(NULL_WORD, |value| words.word(value.into()))).collect(),
    }
}
