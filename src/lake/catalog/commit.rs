//! A change of the lake as catalog rows: files added and files ended under one new snapshot.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Transaction, params};

use super::super::publish::PublishedFile;
use super::super::{LakeError, Scope};
use super::{TableEntry, head, live_set, load, statistics, time};
use crate::model::facts;
use crate::model::{AccountId, SnapshotId};

/// A change of the lake, made visible as a whole by the COMMIT of the transaction it is written in.
#[derive(Debug)]
pub struct Change {
    /// New files, already in their place.
    pub add: Vec<PublishedFile>,
    /// Ids of live files that the new ones replace, or that go without replacement.
    pub end: Vec<i64>,
    /// The snapshot from which the change was computed.
    pub base: SnapshotId,
    /// Who made it, for the catalog's history.
    pub author: String,
    /// What it is, in words.
    pub message: String,
    /// What it is, for programs (JSON).
    pub extra: String,
    /// The time of the commit; a snapshot's time is never before that of the one before.
    pub now: DateTime<Utc>,
}

/// What a change does to one table.
#[derive(Default)]
struct Weight {
    rows: i64,
    bytes: i64,
    new_rows: i64,
    inserted: bool,
    deleted: bool,
}

/// Writes the rows of `change`. A change without files writes nothing and answers with the newest snapshot.
pub(in crate::lake) fn write(
    tx: &Transaction<'_>,
    tables: &[TableEntry],
    change: Change,
) -> Result<SnapshotId, LakeError> {
    let head = head(tx)?.ok_or(LakeError::NotInitialised)?;
    if change.add.is_empty() && change.end.is_empty() {
        return Ok(SnapshotId(head.snapshot));
    }
    let snapshot = head.snapshot + 1;
    let mut live = live_set::read(tx, head.snapshot)?;
    let mut weights: BTreeMap<i64, Weight> = BTreeMap::new();
    let mut scopes: HashSet<Scope> = change.add.iter().map(|file| file.scope.clone()).collect();

    for &file_id in &change.end {
        let (table_id, scope, rows, bytes) = end_file(tx, file_id, snapshot, change.base)?;
        live.remove(file_id, rows, load::check_value(tx, file_id)?);
        let weight = weights.entry(table_id).or_default();
        (weight.rows, weight.bytes, weight.deleted) = (weight.rows - rows, weight.bytes - bytes, true);
        scopes.insert(scope);
    }
    for scope in scopes {
        expect_unchanged(tx, scope, change.base, snapshot)?;
    }
    let mut next_file_id = head.next_file_id;
    for file in &change.add {
        let entry = entry(tables, file)?;
        let weight = weights.entry(entry.table_id).or_default();
        let first_row: i64 = tx.prepare_cached(NEXT_ROW_ID)?.query_row([entry.table_id], |row| row.get(0))?;
        add_file(tx, entry, file, next_file_id, snapshot, first_row + weight.new_rows)?;
        statistics::widen(tx, entry, file)?;
        let rows = count(file.facts.rows)?;
        live.add(next_file_id, rows, load::check_value(tx, next_file_id)?);
        weight.rows += rows;
        weight.new_rows += rows;
        weight.bytes += count(file.facts.bytes)?;
        weight.inserted = true;
        next_file_id += 1;
    }
    let mut changes = Vec::new();
    for (table_id, weight) in &weights {
        let added = params![table_id, weight.rows, weight.bytes, weight.new_rows];
        tx.execute(include_str!("../../../sql/lake/table_stats_add.sql"), added)?;
        changes.extend(weight.inserted.then(|| format!("inserted_into_table:{table_id}")));
        changes.extend(weight.deleted.then(|| format!("deleted_from_table:{table_id}")));
    }
    let at = time::text(time::after(head.time, change.now));
    let numbers = params![snapshot, at, head.schema_version, head.next_catalog_id, next_file_id];
    tx.execute(include_str!("../../../sql/lake/snapshot_insert.sql"), numbers)?;
    let described = params![snapshot, changes.join(","), change.author, change.message, change.extra];
    tx.execute(include_str!("../../../sql/lake/snapshot_changes_insert.sql"), described)?;
    live_set::write(tx, snapshot, &live)?;
    Ok(SnapshotId(snapshot))
}

const SET_CHECK_VALUE: &str = "UPDATE lake_files SET check_value = ?2 WHERE file_id = ?1";
const NEXT_ROW_ID: &str = "SELECT next_row_id FROM ducklake_table_stats WHERE table_id = ?1";

fn entry<'a>(tables: &'a [TableEntry], file: &PublishedFile) -> Result<&'a TableEntry, LakeError> {
    let name = &file.scope.table.name;
    let found = tables.iter().find(|entry| &entry.table.name == name);
    found.ok_or_else(|| LakeError::catalog(format!("there is no table {name}")))
}

fn end_file(
    tx: &Transaction<'_>,
    file_id: i64,
    snapshot: i64,
    base: SnapshotId,
) -> Result<(i64, Scope, i64, i64), LakeError> {
    let mut statement = tx.prepare_cached(include_str!("../../../sql/lake/ended_file.sql"))?;
    let found = statement
        .query_row([file_id], |row| {
            let partition = (row.get::<_, String>(2)?, row.get(3)?, row.get(4)?, row.get::<_, String>(5)?);
            Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?, partition, row.get(6)?, row.get(7)?))
        })
        .optional()?;
    let (table_id, end, (table, account, report, day), rows, bytes) = found.ok_or(LakeError::NoSuchFile { file_id })?;
    let scope = Scope {
        table: facts::table(&table).ok_or_else(|| LakeError::catalog(format!("there is no table {table}")))?,
        account: AccountId(account),
        report,
        day: day.parse().map_err(|error| LakeError::catalog(format!("file {file_id}: {error}")))?,
    };
    if let Some(end) = end {
        return Err(LakeError::Conflict {
            scope,
            base,
            what: format!("file {file_id} was replaced in snapshot {end}"),
        });
    }
    tx.execute("UPDATE ducklake_data_file SET end_snapshot = ?2 WHERE data_file_id = ?1", [file_id, snapshot])?;
    Ok((table_id, scope, rows, bytes))
}

/// Files that this change itself ends carry `snapshot`, the others must be as they were at `base`.
fn expect_unchanged(tx: &Transaction<'_>, scope: Scope, base: SnapshotId, snapshot: i64) -> Result<(), LakeError> {
    let mut statement = tx.prepare_cached(include_str!("../../../sql/lake/scope_changes.sql"))?;
    let [account, report, day] = scope.values();
    let asked = params![scope.table.name, account, report, day, base.0, snapshot];
    let changed: i64 = statement.query_row(asked, |row| row.get(0))?;
    if changed == 0 {
        return Ok(());
    }
    Err(LakeError::Conflict { scope, base, what: format!("{changed} of its files came or went") })
}

fn add_file(
    tx: &Transaction<'_>,
    entry: &TableEntry,
    file: &PublishedFile,
    file_id: i64,
    snapshot: i64,
    first_row: i64,
) -> Result<(), LakeError> {
    let facts = &file.facts;
    let (rows, bytes) = (count(facts.rows)?, count(facts.bytes)?);
    let [account, report, day] = file.scope.values();
    let below_table = file.path_below_table();
    let in_lake = params![
        file_id,
        entry.table_id,
        snapshot,
        below_table,
        rows,
        bytes,
        count(facts.footer_bytes)?,
        first_row,
        entry.partition_id,
        entry.mapping_id
    ];
    tx.prepare_cached(include_str!("../../../sql/lake/data_file_insert.sql"))?.execute(in_lake)?;
    let json = |value: Result<String, serde_json::Error>| value.map_err(|error| LakeError::catalog(error.to_string()));
    let ours = params![
        file_id,
        entry.table.name,
        account,
        report,
        day,
        file.relative,
        rows,
        bytes,
        count(facts.tail_bytes)?,
        facts.hashes.file,
        facts.hashes.blocks,
        json(serde_json::to_string(&facts.grain))?,
        json(serde_json::to_string(&facts.bounds))?
    ];
    tx.prepare_cached(include_str!("../../../sql/lake/file_insert.sql"))?.execute(ours)?;
    let check = load::computed_check_value(tx, file_id)?;
    tx.prepare_cached(SET_CHECK_VALUE)?.execute(params![file_id, check])?;
    let mut partition = tx.prepare_cached(include_str!("../../../sql/lake/partition_value_insert.sql"))?;
    for (key, value) in (0i64..).zip([account, report, day]) {
        partition.execute(params![file_id, entry.table_id, key, value])?;
    }
    statistics::of_file(tx, entry, file, file_id)
}

pub(super) fn count(value: u64) -> Result<i64, LakeError> {
    i64::try_from(value).map_err(|_| LakeError::catalog(format!("{value} does not fit SQLite's integers")))
}
