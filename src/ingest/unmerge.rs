//! The files of a partition without those that a batch added, also where these were merged with others since.
//!
//! A live file is known by the BLAKE3 of its bytes, because undoing a later batch gave the same bytes another name. One
//! that a compaction made stands for the files that it merged, each of which may be a merged one too: only what holds
//! something of the batch is taken apart, and what is left of it comes back as files of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use rusqlite::Transaction;

use super::UndoError;
use crate::lake::{Lake, LakeError, LiveFile, Scope, Snapshot, SnapshotChange};
use crate::model::{BatchId, SnapshotId};

/// What makes the partitions of a change as they were before it.
#[derive(Default)]
pub(super) struct Restoring {
    /// The live files that hold something of what the change added.
    pub end: Vec<i64>,
    /// What else these hold, and what the change had ended.
    pub bring_back: Vec<Arc<LiveFile>>,
}

impl Restoring {
    /// Whether the same is ended and brought back.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let ids = |files: &[Arc<LiveFile>]| files.iter().map(|file| file.file_id).collect::<Vec<_>>();
        self.end == other.end && ids(&self.bring_back) == ids(&other.bring_back)
    }
}

/// How to take `change`, which `batch` made, out of the live files.
pub(super) fn restoring(
    tx: &Transaction<'_>,
    lake: &Lake,
    live: &Snapshot,
    (batch, change): (BatchId, &SnapshotChange),
) -> Result<Restoring, UndoError> {
    let mut restoring = Restoring::default();
    let mut scopes: Vec<&Scope> = Vec::new();
    for file in &change.added {
        if !scopes.contains(&&file.scope) {
            scopes.push(&file.scope);
        }
    }
    for scope in scopes {
        let added = change.added.iter().filter(|file| &file.scope == scope);
        let mut wanted = Wanted(added.map(|file| (file.hashes.file, false)).collect());
        for file in live.files_of(scope) {
            if wanted.all_taken() {
                break;
            }
            if wanted.take(&file) {
                restoring.end.push(file.file_id);
            } else if let Some(rest) = wanted.take_from(tx, lake, &file)? {
                restoring.end.push(file.file_id);
                restoring.bring_back.extend(rest);
            }
        }
        if !wanted.all_taken() {
            return Err(gone(tx, lake, scope, (batch, change.snapshot))?);
        }
    }
    restoring.bring_back.extend(change.ended.iter().cloned());
    Ok(restoring)
}

/// Files that are looked for, by their bytes, and whether they were found.
struct Wanted(BTreeMap<[u8; 32], bool>);

impl Wanted {
    fn take(&mut self, file: &LiveFile) -> bool {
        self.0.get_mut(&file.hashes.file).is_some_and(|found| {
            *found = true;
            true
        })
    }

    /// What a merged file holds beside wanted files; nothing where it holds none of them.
    fn take_from(
        &mut self,
        tx: &Transaction<'_>,
        lake: &Lake,
        file: &LiveFile,
    ) -> Result<Option<Vec<Arc<LiveFile>>>, LakeError> {
        // A part has fewer rows than the whole, so this comes to an end.
        for parts in lake.made_of(tx, file)? {
            let (mut rest, mut holds_some) = (Vec::new(), false);
            for part in parts {
                if self.take(&part) {
                    holds_some = true;
                } else if let Some(of_part) = self.take_from(tx, lake, &part)? {
                    holds_some = true;
                    rest.extend(of_part);
                } else {
                    rest.push(part);
                }
            }
            if holds_some {
                return Ok(Some(rest));
            }
        }
        Ok(None)
    }

    fn all_taken(&self) -> bool {
        self.0.values().all(|found| *found)
    }
}

fn gone(
    tx: &Transaction<'_>,
    lake: &Lake,
    scope: &Scope,
    (batch, snapshot): (BatchId, SnapshotId),
) -> Result<UndoError, LakeError> {
    let day = scope.day;
    Ok(match lake.is_retained(tx, scope, snapshot)? {
        true => UndoError::Retained { batch, day },
        false => UndoError::Changed { batch, day },
    })
}
