//! Checks that rows come in the table's sort order. A scan declares that order, so a false one would make wrong
//! answers out of right rows; one comparison per row is cheap beside encoding it.

use std::cmp::Ordering;

use arrow::array::{ArrayRef, DynComparator, RecordBatch, make_comparator};
use arrow::compute::SortOptions;

use super::LakeError;
use crate::model::facts::{Column, FactTable};

/// Ascending, nulls first, text by its bytes; the order of every data file.
pub(in crate::lake) const SORT: SortOptions = SortOptions { descending: false, nulls_first: true };

/// Remembers the last row of the batch before.
pub(super) struct OrderCheck {
    /// Positions of the sort columns that the file has; one that it lacks is null in all rows and orders nothing.
    keys: Vec<usize>,
    last: Vec<ArrayRef>,
}

impl OrderCheck {
    pub(super) fn new(table: &FactTable, columns: &[&Column]) -> Self {
        let position = |name: &String| columns.iter().position(|column| &column.name == name);
        Self { keys: table.sort.iter().filter_map(position).collect(), last: Vec::new() }
    }

    /// Fails on the first row that sorts before the one above it.
    pub(super) fn check(&mut self, table: &FactTable, batch: &RecordBatch) -> Result<(), LakeError> {
        let rows = batch.num_rows();
        let keys: Vec<&ArrayRef> = self.keys.iter().map(|&key| batch.column(key)).collect();
        let unsorted = |row: usize| LakeError::Rows {
            table: table.name.clone(),
            what: format!("rows must come sorted by {}; row {row} of a batch does not follow", table.sort.join(", ")),
        };
        let comparators = |left: &[ArrayRef]| -> Result<Vec<DynComparator>, LakeError> {
            let pairs = left.iter().zip(&keys);
            pairs
                .map(|(left, right)| make_comparator(left, right, SORT))
                .collect::<Result<_, _>>()
                .map_err(|error| LakeError::Rows { table: table.name.clone(), what: error.to_string() })
        };
        if !self.last.is_empty() && !follows(&comparators(&self.last)?, 0, 0) {
            return Err(unsorted(0));
        }
        let own: Vec<ArrayRef> = keys.iter().map(|&key| key.clone()).collect();
        let within = comparators(&own)?;
        if let Some(row) = (1..rows).find(|&row| !follows(&within, row - 1, row)) {
            return Err(unsorted(row));
        }
        self.last = keys.iter().map(|key| key.slice(rows - 1, 1)).collect();
        Ok(())
    }
}

fn follows(comparators: &[DynComparator], left: usize, right: usize) -> bool {
    let first_difference = comparators.iter().map(|compare| compare(left, right)).find(|order| order.is_ne());
    first_difference != Some(Ordering::Greater)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::StringArray;
    use arrow::datatypes::{DataType, Field, Schema};

    use super::*;
    use crate::model::facts;

    fn batch(rows: &[(Option<&str>, &str)]) -> RecordBatch {
        let billing: StringArray = rows.iter().map(|row| row.0).collect();
        let creative: StringArray = rows.iter().map(|row| Some(row.1)).collect();
        let field = |name| Field::new(name, DataType::Utf8, true);
        let schema = Arc::new(Schema::new(vec![field("billing_id"), field("creative_id")]));
        RecordBatch::try_new(schema, vec![Arc::new(billing), Arc::new(creative)]).unwrap()
    }

    #[test]
    fn disorder_is_found_inside_a_batch_and_between_two() {
        let table = facts::table("rtb_daily").unwrap();
        let columns = ["billing_id", "creative_id"].map(|name| table.column(name).unwrap());
        let check = || OrderCheck::new(table, &columns);
        let mut sorted = check();
        sorted.check(table, &batch(&[(None, "z"), (Some("a"), "b"), (Some("a"), "b")])).unwrap();
        sorted.check(table, &batch(&[(Some("a"), "c"), (Some("é"), "a")])).unwrap();
        assert!(sorted.check(table, &batch(&[(Some("a"), "c")])).is_err(), "between two batches");
        assert!(check().check(table, &batch(&[(Some("a"), "b"), (None, "z")])).is_err(), "nulls come first");
        assert!(check().check(table, &batch(&[(Some("a"), "c"), (Some("a"), "b")])).is_err(), "second key");
    }
}
