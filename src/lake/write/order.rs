//! Checks that rows come in the table's sort order. A scan declares that order, so a false one would make wrong
//! answers out of right rows.
//!
//! Text usually comes as a dictionary that many batches share: its values are ranked once, and rows are compared as
//! integers, which is little beside encoding them.

use std::cmp::Ordering;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, DynComparator, RecordBatch, make_comparator};
use arrow::compute::SortOptions;
use arrow::datatypes::UInt32Type;

use super::ranking::Ranking;
use crate::lake::LakeError;
use crate::model::facts::{Column, FactTable};

/// Ascending, nulls first, text by its bytes; the order of every data file.
pub(in crate::lake) const SORT: SortOptions = SortOptions { descending: false, nulls_first: true };

/// Remembers the last row of the batch before.
pub(in crate::lake) struct OrderCheck {
    /// Positions of the sort columns that the file has; one that it lacks is null in all rows and orders nothing.
    keys: Vec<usize>,
    last: Vec<ArrayRef>,
    /// By sort column: the dictionary seen last, and the ranks of its values by key.
    ranked: Vec<Option<(Ranking, Vec<u32>)>>,
}

/// How the rows of one column compare within a batch.
enum Compare {
    Ranks(Vec<u32>),
    Values(DynComparator),
}

impl Compare {
    fn rows(&self, left: usize, right: usize) -> Ordering {
        match self {
            Self::Ranks(ranks) => ranks[left].cmp(&ranks[right]),
            Self::Values(compare) => compare(left, right),
        }
    }
}

impl OrderCheck {
    pub(in crate::lake) fn new(table: &FactTable, columns: &[&Column]) -> Self {
        let position = |name: &String| columns.iter().position(|column| &column.name == name);
        let keys: Vec<usize> = table.sort.iter().filter_map(position).collect();
        Self { ranked: vec![None; keys.len()], keys, last: Vec::new() }
    }

    /// Fails on the first row that sorts before the one above it.
    pub(in crate::lake) fn check(&mut self, table: &FactTable, batch: &RecordBatch) -> Result<(), LakeError> {
        let refused = |what: String| LakeError::Rows { table: table.name.clone(), what };
        let unsorted = |row: usize| {
            refused(format!("rows must come sorted by {}; row {row} of a batch does not follow", table.sort.join(", ")))
        };
        let keys: Vec<ArrayRef> = self.keys.iter().map(|&key| Arc::clone(batch.column(key))).collect();
        let compare = |left: &ArrayRef, right: &ArrayRef| {
            make_comparator(left, right, SORT).map(Compare::Values).map_err(|error| refused(error.to_string()))
        };
        let between: Vec<Compare> =
            self.last.iter().zip(&keys).map(|(last, key)| compare(last, key)).collect::<Result<_, _>>()?;
        if !follows(&between, 0, 0) {
            return Err(unsorted(0));
        }
        let within = keys.iter().zip(&mut self.ranked).map(|(key, ranked)| match key.as_dictionary_opt() {
            Some(dictionary) => ranks(dictionary, ranked).map(Compare::Ranks).map_err(refused),
            None => compare(key, key),
        });
        let within: Vec<Compare> = within.collect::<Result<_, _>>()?;
        let rows = batch.num_rows();
        if let Some(row) = (1..rows).find(|&row| !follows(&within, row - 1, row)) {
            return Err(unsorted(row));
        }
        self.last = keys.iter().map(|key| key.slice(rows - 1, 1)).collect();
        Ok(())
    }
}

fn follows(columns: &[Compare], left: usize, right: usize) -> bool {
    let first_difference = columns.iter().map(|column| column.rows(left, right)).find(|order| order.is_ne());
    first_difference != Some(Ordering::Greater)
}

/// The rank of each row: 0 is null, equal values have equal ranks.
fn ranks(
    dictionary: &DictionaryArray<UInt32Type>,
    ranked: &mut Option<(Ranking, Vec<u32>)>,
) -> Result<Vec<u32>, String> {
    if ranked.as_ref().is_none_or(|(ranking, _)| !ranking.is_of(dictionary.values())) {
        let ranking = Ranking::new(dictionary.values())?;
        let ranks = ranking.ranks();
        *ranked = Some((ranking, ranks));
    }
    let of_value = ranked.as_ref().map_or(&[][..], |(_, ranks)| ranks);
    // A null row's key may be anything, also beyond the dictionary.
    let rank = |key: Option<u32>| key.and_then(|key| of_value.get(key as usize)).copied().unwrap_or(0);
    Ok(match dictionary.keys().nulls() {
        None => dictionary.keys().values().iter().map(|&key| rank(Some(key))).collect(),
        Some(_) => dictionary.keys().iter().map(rank).collect(),
    })
}

#[cfg(test)]
mod tests {
    use arrow::array::{StringArray, UInt32Array};
    use arrow::datatypes::{Field, Schema};
    use proptest::prelude::*;

    use super::*;
    use crate::model::facts;

    type Row = (Option<&'static str>, &'static str);

    fn batch(billing: ArrayRef, creative: ArrayRef) -> RecordBatch {
        let field = |name, array: &ArrayRef| Field::new(name, array.data_type().clone(), true);
        let schema = Schema::new(vec![field("billing_id", &billing), field("creative_id", &creative)]);
        RecordBatch::try_new(Arc::new(schema), vec![billing, creative]).unwrap()
    }

    fn plain(rows: &[Row]) -> RecordBatch {
        let billing: StringArray = rows.iter().map(|row| row.0).collect();
        let creative: StringArray = rows.iter().map(|row| Some(row.1)).collect();
        batch(Arc::new(billing), Arc::new(creative))
    }

    /// The same as dictionaries: unsorted, with a value twice, and one that no row has.
    fn encoded(rows: &[Row]) -> RecordBatch {
        let words = ["z", "b", "a", "unused", "é", "a", "c"];
        let values: ArrayRef = Arc::new(StringArray::from_iter_values(words));
        let key = |(row, text): (usize, Option<&str>)| {
            let text = text?;
            let twice = text == "a" && row % 2 == 1;
            words.iter().position(|&word| word == text).map(|key| if twice { 5 } else { key as u32 })
        };
        let dictionary = |texts: Vec<Option<&str>>| -> ArrayRef {
            let keys: UInt32Array = texts.into_iter().enumerate().map(key).collect();
            Arc::new(DictionaryArray::new(keys, Arc::clone(&values)))
        };
        batch(
            dictionary(rows.iter().map(|row| row.0).collect()),
            dictionary(rows.iter().map(|row| Some(row.1)).collect()),
        )
    }

    fn sorted(batches: &[RecordBatch]) -> bool {
        let table = facts::table("rtb_daily").unwrap();
        let columns = ["billing_id", "creative_id"].map(|name| table.column(name).unwrap());
        let mut check = OrderCheck::new(table, &columns);
        batches.iter().all(|batch| check.check(table, batch).is_ok())
    }

    #[test]
    fn disorder_is_found_inside_a_batch_and_between_two() {
        let first = [(None, "z"), (Some("a"), "b"), (Some("a"), "b")];
        assert!(sorted(&[plain(&first), plain(&[(Some("a"), "c"), (Some("é"), "a")])]));
        assert!(sorted(&[encoded(&first), encoded(&[(Some("a"), "c"), (Some("é"), "a")])]));
        assert!(!sorted(&[encoded(&first), encoded(&[(Some("a"), "a")])]), "between two batches");
        assert!(!sorted(&[encoded(&[(Some("a"), "b"), (None, "z")])]), "nulls come first");
        assert!(!sorted(&[encoded(&[(Some("a"), "c"), (Some("a"), "b")])]), "second key");
    }

    proptest! {
        #[test]
        fn dictionaries_and_plain_text_are_judged_alike(
            rows in proptest::collection::vec(
                (proptest::sample::select(vec![None, Some("a"), Some("b"), Some("é"), Some("z")]),
                 proptest::sample::select(vec!["a", "b", "c"])), 1..6),
            sort in any::<bool>(),
        ) {
            let mut rows = rows;
            if sort {
                rows.sort_unstable();
            }
            prop_assert_eq!(sorted(&[plain(&rows)]), rows.is_sorted());
            prop_assert_eq!(sorted(&[encoded(&rows)]), rows.is_sorted());
        }
    }
}
