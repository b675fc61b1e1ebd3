//! Imports whose rows were lost with a damaged file: which they are, and that their reports can be imported again.

use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};

use super::ImportError;
use crate::lake::{LiveFile, Snapshot, Value};
use crate::model::BatchId;

/// An import that is to be done again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LostImport {
    /// Its number.
    pub batch_id: BatchId,
    /// Its file.
    pub file: String,
}

/// The imports whose rows may be in that file, in the order in which they came.
pub fn imports_in(tx: &Transaction<'_>, file: &LiveFile) -> Result<Vec<LostImport>, ImportError> {
    let (first, last) = batches(file).unwrap_or((0, i64::MAX));
    let mut find = tx.prepare_cached(include_str!("../../sql/ingest/imports_in_file.sql"))?;
    let scope = &file.scope;
    let asked = params![scope.account.0, scope.report, first, last, scope.day.to_string()];
    let rows = find.query_map(asked, |row| Ok(LostImport { batch_id: BatchId(row.get(0)?), file: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Frees the bytes of an import, of which the file was dropped and `live` has what is left.
pub fn free(tx: &Transaction<'_>, batch: BatchId, dropped: &LiveFile, live: &Snapshot) -> Result<(), ImportError> {
    let scope = &dropped.scope;
    let theirs = live.files().iter().filter(|file| file.scope.account == scope.account);
    let mut theirs = theirs.filter(|file| file.scope.report == scope.report && file.file_id != dropped.file_id);
    let has_rows = theirs.any(|file| batches(file).is_none_or(|(first, last)| (first..=last).contains(&batch.0)));
    let why = format!("rows of {} were dropped with a damaged file: import the report again", scope.day);
    tx.execute(include_str!("../../sql/ingest/free_dropped.sql"), params![batch.0, why, has_rows])?;
    Ok(())
}

/// The lowest and highest number of the imports of a file's rows, where they are known.
fn batches(file: &LiveFile) -> Option<(i64, i64)> {
    let bounds = file.bounds_of("import_batch_id")?;
    match (&bounds.min.as_ref()?.value, &bounds.max.as_ref()?.value) {
        (Value::Int(first), Value::Int(last)) => Some((*first, *last)),
        _ => None,
    }
}
