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

/// The change that the batch committed as `snapshot`; nothing where it brought nothing new, and so made no snapshot.
pub(super) fn of_batch(
    tx: &Transaction<'_>,
    lake: &Lake,
    batch: BatchId,
    snapshot: Option<SnapshotId>,
) -> Result<Option<SnapshotChange>, ImportError> {
    let Some(snapshot) = snapshot else { return Ok(None) };
    let made_by = |extra: &str| serde_json::from_str::<serde_json::Value>(extra).ok()?["batch_id"].as_i64();
    Ok(lake.change_at(tx, snapshot)?.filter(|change| made_by(&change.extra) == Some(batch.0)))
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
