//! The distinct values of the columns by which files of a day part, kept in the catalog with a file's bounds: whoever
//! asks whether a file can have a value need not read it.

use std::collections::BTreeSet;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::UInt32Type;

use crate::lake::bounds::ColumnBounds;
use crate::model::facts::{Column, FactTable};

/// Beyond so many the values of a column are not kept, and its bounds have to do.
const MAX_VALUES: usize = 256;

/// Collects values while a file is written.
pub(super) struct DistinctValues {
    columns: Vec<Distinct>,
}

struct Distinct {
    /// The column's position in the file.
    position: usize,
    /// None where they are too many.
    values: Option<BTreeSet<String>>,
}

impl DistinctValues {
    pub(super) fn new(table: &FactTable, columns: &[&Column]) -> Self {
        let parts = |column: &&Column| table.parts_by.contains(&column.name);
        let columns = columns.iter().enumerate().filter(|(_, column)| parts(column));
        let columns = columns.map(|(position, _)| Distinct { position, values: Some(BTreeSet::new()) });
        Self { columns: columns.collect() }
    }

    /// Takes the values of a batch of the file's columns.
    pub(super) fn add(&mut self, batch: &RecordBatch) {
        for Distinct { position, values } in &mut self.columns {
            if let Some(known) = values {
                add(known, batch.column(*position));
                if known.len() > MAX_VALUES {
                    *values = None;
                }
            }
        }
    }

    /// Puts the values beside the bounds of their columns, which stand in file order.
    pub(super) fn give(self, bounds: &mut [ColumnBounds]) {
        for Distinct { position, values } in self.columns {
            bounds[position].values = values.map(|values| values.into_iter().collect());
        }
    }
}

fn add(known: &mut BTreeSet<String>, array: &dyn Array) {
    let mut insert = |text: &str| {
        if !known.contains(text) {
            known.insert(text.to_owned());
        }
    };
    let Some(dictionary) = array.as_dictionary_opt::<UInt32Type>() else {
        return array.as_string::<i32>().iter().flatten().for_each(insert);
    };
    let texts = dictionary.values().as_string::<i32>();
    let mut used = vec![false; texts.len()];
    match dictionary.keys().nulls() {
        None => dictionary.keys().values().iter().for_each(|key| used[*key as usize] = true),
        Some(_) => dictionary.keys().iter().flatten().for_each(|key| used[key as usize] = true),
    }
    let used = used.iter().enumerate().filter(|(key, used)| **used && texts.is_valid(*key));
    used.for_each(|(key, _)| insert(texts.value(key)));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, DictionaryArray, StringArray, UInt32Array};
    use arrow::datatypes::{Field, Schema};

    use super::*;
    use crate::model::facts;

    fn values_of(arrays: &[ArrayRef]) -> Option<Vec<String>> {
        let table = facts::table("rtb_daily").unwrap();
        let column = table.column("billing_id").unwrap();
        let mut distinct = DistinctValues::new(table, &[column]);
        for array in arrays {
            let schema = Schema::new(vec![Field::new("billing_id", array.data_type().clone(), true)]);
            distinct.add(&RecordBatch::try_new(Arc::new(schema), vec![Arc::clone(array)]).unwrap());
        }
        let none = ColumnBounds { name: "billing_id".into(), nulls: 0, min: None, max: None, bytes: 0, values: None };
        let mut bounds = [none];
        distinct.give(&mut bounds);
        bounds[0].values.clone()
    }

    #[test]
    fn only_values_that_rows_have_are_kept_and_each_once() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("unused"), Some("8"), None, Some("7")]));
        let keys = UInt32Array::from(vec![Some(3), None, Some(1), Some(2), Some(3)]);
        let coded: ArrayRef = Arc::new(DictionaryArray::new(keys, texts));
        let plain: ArrayRef = Arc::new(StringArray::from(vec![Some("9"), None, Some("8")]));
        assert_eq!(values_of(&[coded, plain]).unwrap(), ["7", "8", "9"]);
    }

    #[test]
    fn too_many_values_are_not_kept() {
        let many =
            |count: usize| Arc::new(StringArray::from_iter_values((0..count).map(|i| i.to_string()))) as ArrayRef;
        assert_eq!(values_of(&[many(MAX_VALUES)]).unwrap().len(), MAX_VALUES);
        assert_eq!(values_of(&[many(MAX_VALUES), many(MAX_VALUES + 1)]), None);
    }
}
