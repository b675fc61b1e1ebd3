//! A row while it is on its way: a few 32-bit words, whose equality is the equality of the values.
//!
//! Text is the id of a [`super::Dictionary`] (0 is null). A number below 2^31 stands for itself, a larger one for its
//! place in [`Words`], [`NULL_WORD`] for null. So keys compare and rows compare by comparing words.

use std::collections::HashMap;

use super::{Header, ReportKind};
use crate::model::facts::{Column, FactTable, Role, ValueType};

/// Null, for numbers.
pub const NULL_WORD: u32 = u32::MAX;
const WIDE: u32 = 1 << 31;

/// Which word of a row is which column: dimensions, then attributes, then units, then metrics, then the batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowLayout {
    table: &'static str,
    columns: Vec<&'static Column>,
}

impl Eq for Column {}
impl PartialEq for Column {
    /// Columns live once in the program: the same place is the same column.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl RowLayout {
    /// The words for these columns of the table; partition columns have none, the batch always has one.
    pub fn new(table: &'static FactTable, names: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let names: Vec<_> = names.into_iter().collect();
        let named =
            |column: &Column| column.role == Role::Batch || names.iter().any(|name| name.as_ref() == column.name);
        let mut columns: Vec<_> = table.stored_columns().filter(|column| named(column)).collect();
        columns.sort_by_key(|column| match column.role {
            Role::Partition | Role::Dimension => 0,
            Role::Attribute => 1,
            Role::Unit => 2,
            Role::Metric => 3,
            Role::Batch => 4,
        });
        Self { table: &table.name, columns }
    }

    /// The words for a report with this header: its columns, and a currency where there is money.
    pub fn of(header: &Header, kind: &ReportKind) -> Self {
        let table = kind.table();
        let is_money = |name: &str| name.ends_with("_micros") && table.column(name).is_some();
        let money = header.columns().flatten().any(is_money);
        Self::new(table, header.columns().flatten().chain(money.then_some("currency")))
    }

    /// The columns, one word each.
    pub fn columns(&self) -> &[&'static Column] {
        &self.columns
    }

    /// Words per row.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The word of that column.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// Words that make up the natural key, but for attributes whose id is null.
    pub fn dimensions(&self) -> usize {
        self.columns.iter().filter(|column| column.role == Role::Dimension).count()
    }

    /// Words that make up the whole row without the batch that wrote it.
    pub fn values(&self) -> usize {
        self.width() - 1
    }

    /// (word of the id, if the layout has it; word of the name) for each attribute.
    pub fn attributes(&self) -> Vec<(Option<usize>, usize)> {
        let attributes = self.columns.iter().enumerate().filter(|(_, column)| column.role == Role::Attribute);
        attributes.map(|(word, column)| (column.names.as_deref().and_then(|id| self.position(id)), word)).collect()
    }

    /// The names of the columns by which rows differ: the grain. A name stands in it where its id does not.
    pub fn grain(&self) -> Vec<&'static str> {
        let lacks = |id: &Option<String>| id.as_deref().is_none_or(|id| self.position(id).is_none());
        let grain = self.columns.iter().filter(|column| match column.role {
            Role::Dimension => true,
            Role::Attribute => lacks(&column.names),
            Role::Partition | Role::Metric | Role::Unit | Role::Batch => false,
        });
        grain.map(|column| column.name.as_str()).collect()
    }
}

/// Whether the column's word is a dictionary id.
pub fn is_text(column: &Column) -> bool {
    column.value_type == ValueType::Text
}

/// Numbers as words; those that do not fit stand here, each once.
#[derive(Debug, Default)]
pub struct Words {
    wide: Vec<i64>,
    places: HashMap<i64, u32>,
}

impl Words {
    /// The word of a number.
    pub fn word(&mut self, value: i64) -> u32 {
        match u32::try_from(value) {
            Ok(word) if word < WIDE => word,
            _ => {
                let Self { wide, places } = self;
                *places.entry(value).or_insert_with(|| {
                    wide.push(value);
                    // A table of 2^31 distinct numbers would need 50 GB first.
                    WIDE | (wide.len() - 1) as u32
                })
            }
        }
    }

    /// Takes over the numbers of another reader of the file; the word here of each of its words that is a place.
    pub(super) fn absorb(&mut self, other: &Self) -> Vec<u32> {
        other.wide.iter().map(|value| self.word(*value)).collect()
    }

    /// The place of a number that does not stand for itself.
    pub(super) fn place(word: u32) -> Option<usize> {
        (word >= WIDE && word != NULL_WORD).then_some((word & !WIDE) as usize)
    }

    /// The number of a word; None for null.
    pub fn value(&self, word: u32) -> Option<i64> {
        match word {
            NULL_WORD => None,
            word if word < WIDE => Some(i64::from(word)),
            word => Some(self.wide[(word & !WIDE) as usize]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts;

    #[test]
    fn any_number_reads_back_and_equal_numbers_are_equal_words() {
        let mut words = Words::default();
        for value in [0, 1, i64::from(WIDE) - 1, i64::from(WIDE), i64::from(u32::MAX), i64::MAX, -1] {
            let word = words.word(value);
            assert_eq!(words.value(word), Some(value));
            assert_eq!(words.word(value), word);
        }
        assert_eq!(words.value(NULL_WORD), None);
    }

    #[test]
    fn keys_stand_before_names_before_numbers() {
        let table = facts::table("rtb_daily").unwrap();
        let layout =
            RowLayout::new(table, ["impressions", "publisher_name", "publisher_id", "creative_id", "metric_date"]);
        let names: Vec<_> = layout.columns().iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["creative_id", "publisher_id", "publisher_name", "impressions", "import_batch_id"]);
        assert_eq!(layout.attributes(), [(Some(1), 2)]);
        assert_eq!(layout.grain(), ["creative_id", "publisher_id"]);
        let by_name = RowLayout::new(table, ["publisher_name", "creative_id"]);
        assert_eq!(by_name.grain(), ["creative_id", "publisher_name"], "without its id the name is the key");
    }
}
