//! What one snapshot changed, read back from the catalog: nothing is forgotten while the snapshot before it lives.

use std::sync::Arc;

use rusqlite::{OptionalExtension, Transaction, params};

use super::super::place::Place;
use super::super::{LakeError, LiveFile, Scope};
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

/// What compactions by `author` made a file with the bytes of `file` of: of each compaction, newest first, the files that
/// it merged. Nothing where it is no merged file, or where that was so long ago that its parts are gone.
pub(in crate::lake) fn made_of(
    tx: &Transaction<'_>,
    file: &LiveFile,
    author: &str,
    place: &Arc<dyn Place>,
) -> Result<Vec<Vec<Arc<LiveFile>>>, LakeError> {
    let [account, report, day] = file.scope.values();
    let table = &file.scope.table.name;
    let mut compactions = tx.prepare_cached(include_str!("../../../sql/lake/compactions_of.sql"))?;
    let asked = params![table, account, report, day, file.hashes.file, author];
    let compactions = compactions.query_map(asked, |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
    let mut ended = tx.prepare_cached(include_str!("../../../sql/lake/scope_ended.sql"))?;
    let mut made_of = Vec::with_capacity(compactions.len());
    for snapshot in compactions {
        let asked = params![table, account, report, day, snapshot];
        let ids = ended.query_map(asked, |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
        let parts = ids.into_iter().map(|id| load::file(tx, id, place).map(Arc::new));
        let parts = parts.collect::<Result<Vec<_>, _>>()?;
        // Where a part is gone, the rest is not what was merged.
        if parts.iter().map(|part| part.rows).sum::<u64>() == file.rows {
            made_of.push(parts);
        }
    }
    Ok(made_of)
}

/// Whether a change of that author ended files of the partition after a snapshot.
pub(in crate::lake) fn ended_by(
    tx: &Transaction<'_>,
    scope: &Scope,
    after: SnapshotId,
    author: &str,
) -> Result<bool, LakeError> {
    let [account, report, day] = scope.values();
    let asked = params![scope.table.name, account, report, day, after.0, author];
    Ok(tx.query_row(include_str!("../../../sql/lake/scope_ended_by.sql"), asked, |row| row.get(0))?)
}
