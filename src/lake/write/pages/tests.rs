//! What the page encoder writes against what the parquet crate's own writer makes of the same rows.

use std::fs::File;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, Date32Array, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray, UInt32Array,
};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder, WriterVersion};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnPath;
use proptest::prelude::*;

use super::PageEncoder;
use crate::lake::write::encode::Encoder;
use crate::lake::write::sink::Sink;

const NUMBERS: [&str; 4] = ["count", "clicks", "hour", "day"];

fn properties(group_rows: usize, page_rows: usize) -> WriterPropertiesBuilder {
    let builder = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_2_0)
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_data_page_v2_compression_ratio_threshold(0.85)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(group_rows))
        .set_data_page_row_count_limit(page_rows)
        // The oracle looks at its page limit after that many rows.
        .set_write_batch_size(1);
    NUMBERS.map(|name| ColumnPath::new(vec![name.to_owned()])).into_iter().fold(builder, |builder, path| {
        builder
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED)
    })
}

fn ours(schema: &SchemaRef, batches: &[RecordBatch], properties: WriterProperties) -> Bytes {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ours.parquet");
    let mut encoder = PageEncoder::new(Sink::new(File::create_new(&path).unwrap()), schema, properties, 3).unwrap();
    batches.iter().for_each(|batch| encoder.write(batch).unwrap());
    Box::new(encoder).finish().unwrap().sync().unwrap();
    Bytes::from(std::fs::read(path).unwrap())
}

fn oracle(schema: &SchemaRef, batches: &[RecordBatch], properties: WriterProperties) -> Bytes {
    let options = ArrowWriterOptions::new()
        .with_properties(properties)
        .with_skip_arrow_metadata(true)
        .with_schema_root("schema".to_owned());
    let mut file = Vec::new();
    let mut writer = ArrowWriter::try_new_with_options(&mut file, Arc::clone(schema), options).unwrap();
    batches.iter().for_each(|batch| writer.write(batch).unwrap());
    writer.close().unwrap();
    Bytes::from(file)
}

/// All rows, with checksums verified, and the footer with its page index.
fn read(file: &Bytes) -> (RecordBatch, Arc<ParquetMetaData>) {
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Required);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file.clone(), options).unwrap();
    let (schema, metadata) = (Arc::clone(builder.schema()), Arc::clone(builder.metadata()));
    let batches: Vec<RecordBatch> = builder.build().unwrap().map(Result::unwrap).collect();
    (concat_batches(&schema, &batches).unwrap(), metadata)
}

/// Statistics without the count of texts, which the oracle does not know.
fn comparable(statistics: &Statistics) -> impl PartialEq + std::fmt::Debug {
    let bounds = (statistics.min_bytes_opt(), statistics.max_bytes_opt());
    (bounds, statistics.null_count_opt(), statistics.min_is_exact(), statistics.max_is_exact())
}

/// Writes the rows both ways and compares rows, statistics of each row group, and the page index where pages are cut
/// at the same rows.
fn hold_against_the_oracle(schema: &SchemaRef, batches: &[RecordBatch], properties: WriterPropertiesBuilder) -> Bytes {
    let file = ours(schema, batches, properties.clone().build());
    let (rows, metadata) = read(&file);
    let (expected_rows, expected) = read(&oracle(schema, batches, properties.build()));
    assert_eq!(rows, expected_rows);
    assert_eq!(metadata.file_metadata().schema(), expected.file_metadata().schema());
    assert_eq!(metadata.num_row_groups(), expected.num_row_groups());
    for (index, (group, expected_group)) in metadata.row_groups().iter().zip(expected.row_groups()).enumerate() {
        assert_eq!(group.num_rows(), expected_group.num_rows());
        for (column, (chunk, expected_chunk)) in group.columns().iter().zip(expected_group.columns()).enumerate() {
            let name = chunk.column_descr().name();
            let statistics = |chunk| parquet::file::metadata::ColumnChunkMetaData::statistics(chunk).unwrap();
            assert_eq!(comparable(statistics(chunk)), comparable(statistics(expected_chunk)), "{name}");
            assert_eq!(chunk.num_values(), expected_chunk.num_values(), "{name}");
            assert_eq!(chunk.definition_level_histogram(), expected_chunk.definition_level_histogram(), "{name}");
            let offsets = |metadata: &ParquetMetaData| metadata.offset_index().unwrap()[index][column].clone();
            let first_rows = |metadata: &ParquetMetaData| {
                offsets(metadata).page_locations.iter().map(|page| page.first_row_index).collect::<Vec<_>>()
            };
            if first_rows(&metadata) == first_rows(&expected) {
                let bounds = |metadata: &ParquetMetaData| metadata.column_index().unwrap()[index][column].clone();
                assert_eq!(bounds(&metadata), bounds(&expected), "{name}");
            }
        }
    }
    file
}

fn dictionary(values: &ArrayRef, keys: impl IntoIterator<Item = Option<u32>>) -> ArrayRef {
    Arc::new(DictionaryArray::new(keys.into_iter().collect::<UInt32Array>(), Arc::clone(values)))
}

fn schema_of(columns: &[(&str, bool, &ArrayRef)]) -> SchemaRef {
    let field =
        |(name, nullable, array): &(&str, bool, &ArrayRef)| Field::new(*name, array.data_type().clone(), *nullable);
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// Short and long texts, of one letter and of four bytes, and texts that begin alike.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]{0,3}",
        "\\PC{0,12}",
        "[x]{62,66}[a-é]{0,3}",
        proptest::collection::vec(Just('\u{10FFFF}'), 14..20).prop_map(String::from_iter),
    ]
}

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0i64..50, 1 => any::<i64>(), 1 => Just(i64::MIN), 1 => Just(i64::MAX)]
}

type Cells = (Option<u32>, u32, Option<i64>, i64, Option<i32>);

fn cells() -> impl Strategy<Value = Cells> {
    let key = proptest::option::weighted(0.7, any::<u32>());
    (key, any::<u32>(), proptest::option::of(number()), number(), proptest::option::of(any::<i32>()))
}

proptest! {
    // Each case writes two files and brings one to disk.
    #![proptest_config(ProptestConfig::with_cases(80))]
    #[test]
    fn any_rows_are_written_as_the_oracle_writes_them(
        texts in proptest::collection::vec(proptest::option::weighted(0.9, text()), 1..30),
        rows in proptest::collection::vec(cells(), 1..90),
        (group_rows, page_rows) in (1usize..60, 1usize..20),
        cut in any::<proptest::sample::Index>(),
    ) {
        let values: ArrayRef = Arc::new(StringArray::from(texts.clone()));
        let never_null: ArrayRef =
            Arc::new(texts.iter().map(|text| Some(text.as_deref().unwrap_or("none"))).collect::<StringArray>());
        let pick = |key: u32| key % texts.len() as u32;
        let publisher = dictionary(&values, rows.iter().map(|row| row.0.map(pick)));
        let creative = dictionary(&never_null, rows.iter().map(|row| Some(pick(row.1))));
        let country = cast(&publisher, &DataType::Utf8).unwrap();
        let count: ArrayRef = Arc::new(rows.iter().map(|row| row.2).collect::<Int64Array>());
        let clicks: ArrayRef = Arc::new(rows.iter().map(|row| Some(row.3)).collect::<Int64Array>());
        let hour: ArrayRef = Arc::new(rows.iter().map(|row| row.4).collect::<Int32Array>());
        let day: ArrayRef = Arc::new(rows.iter().map(|row| row.4).collect::<Date32Array>());
        let columns = [
            ("publisher", true, &publisher), ("creative", false, &creative), ("country", true, &country),
            ("count", true, &count), ("clicks", false, &clicks), ("hour", true, &hour), ("day", true, &day),
        ];
        let schema = schema_of(&columns);
        let arrays = columns.iter().map(|column| Arc::clone(column.2)).collect();
        let whole = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();
        let cut = cut.index(rows.len());
        let batches = [whole.slice(0, cut), whole.slice(cut, rows.len() - cut)];
        hold_against_the_oracle(&schema, &batches, properties(group_rows, page_rows));
    }
}

/// One column of text and one of numbers.
fn two_columns(publisher: ArrayRef, count: ArrayRef) -> (SchemaRef, RecordBatch) {
    let schema = schema_of(&[("publisher", true, &publisher), ("count", true, &count)]);
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![publisher, count]).unwrap();
    (schema, batch)
}

fn encodings(file: &Bytes) -> Vec<Encoding> {
    read(file).1.row_group(0).column(0).encodings().collect()
}

#[test]
fn a_dictionary_of_more_than_a_mebibyte_is_kept_where_it_pays_and_only_there() {
    let rows = 160_000;
    let values: ArrayRef =
        Arc::new((0..rows).rev().map(|i| Some(format!("publisher-number-{i:09}"))).collect::<StringArray>());
    let count: ArrayRef = Arc::new((0..i64::from(rows)).map(Some).collect::<Int64Array>());
    let twice = dictionary(&values, (0..rows as u32).map(|row| Some(row / 2)));
    let (schema, batch) = two_columns(twice, Arc::clone(&count));
    let properties = || properties(usize::MAX, 20_000).set_write_batch_size(4_096);
    let file = hold_against_the_oracle(&schema, &[batch], properties());
    assert!(encodings(&file).contains(&Encoding::RLE_DICTIONARY));

    let each_its_own = dictionary(&values, (0..rows as u32).map(|row| (row % 10 > 0).then_some(row)));
    let (schema, batch) = two_columns(each_its_own, count);
    let file = hold_against_the_oracle(&schema, &[batch], properties());
    assert!(encodings(&file).contains(&Encoding::DELTA_LENGTH_BYTE_ARRAY));
}

#[test]
fn block_and_page_borders_are_no_special_rows() {
    let values: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "c"]));
    for rows in [1, 2, 32, 33, 128, 129, 130, 161, 256, 257, 513] {
        let publisher = dictionary(&values, (0..rows).map(|row| Some(row / 9 % 3)));
        let count = (0..i64::from(rows)).map(|row| (row % 5 > 0).then_some(row * 7919 % 1_000));
        let (schema, batch) = two_columns(publisher, Arc::new(count.collect::<Int64Array>()));
        for page_rows in [128, 129, 257] {
            hold_against_the_oracle(&schema, std::slice::from_ref(&batch), properties(257, page_rows));
        }
    }
}

#[test]
fn pages_of_long_texts_stay_short() {
    let texts = (0..400).map(|i| Some(format!("{i:03}{}", "long".repeat(4_000))));
    let values: ArrayRef = Arc::new(texts.collect::<StringArray>());
    let publisher = dictionary(&values, (0..400).map(Some));
    let (schema, batch) = two_columns(publisher, Arc::new(Int64Array::from(vec![Some(1); 400])));
    let file = hold_against_the_oracle(&schema, &[batch], properties(1_000, 1_000));
    let (_, metadata) = read(&file);
    assert!(metadata.offset_index().unwrap()[0][0].page_locations.len() > 4);
}

#[test]
fn a_column_of_nulls_and_one_of_one_text_need_no_bits() {
    let values: ArrayRef = Arc::new(StringArray::from(vec!["", "unused"]));
    for keys in [[None; 40], [Some(0); 40]] {
        for rows in [1, 20, 40] {
            let publisher = dictionary(&values, keys[..rows].to_vec());
            let (schema, batch) = two_columns(publisher, Arc::new(Int64Array::from(vec![None; rows])));
            hold_against_the_oracle(&schema, &[batch], properties(40, 20));
        }
    }
}

#[test]
fn a_null_in_a_column_without_nulls_and_a_changed_byte_are_found() {
    let count: ArrayRef = Arc::new((0..1_000).map(|i| Some(i * i % 977)).collect::<Int64Array>());
    let values: ArrayRef = Arc::new(StringArray::from(vec!["a"]));
    let (schema, batch) = two_columns(dictionary(&values, vec![Some(0); 1_000]), count);
    let file = ours(&schema, &[batch], properties(1_000, 1_000).build());
    let (_, metadata) = read(&file);
    let (start, length) = metadata.row_group(0).column(1).byte_range();
    let mut changed = file.to_vec();
    changed[(start + length) as usize - 5] ^= 1;
    let mut reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(changed)).unwrap().build().unwrap();
    let message = reader.find_map(|batch| batch.err()).unwrap().to_string();
    assert!(message.contains("CRC"), "{message}");

    let column = metadata.file_metadata().schema_descr().column(0);
    let required = parquet::schema::types::ColumnDescriptor::new(column.self_type_ptr(), 0, 0, column.path().clone());
    let nulls = arrow::buffer::NullBuffer::from(vec![false]);
    let mut compress = super::compress::Compress::new(0.85).unwrap();
    let refused = super::chunk::Chunk::new(Arc::new(required), Some(&nulls), Encoding::PLAIN, &mut compress);
    assert!(refused.is_err_and(|error| error.to_string().contains("required")));
}
