//! The days of a fact table: rows of one day are read, imported and committed together.

use std::collections::BTreeMap;

use rusqlite::Transaction;
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};

use super::MigrateError;
use super::description::{FactTable, Money};
use super::export::SPEND;
use super::plan::{Field, Plan, quoted};

/// A fact table of this database and how its rows are found.
pub(super) struct Facts {
    pub name: &'static str,
    pub table: &'static FactTable,
    pub fields: Vec<Field>,
    /// Its days and how many rows each has, in their order.
    pub days: BTreeMap<DayValue, u64>,
    /// The columns that say whose a row is: bidder and account.
    pub owner: [String; 2],
    /// The column of the day as SQL over `t`.
    day: String,
    from: String,
}

/// A day as it stands in the old database, in the order of days where it is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum DayValue {
    Null,
    Integer(i64),
    Real(u64),
    Text(String),
    Blob(Vec<u8>),
}

impl Facts {
    /// How to read the table, and its days.
    pub fn of(
        tx: &Transaction<'_>,
        plan: &Plan,
        name: &'static str,
        table: &'static FactTable,
    ) -> Result<Self, MigrateError> {
        let fields = plan.fields(name, table);
        let day = fields.iter().find(|field| field.column.required).map_or("NULL".to_owned(), |f| f.sql.clone());
        let own = |column| plan.column(name, [column]).map_or("NULL".to_owned(), |column| format!("t.{column}"));
        let owner = ["bidder_id", "account_id"].map(own);
        let from = format!("{} t", quoted(name));
        let mut facts = Self { name, table, fields, days: BTreeMap::new(), owner, day, from };
        facts.days = facts.counted(tx)?;
        Ok(facts)
    }

    /// Counted here, because sorting half a billion days is more than SQLite should do in memory.
    fn counted(&self, tx: &Transaction<'_>) -> Result<BTreeMap<DayValue, u64>, MigrateError> {
        let mut statement = tx.prepare(&format!("SELECT {} FROM {}", self.day, self.from))?;
        let mut rows = statement.query([])?;
        let mut days = BTreeMap::new();
        let mut run = (DayValue::Null, 0);
        while let Some(row) = rows.next()? {
            let value = row.get_ref(0)?;
            if run.1 > 0 && run.0.is(value) {
                run.1 += 1;
                continue;
            }
            if run.1 > 0 {
                *days.entry(run.0).or_default() += run.1;
            }
            run = (DayValue::of(value), 1);
        }
        if run.1 > 0 {
            *days.entry(run.0).or_default() += run.1;
        }
        Ok(days)
    }

    /// The rows of a day: the fields, bidder, account, rowid.
    pub fn select(&self) -> String {
        let fields: Vec<&str> = self.fields.iter().map(|field| field.sql.as_str()).collect();
        let [bidder, account] = &self.owner;
        let Self { from, day, .. } = self;
        format!(
            "SELECT {}, {bidder}, {account}, t.rowid FROM {from} WHERE {day} IS ?1 ORDER BY t.rowid",
            fields.join(", ")
        )
    }

    /// Whether a day is found without reading the whole table.
    pub fn is_indexed(&self, tx: &Transaction<'_>) -> Result<bool, MigrateError> {
        let explain = format!("EXPLAIN QUERY PLAN SELECT 1 FROM {} WHERE {} IS ?1", self.from, self.day);
        let detail: String = tx.query_row(&explain, [""], |row| row.get("detail"))?;
        Ok(detail.starts_with("SEARCH"))
    }

    /// The field of the spend.
    pub fn spend(&self) -> Option<(usize, &Field)> {
        self.fields.iter().enumerate().find(|(_, field)| field.column.header == SPEND)
    }

    /// Σ spend of a day's rows as SQLite adds it up, where the column is of whole micros.
    pub fn spend_of(&self, tx: &Transaction<'_>, day: &DayValue) -> Result<Option<i128>, MigrateError> {
        let Some((_, field)) = self.spend().filter(|(_, field)| field.column.money == Some(Money::Micros)) else {
            return Ok(None);
        };
        let Self { from, day: column, .. } = self;
        let spend = &field.sql;
        let sum = format!("SELECT sum({spend}) FROM {from} WHERE {column} IS ?1 AND typeof({spend}) = 'integer'");
        let sum: Option<i64> = tx.query_row(&sum, [day], |row| row.get(0))?;
        Ok(Some(sum.unwrap_or_default().into()))
    }

    /// What the amount of one row is, as it stands there.
    pub fn amount(&self, tx: &Transaction<'_>, rowid: i64) -> Result<Value, MigrateError> {
        let Some((_, field)) = self.spend() else { return Ok(Value::Null) };
        let select = format!("SELECT {} FROM {} WHERE t.rowid = ?1", field.sql, self.from);
        Ok(tx.prepare_cached(&select)?.query_row([rowid], |row| row.get(0))?)
    }
}

impl DayValue {
    fn of(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Real(number) => Self::Real(number.to_bits()),
            ValueRef::Text(text) => Self::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }

    fn is(&self, value: ValueRef<'_>) -> bool {
        match (self, value) {
            (Self::Text(text), ValueRef::Text(value)) => text.as_bytes() == value,
            _ => *self == Self::of(value),
        }
    }
}

impl ToSql for DayValue {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Integer(number) => (*number).into(),
            Self::Real(bits) => f64::from_bits(*bits).into(),
            Self::Text(text) => text.as_str().into(),
            Self::Blob(bytes) => bytes.as_slice().into(),
        })
    }
}

impl std::fmt::Display for DayValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("no day"),
            Self::Integer(number) => number.fmt(f),
            Self::Real(bits) => f64::from_bits(*bits).fmt(f),
            // The name of an import is one line without directories.
            Self::Text(text) => text.replace(['/', '\n', '\r'], "-").fmt(f),
            Self::Blob(_) => f.write_str("a day that is no text"),
        }
    }
}
