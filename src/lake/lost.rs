//! Commits that the database lost, told by the note beside it of the newest snapshot.

use std::sync::{Mutex, PoisonError};

use super::LakeError;
use crate::db::{Db, DbError};

/// Notes the newest snapshot after each commit that made one.
pub(super) fn note_commits(db: &Db) {
    // One at a time: two would write the same file, and the older could come last.
    let noted = Mutex::new(-1);
    let note = move |db: &Db| {
        let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(Some(newest)) = newest(db) else { return };
        if newest > *noted {
            match db.note_down(newest) {
                Ok(()) => *noted = newest,
                // The commit stands; only a loss of it would not be noticed.
                Err(error) => tracing::warn!("cannot write {}: {error}", db.note().display()),
            }
        }
    };
    db.after_commit(note);
}

/// Refuses a database that has not the snapshot that was noted.
pub(super) fn expect_all(db: &Db) -> Result<(), LakeError> {
    // In this order: another process may commit meanwhile.
    let Some(noted) = db.noted()? else { return Ok(()) };
    let newest = newest(db)?.unwrap_or(-1);
    if newest >= noted {
        return Ok(());
    }
    Err(LakeError::Lost { noted, newest, note: db.note() })
}

fn newest(db: &Db) -> Result<Option<i64>, DbError> {
    db.read(|tx| Ok(tx.query_row("SELECT max(snapshot_id) FROM lake_snapshots", [], |row| row.get(0))?))
}
