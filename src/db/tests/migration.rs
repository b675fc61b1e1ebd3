//! Every migration, forward and back, on a database with data.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::Connection;

use super::super::{Db, DbError, migrations, schema};
use super::{EVERY_TABLE, by_hand, directory, tables, tables_of_the_lake};

/// The rows of a table, each with its columns by name.
type Rows = BTreeMap<String, Vec<BTreeMap<String, String>>>;

/// All rows of all tables, as text.
fn rows(connection: &Connection) -> Rows {
    tables(connection).into_iter().map(|table| (table.clone(), rows_of(connection, &table))).collect()
}

fn rows_of(connection: &Connection, table: &str) -> Vec<BTreeMap<String, String>> {
    let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let cells = |row: &rusqlite::Row<'_>| {
        Ok(names.iter().enumerate().map(|(i, name)| (name.clone(), format!("{:?}", row.get_ref(i).unwrap()))).collect())
    };
    statement.query_map([], cells).unwrap().map(Result::unwrap).collect()
}

/// Whether the wider rows hold the narrower: the same rows, in which a step added columns.
fn holds(wider: &Rows, narrower: &Rows) -> bool {
    narrower.iter().all(|(table, rows)| {
        let wide = &wider[table];
        let mut pairs = rows.iter().zip(wide);
        wide.len() == rows.len() && pairs.all(|(row, wide)| row.iter().all(|(name, cell)| wide[name] == *cell))
    })
}

fn go(connection: &mut Connection, version: usize) {
    migrations::to_version(connection, Path::new("test.db"), version).unwrap();
    assert_eq!(migrations::version(connection).unwrap(), version);
    assert_clean(connection);
}

fn assert_clean(connection: &Connection) {
    let broken: i64 = connection.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |r| r.get(0)).unwrap();
    assert_eq!(broken, 0, "foreign keys are broken");
    let enforced: i64 = connection.pragma_query_value(None, "foreign_keys", |row| row.get(0)).unwrap();
    assert_eq!(enforced, 1, "foreign keys were left off");
}

#[test]
fn each_step_goes_back_and_forth_without_touching_the_rows_of_others() {
    let mut connection = Connection::open_in_memory().unwrap();
    go(&mut connection, migrations::LATEST);
    connection.execute_batch(EVERY_TABLE).unwrap();
    assert_clean(&connection);
    for version in (0..migrations::LATEST).rev() {
        let before = rows(&connection);
        go(&mut connection, version);
        let lower = rows(&connection);
        assert!(lower.len() < before.len() || version == 1, "step {} took nothing back", version + 1);
        assert!(holds(&before, &lower), "step {} back lost rows", version + 1);

        go(&mut connection, version + 1);
        let again = rows(&connection);
        assert!(again.keys().eq(before.keys()), "step {} does not make again what it made", version + 1);
        assert!(holds(&again, &lower), "step {} forth lost rows", version + 1);

        go(&mut connection, version);
    }
    assert!(rows(&connection).is_empty());
    go(&mut connection, migrations::LATEST);
    schema::validate(&connection, Path::new("test.db")).unwrap();
}

#[test]
fn the_data_of_these_tests_leaves_no_table_empty() {
    let mut connection = Connection::open_in_memory().unwrap();
    let lake = tables_of_the_lake();
    go(&mut connection, migrations::LATEST);
    connection.execute_batch(EVERY_TABLE).unwrap();
    let filled = rows(&connection);
    let empty: Vec<_> = filled.iter().filter(|(table, rows)| rows.is_empty() && !lake.contains(table)).collect();
    assert!(empty.is_empty(), "no row in {empty:?}: add one to every_table.sql");
}

#[test]
fn a_database_of_an_earlier_version_opens_and_keeps_its_rows() {
    let (_dir, path) = directory();
    let mut connection = Connection::open(&path).unwrap();
    go(&mut connection, 1);
    connection.execute_batch("INSERT INTO accounts (name) VALUES ('kept')").unwrap();
    drop(connection);
    let db = Db::open(&path).unwrap();
    let names = |tx: &rusqlite::Transaction<'_>| {
        Ok(tx.query_row(
            "SELECT group_concat(name) FROM accounts JOIN entity_versions USING (account_id)",
            [],
            |r| r.get(0),
        )?)
    };
    assert_eq!(db.read::<String, DbError>(names).unwrap(), "default,kept");
}

#[test]
fn a_migration_over_broken_rows_is_refused_and_changes_nothing() {
    let (_dir, path) = directory();
    let mut connection = Connection::open(&path).unwrap();
    go(&mut connection, 1);
    drop(connection);
    let orphan = "INSERT INTO settings (account_id, name, value, updated_at) VALUES (99, 'n', '1', 'now')";
    by_hand(&path, &format!("PRAGMA foreign_keys = OFF; {orphan}"));
    let message = Db::open(&path).err().unwrap().to_string();
    assert!(message.contains("nothing was changed") && message.contains("settings"), "{message}");
    let connection = Connection::open(&path).unwrap();
    assert_eq!(migrations::version(&connection).unwrap(), 1);
}

#[test]
fn two_that_open_a_new_database_at_once_both_succeed() {
    let (_dir, path) = directory();
    std::thread::scope(|scope| {
        let openers: Vec<_> = (0..4).map(|_| scope.spawn(|| Db::open(&path).map(drop))).collect();
        for opener in openers {
            opener.join().unwrap().unwrap();
        }
    });
}
