//! `schema/predecessor`: what the predecessor calls its tables and columns, and which of its databases are known.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A fact table; the words are explained in `facts.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactTable {
    pub names: Vec<String>,
    pub apart: Option<String>,
    #[serde(default)]
    pub not_in: Vec<String>,
    pub columns: Vec<FactColumn>,
}

/// A column of the report that fact rows are made into.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactColumn {
    pub header: String,
    pub from: Vec<String>,
    #[serde(default)]
    pub required: bool,
    pub money: Option<Money>,
    #[serde(default)]
    pub zero_is_unsaid: bool,
    pub via: Option<Via>,
}

/// What the numbers of a column of money count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Money {
    /// Millionths of the currency unit.
    Micros,
    /// Currency units.
    Units,
}

/// A value that stands in another table: `value` where that table's `key` is this table's `column`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Via {
    pub column: String,
    pub table: String,
    pub key: String,
    pub value: String,
}

/// A table whose rows are read one by one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EntityTable {
    pub required: Vec<String>,
    pub columns: BTreeMap<String, Vec<String>>,
}

/// A table of what was taken in; the words are explained in `hashes.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HashTable {
    pub name: String,
    pub kind: String,
    pub algorithm: String,
    pub hash: Vec<String>,
    pub at: Vec<String>,
}

/// Which databases are known, and what of them is left.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Known {
    pub user_version: i64,
    pub migration: i64,
    pub left: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables<T> {
    table: Vec<T>,
}

fn read<T: DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).expect("schema/predecessor is part of the program and read by a unit test")
}

static FACTS: LazyLock<Tables<FactTable>> = LazyLock::new(|| read(include_str!("../../schema/predecessor/facts.toml")));

static ENTITIES: LazyLock<BTreeMap<String, EntityTable>> =
    LazyLock::new(|| read(include_str!("../../schema/predecessor/entities.toml")));

static HASHES: LazyLock<Tables<HashTable>> =
    LazyLock::new(|| read(include_str!("../../schema/predecessor/hashes.toml")));

static KNOWN: LazyLock<Known> = LazyLock::new(|| read(include_str!("../../schema/predecessor/schema.toml")));

/// The fact tables, the preferred one first.
pub(super) fn facts() -> &'static [FactTable] {
    &FACTS.table
}

/// The other tables by name.
pub(super) fn entities() -> &'static BTreeMap<String, EntityTable> {
    &ENTITIES
}

/// Where hashes of files may stand.
pub(super) fn hashes() -> &'static [HashTable] {
    &HASHES.table
}

/// Which databases are known.
pub(super) fn known() -> &'static Known {
    &KNOWN
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Header, ReportKind};

    #[test]
    fn every_header_is_a_column_of_a_report_and_the_kind_is_recognised() {
        for table in facts() {
            let mut headers: Vec<&str> = table.columns.iter().map(|column| column.header.as_str()).collect();
            headers.dedup();
            let header = Header::read(format!("{}\n", headers.join(",")).as_bytes(), true).unwrap();
            assert_eq!(header.ignored().collect::<Vec<_>>(), [""; 0], "{:?}", table.names);
            let kind = ReportKind::recognise(&header).unwrap();
            header.of_kind(kind).unwrap();
            assert!(table.apart.as_deref().is_none_or(|apart| headers.contains(&apart)), "{:?}", table.names);
        }
    }

    #[test]
    fn what_is_required_has_columns_and_each_table_has_one_meaning() {
        for (name, table) in entities() {
            assert!(table.required.iter().all(|field| table.columns.contains_key(field)), "{name}");
            assert!(!known().left.contains_key(name), "{name} is taken and left");
        }
        assert!(hashes().iter().all(|table| ["file", "mail"].contains(&table.kind.as_str())));
    }
}
