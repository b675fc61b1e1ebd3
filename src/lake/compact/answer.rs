//! What a compaction is asked for, and what it did.

use serde::{Deserialize, Serialize};

use super::plan::Merging;
use crate::lake::{LakeError, Scope};
use crate::model::{AccountId, Day, SnapshotId};

/// What is worth merging.
#[derive(Clone, Debug)]
pub struct CompactOptions {
    /// Only files of this account.
    pub account: Option<AccountId>,
    /// From so many small files of a partition on.
    pub files: usize,
    /// Files up to this size are small.
    pub small_bytes: u64,
    /// Memory for reading the files of one merge.
    pub memory_bytes: u64,
    /// Threads that share the encoding.
    pub threads: usize,
    /// Only say what would be merged.
    pub dry_run: bool,
}

/// What a compaction did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompactAnswer {
    /// Nothing was changed: this is what would be merged.
    pub dry_run: bool,
    /// Each merge, in its order.
    pub merged: Vec<MergedFiles>,
    /// Files that were left as they are, and why.
    pub skipped: Vec<SkippedFiles>,
    /// Files that became others.
    pub files_before: u64,
    /// Files that they became.
    pub files_after: u64,
    /// Rows of all of them.
    pub rows: u64,
    /// Bytes of the files before.
    pub bytes_before: u64,
    /// Bytes of the files after; unknown in a dry run.
    pub bytes_after: Option<u64>,
    /// The run was asked to end before all was merged.
    pub stopped: bool,
}

impl CompactAnswer {
    pub(super) fn new(dry_run: bool) -> Self {
        Self { dry_run, bytes_after: (!dry_run).then_some(0), ..Self::default() }
    }

    pub(super) fn add(&mut self, merged: MergedFiles) {
        self.files_before += merged.files;
        self.files_after += 1;
        self.rows += merged.rows;
        self.bytes_before += merged.bytes_before;
        self.bytes_after = self.bytes_after.zip(merged.bytes_after).map(|(sum, bytes)| sum + bytes);
        self.merged.push(merged);
    }
}

/// Files of one partition that became one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedFiles {
    /// The fact table.
    pub table: String,
    /// Whose rows.
    pub account_id: AccountId,
    /// The kind of report.
    pub kind: String,
    /// The day.
    pub day: Day,
    /// How many files became one.
    pub files: u64,
    /// Their rows.
    pub rows: u64,
    /// Their bytes.
    pub bytes_before: u64,
    /// Bytes of the one; unknown in a dry run.
    pub bytes_after: Option<u64>,
    /// The snapshot from which on the one is live; none in a dry run.
    pub snapshot_id: Option<SnapshotId>,
}

impl MergedFiles {
    pub(super) fn of(Merging { scope, files }: &Merging) -> Self {
        let Scope { table, account, report, day } = scope;
        Self {
            table: table.name.clone(),
            account_id: *account,
            kind: report.clone(),
            day: *day,
            files: files.len() as u64,
            rows: files.iter().map(|file| file.rows).sum(),
            bytes_before: files.iter().map(|file| file.bytes).sum(),
            bytes_after: None,
            snapshot_id: None,
        }
    }
}

/// Files of one partition that were left as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedFiles {
    /// The fact table.
    pub table: String,
    /// Whose rows.
    pub account_id: AccountId,
    /// The kind of report.
    pub kind: String,
    /// The day.
    pub day: Day,
    /// Why.
    pub why: String,
    /// One of the files is damaged; else an import came in between, and the next run merges them.
    pub is_damaged: bool,
}

impl SkippedFiles {
    pub(super) fn of(Merging { scope, .. }: &Merging, error: &LakeError) -> Self {
        let Scope { table, account, report, day } = scope;
        let (why, is_damaged) = (error.to_string(), matches!(error, LakeError::Damaged(_)));
        Self { table: table.name.clone(), account_id: *account, kind: report.clone(), day: *day, why, is_damaged }
    }
}
