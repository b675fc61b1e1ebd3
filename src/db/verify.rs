//! SQLite's own checks of its file.

use rusqlite::Connection;

use super::{Db, DbError, schema};

impl Db {
    /// What is wrong with the database file: pages and rows; with `full` also that indexes fit their tables, and that
    /// foreign keys point at something. Empty where it is sound. Reads the whole file.
    pub fn check(&self, full: bool) -> Result<Vec<String>, DbError> {
        let reader = self.shared.readers.lend()?;
        let mut found = pragma(&reader, if full { "integrity_check" } else { "quick_check" })?;
        found.retain(|line| line != "ok");
        if full {
            let mut statement = reader.prepare("SELECT \"table\", rowid, parent FROM pragma_foreign_key_check")?;
            let broken = statement.query_map([], |row| {
                let (table, row_id, parent): (String, Option<i64>, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let row_id = row_id.map_or_else(String::new, |id| format!(" {id}"));
                Ok(format!("row{row_id} of {table} points at a row of {parent} that is not there"))
            })?;
            for line in broken {
                found.push(line?);
            }
        }
        Ok(found)
    }

    /// Compares the schema with the one of this program's version.
    pub fn check_schema(&self) -> Result<(), DbError> {
        schema::validate(&*self.shared.readers.lend()?, self.path())
    }
}

/// A damaged page can end the check itself: that is its finding.
fn pragma(connection: &Connection, name: &str) -> Result<Vec<String>, DbError> {
    let mut statement = connection.prepare(&format!("PRAGMA {name}"))?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    loop {
        match rows.next() {
            Ok(Some(row)) => found.push(row.get(0)?),
            Ok(None) => return Ok(found),
            Err(error) => {
                found.push(super::error::explained(&error));
                return Ok(found);
            }
        }
    }
}
