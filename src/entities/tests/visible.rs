//! The allow-list: it fits the schema, holds nothing secret, and shows each caller its own rows only.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Date32Type, Int64Type, TimestampMicrosecondType};

use super::{Absent, ONE, Store, TWO, config, noon};
use crate::entities::configs;
use crate::entities::visible::{VisibleType, load, table, tables};

const ROWS: &str = include_str!("../../db/tests/every_table.sql");

#[test]
fn every_visible_column_is_in_the_schema_with_its_type() {
    let store = Store::new();
    for table in tables() {
        let has = "SELECT type FROM pragma_table_info(?1) WHERE name = ?2";
        for column in &table.columns {
            let stored: String = store.see(|tx| {
                let found = tx.query_row(has, [&table.name, &column.name], |row| row.get(0));
                Ok(found.unwrap_or_else(|_| panic!("{}.{} is not in the schema", table.name, column.name)))
            });
            let expected = match column.value_type {
                VisibleType::Int64 | VisibleType::Bool => "INTEGER",
                VisibleType::Float64 => "REAL",
                VisibleType::Text | VisibleType::Date | VisibleType::Timestamp => "TEXT",
            };
            assert_eq!(stored, expected, "{}.{}", table.name, column.name);
        }
        assert_eq!(table.columns[0].name, "account_id", "{} cannot be cut to an account", table.name);
        assert!(!table.comment.is_empty());
    }
}

#[test]
fn nothing_secret_is_visible() {
    for hidden in [
        "api_keys",
        "api_usage",
        "service_accounts",
        "settings",
        "processed_hashes",
        "jobs",
        "job_stages",
        "schedules",
        "events",
        "saved_queries",
        "entity_versions",
        "sqlite_schema",
    ] {
        assert!(table(hidden).is_none(), "{hidden} is visible");
    }
    for table in tables() {
        for secret in ["credentials_path", "service_account_id", "raw_data", "config_data", "key_sha256", "source_url"]
        {
            assert!(table.columns.iter().all(|column| column.name != secret), "{}.{secret} is visible", table.name);
        }
    }
}

#[test]
fn each_caller_gets_the_rows_of_its_accounts() {
    let store = Store::new();
    let rows = ROWS.replace("(2, 'second', '222', 'EUR', 'day_first')", "(3, 'third', '222', 'EUR', 'day_first')");
    store.change(|tx| Ok(tx.execute_batch(&rows)?));
    for table in tables() {
        let count = format!("SELECT count(*) FROM {} WHERE account_id = ?1", table.name);
        let mut both = 0;
        for account in [ONE, TWO] {
            let expected: u32 = store.see(|tx| Ok(tx.query_row(&count, [account.0], |row| row.get(0))?));
            let batch = store.see(|tx| load(tx, table, &[account]));
            assert_eq!(batch.num_rows(), expected as usize, "{} of account {account}", table.name);
            let owners = batch.column(0).as_primitive::<Int64Type>();
            assert!(owners.iter().all(|owner| owner == Some(account.0)), "{} shows another account", table.name);
            assert_eq!(batch.schema(), table.schema());
            both += expected as usize;
        }
        assert_eq!(store.see(|tx| load(tx, table, &[ONE, TWO])).num_rows(), both, "{}", table.name);
        assert_eq!(store.see(|tx| load(tx, table, &[])).num_rows(), 0, "{} without an account", table.name);
    }
}

#[test]
fn values_come_as_their_types_and_null_stays_null() {
    let store = Store::new();
    store.change(|tx| {
        let listed = [config("1", "91", serde_json::json!({"maximumQps": "500", "displayName": "naïve, \"quoted\""}))];
        configs::upsert(tx, ONE, &listed, Absent::Vanished, noon())
    });
    let batch = store.see(|tx| load(tx, table("pretargeting_configs").unwrap(), &[ONE]));
    let column = |name: &str| batch.column_by_name(name).unwrap();
    assert_eq!(column("display_name").as_string_view().value(0), "naïve, \"quoted\"");
    assert_eq!(column("maximum_qps").as_primitive::<Int64Type>().value(0), 500);
    assert_eq!(column("synced_at").as_primitive::<TimestampMicrosecondType>().value(0), noon().timestamp_micros());
    assert!(column("included_sizes").is_null(0) && column("vanished_at").is_null(0));
    assert_eq!(column("billing_id").data_type(), &DataType::Utf8View);

    store.change(|tx| {
        tx.execute(
            "INSERT INTO import_history (account_id, report, filename, file_size_bytes, file_hash, mode, status, \
             imported_at, date_range_start) VALUES (1, 'r', 'f', 1, 'h', 'merge', 'complete', '2026-11-20 09:00:00', '1970-01-02')",
            [],
        )?;
        Ok(())
    });
    let imports = table("import_history").unwrap();
    let batch = store.see(|tx| load(tx, imports, &[ONE]));
    assert_eq!(batch.column_by_name("date_range_start").unwrap().as_primitive::<Date32Type>().value(0), 1);

    store.change(|tx| Ok(tx.execute("UPDATE import_history SET imported_at = 'yesterday'", [])?));
    let told = store.refused(|tx| load(tx, imports, &[ONE])).to_string();
    assert_eq!(told, "import_history.imported_at holds 'yesterday', which is no time (RFC 3339): correct the row");
}
