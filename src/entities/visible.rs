//! What a question may see of SQLite: an allow-list of tables and columns, kept as data in `schema/sql_tables.toml`.
//!
//! Invariants: every visible table has account_id and is cut to the caller's accounts before a row leaves SQLite;
//! what the list does not name cannot be loaded.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayBuilder, ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder};
use arrow::array::{StringViewBuilder, TimestampMicrosecondBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::record_batch::RecordBatch;
use rusqlite::Transaction;
use rusqlite::types::ValueRef;
use serde::Deserialize;

use super::EntityError;
use super::columns::Time;
use crate::model::{AccountId, Day};

/// A table that questions may see.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisibleTable {
    /// Its name in SQL, here and there.
    pub name: String,
    /// What a row is.
    pub comment: String,
    /// Its visible columns, in the order that `SELECT *` shows.
    pub columns: Vec<VisibleColumn>,
}

/// A column that questions may see.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisibleColumn {
    /// Its name in SQL, here and there.
    pub name: String,
    /// What questions get.
    #[serde(rename = "type")]
    pub value_type: VisibleType,
    /// Unit or vocabulary, for people.
    #[serde(default)]
    pub comment: String,
}

/// The type of a column in a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisibleType {
    /// Text, as views (like the facts' text).
    Text,
    /// 64-bit signed integer.
    Int64,
    /// 64-bit float.
    Float64,
    /// True or false.
    Bool,
    /// A calendar day.
    Date,
    /// A moment in microseconds, in UTC.
    Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowList {
    table: Vec<VisibleTable>,
}

static TABLES: LazyLock<Vec<VisibleTable>> = LazyLock::new(|| {
    let text = include_str!("../../schema/sql_tables.toml");
    let list: AllowList = toml::from_str(text).expect("schema/sql_tables.toml is part of the program and tested");
    list.table
});

/// All tables that questions may see.
pub fn tables() -> &'static [VisibleTable] {
    &TABLES
}

/// The visible table of that name.
pub fn table(name: &str) -> Option<&'static VisibleTable> {
    TABLES.iter().find(|table| table.name == name)
}

impl VisibleTable {
    /// Its columns for Arrow; every column but account_id may be null.
    pub fn schema(&self) -> SchemaRef {
        let field =
            |column: &VisibleColumn| Field::new(&column.name, column.value_type.arrow(), column.name != "account_id");
        Arc::new(Schema::new(self.columns.iter().map(field).collect::<Vec<_>>()))
    }

    /// One line of SQL; names come from the allow-list only, never from a question.
    fn select(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let own = "account_id IN (SELECT value FROM json_each(?1)) ORDER BY account_id, rowid";
        format!("SELECT {} FROM \"{}\" WHERE {own}", columns.join(", "), self.name)
    }
}

impl VisibleType {
    fn arrow(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8View,
            Self::Int64 => DataType::Int64,
            Self::Float64 => DataType::Float64,
            Self::Bool => DataType::Boolean,
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into())),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Int64 => "integer",
            Self::Float64 => "number",
            Self::Bool => "truth value (0 or 1)",
            Self::Date => "day (YYYY-MM-DD)",
            Self::Timestamp => "time (RFC 3339)",
        }
    }
}

/// An offset, because Arrow knows names of zones only with a zone database.
const UTC: &str = "+00:00";

/// The rows of these accounts, in one batch; no accounts, no rows.
pub fn load(tx: &Transaction<'_>, table: &VisibleTable, accounts: &[AccountId]) -> Result<RecordBatch, EntityError> {
    let accounts: Vec<i64> = accounts.iter().map(|account| account.0).collect();
    let accounts = serde_json::Value::from(accounts).to_string();
    let mut cells: Vec<Cells> = table.columns.iter().map(|column| Cells::new(column.value_type)).collect();
    let mut statement = tx.prepare_cached(&table.select())?;
    let mut rows = statement.query([accounts])?;
    while let Some(row) = rows.next()? {
        for (index, (cells, column)) in cells.iter_mut().zip(&table.columns).enumerate() {
            let value = row.get_ref(index)?;
            cells.push(value).ok_or_else(|| EntityError::Stored {
                table: table.name.clone(),
                column: column.name.clone(),
                value: shown(value),
                expected: column.value_type.words(),
            })?;
        }
    }
    let columns = cells.into_iter().map(Cells::finish).collect();
    RecordBatch::try_new(table.schema(), columns)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Null, error.into()).into())
}

/// A column being built.
enum Cells {
    Text(StringViewBuilder),
    Int64(Int64Builder),
    Float64(Float64Builder),
    Bool(BooleanBuilder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
}

impl Cells {
    fn new(value_type: VisibleType) -> Self {
        match value_type {
            VisibleType::Text => Self::Text(StringViewBuilder::new()),
            VisibleType::Int64 => Self::Int64(Int64Builder::new()),
            VisibleType::Float64 => Self::Float64(Float64Builder::new()),
            VisibleType::Bool => Self::Bool(BooleanBuilder::new()),
            VisibleType::Date => Self::Date(Date32Builder::new()),
            VisibleType::Timestamp => Self::Timestamp(TimestampMicrosecondBuilder::new().with_timezone(UTC)),
        }
    }

    /// None where the value is not of the column's type.
    fn push(&mut self, value: ValueRef<'_>) -> Option<()> {
        let text = || value.as_str().ok();
        match (self, value) {
            (Self::Text(cells), ValueRef::Null) => cells.append_null(),
            (Self::Int64(cells), ValueRef::Null) => cells.append_null(),
            (Self::Float64(cells), ValueRef::Null) => cells.append_null(),
            (Self::Bool(cells), ValueRef::Null) => cells.append_null(),
            (Self::Date(cells), ValueRef::Null) => cells.append_null(),
            (Self::Timestamp(cells), ValueRef::Null) => cells.append_null(),
            (Self::Text(cells), _) => cells.append_value(text()?),
            (Self::Int64(cells), ValueRef::Integer(number)) => cells.append_value(number),
            (Self::Float64(cells), ValueRef::Real(number)) => cells.append_value(number),
            (Self::Bool(cells), ValueRef::Integer(truth @ (0 | 1))) => cells.append_value(truth == 1),
            (Self::Date(cells), _) => cells.append_value(text()?.parse::<Day>().ok()?.epoch_days()),
            (Self::Timestamp(cells), _) => cells.append_value(Time::read(text()?)?.0.timestamp_micros()),
            _ => return None,
        }
        Some(())
    }

    fn finish(self) -> ArrayRef {
        let mut builder: Box<dyn ArrayBuilder> = match self {
            Self::Text(cells) => Box::new(cells),
            Self::Int64(cells) => Box::new(cells),
            Self::Float64(cells) => Box::new(cells),
            Self::Bool(cells) => Box::new(cells),
            Self::Date(cells) => Box::new(cells),
            Self::Timestamp(cells) => Box::new(cells),
        };
        builder.finish()
    }
}

fn shown(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}
