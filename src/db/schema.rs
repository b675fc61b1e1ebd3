//! Compares the schema that is there with the one that the migrations make, and names each difference.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use rusqlite::Connection;

use super::{DbError, migrations};

/// Everything that a schema consists of, by kind and name (`table creatives`, `index creatives_by_buyer`).
#[derive(Debug, Default, PartialEq, Eq)]
struct Schema {
    objects: BTreeMap<String, Object>,
}

#[derive(Debug, PartialEq, Eq)]
struct Object {
    /// For a table: its columns, each with its description; for an index: its columns.
    columns: BTreeMap<String, String>,
    foreign_keys: Vec<String>,
    /// The statement without comments and layout: CHECKs, conditions and bodies stand only there.
    statement: String,
}

/// Refuses a database whose schema is not the one of this program's version.
pub(super) fn validate(connection: &Connection, path: &Path) -> Result<(), DbError> {
    let open_error = |source| DbError::Open { path: path.to_owned(), source };
    let actual = Schema::of(connection).map_err(open_error)?;
    let differences = differences(expected(path)?, &actual);
    if differences.is_empty() { Ok(()) } else { Err(DbError::Schema { path: path.to_owned(), differences }) }
}

/// What the migrations make of an empty database; made once per process.
fn expected(path: &Path) -> Result<&'static Schema, DbError> {
    static EXPECTED: OnceLock<Schema> = OnceLock::new();
    if let Some(schema) = EXPECTED.get() {
        return Ok(schema);
    }
    let mut empty = Connection::open_in_memory()?;
    migrations::run(&mut empty, path)?;
    let schema = Schema::of(&empty)?;
    Ok(EXPECTED.get_or_init(|| schema))
}

impl Schema {
    fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let mut statement = connection.prepare(include_str!("../../sql/db/schema_objects.sql"))?;
        let mut rows = statement.query([])?;
        let mut schema = Self::default();
        while let Some(row) = rows.next()? {
            let (kind, name): (String, String) = (row.get("type")?, row.get("name")?);
            let object = Object {
                columns: match kind.as_str() {
                    "table" => table_columns(connection, &name)?,
                    "index" => index_columns(connection, &name)?,
                    _ => BTreeMap::new(),
                },
                foreign_keys: foreign_keys(connection, &name)?,
                statement: without_layout(&row.get::<_, String>("sql")?),
            };
            schema.objects.insert(format!("{kind} {name}"), object);
        }
        Ok(schema)
    }
}

fn table_columns(connection: &Connection, table: &str) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut statement = connection.prepare(include_str!("../../sql/db/table_columns.sql"))?;
    statement.query_map([table], |row| Ok((row.get("name")?, row.get("description")?)))?.collect()
}

fn index_columns(connection: &Connection, index: &str) -> rusqlite::Result<BTreeMap<String, String>> {
    let mut statement = connection.prepare(include_str!("../../sql/db/index_columns.sql"))?;
    statement.query_map([index], |row| Ok((row.get("name")?, row.get("description")?)))?.collect()
}

fn foreign_keys(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(include_str!("../../sql/db/foreign_keys.sql"))?;
    statement.query_map([table], |row| row.get("description"))?.collect()
}

/// One sentence per difference, the most telling one per object.
fn differences(expected: &Schema, actual: &Schema) -> Vec<String> {
    let mut found = Vec::new();
    for (name, wanted) in &expected.objects {
        match actual.objects.get(name) {
            None => found.push(format!("{name} is missing")),
            Some(there) => found.extend(object_differences(name, wanted, there)),
        }
    }
    let unknown = actual.objects.keys().filter(|name| !expected.objects.contains_key(*name));
    found.extend(unknown.map(|name| format!("{name} does not belong there")));
    found
}

fn object_differences(name: &str, expected: &Object, actual: &Object) -> Vec<String> {
    let mut found = Vec::new();
    for (column, wanted) in &expected.columns {
        match actual.columns.get(column) {
            None => found.push(format!("{name}: column {column} is missing")),
            Some(there) if there != wanted => {
                found.push(format!("{name}: column {column} is {there}, expected {wanted}"));
            }
            Some(_) => {}
        }
    }
    let unknown = actual.columns.keys().filter(|column| !expected.columns.contains_key(*column));
    found.extend(unknown.map(|column| format!("{name}: column {column} does not belong there")));
    let missing = expected.foreign_keys.iter().filter(|key| !actual.foreign_keys.contains(key));
    found.extend(missing.map(|key| format!("{name}: foreign key {key} is missing")));
    let extra = actual.foreign_keys.iter().filter(|key| !expected.foreign_keys.contains(key));
    found.extend(extra.map(|key| format!("{name}: foreign key {key} does not belong there")));
    if found.is_empty() && expected.statement != actual.statement {
        found.push(format!("{name} is defined otherwise: {}, expected: {}", actual.statement, expected.statement));
    }
    found
}

/// The statement without comments, line breaks and alignment, so that only its meaning is compared.
fn without_layout(sql: &str) -> String {
    let mut plain = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let token = match first {
            '\'' | '"' => rest[1..].find(first).map_or(rest.len(), |end| end + 2),
            '-' if rest.starts_with("--") => {
                rest = rest.find('\n').map_or("", |end| &rest[end..]);
                continue;
            }
            _ if first.is_whitespace() => {
                rest = rest.trim_start();
                // A space matters only between two words.
                let joins = |c: char| c.is_alphanumeric() || matches!(c, '_' | '"' | '\'');
                if plain.chars().next_back().is_some_and(joins) && rest.chars().next().is_some_and(joins) {
                    plain.push(' ');
                }
                continue;
            }
            _ => first.len_utf8(),
        };
        plain.push_str(&rest[..token]);
        rest = &rest[token..];
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_and_comments_make_no_difference_but_words_and_literals_do() {
        let laid_out = "CREATE TABLE t (\n    a  TEXT CHECK (a <> ' --x'), -- why\n    b  INTEGER\n) STRICT";
        assert_eq!(without_layout(laid_out), "CREATE TABLE t(a TEXT CHECK(a<>' --x'),b INTEGER)STRICT");
        assert_eq!(without_layout("CREATE TABLE t(a TEXT CHECK(a<>' --x'),b INTEGER)STRICT"), without_layout(laid_out));
        assert_ne!(without_layout("CHECK (a <> ' ')"), without_layout("CHECK (a <> '')"));
    }
}
