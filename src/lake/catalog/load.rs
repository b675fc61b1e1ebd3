//! From catalog rows to a [`Snapshot`].

use std::sync::Arc;

use rusqlite::{OptionalExtension, Row, Transaction};

use super::super::bounds::ColumnBounds;
use super::super::place::Place;
use super::super::registry::Registry;
use super::super::{At, Hashes, LakeError, LiveFile, Scope, Snapshot};
use super::{Head, live_set, time};
use crate::db::{self, CheckValue};
use crate::model::facts;
use crate::model::{AccountId, SnapshotId};

type Found = (SnapshotId, chrono::DateTime<chrono::Utc>);

/// The snapshot that `at` means.
pub(in crate::lake) fn find(tx: &Transaction<'_>, at: &At) -> Result<Found, LakeError> {
    let newest = super::head(tx)?.ok_or(LakeError::NotInitialised)?;
    let found = find_unchecked(tx, at, &newest)?;
    // Also the time decides which snapshot is meant, and the one after it where it ends.
    live_set::read(tx, found.0.0)?;
    if let At::Time(_) = at
        && let Some((after, _)) = one(tx, include_str!("../../../sql/lake/snapshot_after.sql"), found.0.0)?
    {
        live_set::read(tx, after.0)?;
    }
    Ok(found)
}

fn find_unchecked(tx: &Transaction<'_>, at: &At, newest: &Head) -> Result<Found, LakeError> {
    match at {
        At::Latest => Ok((SnapshotId(newest.snapshot), newest.time)),
        At::Snapshot(asked) => {
            let find = "SELECT snapshot_id, snapshot_time FROM ducklake_snapshot WHERE snapshot_id = ?1";
            match one(tx, find, asked.0)? {
                Some(found) => Ok(found),
                None => {
                    let (oldest, _) = oldest(tx)?;
                    Err(LakeError::NoSnapshot { asked: *asked, oldest, newest: SnapshotId(newest.snapshot) })
                }
            }
        }
        At::Time(asked) => match one(tx, include_str!("../../../sql/lake/snapshot_at_time.sql"), time::text(*asked))? {
            Some(found) => Ok(found),
            None => {
                let (oldest, oldest_time) = oldest(tx)?;
                Err(LakeError::NoSnapshotAt { asked: *asked, oldest, oldest_time })
            }
        },
    }
}

/// The oldest snapshot that still exists.
pub(in crate::lake) fn oldest(tx: &Transaction<'_>) -> Result<Found, LakeError> {
    let mut statement = tx.prepare_cached(include_str!("../../../sql/lake/snapshot_oldest.sql"))?;
    let (id, text) = statement.query_row([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
    Ok((SnapshotId(id), time::parse(&text)?))
}

fn one(tx: &Transaction<'_>, sql: &str, asked: impl rusqlite::ToSql) -> Result<Option<Found>, LakeError> {
    let mut statement = tx.prepare_cached(sql)?;
    let found = statement.query_row([asked], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).optional()?;
    found.map(|(id, text)| Ok((SnapshotId(id), time::parse(&text)?))).transpose()
}

/// The files live at a snapshot. Those that `known` has (a committed snapshot) are not read again: a file never
/// changes, and between two snapshots most files are the same.
pub(in crate::lake) fn files(
    tx: &Transaction<'_>,
    (id, time): Found,
    known: Option<&Snapshot>,
    place: &Arc<dyn Place>,
    registry: &Registry,
) -> Result<Snapshot, LakeError> {
    let foreign: bool = tx.query_row(include_str!("../../../sql/lake/foreign_writes.sql"), [], |row| row.get(0))?;
    if foreign {
        return Err(LakeError::catalog("another program wrote deletes or rows into it; attach it READ_ONLY"));
    }
    let mut live = tx.prepare_cached(include_str!("../../../sql/lake/live_files.sql"))?;
    let mut files = Vec::new();
    for file_id in live.query_map([id.0], |row| row.get::<_, i64>(0))? {
        let file_id = file_id?;
        if let Some(file) = known.and_then(|known| known.file(file_id)) {
            files.push(Arc::clone(file));
            continue;
        }
        files.push(registry.intern(file(tx, file_id, place)?));
    }
    let snapshot = Snapshot::new(id, time, files);
    live_set::expect(tx, &snapshot)?;
    Ok(snapshot)
}

/// The columns of `file.sql` before the check value.
const CHECKED_COLUMNS: usize = 13;

/// The check value of a file's row as it is now.
pub(super) fn computed_check_value(tx: &Transaction<'_>, file_id: i64) -> Result<CheckValue, LakeError> {
    let mut facts = tx.prepare_cached(include_str!("../../../sql/lake/file.sql"))?;
    Ok(facts.query_row([file_id], |row| db::check_value(row, CHECKED_COLUMNS))?)
}

/// The check value with which a file was committed, where its row still has that.
pub(super) fn check_value(tx: &Transaction<'_>, file_id: i64) -> Result<CheckValue, LakeError> {
    let mut facts = tx.prepare_cached(include_str!("../../../sql/lake/file.sql"))?;
    facts.query_row([file_id], |row| Ok(checked(row, file_id)))?
}

fn checked(row: &Row<'_>, file_id: i64) -> Result<CheckValue, LakeError> {
    let found = db::check_value(row, CHECKED_COLUMNS)?;
    if row.get::<_, Option<CheckValue>>("check_value")? == Some(found) {
        return Ok(found);
    }
    Err(LakeError::catalog(format!("the row of data file {file_id} is not what was written")))
}

/// What is known of one data file, live or ended.
pub(in crate::lake) fn file(tx: &Transaction<'_>, file_id: i64, place: &Arc<dyn Place>) -> Result<LiveFile, LakeError> {
    let mut facts = tx.prepare_cached(include_str!("../../../sql/lake/file.sql"))?;
    let file = facts.query_row([file_id], |row| Ok(live_file(row, file_id, place))).optional()?;
    file.ok_or_else(|| LakeError::catalog(format!("file {file_id} was added by another program")))?
}

fn live_file(row: &Row<'_>, file_id: i64, place: &Arc<dyn Place>) -> Result<LiveFile, LakeError> {
    let odd = |what: String| LakeError::catalog(format!("file {file_id}: {what}"));
    let check = checked(row, file_id)?;
    let table: String = row.get(0)?;
    let day: String = row.get(3)?;
    let scope = Scope {
        table: facts::table(&table).ok_or_else(|| LakeError::TableDiffers {
            what: "this program does not know the table".to_owned(),
            table: table.clone(),
        })?,
        account: AccountId(row.get(1)?),
        report: row.get(2)?,
        day: day.parse().map_err(|error| odd(format!("{error}")))?,
    };
    let relative: String = row.get(4)?;
    let number = |column: usize| -> Result<u64, LakeError> {
        u64::try_from(row.get::<_, i64>(column)?).map_err(|error| odd(error.to_string()))
    };
    let grain: String = row.get(10)?;
    let bounds: String = row.get(11)?;
    let bounds: Vec<ColumnBounds> = serde_json::from_str(&bounds).map_err(|error| odd(error.to_string()))?;
    Ok(LiveFile {
        file_id,
        scope,
        place: Arc::clone(place),
        relative,
        rows: number(5)?,
        bytes: number(6)?,
        tail_bytes: number(7)?,
        hashes: Hashes { file: row.get(8)?, blocks: row.get(9)? },
        grain: serde_json::from_str(&grain).map_err(|error| odd(error.to_string()))?,
        columns: bounds.iter().map(|bounds| bounds.name.clone()).collect(),
        bounds,
        check,
    })
}
