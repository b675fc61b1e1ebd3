//! What folds are made of: rows by key, sums, money and rates.

use std::collections::{BTreeMap, BTreeSet};

use super::super::fixture::world::{Cell, Record};

/// The rows of one key, and the key.
pub(super) struct Group<'a> {
    pub(super) key: Vec<Cell>,
    pub(super) rows: Vec<&'a Record>,
}

/// Rows of equal keys together.
pub(super) fn by<'a>(rows: impl IntoIterator<Item = &'a Record>, key: impl Fn(&Record) -> Vec<Cell>) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<String, Group<'a>> = BTreeMap::new();
    for row in rows {
        let key = key(row);
        let group = groups.entry(format!("{key:?}")).or_insert_with(|| Group { key, rows: Vec::new() });
        group.rows.push(row);
    }
    groups.into_values().collect()
}

/// A column of a row; one that is not there is null.
pub(super) fn of(row: &Record, column: &str) -> Cell {
    row.get(column).cloned().unwrap_or(Cell::Null)
}

/// The sum of what rows say; null where none says anything.
pub(super) fn sum(rows: &[&Record], column: &str) -> Option<i64> {
    rows.iter().filter_map(|row| of(row, column).as_int()).reduce(|a, b| a + b)
}

/// Sums of money, and its currency: of rows that carry any of it, where all carry the same.
pub(super) fn money(rows: &[&Record], columns: &[&str]) -> (Vec<Option<i64>>, Option<String>) {
    let paid: Vec<&Record> =
        rows.iter().copied().filter(|row| columns.iter().any(|column| of(row, column) != Cell::Null)).collect();
    let currencies: BTreeSet<Option<String>> =
        paid.iter().map(|row| of(row, "currency").as_text().map(str::to_owned)).collect();
    match currencies.len() {
        1 => (columns.iter().map(|column| sum(&paid, column)).collect(), currencies.into_iter().next().flatten()),
        _ => (vec![None; columns.len()], None),
    }
}

/// The first name by the alphabet.
pub(super) fn first_name(rows: &[&Record], column: &str) -> Cell {
    rows.iter().filter_map(|row| of(row, column).as_text().map(str::to_owned)).min().map_or(Cell::Null, Cell::Text)
}

#[expect(clippy::cast_precision_loss, reason = "as the views compute")]
pub(super) fn float(number: i64) -> f64 {
    number as f64
}

/// How much `part` is of `base`; null where one is not known or the base is 0.
pub(super) fn ratio(part: Option<i64>, base: Option<i64>) -> Option<f64> {
    let (part, base) = (part?, base.filter(|base| *base != 0)?);
    Some(float(part) / float(base))
}

pub(super) fn pct(part: Option<i64>, base: Option<i64>) -> Cell {
    number(ratio(part, base).map(|ratio| ratio * 100.0))
}

/// Money in units of the currency for each of something.
pub(super) fn price(micros: Option<i64>, of: Option<i64>) -> Cell {
    number(ratio(micros, of).map(|ratio| ratio / 1e6))
}

pub(super) fn number(number: Option<f64>) -> Cell {
    number.map_or(Cell::Null, Cell::Float)
}

pub(super) fn text(text: Option<String>) -> Cell {
    text.map_or(Cell::Null, Cell::Text)
}

pub(super) fn minus(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    Some(a? - b?)
}
