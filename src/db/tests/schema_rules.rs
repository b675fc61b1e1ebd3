//! What holds for every table, and that a schema changed by hand is named.

use rusqlite::Connection;

use super::super::{Db, DbError};
use super::{EVERY_TABLE, by_hand, directory, tables_of_the_lake};

/// Makes a database, changes it by hand and gives the message with which it is refused.
fn refusal(sql: &str) -> String {
    let (_dir, path) = directory();
    drop(Db::open(&path).unwrap());
    by_hand(&path, sql);
    let reading = Db::open_read_only(&path).err().expect("a changed schema opened for reading");
    let writing = Db::open(&path).err().expect("a changed schema opened for writing");
    assert!(matches!(writing, DbError::Schema { .. }), "{writing}");
    assert_eq!(reading.to_string(), writing.to_string());
    writing.to_string()
}

#[test]
fn each_kind_of_difference_is_named() {
    for (change, named) in [
        ("ALTER TABLE creatives DROP COLUMN final_url", "table creatives: column final_url is missing"),
        ("ALTER TABLE creatives ADD COLUMN mine TEXT", "table creatives: column mine does not belong there"),
        ("ALTER TABLE events RENAME COLUMN kind TO sort", "table events: column kind is missing"),
        ("DROP INDEX creatives_by_buyer", "index creatives_by_buyer is missing"),
        ("CREATE INDEX mine ON creatives (format)", "index mine does not belong there"),
        ("DROP TABLE saved_queries", "table saved_queries is missing"),
        ("CREATE TABLE mine (a TEXT)", "table mine does not belong there"),
        ("DROP TRIGGER creatives_updated", "trigger creatives_updated is missing"),
        (
            "DROP TABLE api_usage; DROP TABLE api_keys; CREATE TABLE api_keys (key_id TEXT PRIMARY KEY)",
            "table api_keys: column key_id is TEXT",
        ),
        (
            "DROP TABLE settings; CREATE TABLE settings (account_id INTEGER NOT NULL, name TEXT NOT NULL, \
             value TEXT NOT NULL, updated_at TEXT NOT NULL, PRIMARY KEY (account_id, name)) STRICT",
            "table settings: foreign key (account_id) to accounts (account_id) ON UPDATE NO ACTION ON DELETE CASCADE",
        ),
        (
            "DROP TABLE settings; CREATE TABLE settings (account_id INTEGER NOT NULL REFERENCES accounts \
             (account_id) ON DELETE CASCADE, name TEXT NOT NULL, value TEXT NOT NULL, updated_at TEXT NOT NULL, \
             PRIMARY KEY (account_id, name)) STRICT",
            "table settings is defined otherwise",
        ),
    ] {
        let message = refusal(change);
        assert!(message.contains(named), "after {change}: {message}");
    }
}

#[test]
fn every_table_is_strict_and_every_row_of_a_tenant_says_whose_it_is() {
    let (_dir, path) = directory();
    let db = Db::open(&path).unwrap();
    let lake = [tables_of_the_lake(), vec!["lake_snapshots".to_owned()]].concat();
    db.read::<_, DbError>(|tx| {
        let mut statement = tx.prepare("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")?;
        let tables: Vec<(String, bool)> =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        let ours = tables.iter().filter(|(name, _)| !name.starts_with("sqlite_") && !lake.contains(name));
        let mut seen = 0;
        for (table, strict) in ours {
            let owner = "SELECT count(*) FROM pragma_table_info(?1) WHERE name = 'account_id' AND type = 'INTEGER'";
            let has_owner: bool = tx.query_row(owner, [table], |row| row.get(0))?;
            assert!(strict, "{table} is not STRICT");
            assert!(has_owner, "{table} has no account_id");
            seen += 1;
        }
        assert_eq!(seen, 33, "a table came or went: is it in every_table.sql?");
        Ok(())
    })
    .unwrap();
}

#[test]
fn no_row_can_point_into_another_account() {
    let (_dir, path) = directory();
    let db = Db::open(&path).unwrap();
    db.write::<_, DbError>(|tx| Ok(tx.execute_batch(EVERY_TABLE)?)).unwrap();
    for crossing in [
        "UPDATE campaign_creatives SET campaign_id = 2 WHERE account_id = 1",
        "UPDATE buyer_seats SET account_id = 2, buyer_id = '78', service_account_id = 'sa-9' WHERE account_id = 1",
        "UPDATE import_faults SET account_id = 2 WHERE batch_id = 1",
        "UPDATE pretargeting_pending_changes SET account_id = 2, config_id = '6'",
        "UPDATE snapshot_comparisons SET account_id = 2",
        "UPDATE thumbnail_status SET account_id = 2, creative_id = 'other'",
    ] {
        let outcome = db.write::<_, DbError>(|tx| Ok(tx.execute(crossing, [])?));
        let message = outcome.expect_err(crossing).to_string();
        assert!(message.contains("FOREIGN KEY"), "{crossing}: {message}");
    }
}

#[test]
fn deleting_credentials_keeps_the_seats_and_deleting_an_account_leaves_nothing_of_it() {
    let (_dir, path) = directory();
    let db = Db::open(&path).unwrap();
    db.write::<_, DbError>(|tx| Ok(tx.execute_batch(EVERY_TABLE)?)).unwrap();
    db.write::<_, DbError>(|tx| Ok(tx.execute("DELETE FROM service_accounts WHERE account_id = 1", [])?)).unwrap();
    let links = "SELECT group_concat(account_id || ':' || coalesce(service_account_id, '-')) FROM buyer_seats";
    let seats = db.read::<String, DbError>(|tx| Ok(tx.query_row(links, [], |row| row.get(0))?)).unwrap();
    assert_eq!(seats, "1:-,2:sa-1");

    db.write::<_, DbError>(|tx| Ok(tx.execute("DELETE FROM accounts WHERE account_id = 1", [])?)).unwrap();
    let connection = Connection::open(&path).unwrap();
    let mut owners = connection
        .prepare("SELECT m.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'account_id'")
        .unwrap();
    for table in owners.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap) {
        let left = format!("SELECT count(*) FROM {table} WHERE account_id = 1");
        let left: i64 = connection.query_row(&left, [], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "{table} still has rows of the deleted account");
    }
}
