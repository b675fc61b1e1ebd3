//! What is live at a snapshot, kept beside it: a catalog that lost or changed a row is an error, never another number.

use rusqlite::{OptionalExtension, Transaction, params};

use super::super::{LakeError, Snapshot};
use crate::db::{LiveSet, check_value};

/// The columns of `live_set.sql` before the check value.
const CHECKED_COLUMNS: usize = 8;

/// What was live at that snapshot, as it was written in its own transaction.
pub(super) fn read(tx: &Transaction<'_>, snapshot: i64) -> Result<LiveSet, LakeError> {
    let mut find = tx.prepare_cached(include_str!("../../../sql/lake/live_set.sql"))?;
    let found = find.query_row([snapshot], |row| {
        let intact = check_value(row, CHECKED_COLUMNS)? == row.get::<_, [u8; 8]>("check_value")?;
        Ok((intact, LiveSet::kept(row.get("files")?, row.get("rows")?, row.get("digest")?)))
    });
    match found.optional()? {
        Some((true, live)) => Ok(live),
        Some((false, _)) => Err(LakeError::catalog(format!("the row of snapshot {snapshot} is not what was written"))),
        None => Err(LakeError::catalog(format!("it does not say which files were live at snapshot {snapshot}"))),
    }
}

/// Whether that snapshot is still kept, so that [`read`] must find it.
pub(super) fn is_kept(tx: &Transaction<'_>, snapshot: i64) -> Result<bool, LakeError> {
    let find = "SELECT EXISTS (SELECT 1 FROM lake_snapshots WHERE snapshot_id = ?1)";
    Ok(tx.prepare_cached(find)?.query_row([snapshot], |row| row.get(0))?)
}

/// Writes what is live at a snapshot whose row of `ducklake_snapshot` stands.
pub(super) fn write(tx: &Transaction<'_>, snapshot: i64, live: &LiveSet) -> Result<(), LakeError> {
    let row = params![snapshot, live.files, live.rows, live.digest()];
    tx.prepare_cached(include_str!("../../../sql/lake/live_set_insert.sql"))?.execute(row)?;
    let mut find = tx.prepare_cached(include_str!("../../../sql/lake/live_set.sql"))?;
    let check = find.query_row([snapshot], |row| check_value(row, CHECKED_COLUMNS))?;
    tx.execute("UPDATE lake_snapshots SET check_value = ?2 WHERE snapshot_id = ?1", params![snapshot, check])?;
    Ok(())
}

/// That the files which the catalog lists for a snapshot are those that it was committed with.
pub(super) fn expect(tx: &Transaction<'_>, snapshot: &Snapshot) -> Result<(), LakeError> {
    let mut found = LiveSet::default();
    for file in snapshot.files() {
        found.add(file.file_id, i64::try_from(file.rows).unwrap_or(i64::MAX), file.check);
    }
    let kept = read(tx, snapshot.id.0)?;
    if found == kept {
        return Ok(());
    }
    let (files, rows) = (found.files, found.rows);
    Err(LakeError::catalog(format!(
        "snapshot {} was committed with {} files of {} rows, now it lists {files} of {rows}, or others",
        snapshot.id, kept.files, kept.rows,
    )))
}
