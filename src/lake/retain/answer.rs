//! What a retention is asked for, and what it did.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::lake::{LiveFile, Scope};
use crate::model::{AccountId, Day, SnapshotId};

/// How long things are kept.
#[derive(Clone, Debug)]
pub struct RetainOptions {
    /// Days for which facts are kept, by their day; 0 keeps all.
    pub keep_facts_days: u32,
    /// Days for which an earlier state can be asked.
    pub keep_snapshots_days: u32,
    /// Files that nothing holds are removed after this.
    pub grace: Duration,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What a retention did, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetainAnswer {
    /// Nothing was changed: this is what would be.
    pub dry_run: bool,
    /// Facts that left the newest state.
    pub facts: RetainedFacts,
    /// Earlier states that were forgotten.
    pub snapshots: ExpiredSnapshots,
    /// Files that left the disk.
    pub files: UnheldFiles,
}

/// Facts that are older than they are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetainedFacts {
    /// The first day that is kept; none where all are.
    pub before: Option<Day>,
    /// The oldest day first.
    pub partitions: Vec<RetainedPartition>,
    /// Files of all of them.
    pub files: u64,
    /// Rows of all of them.
    pub rows: u64,
    /// Bytes of all of them.
    pub bytes: u64,
    /// The snapshot from which on they are gone; none where nothing changed.
    pub snapshot_id: Option<SnapshotId>,
}

/// One account, kind and day that is older than facts are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetainedPartition {
    /// The fact table.
    pub table: String,
    /// Whose rows.
    pub account_id: AccountId,
    /// The kind of report.
    pub kind: String,
    /// The day.
    pub day: Day,
    /// Its files.
    pub files: u64,
    /// Their rows.
    pub rows: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl RetainedPartition {
    pub(super) fn of(Scope { table, account, report, day }: &Scope) -> Self {
        let (table, kind) = (table.name.clone(), report.clone());
        Self { table, account_id: *account, kind, day: *day, files: 0, rows: 0, bytes: 0 }
    }

    pub(super) fn add(&mut self, file: &LiveFile) {
        (self.files, self.rows, self.bytes) = (self.files + 1, self.rows + file.rows, self.bytes + file.bytes);
    }
}

/// Earlier states that cannot be asked any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpiredSnapshots {
    /// How many.
    pub snapshots: u64,
    /// The first of them.
    pub first: Option<SnapshotId>,
    /// The last of them.
    pub last: Option<SnapshotId>,
    /// Files that only they held: these are removed after the grace.
    pub files: u64,
    /// Bytes of these.
    pub bytes: u64,
}

impl ExpiredSnapshots {
    pub(super) fn add(&mut self, later: Self) {
        self.snapshots += later.snapshots;
        self.first = self.first.or(later.first);
        self.last = later.last.or(self.last);
        (self.files, self.bytes) = (self.files + later.files, self.bytes + later.bytes);
    }
}

/// Files on disk that nothing holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnheldFiles {
    /// Removed, because only forgotten states held them.
    pub expired: u64,
    /// Removed, because no commit ever named them.
    pub orphans: u64,
    /// Removed, because whoever wrote them died.
    pub unfinished: u64,
    /// Bytes of all that was removed.
    pub bytes: u64,
    /// Still there: a question may be reading them.
    pub waiting: u64,
    /// When the first of these may be removed.
    pub next_removal: Option<DateTime<Utc>>,
}
