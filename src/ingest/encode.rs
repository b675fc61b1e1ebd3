//! Rows of words → Arrow batches in the table's column order, one row group after the other.

use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Int32Array, Int64Array, PrimitiveArray, RecordBatch, StringArray};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, UInt32Type};
use arrow::error::ArrowError;

use super::rows::Rows;
use crate::model::BatchId;
use crate::model::facts::{Column, FactTable, Role, ValueType};
use crate::model::in_threads;
use crate::report::{Dictionary, NULL_WORD, RowLayout, Words, prefetch};

/// Rows per batch: a row group of the file.
pub(super) const ROW_GROUP_ROWS: usize = 1 << 18;

/// What it takes to turn the rows of one partition into batches.
pub(super) struct Encoder<'a> {
    rows: &'a Rows,
    words: &'a Words,
    batch: BatchId,
    schema: SchemaRef,
    /// (word, column) in the table's order.
    columns: Vec<(usize, &'static Column)>,
    texts: Vec<Option<Arc<StringArray>>>,
}

/// The columns of the layout in the table's order.
pub(super) fn stored_columns(table: &'static FactTable, layout: &RowLayout) -> Vec<(usize, &'static Column)> {
    table.stored_columns().filter_map(|column| Some((layout.position(&column.name)?, column))).collect()
}

impl<'a> Encoder<'a> {
    /// `texts` are [`texts`] of the dictionaries that the rows' ids belong to; rows without a batch get `batch`.
    pub(super) fn new(
        rows: &'a Rows,
        words: &'a Words,
        texts: Vec<Option<Arc<StringArray>>>,
        columns: Vec<(usize, &'static Column)>,
        batch: BatchId,
    ) -> Self {
        let fields: Vec<Field> = columns.iter().map(|(_, column)| field(column)).collect();
        Self { rows, words, batch, schema: Arc::new(Schema::new(fields)), columns, texts }
    }

    /// The rows in this order, in a batch for each thread, which fills it.
    pub(super) fn batches(&self, order: &[u32], threads: usize) -> Result<Vec<RecordBatch>, ArrowError> {
        let parts = order.chunks(order.len().div_ceil(threads.max(1)).max(1));
        in_threads(parts, |part| self.batch(part)).into_iter().collect()
    }

    /// The batch of these rows, in this order.
    fn batch(&self, order: &[u32]) -> Result<RecordBatch, ArrowError> {
        let mut words: Vec<Vec<u32>> = self.columns.iter().map(|_| Vec::with_capacity(order.len())).collect();
        // While the columns of one tile are taken out, the rows of the next are on their way from memory.
        let tile_of = |indexes: Option<&[u32]>, tile: &mut Vec<&'a [u32]>| {
            tile.clear();
            for index in indexes.unwrap_or_default() {
                let row = self.rows.row(*index as usize);
                // Words of the first and the last of the two lines of memory that a row takes.
                prefetch(&row[0]);
                prefetch(&row[row.len() - 1]);
                tile.push(row);
            }
        };
        let mut tiles = order.chunks(TILE_ROWS);
        let (mut tile, mut next) = (Vec::with_capacity(TILE_ROWS), Vec::with_capacity(TILE_ROWS));
        tile_of(tiles.next(), &mut next);
        while !next.is_empty() {
            std::mem::swap(&mut tile, &mut next);
            tile_of(tiles.next(), &mut next);
            for (column, (word, _)) in words.iter_mut().zip(&self.columns) {
                column.extend(tile.iter().map(|row| row[*word]));
            }
        }
        let arrays =
            words.into_iter().zip(&self.columns).map(|(words, (word, column))| self.array(words, *word, column));
        RecordBatch::try_new(Arc::clone(&self.schema), arrays.collect::<Result<_, _>>()?)
    }

    fn array(&self, words: Vec<u32>, word: usize, column: &Column) -> Result<ArrayRef, ArrowError> {
        if let Some(texts) = &self.texts[word] {
            let nulls = nulls(&words, |word| texts.is_null_at(word));
            let keys = words.into_iter().map(|id| id.saturating_sub(1)).collect::<Vec<_>>();
            let keys = PrimitiveArray::<UInt32Type>::new(keys.into(), nulls);
            return Ok(Arc::new(DictionaryArray::try_new(keys, Arc::clone(texts) as ArrayRef)?));
        }
        let null = if column.role == Role::Batch { Some(self.batch.0) } else { None };
        let nulls = if null.is_some() { None } else { nulls(&words, |word| word == NULL_WORD) };
        let value = |word: u32| self.words.value(word).or(null).unwrap_or(0);
        Ok(match column.value_type {
            // Hours are 0 to 23.
            ValueType::Int32 | ValueType::Date => {
                Arc::new(Int32Array::new(words.into_iter().map(|word| value(word) as i32).collect(), nulls))
            }
            ValueType::Int64 | ValueType::Text => {
                Arc::new(Int64Array::new(words.into_iter().map(value).collect(), nulls))
            }
        })
    }
}

const TILE_ROWS: usize = 64;

fn nulls(words: &[u32], is_null: impl Fn(u32) -> bool) -> Option<NullBuffer> {
    let nulls = NullBuffer::new(BooleanBuffer::collect_bool(words.len(), |row| !is_null(words[row])));
    Some(nulls).filter(|nulls| nulls.null_count() > 0)
}

trait NullAt {
    fn is_null_at(&self, id: u32) -> bool;
}

impl NullAt for StringArray {
    /// Whether an id is null: 0, or one that has no text.
    fn is_null_at(&self, id: u32) -> bool {
        use arrow::array::Array;
        id == 0 || id as usize > self.len()
    }
}

/// The texts of each dictionary in the order of their ids, from 1 on.
pub(super) fn texts(dictionaries: &[Option<Dictionary>]) -> Vec<Option<Arc<StringArray>>> {
    let array = |dictionary: &Dictionary| {
        let ids = 1..dictionary.len() as u32;
        Arc::new(StringArray::from_iter_values(ids.map(|id| dictionary.text(id).unwrap_or_default())))
    };
    dictionaries.iter().map(|dictionary| dictionary.as_ref().map(array)).collect()
}

fn field(column: &Column) -> Field {
    let value_type = match column.value_type {
        ValueType::Text => DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8)),
        ValueType::Int64 => DataType::Int64,
        ValueType::Int32 => DataType::Int32,
        ValueType::Date => DataType::Date32,
    };
    Field::new(&column.name, value_type, column.nullable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts;
    use arrow::array::AsArray;
    use arrow::datatypes::Int64Type;

    #[test]
    fn words_become_the_values_they_stand_for() {
        let table = facts::table("rtb_daily").unwrap();
        let layout = RowLayout::new(table, ["billing_id", "creative_id", "impressions", "currency"]);
        let mut billing = Dictionary::plain();
        let seven = billing.id("7");
        let mut creative = Dictionary::plain();
        let (a, b) = (creative.id("a"), creative.id("b"));
        let dictionaries = [Some(billing), Some(creative), Some(Dictionary::plain()), None, None];
        let mut words = Words::default();
        let wide = words.word(1 << 40);
        let old = words.word(3);
        let mut rows = Rows::new(layout.width());
        rows.push(&[seven, b, 1, wide, NULL_WORD]);
        rows.push(&[0, a, 0, NULL_WORD, old]);
        let encoder = Encoder::new(&rows, &words, texts(&dictionaries), stored_columns(table, &layout), BatchId(9));
        let batch = encoder.batch(&[1, 0]).unwrap();
        let text = |name: &str| {
            let array = batch.column_by_name(name).unwrap().as_dictionary::<UInt32Type>();
            let texts = array.downcast_dict::<StringArray>().unwrap();
            texts.into_iter().map(|text| text.map(str::to_owned)).collect::<Vec<_>>()
        };
        let number = |name: &str| {
            let array = batch.column_by_name(name).unwrap().as_primitive::<Int64Type>();
            array.iter().collect::<Vec<_>>()
        };
        assert_eq!(text("billing_id"), [None, Some("7".to_owned())]);
        assert_eq!(text("creative_id"), [Some("a".to_owned()), Some("b".to_owned())]);
        assert_eq!(text("currency"), [None, None], "an id that nobody named is null");
        assert_eq!(number("impressions"), [None, Some(1 << 40)]);
        assert_eq!(number("import_batch_id"), [Some(3), Some(9)]);
    }
}
