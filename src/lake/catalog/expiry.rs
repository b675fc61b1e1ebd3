//! Snapshots that are forgotten, and the files that only they held: their rows go, and the files wait for their removal
//! as DuckLake writes it down.
//!
//! Snapshots go from the oldest on, so a file whose end is at or before the oldest that stays is held by none.

use chrono::{DateTime, Utc};
use rusqlite::{Transaction, params};

use super::super::LakeError;
use super::time;
use crate::model::SnapshotId;

/// What an expiry would forget, or did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::lake) struct Expired {
    pub(in crate::lake) snapshots: u64,
    /// The first and the last of them.
    pub(in crate::lake) range: Option<(SnapshotId, SnapshotId)>,
    /// Data files that only they held.
    pub(in crate::lake) files: u64,
    pub(in crate::lake) bytes: u64,
}

/// A file that no snapshot holds any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lake) struct Scheduled {
    pub(in crate::lake) file_id: i64,
    /// Below the place.
    pub(in crate::lake) path: String,
    pub(in crate::lake) since: DateTime<Utc>,
}

/// The oldest snapshot to keep, so that the state at `time` and all later ones can still be asked; nothing where all are
/// younger.
pub(in crate::lake) fn border(tx: &Transaction<'_>, at: DateTime<Utc>) -> Result<Option<SnapshotId>, LakeError> {
    let border = tx.query_row(include_str!("../../../sql/lake/expiry_border.sql"), [time::text(at)], |row| row.get(0));
    Ok(border.map(|id: Option<i64>| id.map(SnapshotId))?)
}

/// What is before that border.
pub(in crate::lake) fn before(tx: &Transaction<'_>, border: SnapshotId) -> Result<Expired, LakeError> {
    let snapshots = include_str!("../../../sql/lake/expired_snapshots.sql");
    let (snapshots, first, last): (i64, Option<i64>, Option<i64>) =
        tx.query_row(snapshots, [border.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let files = include_str!("../../../sql/lake/expired_files.sql");
    let (files, bytes): (i64, i64) = tx.query_row(files, [border.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let range = first.zip(last).map(|(first, last)| (SnapshotId(first), SnapshotId(last)));
    let [snapshots, files, bytes] = [snapshots, files, bytes].map(i64::unsigned_abs);
    Ok(Expired { snapshots, range, files, bytes })
}

/// Forgets what is before that border.
pub(in crate::lake) fn forget(
    tx: &Transaction<'_>,
    border: SnapshotId,
    now: DateTime<Utc>,
) -> Result<Expired, LakeError> {
    let expired = before(tx, border)?;
    tx.execute(include_str!("../../../sql/lake/schedule_deletion.sql"), params![border.0, time::text(now)])?;
    const GONE: &str = "IN (SELECT data_file_id FROM ducklake_data_file WHERE end_snapshot <= ?1)";
    tx.execute(&format!("DELETE FROM ducklake_file_column_stats WHERE data_file_id {GONE}"), [border.0])?;
    tx.execute(&format!("DELETE FROM ducklake_file_partition_value WHERE data_file_id {GONE}"), [border.0])?;
    tx.execute(&format!("DELETE FROM lake_files WHERE file_id {GONE}"), [border.0])?;
    tx.execute("DELETE FROM ducklake_data_file WHERE end_snapshot <= ?1", [border.0])?;
    tx.execute("DELETE FROM ducklake_snapshot_changes WHERE snapshot_id < ?1", [border.0])?;
    tx.execute("DELETE FROM ducklake_snapshot WHERE snapshot_id < ?1", [border.0])?;
    Ok(expired)
}

/// The files that wait for their removal, the longest first.
pub(in crate::lake) fn scheduled(tx: &Transaction<'_>) -> Result<Vec<Scheduled>, LakeError> {
    let mut statement = tx.prepare_cached(include_str!("../../../sql/lake/scheduled_files.sql"))?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?)))?;
    let row = |row: rusqlite::Result<(i64, String, String)>| {
        let (file_id, path, since) = row?;
        Ok(Scheduled { file_id, path, since: time::parse(&since)? })
    };
    rows.map(row).collect()
}

/// The file is removed.
pub(in crate::lake) fn removed(tx: &Transaction<'_>, file_id: i64) -> Result<(), LakeError> {
    tx.execute("DELETE FROM ducklake_files_scheduled_for_deletion WHERE data_file_id = ?1", [file_id])?;
    Ok(())
}

/// No file waits for its removal, because those that did are not there.
pub(in crate::lake) fn none_waits(tx: &Transaction<'_>) -> Result<(), LakeError> {
    tx.execute("DELETE FROM ducklake_files_scheduled_for_deletion", [])?;
    Ok(())
}
