//! The import history as a page of it is looked at: a line for each import, newest first.

use rusqlite::{Row, params};
use serde_json::Value;

use super::{ImportError, Importer};
use crate::model::{AccountId, BatchId};

/// One import, as a line.
#[derive(Clone, Debug)]
pub struct UploadLine {
    /// Its number.
    pub batch_id: BatchId,
    /// The file, as it was named.
    pub file: String,
    /// When it began (RFC 3339, UTC).
    pub imported_at: String,
    /// Data rows of the file: the sum of the three counts below.
    pub rows_read: i64,
    /// Rows that the store holds because of it.
    pub rows_taken: i64,
    /// Rows that the store held already.
    pub rows_duplicate: i64,
    /// Rows that were rejected or left out.
    pub rows_left_out: i64,
    /// The first and the last day of its rows.
    pub days: Option<(String, String)>,
    /// Σ spend of its rows, exact.
    pub spend_micros: i64,
    /// Its size.
    pub file_size_bytes: i64,
    /// running, complete, failed or undone.
    pub status: String,
    /// Why it failed.
    pub error_message: Option<String>,
    /// Google's id of its account's bidder.
    pub bidder_id: Option<String>,
    /// The billing ids of its rows.
    pub billing_ids: Value,
}

impl Importer {
    /// `limit` imports after the first `offset`, newest first, of an account and of a bidder where they are named.
    pub fn uploads(
        &self,
        account: Option<AccountId>,
        bidder: Option<&str>,
        limit: u32,
        offset: u32,
    ) -> Result<Vec<UploadLine>, ImportError> {
        self.db.read(|tx| {
            let mut statement = tx.prepare_cached(include_str!("../../sql/ingest/uploads.sql"))?;
            let params = params![account.map(|account| account.0), bidder, limit, offset];
            Ok(statement.query_map(params, read)?.collect::<Result<_, _>>()?)
        })
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<UploadLine> {
    let count = |name: &str| row.get::<_, i64>(name);
    let first: Option<String> = row.get("date_range_start")?;
    Ok(UploadLine {
        batch_id: BatchId(row.get("batch_id")?),
        file: row.get("filename")?,
        imported_at: row.get("imported_at")?,
        rows_read: count("rows_read")?,
        rows_taken: count("rows_imported")? + count("rows_replaced")?,
        rows_duplicate: count("rows_duplicate")?,
        rows_left_out: count("rows_rejected")? + count("rows_skipped")?,
        days: first.zip(row.get("date_range_end")?),
        spend_micros: row.get::<_, Option<i64>>("spend_micros")?.unwrap_or(0),
        file_size_bytes: row.get("file_size_bytes")?,
        status: row.get("status")?,
        error_message: row.get("error_message")?,
        bidder_id: row.get("bidder_id")?,
        // Only this program writes this column, and the schema lets nothing but an array in.
        billing_ids: row.get::<_, String>("billing_ids")?.parse().unwrap_or_default(),
    })
}
