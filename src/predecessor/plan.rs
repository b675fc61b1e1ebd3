//! What of the description this database has: found by looking, refused with all that is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rusqlite::Transaction;
use rusqlite::types::ValueRef;
use serde_json::{Map, Value};

use super::description::{self, FactColumn, FactTable};
use super::{LeftTable, MigrateError};

/// The tables of one old database and how they are read.
pub(super) struct Plan {
    pub path: PathBuf,
    tables: BTreeMap<String, Columns>,
}

/// The columns of a table; true where the default is 0.
type Columns = BTreeMap<String, bool>;

/// A column of a fact table as SQL, and what it becomes.
pub(super) struct Field {
    pub column: &'static FactColumn,
    pub sql: String,
    pub zero_is_unsaid: bool,
}

impl Plan {
    /// Looks at the database; refused where it is newer than what is known, where nothing is known, or where a known table
    /// lacks what it must have.
    pub fn of(tx: &Transaction<'_>, path: &Path) -> Result<Self, MigrateError> {
        let mut tables = BTreeMap::new();
        let mut names =
            tx.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?;
        for name in names.query_map([], |row| row.get::<_, String>(0))? {
            let name = name?;
            let mut columns =
                tx.prepare_cached("SELECT name, coalesce(dflt_value, '') = '0' FROM pragma_table_info(?1)")?;
            let columns =
                columns.query_map([&name], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
            tables.insert(name, columns);
        }
        let plan = Self { path: path.to_owned(), tables };
        plan.refuse_newer(tx)?;
        plan.check()?;
        Ok(plan)
    }

    fn refuse_newer(&self, tx: &Transaction<'_>) -> Result<(), MigrateError> {
        let known = description::known();
        let newer = |what, found, known| MigrateError::Newer { path: self.path.clone(), what, found, known };
        let version: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version > known.user_version {
            return Err(newer("schema version", version, known.user_version));
        }
        if self.column("schema_migrations", ["version"]).is_some() {
            let newest = "SELECT coalesce(max(CAST(version AS INTEGER)), 0) FROM schema_migrations";
            let newest: i64 = tx.query_row(newest, [], |row| row.get(0))?;
            if newest > known.migration {
                return Err(newer("migration", newest, known.migration));
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<(), MigrateError> {
        let facts = description::facts().iter().flat_map(|table| &table.names).map(String::as_str);
        let expected: Vec<&str> = facts.chain(["pretargeting_configs", "creatives"]).collect();
        if !expected.iter().any(|name| self.tables.contains_key(*name)) {
            let found = self.tables.keys().cloned().collect();
            return Err(MigrateError::Unknown { path: self.path.clone(), expected: expected.join(", "), found });
        }
        let mut missing = Vec::new();
        for (name, table) in self.facts() {
            let lacks = table.columns.iter().filter(|column| column.required && self.field(name, column).is_none());
            missing.extend(lacks.map(|column| lacking(name, &column.from)));
        }
        for (name, table) in description::entities() {
            let Some(columns) = self.tables.get(name) else { continue };
            let lacks = table.required.iter().map(|field| &table.columns[field]);
            let lacks = lacks.filter(|from| !from.iter().any(|column| columns.contains_key(column)));
            missing.extend(lacks.map(|from| lacking(name, from)));
        }
        if missing.is_empty() { Ok(()) } else { Err(MigrateError::Lacks { path: self.path.clone(), missing }) }
    }

    /// The fact tables that are there and their names, the preferred one first.
    pub fn facts(&self) -> impl Iterator<Item = (&'static str, &'static FactTable)> {
        description::facts().iter().filter_map(|table| {
            let name = table.names.iter().find(|name| self.tables.contains_key(*name))?;
            Some((name.as_str(), table))
        })
    }

    /// The columns that the database has of a fact table, each header once.
    pub fn fields(&self, name: &str, table: &'static FactTable) -> Vec<Field> {
        let mut fields: Vec<Field> = Vec::new();
        for column in &table.columns {
            if fields.iter().any(|field| field.column.header == column.header) {
                continue;
            }
            let Some(sql) = self.field(name, column) else { continue };
            let of_default = |from: &String| self.tables[name].get(from).copied().unwrap_or(true);
            let zero_is_unsaid = column.zero_is_unsaid && column.from.iter().all(of_default);
            fields.push(Field { column, sql, zero_is_unsaid });
        }
        fields
    }

    /// The first of these columns that the table has, quoted.
    pub fn column<'a>(&self, table: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
        let columns = self.tables.get(table)?;
        names.into_iter().find(|name| columns.contains_key(*name)).map(quoted)
    }

    /// Hands out the rows of an entity table, field by field, with their rowids; none where there is no such table.
    pub fn each<E: From<rusqlite::Error>>(
        &self,
        tx: &Transaction<'_>,
        name: &str,
        mut row: impl FnMut(i64, Map<String, Value>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(table) = description::entities().get(name).filter(|_| self.tables.contains_key(name)) else {
            return Ok(());
        };
        let found = |from: &Vec<String>| self.column(name, from.iter().map(String::as_str));
        let fields: Vec<(&String, String)> =
            table.columns.iter().filter_map(|(field, from)| Some((field, found(from)?))).collect();
        let list: Vec<&str> = fields.iter().map(|(_, column)| column.as_str()).collect();
        let select = format!("SELECT {}, rowid FROM {} ORDER BY rowid", list.join(", "), quoted(name));
        let mut statement = tx.prepare(&select)?;
        let mut rows = statement.query([])?;
        while let Some(found) = rows.next()? {
            let values = fields.iter().enumerate();
            let values = values.map(|(at, (field, _))| Ok(((*field).clone(), value(found.get_ref(at)?))));
            row(found.get(fields.len())?, values.collect::<rusqlite::Result<_>>()?)?;
        }
        Ok(())
    }

    /// The rows of a small entity table.
    pub fn rows(&self, tx: &Transaction<'_>, name: &str) -> Result<Vec<Map<String, Value>>, MigrateError> {
        let mut rows = Vec::new();
        self.each::<MigrateError>(tx, name, |_, row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Tables with rows that nothing here reads, how many, and why.
    pub fn left(&self, tx: &Transaction<'_>) -> Result<Vec<LeftTable>, MigrateError> {
        let taken: BTreeSet<&str> = self.facts().map(|(name, _)| name).collect();
        let hashes = description::hashes().iter().map(|table| table.name.as_str());
        let taken: BTreeSet<&str> =
            taken.into_iter().chain(hashes).chain(description::entities().keys().map(String::as_str)).collect();
        let mut left = Vec::new();
        for table in self.tables.keys().filter(|name| !taken.contains(name.as_str())) {
            let count = format!("SELECT count(*) FROM {}", quoted(table));
            let rows: i64 = tx.query_row(&count, [], |row| row.get(0))?;
            let reason = description::known().left.get(table);
            let reason = reason.map_or("this program knows no such table", String::as_str).to_owned();
            if rows > 0 {
                left.push(LeftTable { table: table.clone(), rows: rows as u64, reason });
            }
        }
        Ok(left)
    }

    /// The value of a report column as SQL over the fact table `t`.
    fn field(&self, name: &str, column: &FactColumn) -> Option<String> {
        let own = self.column(name, column.from.iter().map(String::as_str)).map(|name| format!("t.{name}"));
        let via = column.via.as_ref().and_then(|via| {
            let key = self.column(&via.table, [via.key.as_str()])?;
            let value = self.column(&via.table, [via.value.as_str()])?;
            let by = self.column(name, [via.column.as_str()])?;
            Some(format!("(SELECT v.{value} FROM {} v WHERE v.{key} = t.{by})", quoted(&via.table)))
        });
        match (own, via) {
            (Some(own), Some(via)) => Some(format!("coalesce(nullif({own}, ''), {via})")),
            (own, via) => own.or(via),
        }
    }
}

fn lacking(table: &str, from: &[String]) -> String {
    format!("table {table} lacks the column {}", from.join(" or "))
}

/// An identifier as SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
    }
}
