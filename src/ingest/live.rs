//! The rows of a live partition, read back into the words of a file that meets them.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{Array, AsArray, DictionaryArray, StringArray};
use arrow::datatypes::{DataType, Field, Int32Type, Int64Type, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;

use super::error::ImportError;
use super::rows::Rows;
use crate::lake::{LakeError, LiveFile};
use crate::model::facts::{Column, FactTable};
use crate::report::{Dictionary, NULL_WORD, RowLayout, Words, is_text};

/// The names of all columns that the files store.
pub(super) fn columns(files: &[Arc<LiveFile>]) -> BTreeSet<&str> {
    files.iter().flat_map(|file| &file.columns).map(String::as_str).collect()
}

/// Reads the rows of `file`, in the layout's words.
pub(super) fn read(
    file: &Arc<LiveFile>,
    layout: &RowLayout,
    dictionaries: &mut [Option<Dictionary>],
    words: &mut Words,
    rows: &mut Rows,
) -> Result<(), ImportError> {
    let mut places: Vec<Option<usize>> = Vec::new();
    let mut read: u64 = 0;
    let mut row: Vec<u32> = null_row(layout);
    for batch in open(file, layout.columns())? {
        let batch = batch.map_err(|error| ImportError::live_file(file, &error))?;
        places.clear();
        places.extend(batch.schema().fields().iter().map(|field| layout.position(field.name())));
        let mut columns: Vec<(usize, Vec<u32>)> = Vec::with_capacity(places.len());
        for (array, word) in batch.columns().iter().zip(&places) {
            let Some(word) = *word else { continue };
            let values = match &mut dictionaries[word] {
                Some(dictionary) => text_words(array.as_dictionary::<Int32Type>(), dictionary),
                None => number_words(array, words),
            };
            columns.push((word, values));
        }
        for index in 0..batch.num_rows() {
            for (word, values) in &columns {
                row[*word] = values[index];
            }
            rows.push(&row);
        }
        read += batch.num_rows() as u64;
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
        for batch in open(file, &[column])? {
            let batch = batch.map_err(|error| ImportError::live_file(file, &error))?;
            let dictionary = batch.column(0).as_dictionary::<Int32Type>();
            let texts = dictionary.values().as_string::<i32>();
            let keys: BTreeSet<i32> = dictionary.keys().iter().flatten().collect();
            distinct.extend(keys.into_iter().map(|key| texts.value(key as usize).to_owned()));
        }
    }
    Ok(distinct)
}

fn open(file: &Arc<LiveFile>, columns: &[&Column]) -> Result<ParquetRecordBatchReader, ImportError> {
    let failed = |error: ParquetError| ImportError::live_file(file, &error);
    // Each block is checked against its hash: a damaged file is an error, not wrong numbers in a new file.
    let input = file.open().map_err(LakeError::from)?;
    let stored = ArrowReaderMetadata::load(&input, ArrowReaderOptions::new()).map_err(failed)?;
    // Dictionaries come as they stand in the file: each text is looked up once per page of a dictionary, not per row.
    let as_dictionary = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8 | DataType::Utf8View => {
            let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            Arc::new(field.as_ref().clone().with_data_type(dictionary))
        }
        _ => Arc::clone(field),
    };
    let fields: Vec<_> = stored.schema().fields().iter().map(as_dictionary).collect();
    let options = ArrowReaderOptions::new().with_schema(Arc::new(Schema::new(fields)));
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(input, options).map_err(failed)?;
    let wanted = |name: &str| columns.iter().any(|column| column.name == name);
    let mask = ProjectionMask::columns(
        builder.parquet_schema(),
        file.columns.iter().map(String::as_str).filter(|name| wanted(name)),
    );
    builder.with_projection(mask).with_batch_size(32_768).build().map_err(failed)
}

fn null_row(layout: &RowLayout) -> Vec<u32> {
    layout.columns().iter().map(|column| if is_text(column) { 0 } else { NULL_WORD }).collect()
}

fn text_words(array: &DictionaryArray<Int32Type>, dictionary: &mut Dictionary) -> Vec<u32> {
    let texts: &StringArray = array.values().as_string();
    let ids: Vec<u32> = texts.iter().map(|text| text.map_or(0, |text| dictionary.id(text))).collect();
    array.keys().iter().map(|key| key.map_or(0, |key| ids[key as usize])).collect()
}

fn number_words(array: &dyn Array, words: &mut Words) -> Vec<u32> {
    let mut word = |value: Option<i64>| value.map_or(NULL_WORD, |value| words.word(value));
    match array.data_type() {
        DataType::Int32 => array.as_primitive::<Int32Type>().iter().map(|value| word(value.map(i64::from))).collect(),
        _ => array.as_primitive::<Int64Type>().iter().map(word).collect(),
    }
}
