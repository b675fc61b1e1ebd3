//! What the lake holds, in numbers.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::catalog::listing::{self, Kept, SnapshotRecord};
use super::{At, Lake, LakeError};
use crate::model::{Day, SnapshotId};

/// The lake in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LakeStatus {
    /// Where its files are.
    pub place: String,
    /// The id that its place carries.
    pub store_id: String,
    /// The newest snapshot.
    pub snapshot_id: SnapshotId,
    /// When it was committed.
    pub snapshot_time: DateTime<Utc>,
    /// The fact tables that have rows, by name.
    pub tables: Vec<TableStatus>,
    /// What is there beside the newest snapshot.
    pub kept: Kept,
}

/// One fact table in numbers, at the newest snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableStatus {
    /// Its name.
    pub table: String,
    /// Live files.
    pub files: u64,
    /// Their rows.
    pub rows: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Days of one kind of report of one account.
    pub partitions: u64,
    /// Those that are in more than one file.
    pub split_partitions: u64,
    /// The first day.
    pub first_day: Day,
    /// The last day.
    pub last_day: Day,
}

impl Lake {
    /// The lake in numbers, of all accounts.
    pub fn status(&self) -> Result<LakeStatus, LakeError> {
        let (snapshot, kept) = self.shared.db.read(|tx| {
            let snapshot = self.snapshot_in(tx, &At::Latest)?;
            Ok::<_, LakeError>((snapshot, listing::kept(tx)?))
        })?;
        let mut tables: BTreeMap<&str, (TableStatus, BTreeSet<_>, BTreeSet<_>)> = BTreeMap::new();
        for file in snapshot.files() {
            let scope = &file.scope;
            let (status, partitions, split) = tables.entry(&scope.table.name).or_insert_with(|| {
                let status = TableStatus {
                    table: scope.table.name.clone(),
                    files: 0,
                    rows: 0,
                    bytes: 0,
                    partitions: 0,
                    split_partitions: 0,
                    first_day: scope.day,
                    last_day: scope.day,
                };
                (status, BTreeSet::new(), BTreeSet::new())
            });
            status.files += 1;
            status.rows += file.rows;
            status.bytes += file.bytes;
            status.first_day = status.first_day.min(scope.day);
            status.last_day = status.last_day.max(scope.day);
            let partition = (scope.account, scope.report.as_str(), scope.day);
            if !partitions.insert(partition) {
                split.insert(partition);
            }
        }
        let tables = tables.into_values().map(|(mut status, partitions, split)| {
            status.partitions = partitions.len() as u64;
            status.split_partitions = split.len() as u64;
            status
        });
        Ok(LakeStatus {
            place: self.shared.place.shown(),
            store_id: self.shared.store_id.to_string(),
            snapshot_id: snapshot.id,
            snapshot_time: snapshot.time,
            tables: tables.collect(),
            kept,
        })
    }

    /// Snapshots, newest first, at most so many; those older than `before` where it is given.
    pub fn snapshots(&self, before: Option<SnapshotId>, most: u32) -> Result<Vec<SnapshotRecord>, LakeError> {
        self.shared.db.read(|tx| listing::snapshots(tx, before, most))
    }
}
