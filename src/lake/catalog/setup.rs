//! Catalog rows that stand before any data: metadata, snapshot 0, the fact tables, and columns that they gained.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;

use super::super::LakeError;
use super::super::scope::PARTITION_COLUMNS;
use super::{Head, head, live_set, time};
use crate::model::facts::{self, Column, FactTable, Role, ValueType};

/// A column as the catalog has it.
pub(super) struct CatalogColumn {
    pub(super) id: i64,
    pub(super) name: String,
    value_type: String,
    nullable: bool,
}

/// Makes the catalog describe this program's fact tables, and point at `data_path` (absolute, ends in '/').
/// Writes a snapshot only when something is missing.
pub(in crate::lake) fn ensure(tx: &Transaction<'_>, data_path: &str, now: DateTime<Utc>) -> Result<(), LakeError> {
    metadata(tx, data_path)?;
    let last = head(tx)?;
    let mut next = match &last {
        None => Head { snapshot: 0, time: now, schema_version: 0, next_catalog_id: 1, next_file_id: 1 },
        Some(last) => Head {
            snapshot: last.snapshot + 1,
            time: time::after(last.time, now),
            schema_version: last.schema_version + 1,
            ..last.clone()
        },
    };
    let mut changes = Vec::new();
    if last.is_none() {
        tx.execute(include_str!("../../../sql/lake/schema_insert.sql"), [Uuid::now_v7().to_string()])?;
        changes.push(r#"created_schema:"main""#.to_owned());
    }
    for table in facts::tables() {
        changes.extend(ensure_table(tx, table, &mut next)?);
    }
    if changes.is_empty() {
        return Ok(());
    }
    let numbers =
        params![next.snapshot, time::text(next.time), next.schema_version, next.next_catalog_id, next.next_file_id];
    tx.execute(include_str!("../../../sql/lake/snapshot_insert.sql"), numbers)?;
    let described = params![next.snapshot, changes.join(","), "catscan", "fact tables of this version", None::<String>];
    tx.execute(include_str!("../../../sql/lake/snapshot_changes_insert.sql"), described)?;
    let live = last.map(|last| live_set::read(tx, last.snapshot)).transpose()?;
    live_set::write(tx, next.snapshot, &live.unwrap_or_default())
}

fn metadata(tx: &Transaction<'_>, data_path: &str) -> Result<(), LakeError> {
    let created_by = concat!("catscan ", env!("CARGO_PKG_VERSION"));
    let wanted = [("version", "1.0"), ("created_by", created_by), ("data_path", data_path), ("encrypted", "false")];
    for (key, value) in wanted {
        let find = r#"SELECT "value" FROM ducklake_metadata WHERE "key" = ?1 AND "scope" IS NULL"#;
        let found: Option<String> = tx.query_row(find, [key], |row| row.get(0)).optional()?;
        match found {
            Some(found) if found == value => {}
            Some(_) => {
                let change = r#"UPDATE ducklake_metadata SET "value" = ?2 WHERE "key" = ?1 AND "scope" IS NULL"#;
                tx.execute(change, [key, value])?;
            }
            None => {
                tx.execute(r#"INSERT INTO ducklake_metadata ("key", "value") VALUES (?1, ?2)"#, [key, value])?;
            }
        }
    }
    Ok(())
}

/// The change to note in the snapshot, when there was one.
fn ensure_table(tx: &Transaction<'_>, table: &'static FactTable, next: &mut Head) -> Result<Option<String>, LakeError> {
    let find = "SELECT max(table_id) FROM ducklake_table WHERE table_name = ?1 AND end_snapshot IS NULL";
    if let Some(table_id) = tx.query_row(find, [&table.name], |row| row.get::<_, Option<i64>>(0))? {
        let present = columns(tx, table_id)?;
        let gained = compare(table, &present)?;
        if gained.is_empty() {
            return Ok(None);
        }
        add_columns(tx, table_id, &gained, present.iter().map(|column| column.id).max().unwrap_or(0), next)?;
        return Ok(Some(format!("altered_table:{table_id}")));
    }
    let table_id = next.next_catalog_id;
    let partition_id = table_id + 1;
    next.next_catalog_id += 2;
    let named = params![table_id, Uuid::now_v7().to_string(), next.snapshot, table.name];
    tx.execute(include_str!("../../../sql/lake/table_insert.sql"), named)?;
    let comment =
        r#"INSERT INTO ducklake_tag (object_id, begin_snapshot, "key", "value") VALUES (?1, ?2, 'comment', ?3)"#;
    tx.execute(comment, params![table_id, next.snapshot, table.comment])?;
    tx.execute("INSERT INTO ducklake_table_stats VALUES (?1, 0, 0, 0)", [table_id])?;
    let partitioned =
        "INSERT INTO ducklake_partition_info (partition_id, table_id, begin_snapshot) VALUES (?1, ?2, ?3)";
    tx.execute(partitioned, [partition_id, table_id, next.snapshot])?;
    add_columns(tx, table_id, &table.columns.iter().collect::<Vec<_>>(), 0, next)?;
    for (key, name) in (0i64..).zip(PARTITION_COLUMNS) {
        let column_id = column_id(tx, table_id, name)?;
        let keyed = params![partition_id, table_id, key, column_id];
        tx.execute("INSERT INTO ducklake_partition_column VALUES (?1, ?2, ?3, ?4, 'identity')", keyed)?;
    }
    Ok(Some(format!(r#"created_table:"main"."{}""#, table.name)))
}

/// Adds columns, and a name mapping of all columns for the files to come: a mapping in use is never changed.
fn add_columns(
    tx: &Transaction<'_>,
    table_id: i64,
    gained: &[&Column],
    last_id: i64,
    next: &mut Head,
) -> Result<(), LakeError> {
    for (column_id, column) in (last_id + 1..).zip(gained) {
        let described =
            params![column_id, next.snapshot, table_id, column.name, catalog_type(column), i64::from(column.nullable)];
        tx.execute(include_str!("../../../sql/lake/column_insert.sql"), described)?;
        if !column.comment.is_empty() {
            let comment = params![table_id, column_id, next.snapshot, column.comment];
            tx.execute(include_str!("../../../sql/lake/column_comment_insert.sql"), comment)?;
        }
    }
    let version = params![next.snapshot, next.schema_version, table_id];
    tx.execute("INSERT INTO ducklake_schema_versions VALUES (?1, ?2, ?3)", version)?;

    let mapping_id = next.next_file_id;
    next.next_file_id += 1;
    tx.execute("INSERT INTO ducklake_column_mapping VALUES (?1, ?2, 'map_by_name')", [mapping_id, table_id])?;
    for (index, column) in (0i64..).zip(columns(tx, table_id)?) {
        let in_path = PARTITION_COLUMNS.contains(&column.name.as_str());
        let mapped = params![mapping_id, index, column.name, column.id, i64::from(in_path)];
        tx.execute(include_str!("../../../sql/lake/name_mapping_insert.sql"), mapped)?;
    }
    Ok(())
}

/// The columns that the program has and the catalog lacks; files already written have null in them.
fn compare(table: &'static FactTable, present: &[CatalogColumn]) -> Result<Vec<&'static Column>, LakeError> {
    let differs = |what: String| LakeError::TableDiffers { table: table.name.clone(), what };
    for column in present {
        let Some(ours) = table.column(&column.name) else {
            return Err(differs(format!("the store has a column {}, this program does not", column.name)));
        };
        if catalog_type(ours) != column.value_type || ours.nullable != column.nullable {
            return Err(differs(format!("column {} has another type or nullability", column.name)));
        }
    }
    let gained: Vec<&Column> =
        table.columns.iter().filter(|ours| !present.iter().any(|column| column.name == ours.name)).collect();
    match gained.iter().find(|column| !column.nullable || column.role == Role::Partition) {
        Some(column) => Err(differs(format!("column {} is new and must be nullable", column.name))),
        None => Ok(gained),
    }
}

pub(super) fn columns(tx: &Transaction<'_>, table_id: i64) -> Result<Vec<CatalogColumn>, LakeError> {
    let mut statement = tx.prepare(include_str!("../../../sql/lake/columns.sql"))?;
    let rows = statement.query_map([table_id], |row| {
        Ok(CatalogColumn { id: row.get(0)?, name: row.get(1)?, value_type: row.get(2)?, nullable: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn column_id(tx: &Transaction<'_>, table_id: i64, name: &str) -> Result<i64, LakeError> {
    let found = columns(tx, table_id)?.into_iter().find(|column| column.name == name).map(|column| column.id);
    found.ok_or_else(|| LakeError::catalog(format!("table {table_id} has no column {name}")))
}

fn catalog_type(column: &Column) -> &'static str {
    match column.value_type {
        ValueType::Text => "varchar",
        ValueType::Int64 => "int64",
        ValueType::Int32 => "int32",
        ValueType::Date => "date",
    }
}
