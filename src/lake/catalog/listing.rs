//! The catalog as people look at it: its snapshots, and what it keeps beside the newest one.

use chrono::{DateTime, Utc};
use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};

use super::super::LakeError;
use super::time;
use crate::model::SnapshotId;

/// A snapshot, and what changed with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotRecord {
    /// Its number.
    pub snapshot_id: SnapshotId,
    /// When it was committed.
    pub time: DateTime<Utc>,
    /// Who made it.
    pub author: Option<String>,
    /// What for.
    pub message: Option<String>,
    /// Files that are live from it on.
    pub files_added: u64,
    /// Their rows.
    pub rows_added: u64,
    /// Files that are not live any more with it.
    pub files_ended: u64,
    /// Their rows.
    pub rows_ended: u64,
}

/// What is there beside the newest state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Snapshots that can be asked.
    pub snapshots: u64,
    /// The oldest of them.
    pub oldest: SnapshotId,
    /// Its time.
    pub oldest_time: DateTime<Utc>,
    /// Files that only older snapshots hold.
    pub superseded_files: u64,
    /// Their bytes.
    pub superseded_bytes: u64,
    /// Files that no snapshot holds any more, and that leave after the grace.
    pub files_to_remove: u64,
}

/// Snapshots older than `before`, newest first.
pub(in crate::lake) fn snapshots(
    tx: &Transaction<'_>,
    before: Option<SnapshotId>,
    most: u32,
) -> Result<Vec<SnapshotRecord>, LakeError> {
    let mut statement = tx.prepare_cached(include_str!("../../../sql/lake/snapshots.sql"))?;
    let mut rows = statement.query(params![before.map(|before| before.0), most])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(SnapshotRecord {
            snapshot_id: SnapshotId(row.get(0)?),
            time: time::parse(&row.get::<_, String>(1)?)?,
            author: row.get(2)?,
            message: row.get(3)?,
            files_added: row.get::<_, i64>(4)?.unsigned_abs(),
            rows_added: row.get::<_, i64>(5)?.unsigned_abs(),
            files_ended: row.get::<_, i64>(6)?.unsigned_abs(),
            rows_ended: row.get::<_, i64>(7)?.unsigned_abs(),
        });
    }
    Ok(found)
}

pub(in crate::lake) fn kept(tx: &Transaction<'_>) -> Result<Kept, LakeError> {
    let mut statement = tx.prepare_cached(include_str!("../../../sql/lake/kept.sql"))?;
    let (kept, text) = statement.query_row([], |row| {
        let kept = Kept {
            snapshots: row.get::<_, i64>(0)?.unsigned_abs(),
            oldest: SnapshotId(row.get::<_, Option<i64>>(1)?.unwrap_or_default()),
            oldest_time: DateTime::UNIX_EPOCH,
            superseded_files: row.get::<_, i64>(3)?.unsigned_abs(),
            superseded_bytes: row.get::<_, i64>(4)?.unsigned_abs(),
            files_to_remove: row.get::<_, i64>(5)?.unsigned_abs(),
        };
        Ok((kept, row.get::<_, Option<String>>(2)?))
    })?;
    let oldest_time = time::parse(&text.ok_or(LakeError::NotInitialised)?)?;
    Ok(Kept { oldest_time, ..kept })
}
