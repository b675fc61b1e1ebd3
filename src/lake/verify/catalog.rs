//! Checks of the catalog alone.

use std::sync::Arc;

use crate::db::Db;
use crate::lake::catalog::{listing, load};
use crate::lake::{At, Lake, LakeError, LiveFile};

/// Snapshots that do not open: the newest, with `all` every one that is kept.
pub(super) fn snapshots(lake: &Lake, all: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut states = vec![At::Latest];
    if all {
        match lake.shared.db.read(|tx| listing::snapshots(tx, None, u32::MAX)) {
            Ok(snapshots) => states.extend(snapshots.iter().map(|snapshot| At::Snapshot(snapshot.snapshot_id))),
            Err(error) => found.push(error.to_string()),
        }
    }
    for state in &states {
        found.extend(lake.reload(state).err().map(|error| error.to_string()));
    }
    found.dedup();
    found
}

/// The answer of a question whose rows are findings.
pub(super) fn lines(db: &Db, sql: &str) -> Result<Vec<String>, LakeError> {
    db.read(|tx| {
        let mut statement = tx.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    })
}

/// The files of all kept snapshots whose rows are what was written; the others are findings of the snapshots.
pub(super) fn kept(lake: &Lake) -> Vec<Arc<LiveFile>> {
    let kept = lake.shared.db.read(|tx| {
        let mut statement = tx.prepare(include_str!("../../../sql/lake/verify/kept_files.sql"))?;
        let ids = statement.query_map([], |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
        let files = ids.into_iter().filter_map(|id| load::file(tx, id, &lake.shared.place).ok());
        Ok::<_, LakeError>(files.map(Arc::new).collect())
    });
    // What cannot be read here was found by the checks before.
    kept.unwrap_or_default()
}
