//! Step 8 on a store that has files: their check values, and what was live at each snapshot.

use std::collections::BTreeMap;

use rusqlite::{Transaction, params};

use super::super::digest::{LiveSet, check_value};

/// The columns of `files_to_check.sql` that the check value covers.
const CHECKED_COLUMNS: usize = 13;
/// The columns of `live_set.sql` that the check value covers.
const CHECKED_SNAPSHOT_COLUMNS: usize = 8;

pub(super) fn fill(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    // What comes at a snapshot, less what goes.
    let mut changes: BTreeMap<i64, LiveSet> = BTreeMap::new();
    let mut files = tx.prepare(include_str!("../../../sql/db/files_to_check.sql"))?;
    let mut rows = files.query([])?;
    while let Some(row) = rows.next()? {
        let check = check_value(row, CHECKED_COLUMNS)?;
        let (file_id, count): (i64, i64) = (row.get("file_id")?, row.get("rows")?);
        tx.execute("UPDATE lake_files SET check_value = ?2 WHERE file_id = ?1", params![file_id, check])?;
        changes.entry(row.get("begin_snapshot")?).or_default().add(file_id, count, check);
        if let Some(end) = row.get("end_snapshot")? {
            changes.entry(end).or_default().remove(file_id, count, check);
        }
    }
    let mut snapshots = tx.prepare("SELECT snapshot_id FROM ducklake_snapshot ORDER BY snapshot_id")?;
    let mut live = LiveSet::default();
    let mut coming = changes.into_iter().peekable();
    for snapshot in snapshots.query_map([], |row| row.get::<_, i64>(0))? {
        let snapshot = snapshot?;
        while let Some((_, change)) = coming.next_if(|(at, _)| *at <= snapshot) {
            live.join(&change);
        }
        let row = params![snapshot, live.files, live.rows, live.digest()];
        tx.execute(include_str!("../../../sql/lake/live_set_insert.sql"), row)?;
        let check = tx.query_row(include_str!("../../../sql/lake/live_set.sql"), [snapshot], |row| {
            check_value(row, CHECKED_SNAPSHOT_COLUMNS)
        })?;
        tx.execute("UPDATE lake_snapshots SET check_value = ?2 WHERE snapshot_id = ?1", params![snapshot, check])?;
    }
    Ok(())
}
