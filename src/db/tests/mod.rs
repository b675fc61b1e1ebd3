//! The door as its users see it; `migration` walks the schema down and up, `failure` breaks the disk.

mod failure;
mod migration;
mod schema_rules;

use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;

use super::{Db, DbError, migrations};

/// Fills every table but the lake's; see the file's own comment.
const EVERY_TABLE: &str = include_str!("every_table.sql");

fn directory() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("catscan.db");
    (directory, path)
}

/// A connection past the door, to do what a careless person would do.
fn by_hand(path: &std::path::Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

fn tables(connection: &Connection) -> Vec<String> {
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
    let mut statement = connection.prepare(names).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// The tables of the second migration: a format of its own, with rules of its own.
fn tables_of_the_lake() -> Vec<String> {
    let mut connection = Connection::open_in_memory().unwrap();
    migrations::to_version(&mut connection, &PathBuf::new(), 1).unwrap();
    let before = tables(&connection);
    migrations::to_version(&mut connection, &PathBuf::new(), 2).unwrap();
    tables(&connection).into_iter().filter(|table| !before.contains(table)).collect()
}

fn accounts(db: &Db) -> i64 {
    db.read::<_, DbError>(|tx| Ok(tx.query_row("SELECT count(*) FROM accounts", [], |row| row.get(0))?)).unwrap()
}

fn add_account(db: &Db, name: &str) -> Result<(), DbError> {
    db.write(|tx| {
        tx.execute("INSERT INTO accounts (name) VALUES (?1)", [name])?;
        Ok(())
    })
}

#[test]
fn a_new_database_has_the_first_account_and_the_promised_settings() {
    let (_dir, path) = directory();
    let db = Db::open(&path).unwrap();
    let pragma = |name: &str| {
        let sql = format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}");
        db.write::<String, DbError>(|tx| Ok(tx.query_row(&sql, [], |row| row.get(0))?)).unwrap()
    };
    assert_eq!(accounts(&db), 1);
    assert_eq!(pragma("journal_mode"), "wal");
    assert_eq!(pragma("synchronous"), "2");
    assert_eq!(pragma("foreign_keys"), "1");
}

#[test]
fn a_change_is_whole_or_nothing() {
    let (_dir, path) = directory();
    let db = Db::open(&path).unwrap();
    let refused = db.write::<(), DbError>(|tx| {
        tx.execute("INSERT INTO accounts (name) VALUES ('second')", [])?;
        tx.execute("INSERT INTO accounts (name) VALUES ('second')", [])?;
        Ok(())
    });
    assert!(matches!(refused, Err(DbError::Sqlite(_))), "{refused:?}");
    assert_eq!(accounts(&db), 1);
    add_account(&db, "second").unwrap();
    assert_eq!(accounts(&db), 2);
}

#[test]
fn a_panic_inside_costs_neither_the_writer_nor_a_reader() {
    let (_dir, path) = directory();
    let db = Db::open(&path).unwrap();
    for _ in 0..super::readers::READERS_MAX + 1 {
        let read = std::panic::catch_unwind(|| db.read::<(), DbError>(|_| panic!("as a careless caller")));
        assert!(read.is_err());
    }
    let write = std::panic::catch_unwind(|| {
        db.write::<(), DbError>(|tx| {
            tx.execute("INSERT INTO accounts (name) VALUES ('half')", [])?;
            panic!("as a careless caller")
        })
    });
    assert!(write.is_err());
    assert_eq!(accounts(&db), 1);
    add_account(&db, "second").unwrap();
    assert_eq!(accounts(&db), 2);
}

#[test]
fn readers_see_the_last_commit_while_one_writes() {
    let (_dir, path) = directory();
    let db = Db::open(&path).unwrap();
    // Accounts come in pairs, so an odd number would be half a change.
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for pair in 0..50 {
                db.write::<_, DbError>(|tx| {
                    for half in ["a", "b"] {
                        tx.execute("INSERT INTO accounts (name) VALUES (?1)", [format!("{pair}{half}")])?;
                    }
                    Ok(())
                })
                .unwrap();
            }
        });
        for _ in 0..super::readers::READERS_MAX * 2 {
            scope.spawn(|| {
                let mut last = 0;
                while last < 101 {
                    let (first, second) = db
                        .read::<(i64, i64), DbError>(|tx| {
                            let count = || tx.query_row("SELECT count(*) FROM accounts", [], |row| row.get(0));
                            Ok((count()?, count()?))
                        })
                        .unwrap();
                    assert_eq!(first, second, "one read sees one state");
                    assert_eq!(first % 2, 1, "half a change was seen");
                    assert!(first >= last, "a reader went back in time");
                    last = first;
                }
            });
        }
        writer.join().unwrap();
    });
}

#[test]
fn readers_cannot_write_and_a_read_only_handle_says_so() {
    let (_dir, path) = directory();
    let db = Db::open(&path).unwrap();
    let sneaky = db.read::<(), DbError>(|tx| Ok(tx.execute_batch("DELETE FROM accounts")?));
    assert!(matches!(sneaky, Err(DbError::Sqlite(_))), "{sneaky:?}");

    let reading = Db::open_read_only(&path).unwrap();
    assert!(reading.is_read_only() && !db.is_read_only());
    assert_eq!(accounts(&reading), 1);
    assert!(matches!(add_account(&reading, "x"), Err(DbError::ReadOnly { .. })));
}

#[test]
fn what_cannot_be_opened_is_named_with_what_to_do() {
    let (dir, path) = directory();
    let told = |outcome: Result<Db, DbError>, hint: &str| {
        let message = outcome.err().expect("this must not open").to_string();
        assert!(message.contains(hint) && message.contains(dir.path().to_str().unwrap()), "{message}");
    };
    told(Db::open_read_only(&path), "catscan init");
    told(Db::open(&dir.path().join("nowhere/catscan.db")), "check that its directory exists");
    told(Db::open(dir.path()), "cannot be opened");
    told(Db::open_read_only(dir.path()), "cannot be opened");

    std::fs::write(&path, "Day,Creative ID\n2026-11-20,7\n".repeat(100)).unwrap();
    told(Db::open(&path), "not a SQLite database");
    told(Db::open_read_only(&path), "not a SQLite database");

    let other = dir.path().join("other.db");
    by_hand(&other, "CREATE TABLE bookmarks (url TEXT)");
    told(Db::open(&other), "belongs to another program");
    let tables: i64 = Connection::open(&other)
        .unwrap()
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .unwrap();
    assert_eq!(tables, 1, "another program's database was touched");
}

#[test]
fn a_database_of_another_version_is_refused_untouched() {
    let (_dir, path) = directory();
    drop(Db::open(&path).unwrap());
    by_hand(&path, "PRAGMA journal_mode = DELETE; PRAGMA user_version = 4000");
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(Db::open(&path), Err(DbError::Newer { found: 4000, .. })));
    assert!(matches!(Db::open_read_only(&path), Err(DbError::Newer { found: 4000, .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before);

    by_hand(&path, "PRAGMA user_version = 1");
    assert!(matches!(Db::open_read_only(&path), Err(DbError::Older { found: 1, .. })));
}

#[test]
fn a_backup_holds_the_last_commit_in_one_readable_file() {
    let (dir, path) = directory();
    let db = Db::open(&path).unwrap();
    add_account(&db, "second").unwrap();
    let copy = dir.path().join("backup.db");
    db.backup_to(&copy).unwrap();
    add_account(&db, "third").unwrap();
    assert!(matches!(db.backup_to(&copy), Err(DbError::Backup { .. })), "a backup overwrote a file");

    let header = std::fs::read(&copy).unwrap();
    assert_eq!(header[18..20], [1, 1], "journal mode is not DELETE");
    assert!(!dir.path().join("backup.db-wal").exists());
    assert_eq!(accounts(&Db::open_read_only(&copy).unwrap()), 2);
}
