//! Whether the rows of a file can have the key of a live row. Where they cannot, the live file stays as it is and is not
//! even read: the rows of a seat or a config come into a file of their own, beside those of the others.
//!
//! Two sets of rows are apart where one dimension tells them apart: each value that the new rows have there is none of
//! the live file's. That is decided from what the catalog knows of the file: the values themselves where it keeps them
//! ([`ColumnBounds::values`]), else the bounds, which hold for every value even where they are not exact. Null is a value
//! like any other. Where the catalog does not know, rows can meet.

use crate::lake::{Bound, ColumnBounds, LiveFile, Value};
use crate::model::facts::Column;
use crate::report::{Dictionary, NULL_WORD, Parsed, Words};

/// Looks at rows, one after the other, until one may have the key of a row in a file.
pub(super) struct Apart<'a> {
    /// Those that tell all rows so far apart from the file.
    dimensions: Vec<Dimension<'a>>,
}

impl<'a> Apart<'a> {
    /// No rows yet; they will be in the words of `parsed`.
    pub(super) fn new(file: &'a LiveFile, parsed: &'a Parsed) -> Self {
        let layout = &parsed.layout;
        let dimension = |word| Dimension {
            word,
            held: Held::of(file, layout.columns()[word]),
            values: match &parsed.dictionaries[word] {
                Some(dictionary) => Values::Text(dictionary, vec![None; dictionary.len()]),
                None => Values::Number(&parsed.words),
            },
        };
        Self { dimensions: (0..layout.dimensions()).map(dimension).collect() }
    }

    /// Whether this row, or one before, may meet one of the file.
    pub(super) fn may_meet(&mut self, row: &[u32]) -> bool {
        self.dimensions.retain_mut(|dimension| !dimension.may_be_in_file(row[dimension.word]));
        self.dimensions.is_empty()
    }
}

/// What a file holds of a column, as far as the catalog knows.
enum Held<'a> {
    /// The file lacks the column, or no row has a value: null in all rows.
    Nulls,
    /// Anything.
    Unknown,
    Known {
        bounds: &'a ColumnBounds,
        min: &'a Bound,
        max: &'a Bound,
    },
}

impl<'a> Held<'a> {
    fn of(file: &'a LiveFile, column: &Column) -> Self {
        match file.bounds_of(&column.name) {
            None => Self::Nulls,
            Some(bounds) if bounds.nulls == file.rows => Self::Nulls,
            Some(bounds) => match (&bounds.min, &bounds.max) {
                (Some(min), Some(max)) => Self::Known { bounds, min, max },
                _ => Self::Unknown,
            },
        }
    }

    fn may_hold(&self, value: Option<Value>) -> bool {
        match (self, value) {
            (Self::Unknown, _) => true,
            (Self::Nulls, value) => value.is_none(),
            (Self::Known { bounds, .. }, None) => bounds.nulls > 0,
            (Self::Known { bounds, min, max }, Some(value)) => match (&bounds.values, &value) {
                (Some(values), Value::Text(text)) => values.contains(text),
                _ => min.value <= value && value <= max.value,
            },
        }
    }
}

struct Dimension<'a> {
    word: usize,
    held: Held<'a>,
    values: Values<'a>,
}

/// How a word becomes a value; for texts also what was decided about each, by id.
enum Values<'a> {
    Text(&'a Dictionary, Vec<Option<bool>>),
    Number(&'a Words),
}

impl Dimension<'_> {
    fn may_be_in_file(&mut self, word: u32) -> bool {
        match &mut self.values {
            Values::Text(dictionary, decided) => *decided[word as usize].get_or_insert_with(|| {
                self.held.may_hold(dictionary.text(word).map(|text| Value::Text(text.to_owned())))
            }),
            Values::Number(_) if word == NULL_WORD => self.held.may_hold(None),
            Values::Number(words) => self.held.may_hold(words.value(word).map(Value::Int)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Option<Value> {
        Some(Value::Text(text.to_owned()))
    }

    fn bounds(nulls: u64, values: Option<&[&str]>) -> ColumnBounds {
        let bound = |text: &str| Some(Bound { value: Value::Text(text.to_owned()), exact: false });
        let values = values.map(|values| values.iter().map(|&text| text.to_owned()).collect());
        ColumnBounds { name: "billing_id".into(), nulls, min: bound("10"), max: bound("30"), bytes: 1, values }
    }

    fn known(bounds: &ColumnBounds) -> Held<'_> {
        Held::Known { bounds, min: bounds.min.as_ref().unwrap(), max: bounds.max.as_ref().unwrap() }
    }

    #[test]
    fn bounds_tell_apart_only_what_lies_outside_of_them() {
        let of_earlier_version = bounds(0, None);
        let held = known(&of_earlier_version);
        assert!(held.may_hold(text("20")) && held.may_hold(text("10")) && held.may_hold(text("30")));
        assert!(!held.may_hold(text("1")) && !held.may_hold(text("300")) && !held.may_hold(None));
    }

    #[test]
    fn values_tell_apart_also_between_the_bounds() {
        let with_values = bounds(2, Some(&["10", "30"]));
        let held = known(&with_values);
        assert!(held.may_hold(text("10")) && held.may_hold(None), "null is a value");
        assert!(!held.may_hold(text("20")));
    }

    #[test]
    fn what_is_not_known_may_be_anything() {
        assert!(Held::Unknown.may_hold(text("10")) && Held::Unknown.may_hold(None));
        assert!(Held::Nulls.may_hold(None) && !Held::Nulls.may_hold(text("10")));
    }
}
