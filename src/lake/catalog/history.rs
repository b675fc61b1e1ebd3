//! What one snapshot changed, read back from the catalog: nothing is forgotten while the snapshot before it lives.

use std::sync::Arc;

use rusqlite::{OptionalExtension, Transaction};

use super::super::place::Place;
use super::super::{LakeError, LiveFile};
use super::{live_set, load};
use crate::model::SnapshotId;

/// The files that came and went with one snapshot.
#[derive(Clone, Debug)]
pub struct SnapshotChange {
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// What it was made for, as its [`Change`](super::commit::Change) said (JSON).
    pub extra: String,
    /// Files that are live from this snapshot on.
    pub added: Vec<Arc<LiveFile>>,
    /// Files that were live before it and are not any more.
    pub ended: Vec<Arc<LiveFile>>,
}

/// The change that made that snapshot; nothing where there is no such snapshot.
pub(in crate::lake) fn change(
    tx: &Transaction<'_>,
    snapshot: SnapshotId,
    place: &Arc<dyn Place>,
) -> Result<Option<SnapshotChange>, LakeError> {
    let extra = tx
        .query_row(include_str!("../../../sql/lake/snapshot_extra.sql"), [snapshot.0], |row| {
            row.get::<_, Option<String>>(0)
        })
        .optional()?;
    let Some(extra) = extra else { return Ok(None) };
    let (mut added, mut ended) = (Vec::new(), Vec::new());
    let mut files = tx.prepare_cached(include_str!("../../../sql/lake/snapshot_files.sql"))?;
    for file in files.query_map([snapshot.0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?)))? {
        let (file_id, came) = file?;
        let file = Arc::new(load::file(tx, file_id, place)?);
        if came { added.push(file) } else { ended.push(file) }
    }
    // Neither side of a change may have lost a file: undoing it would bring another state back.
    if live_set::is_kept(tx, snapshot.0 - 1)? {
        let mut live = live_set::read(tx, snapshot.0 - 1)?;
        let rows = |file: &LiveFile| i64::try_from(file.rows).unwrap_or(i64::MAX);
        added.iter().for_each(|file: &Arc<LiveFile>| live.add(file.file_id, rows(file), file.check));
        ended.iter().for_each(|file: &Arc<LiveFile>| live.remove(file.file_id, rows(file), file.check));
        if live != live_set::read(tx, snapshot.0)? {
            return Err(LakeError::catalog(format!(
                "the files that came and went with snapshot {snapshot} are others"
            )));
        }
    }
    Ok(Some(SnapshotChange { snapshot, extra: extra.unwrap_or_default(), added, ended }))
}
