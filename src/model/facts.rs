//! The fact tables as data: `schema/facts/*.toml`, read once, the single description that the importer,
//! the lake's catalog and the query layer share.

use std::sync::LazyLock;

use serde::Deserialize;

/// What a column is for: it decides keys, sums and where the value is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Part of the path of a partition (account, kind, day); never stored inside a file.
    Partition,
    /// Part of a row's natural key.
    Dimension,
    /// A name of the dimension given by [`Column::names`]; the key only where that dimension is null.
    Attribute,
    /// A number to sum.
    Metric,
    /// What the money of the row is counted in; not part of the key.
    Unit,
    /// The import that wrote the row.
    Batch,
}

/// The value type of a column, in Arrow, Parquet and DuckLake alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// Text, UTF-8.
    Text,
    /// 64-bit signed integer.
    Int64,
    /// 32-bit signed integer.
    Int32,
    /// A calendar day.
    Date,
}

/// One column of a fact table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The field's name in SQL, Parquet and every answer.
    pub name: String,
    /// Its value type.
    #[serde(rename = "type")]
    pub value_type: ValueType,
    /// What it is for.
    pub role: Role,
    /// Null means "the report did not say"; 0 means zero.
    #[serde(default)]
    pub nullable: bool,
    /// For an attribute: the dimension that it names.
    pub names: Option<String>,
    /// Unit or vocabulary, for people.
    #[serde(default)]
    pub comment: String,
}

/// One fact table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactTable {
    /// The table's name in SQL and in the path.
    pub name: String,
    /// What a row is.
    pub comment: String,
    /// Columns of text by which rows are sorted inside a file.
    pub sort: Vec<String>,
    /// Dimensions of text by which reports of one day part: a file a config, a file a seat. Each data file's values of
    /// them are kept in the catalog.
    #[serde(default)]
    pub parts_by: Vec<String>,
    /// All columns, in the order that `SELECT *` shows.
    #[serde(rename = "column")]
    pub columns: Vec<Column>,
}

impl FactTable {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Columns stored inside a Parquet file: all but the partition's, which stand in the path.
    pub fn stored_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.role != Role::Partition)
    }
}

const TEXTS: &[&str] = &[
    include_str!("../../schema/facts/rtb_daily.toml"),
    include_str!("../../schema/facts/rtb_funnel.toml"),
    include_str!("../../schema/facts/rtb_bid_filtering.toml"),
    include_str!("../../schema/facts/rtb_quality.toml"),
];

static TABLES: LazyLock<Vec<FactTable>> = LazyLock::new(|| {
    let read = |text: &&str| toml::from_str(text).expect("schema/facts is part of the program and read by a unit test");
    TEXTS.iter().map(read).collect()
});

/// All fact tables.
pub fn tables() -> &'static [FactTable] {
    &TABLES
}

/// The fact table of that name.
pub fn table(name: &str) -> Option<&'static FactTable> {
    TABLES.iter().find(|table| table.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_table_is_complete() {
        for table in tables() {
            for sort in table.sort.iter().chain(&table.parts_by) {
                // The importer ranks texts, and the lake keeps them.
                let column = table.column(sort).map(|column| (column.role, column.value_type));
                assert_eq!(column, Some((Role::Dimension, ValueType::Text)), "{}.{sort}", table.name);
            }
            for column in &table.columns {
                assert_eq!(column.role == Role::Attribute, column.names.is_some(), "{}.{}", table.name, column.name);
                if let Some(id) = &column.names {
                    assert_eq!(table.column(id).map(|c| c.role), Some(Role::Dimension), "{}.{id}", table.name);
                }
                assert_eq!(table.columns.iter().filter(|c| c.name == column.name).count(), 1, "{}", column.name);
            }
        }
    }
}
