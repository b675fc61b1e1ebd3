//! Several sorted files as one sorted stream: of each file a batch is decoded at a time, whatever its size.
//!
//! Sort keys are compared as bytes that order as the values do: ascending, nulls first, text by its bytes. Files of a
//! day mostly hold ranges of their own (a file a config), so the file that is ahead is followed as long as it stays
//! ahead.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::compute::interleave;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::row::{RowConverter, Rows, SortField};

use super::super::rows::{BATCH_ROWS, FileRows};
use super::super::tally::Tally;
use super::super::write::SORT;
use super::super::{LakeError, LiveFile};
use crate::model::facts::FactTable;

/// The rows of several files in the order of their table.
pub(super) struct Merge {
    schema: SchemaRef,
    /// Positions of the sort columns.
    keys: Vec<usize>,
    converter: RowConverter,
    cursors: Vec<Cursor>,
    /// The next key of each file that has rows, but the one that is followed.
    ahead: BinaryHeap<Reverse<(Vec<u8>, usize)>>,
    followed: Option<usize>,
    /// What was read so far.
    pub(super) read: Tally,
}

/// Where the reading of one file is.
struct Cursor {
    file: Arc<LiveFile>,
    rows: FileRows,
    batch: RecordBatch,
    keys: Rows,
    at: usize,
}

impl Merge {
    /// The rows of `files` in the columns of `schema`.
    pub(super) fn open(table: &FactTable, files: &[Arc<LiveFile>], schema: SchemaRef) -> Result<Self, LakeError> {
        let keys: Vec<usize> = table.sort.iter().filter_map(|name| schema.index_of(name).ok()).collect();
        let fields = keys.iter().map(|key| SortField::new_with_options(schema.field(*key).data_type().clone(), SORT));
        let converter = RowConverter::new(fields.collect()).map_err(|error| odd(table, &error))?;
        let empty = RecordBatch::new_empty(Arc::clone(&schema));
        let mut merge = Self {
            keys,
            cursors: Vec::with_capacity(files.len()),
            ahead: BinaryHeap::with_capacity(files.len()),
            followed: None,
            read: Tally::of(&schema),
            schema,
            converter,
        };
        for file in files {
            let rows = FileRows::open(file, &merge.schema)?;
            let keys = merge.converter.empty_rows(0, 0);
            merge.cursors.push(Cursor { file: Arc::clone(file), rows, batch: empty.clone(), keys, at: 0 });
            merge.advance_file(merge.cursors.len() - 1)?;
        }
        merge.follow_next();
        Ok(merge)
    }

    /// Reads the next batch of a file and puts its first key among those ahead; nothing where the file is at its end.
    fn advance_file(&mut self, index: usize) -> Result<(), LakeError> {
        let cursor = &mut self.cursors[index];
        while cursor.at == cursor.batch.num_rows() {
            let Some(batch) = cursor.rows.next().transpose()? else { return Ok(()) };
            self.read.add(&batch);
            let keys: Vec<ArrayRef> = self.keys.iter().map(|key| Arc::clone(batch.column(*key))).collect();
            cursor.keys =
                self.converter.convert_columns(&keys).map_err(|error| odd(cursor.file.scope.table, &error))?;
            (cursor.batch, cursor.at) = (batch, 0);
        }
        self.ahead.push(Reverse((cursor.keys.row(cursor.at).as_ref().to_vec(), index)));
        Ok(())
    }

    fn follow_next(&mut self) {
        self.followed = self.ahead.pop().map(|Reverse((_, index))| index);
    }

    /// The next rows, until there are enough for a batch or a file's batch is used up.
    fn gather(&mut self) -> Vec<(usize, usize)> {
        let mut rows = Vec::with_capacity(BATCH_ROWS);
        while let Some(index) = self.followed {
            let cursor = &mut self.cursors[index];
            let bound = self.ahead.peek().map(|Reverse((key, other))| (key.as_slice(), *other));
            let comes = |at: usize| bound.is_none_or(|bound| (cursor.keys.row(at).as_ref(), index) < bound);
            let end = cursor.batch.num_rows().min(cursor.at + BATCH_ROWS - rows.len());
            // The first is the least of all: that is why this file is followed.
            let stop = (cursor.at + 1..end).find(|at| !comes(*at)).unwrap_or(end.max(cursor.at + 1));
            rows.extend((cursor.at..stop).map(|at| (index, at)));
            cursor.at = stop;
            if cursor.at == cursor.batch.num_rows() || rows.len() >= BATCH_ROWS {
                break;
            }
            let key = cursor.keys.row(cursor.at).as_ref().to_vec();
            self.ahead.push(Reverse((key, index)));
            self.follow_next();
        }
        rows
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, LakeError> {
        let rows = self.gather();
        let Some(&(last, _)) = rows.last() else { return Ok(None) };
        let table = self.cursors[last].file.scope.table;
        let column = |column: usize| -> Result<ArrayRef, ArrowError> {
            let arrays: Vec<&dyn Array> =
                self.cursors.iter().map(|cursor| cursor.batch.column(column).as_ref()).collect();
            interleave(&arrays, &rows)
        };
        let columns = (0..self.schema.fields().len()).map(column).collect::<Result<Vec<_>, _>>();
        let batch = columns.and_then(|columns| RecordBatch::try_new(Arc::clone(&self.schema), columns));
        let batch = batch.map_err(|error| odd(table, &error))?;
        self.advance_file(last)?;
        self.follow_next();
        Ok(Some(batch))
    }
}

impl Iterator for Merge {
    type Item = Result<RecordBatch, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_batch().transpose()
    }
}

fn odd(table: &FactTable, error: &ArrowError) -> LakeError {
    LakeError::Rows { table: table.name.clone(), what: format!("its files cannot be merged: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::rows;
    use crate::lake::tests::fixture::{ALL, TestLake, row, scope, table};
    use crate::lake::{At, Scope};

    /// So many rows that the file has several row groups.
    const ROWS: i64 = 300_000;

    #[test]
    fn of_each_file_a_batch_is_in_memory_however_large_it_is() {
        let lake = TestLake::new();
        let partition: Scope = scope(1, 1);
        for config in 0..2 {
            let rows =
                (0..ROWS).map(|n| row(&format!("b{}", n % 50 * 2 + config), &format!("c{n}"), n)).collect::<Vec<_>>();
            let base = lake.lake.snapshot(&At::Latest).unwrap().id;
            lake.commit(vec![lake.publish(&partition, ALL, &rows)], vec![], base).unwrap();
        }
        let files = lake.lake.snapshot(&At::Latest).unwrap().files_of(&partition);
        let columns: Vec<_> = ALL.iter().map(|name| table().column(name).unwrap()).collect();
        let mut merge = Merge::open(table(), &files, rows::schema(&columns)).unwrap();
        let mut merged = 0;
        while let Some(batch) = merge.next() {
            let batch = batch.unwrap();
            assert!(batch.num_rows() <= BATCH_ROWS && merge.ahead.len() <= files.len());
            assert!(merge.cursors.iter().all(|cursor| cursor.batch.num_rows() <= BATCH_ROWS));
            merged += batch.num_rows() as u64;
        }
        assert_eq!((merged, merge.read.rows()), (2 * ROWS as u64, 2 * ROWS as u64));
    }
}
