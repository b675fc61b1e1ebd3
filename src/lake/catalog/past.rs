//! Forgetting all snapshots but the newest, where the files of the older ones are not there (a restored backup).

use rusqlite::Transaction;

use super::super::LakeError;

/// Removes all that only older snapshots need; the newest one is as it was.
pub(in crate::lake) fn forget(tx: &Transaction<'_>) -> Result<(), LakeError> {
    tx.execute_batch(include_str!("../../../sql/lake/forget_the_past.sql"))?;
    Ok(())
}
