//! One committed state of the lake: which files are live, and what is known of them.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::catalog::TableProvider;

use super::bounds::ColumnBounds;
use super::place::Place;
use super::scan::FactScan;
use super::{Hashes, Scope};
use crate::db::CheckValue;
use crate::model::facts::FactTable;
use crate::model::{AccountId, SnapshotId};

/// A data file of a snapshot; never changed once it is committed.
#[derive(Debug)]
pub struct LiveFile {
    /// `ducklake_data_file.data_file_id`.
    pub file_id: i64,
    /// The partition whose rows it holds.
    pub scope: Scope,
    /// Where it is.
    pub(super) place: Arc<dyn Place>,
    /// Its path below that place, for messages and for the object store.
    pub relative: String,
    /// Rows.
    pub rows: u64,
    /// Size in bytes.
    pub bytes: u64,
    /// Bytes at the end that hold page index and footer.
    pub tail_bytes: u64,
    /// Hashes of the file and its blocks.
    pub hashes: Hashes,
    /// The dimensions that identify a row.
    pub grain: Vec<String>,
    /// Names of the columns stored in the file, in file order; the table's others are null in all its rows.
    pub columns: Vec<String>,
    /// Nulls and bounds of the stored columns, in the same order.
    pub bounds: Vec<ColumnBounds>,
    /// The check value of its row in the catalog.
    pub(super) check: CheckValue,
}

impl LiveFile {
    /// Nulls and bounds of a stored column.
    pub fn bounds_of(&self, column: &str) -> Option<&ColumnBounds> {
        self.bounds.iter().find(|bounds| bounds.name == column)
    }
}

/// One state of the lake. Cheap to clone; what it holds never changes.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Its number.
    pub id: SnapshotId,
    /// When it was committed.
    pub time: DateTime<Utc>,
    content: Arc<Content>,
}

#[derive(Debug)]
struct Content {
    /// Newest day first.
    files: Vec<Arc<LiveFile>>,
    by_id: HashMap<i64, usize>,
}

impl Snapshot {
    pub(super) fn new(id: SnapshotId, time: DateTime<Utc>, mut files: Vec<Arc<LiveFile>>) -> Self {
        files.sort_unstable_by(|a, b| b.scope.day.cmp(&a.scope.day).then(a.file_id.cmp(&b.file_id)));
        let by_id = files.iter().enumerate().map(|(index, file)| (file.file_id, index)).collect();
        Self { id, time, content: Arc::new(Content { files, by_id }) }
    }

    /// All live files of all tables and accounts, newest day first.
    pub fn files(&self) -> &[Arc<LiveFile>] {
        &self.content.files
    }

    /// The live file of that id.
    pub fn file(&self, file_id: i64) -> Option<&Arc<LiveFile>> {
        self.content.by_id.get(&file_id).and_then(|&index| self.content.files.get(index))
    }

    /// The live files of one partition.
    pub fn files_of(&self, scope: &Scope) -> Vec<Arc<LiveFile>> {
        self.files().iter().filter(|file| &file.scope == scope).map(Arc::clone).collect()
    }

    /// The table as SQL sees it: the rows of these accounts and no others, which are not even in the plan.
    pub fn provider(&self, table: &'static FactTable, accounts: &[AccountId]) -> Arc<dyn TableProvider> {
        let theirs =
            |file: &&Arc<LiveFile>| std::ptr::eq(file.scope.table, table) && accounts.contains(&file.scope.account);
        Arc::new(FactScan::new(table, self.files().iter().filter(theirs).map(Arc::clone).collect()))
    }
}
