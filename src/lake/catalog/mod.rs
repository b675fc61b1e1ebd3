//! The DuckLake catalog: the only module that reads and writes `ducklake_*` and `lake_*` rows.
//!
//! The rules that DuckDB's reader sets, learnt by trying: ids are integers and only grow; a snapshot's id is a primary
//! key, so that two writers collide; a file's partition columns come from its path through a name mapping; bounds are
//! text, and null where they are not known; replacing is ending old files and adding new ones under one snapshot.

pub(super) mod commit;
pub(super) mod expiry;
pub(super) mod history;
pub(super) mod listing;
mod live_set;
pub(super) mod load;
pub(super) mod reasons;
mod setup;
mod statistics;
mod time;

use rusqlite::{OptionalExtension, Transaction};

pub(super) use setup::ensure;

use super::LakeError;
use crate::model::facts::{self, FactTable};

/// A fact table's ids in the catalog.
#[derive(Clone, Debug)]
pub(super) struct TableEntry {
    pub(super) table: &'static FactTable,
    pub(super) table_id: i64,
    pub(super) partition_id: i64,
    pub(super) mapping_id: i64,
    /// Column ids by name.
    columns: Vec<(String, i64)>,
}

impl TableEntry {
    pub(super) fn column_id(&self, name: &str) -> Result<i64, LakeError> {
        let found = self.columns.iter().find(|(column, _)| column == name).map(|(_, id)| *id);
        found.ok_or_else(|| LakeError::catalog(format!("table {} has no column {name}", self.table.name)))
    }
}

/// The counters of the newest snapshot.
#[derive(Clone, Debug)]
struct Head {
    snapshot: i64,
    time: chrono::DateTime<chrono::Utc>,
    schema_version: i64,
    next_catalog_id: i64,
    next_file_id: i64,
}

fn head(tx: &Transaction<'_>) -> Result<Option<Head>, LakeError> {
    let mut statement = tx.prepare_cached(include_str!("../../../sql/lake/snapshot_newest.sql"))?;
    let row = statement
        .query_row([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))
        .optional()?;
    // Two tables end with the newest snapshot, so that neither can lose it unnoticed.
    let checked: Option<i64> = tx.query_row("SELECT max(snapshot_id) FROM lake_snapshots", [], |row| row.get(0))?;
    let newest = row.as_ref().map(|(snapshot, ..)| *snapshot);
    if newest != checked {
        let name = |id: Option<i64>| id.map_or_else(|| "none".to_owned(), |id| id.to_string());
        let what = format!("its newest snapshot is {} in one table and {} in another", name(newest), name(checked));
        return Err(LakeError::catalog(what));
    }
    let Some((snapshot, time, schema_version, next_catalog_id, next_file_id)) = row else { return Ok(None) };
    Ok(Some(Head { snapshot, time: time::parse(&time)?, schema_version, next_catalog_id, next_file_id }))
}

/// Where the catalog says that the files are, once it was written.
pub(super) fn data_path(tx: &Transaction<'_>) -> Result<Option<String>, LakeError> {
    let find = r#"SELECT "value" FROM ducklake_metadata WHERE "key" = 'data_path' AND "scope" IS NULL"#;
    Ok(tx.query_row(find, [], |row| row.get(0)).optional()?)
}

/// The paths of the files that are live now.
pub(super) fn live_paths(tx: &Transaction<'_>) -> Result<Vec<String>, LakeError> {
    let mut statement = tx.prepare(include_str!("../../../sql/lake/live_paths.sql"))?;
    let paths = statement.query_map([], |row| row.get(0))?;
    Ok(paths.collect::<Result<_, _>>()?)
}

/// The fact tables that the catalog holds. Tables that this program does not know are not ours to touch.
pub(super) fn tables(tx: &Transaction<'_>) -> Result<Vec<TableEntry>, LakeError> {
    let mut statement = tx.prepare(include_str!("../../../sql/lake/tables.sql"))?;
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, Option<i64>>(2)?, row.get::<_, Option<i64>>(3)?))
    })?;
    let mut entries = Vec::new();
    for row in rows {
        let (table_id, name, partition_id, mapping_id) = row?;
        let Some(table) = facts::table(&name) else { continue };
        let (Some(partition_id), Some(mapping_id)) = (partition_id, mapping_id) else {
            return Err(LakeError::catalog(format!("table {name} has no partitioning or no name mapping")));
        };
        let columns = setup::columns(tx, table_id)?.into_iter().map(|column| (column.name, column.id)).collect();
        entries.push(TableEntry { table, table_id, partition_id, mapping_id, columns });
    }
    Ok(entries)
}
