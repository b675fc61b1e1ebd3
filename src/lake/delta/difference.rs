//! What a commit must say so that the log's state becomes that of a snapshot.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rusqlite::Transaction;
use uuid::Uuid;

use super::actions::{Add, Remove};
use super::log::State;
use super::statistics;
use crate::lake::catalog::TableEntry;
use crate::lake::catalog::reasons::{self, Partition};
use crate::lake::scope::PARTITION_COLUMNS;
use crate::lake::{LakeError, LiveFile, Snapshot, compact};

/// Files to add and to remove.
#[derive(Debug, Default)]
pub(super) struct Difference {
    pub add: Vec<Add>,
    pub remove: Vec<Remove>,
}

/// From what the log has to the files of a table in a snapshot.
pub(super) fn between(
    tx: &Transaction<'_>,
    state: &State,
    snapshot: &Snapshot,
    entry: &TableEntry,
    now_ms: i64,
) -> Result<Difference, LakeError> {
    let table = &entry.table.name;
    let live: BTreeMap<&str, &Arc<LiveFile>> = snapshot
        .files()
        .iter()
        .filter(|file| std::ptr::eq(file.scope.table, entry.table))
        .map(|file| (below_table(file), file))
        .collect();
    let gone: Vec<&Add> = state.files.values().filter(|add| !live.contains_key(add.path.as_str())).collect();
    let came: Vec<&Arc<LiveFile>> =
        live.iter().filter(|(path, _)| !state.files.contains_key(**path)).map(|(_, file)| *file).collect();

    let rearranged = match state.snapshot {
        Some(from) => reasons::changed_only_by(tx, table, (from, snapshot.id.0), compact::AUTHOR)?,
        None => HashSet::new(),
    };
    // An undo gives bytes that were there before another name.
    let mut renamed: HashSet<[u8; 32]> = HashSet::new();
    let mut hashes = Vec::with_capacity(gone.len());
    for add in &gone {
        let hash = reasons::hash_of(tx, &format!("{table}/{}", add.path))?;
        renamed.extend(hash.filter(|hash| came.iter().any(|file| file.hashes.file == *hash)));
        hashes.push(hash);
    }
    let add = came.iter().map(|file| {
        let same = renamed.contains(&file.hashes.file) || rearranged.contains(&file.scope.values());
        of_file(file, !same)
    });
    let remove = gone.iter().zip(&hashes).map(|(add, hash)| {
        let same = hash.is_some_and(|hash| renamed.contains(&hash)) || rearranged.contains(&partition(add));
        Remove {
            path: add.path.clone(),
            deletion_timestamp: Some(now_ms),
            data_change: !same,
            extended_file_metadata: true,
            partition_values: add.partition_values.clone(),
            size: Some(add.size),
        }
    });
    Ok(Difference { add: add.collect(), remove: remove.collect() })
}

fn of_file(file: &LiveFile, data_change: bool) -> Add {
    Add {
        // Made of ids, days and checked names: nothing in it needs another spelling in an address.
        path: below_table(file).to_owned(),
        partition_values: PARTITION_COLUMNS.iter().map(|name| (*name).to_owned()).zip(file.scope.values()).collect(),
        size: i64::try_from(file.bytes).unwrap_or(i64::MAX),
        modification_time: named_at_ms(&file.relative),
        data_change,
        stats: Some(statistics::of_file(file)),
    }
}

fn below_table(file: &LiveFile) -> &str {
    file.relative.strip_prefix(&file.scope.table.name).map_or(&file.relative, |path| path.trim_start_matches('/'))
}

fn partition(add: &Add) -> Partition {
    PARTITION_COLUMNS.map(|name| add.partition_values.get(name).cloned().unwrap_or_default())
}

/// The time in the file's name, when it was published; 0 where its name has none.
fn named_at_ms(path: &str) -> i64 {
    let name = path.rsplit('/').next().and_then(|name| name.strip_suffix(".parquet")).unwrap_or_default();
    let time = Uuid::parse_str(name).ok().and_then(|id| id.get_timestamp());
    time.map_or(0, |time| {
        let (seconds, nanos) = time.to_unix();
        i64::try_from(seconds * 1_000 + u64::from(nanos) / 1_000_000).unwrap_or(0)
    })
}
