//! The record of one import, as a person looks at it: what was read, what was at fault, what it replaced.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Serialize;
use serde_json::Value;

use super::change::{self, BatchChange, DayChange};
use super::{ImportError, Importer};
use crate::model::{AccountId, BatchId, SnapshotId};

/// One import, whatever became of it.
#[derive(Clone, Debug, Serialize)]
pub struct ImportRecord {
    /// Its number.
    pub batch_id: BatchId,
    /// The account it was imported for.
    pub account_id: AccountId,
    /// The kind of report, or `unknown`.
    pub kind: String,
    /// The file, as it was named.
    pub file: String,
    /// Its size.
    pub file_size_bytes: i64,
    /// The hash of its bytes; empty where it was refused before they were read.
    pub file_hash: String,
    /// merge, replace or skip.
    pub mode: String,
    /// running, complete, failed or undone.
    pub status: String,
    /// When it began (RFC 3339, UTC).
    pub imported_at: String,
    /// When it ended.
    pub finished_at: Option<String>,
    /// When it was undone.
    pub undone_at: Option<String>,
    /// Data rows of the file: the sum of the five outcomes below.
    pub rows_read: i64,
    /// Rows with keys that were not there before.
    pub rows_imported: i64,
    /// Rows that took the place of one with the same key.
    pub rows_replaced: i64,
    /// Rows that said what was there already.
    pub rows_duplicate: i64,
    /// Rows at fault.
    pub rows_rejected: i64,
    /// Rows of totals, and in mode skip rows whose key was there.
    pub rows_skipped: i64,
    /// The first day of its rows.
    pub date_range_start: Option<String>,
    /// The last day of its rows.
    pub date_range_end: Option<String>,
    /// Σ spend of its rows, exact.
    pub spend_micros: Option<i64>,
    /// The currency of the spend, where it is known.
    pub currency: Option<String>,
    /// Header → column.
    pub columns_mapped: Value,
    /// Headers that were not read.
    pub columns_ignored: Value,
    /// How often each warning was raised.
    pub warnings: Value,
    /// Rejected rows by reason.
    pub faults_by_reason: Value,
    /// The newest state of the facts when it was committed.
    pub snapshot_id: Option<SnapshotId>,
    /// Wall time.
    pub elapsed_ms: Option<i64>,
    /// Why it failed.
    pub error_message: Option<String>,
    /// The days that it changed, and what stood there before.
    pub changes: Vec<DayChange>,
    /// It was so long ago that what it changed is not known any more, and it cannot be undone.
    pub changes_forgotten: bool,
    /// The first rejected rows.
    pub faults: Vec<FaultRecord>,
}

/// One rejected row, as it was recorded.
#[derive(Clone, Debug, Serialize)]
pub struct FaultRecord {
    /// The line of the file on which it starts.
    pub line: i64,
    /// The column at fault, where it is one.
    pub column: Option<String>,
    /// Why.
    pub reason: String,
    /// The cell as it came.
    pub value: Option<String>,
}

impl Importer {
    /// The record of that import with its first `faults` rejected rows; nothing where there is no such import, or it
    /// belongs to another account than the one that is named.
    pub fn record(
        &self,
        batch: BatchId,
        account: Option<AccountId>,
        faults: u32,
    ) -> Result<Option<ImportRecord>, ImportError> {
        self.db.read(|tx| {
            let found = tx.query_row(include_str!("../../sql/ingest/batch.sql"), [batch.0], read).optional()?;
            let found = found.filter(|record| account.is_none_or(|account| account == record.account_id));
            let Some(mut record) = found else { return Ok(None) };
            record.faults = kept_faults(tx, batch, faults)?;
            let is_news = record.rows_imported + record.rows_replaced > 0;
            match change::of_batch(tx, &self.lake, batch, record.snapshot_id, is_news)? {
                BatchChange::Known(change) => record.changes = change::by_day(&change),
                BatchChange::Forgotten => record.changes_forgotten = true,
                BatchChange::Nothing => {}
            }
            Ok(Some(record))
        })
    }
}

fn kept_faults(tx: &Transaction<'_>, batch: BatchId, most: u32) -> Result<Vec<FaultRecord>, ImportError> {
    let mut statement = tx.prepare_cached(include_str!("../../sql/ingest/faults.sql"))?;
    let rows = statement.query_map(params![batch.0, most], |row| {
        Ok(FaultRecord { line: row.get(0)?, column: row.get(1)?, reason: row.get(2)?, value: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<ImportRecord> {
    // Only this program writes these columns, and the schema lets nothing but JSON in.
    let json = |name: &str| Ok::<Value, rusqlite::Error>(row.get::<_, String>(name)?.parse().unwrap_or_default());
    Ok(ImportRecord {
        batch_id: BatchId(row.get("batch_id")?),
        account_id: AccountId(row.get("account_id")?),
        kind: row.get("report")?,
        file: row.get("filename")?,
        file_size_bytes: row.get("file_size_bytes")?,
        file_hash: row.get("file_hash")?,
        mode: row.get("mode")?,
        status: row.get("status")?,
        imported_at: row.get("imported_at")?,
        finished_at: row.get("finished_at")?,
        undone_at: row.get("undone_at")?,
        rows_read: row.get("rows_read")?,
        rows_imported: row.get("rows_imported")?,
        rows_replaced: row.get("rows_replaced")?,
        rows_duplicate: row.get("rows_duplicate")?,
        rows_rejected: row.get("rows_rejected")?,
        rows_skipped: row.get("rows_skipped")?,
        date_range_start: row.get("date_range_start")?,
        date_range_end: row.get("date_range_end")?,
        spend_micros: row.get("spend_micros")?,
        currency: row.get("currency")?,
        columns_mapped: json("columns_mapped")?,
        columns_ignored: json("columns_ignored")?,
        warnings: json("warnings")?,
        faults_by_reason: json("faults_by_reason")?,
        snapshot_id: row.get::<_, Option<i64>>("snapshot_id")?.map(SnapshotId),
        elapsed_ms: row.get("elapsed_ms")?,
        error_message: row.get("error_message")?,
        changes: Vec::new(),
        changes_forgotten: false,
        faults: Vec::new(),
    })
}
