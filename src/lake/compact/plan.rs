//! Which files are worth merging: the small ones of a partition that has many of them.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::{LiveFile, Scope, Snapshot};
use super::CompactOptions;

/// Rows of a row group, of which one a file is in memory.
const ROW_GROUP_ROWS: u64 = 1 << 18;

/// Files of one partition that become one.
#[derive(Clone, Debug)]
pub(super) struct Merging {
    pub(super) scope: Scope,
    pub(super) files: Vec<Arc<LiveFile>>,
}

/// What is worth merging, the newest day first.
pub(super) fn mergings(snapshot: &Snapshot, options: &CompactOptions) -> Vec<Merging> {
    let mut partitions: BTreeMap<_, Vec<&Arc<LiveFile>>> = BTreeMap::new();
    for file in snapshot.files() {
        let Scope { table, account, report, day } = &file.scope;
        if options.account.is_none_or(|wanted| wanted == *account) && file.bytes <= options.small_bytes {
            let key = (Reverse(*day), &table.name, report, *account);
            partitions.entry(key).or_default().push(file);
        }
    }
    let many = partitions.into_values().filter(|files| files.len() >= options.files.max(2));
    many.flat_map(|files| within_memory(files, options.memory_bytes)).collect()
}

/// The smallest files first, as many at a time as the memory takes.
fn within_memory(mut files: Vec<&Arc<LiveFile>>, memory_bytes: u64) -> Vec<Merging> {
    files.sort_by_key(|file| (file.bytes, file.file_id));
    let (mut mergings, mut held): (Vec<Merging>, u64) = (Vec::new(), 0);
    for file in files {
        let bytes = bytes_in_memory(file);
        match mergings.last_mut() {
            // Two files can always be merged: less would leave them for ever.
            Some(merging) if merging.files.len() < 2 || held + bytes <= memory_bytes => {
                merging.files.push(Arc::clone(file));
                held += bytes;
            }
            _ => {
                mergings.push(Merging { scope: file.scope.clone(), files: vec![Arc::clone(file)] });
                held = bytes;
            }
        }
    }
    mergings.retain(|merging| merging.files.len() > 1);
    for merging in &mut mergings {
        // Rows that compare equal come in the order in which their files came.
        merging.files.sort_by_key(|file| file.file_id);
    }
    mergings
}

/// What a file takes of the memory while it is read: a row group, and what is decoded of it.
fn bytes_in_memory(file: &LiveFile) -> u64 {
    let groups = file.rows.div_ceil(ROW_GROUP_ROWS).max(1);
    file.bytes / groups + DECODED_BYTES
}

/// A batch of a file's rows with their sort keys, generously.
const DECODED_BYTES: u64 = 4 << 20;
