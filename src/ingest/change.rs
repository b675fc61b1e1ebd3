//! What a batch changed in the lake, day by day: the files that it wrote and those that it replaced.

use std::collections::BTreeMap;

use rusqlite::Transaction;
use serde::{Deserialize, Serialize};

use super::ImportError;
use crate::lake::{Lake, SnapshotChange};
use crate::model::{BatchId, Day, SnapshotId};

/// Files and rows of one day before a change and after it. Files of the day that the change left alone do not count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayChange {
    /// The day.
    pub day: Day,
    /// Files that ended.
    pub files_before: u64,
    /// Their rows.
    pub rows_before: u64,
    /// Files that took their place.
    pub files_after: u64,
    /// Their rows.
    pub rows_after: u64,
}

/// What a batch did, as far as the catalog remembers.
pub(super) enum BatchChange {
    /// It brought nothing new, and so made no snapshot.
    Nothing,
    /// It was committed so long ago that what it replaced is gone.
    Forgotten,
    Known(SnapshotChange),
}

/// The change that a complete batch committed, whose record names the newest snapshot of then as `snapshot`; `is_news`
/// says whether any of its rows was new.
pub(super) fn of_batch(
    tx: &Transaction<'_>,
    lake: &Lake,
    batch: BatchId,
    snapshot: Option<SnapshotId>,
    is_news: bool,
) -> Result<BatchChange, ImportError> {
    let Some(snapshot) = snapshot.filter(|_| is_news) else { return Ok(BatchChange::Nothing) };
    // What a snapshot ended is kept for the snapshot before it.
    if lake.oldest_snapshot(tx)? >= snapshot {
        return Ok(BatchChange::Forgotten);
    }
    let made_by = |extra: &str| serde_json::from_str::<serde_json::Value>(extra).ok()?["batch_id"].as_i64();
    let change = lake.change_at(tx, snapshot)?.filter(|change| made_by(&change.extra) == Some(batch.0));
    Ok(change.map_or(BatchChange::Nothing, BatchChange::Known))
}

/// The change by day.
pub(super) fn by_day(change: &SnapshotChange) -> Vec<DayChange> {
    let mut days: BTreeMap<Day, DayChange> = BTreeMap::new();
    let none = |day| DayChange { day, files_before: 0, rows_before: 0, files_after: 0, rows_after: 0 };
    for file in &change.ended {
        let day = days.entry(file.scope.day).or_insert_with(|| none(file.scope.day));
        (day.files_before, day.rows_before) = (day.files_before + 1, day.rows_before + file.rows);
    }
    for file in &change.added {
        let day = days.entry(file.scope.day).or_insert_with(|| none(file.scope.day));
        (day.files_after, day.rows_after) = (day.files_after + 1, day.rows_after + file.rows);
    }
    days.into_values().collect()
}
