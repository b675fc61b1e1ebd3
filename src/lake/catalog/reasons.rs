//! Who changed what between two snapshots.

use std::collections::HashSet;

use rusqlite::{OptionalExtension, Transaction, params};

use super::live_set;
use crate::lake::LakeError;

/// Partition values as text, in the order of the path.
pub(in crate::lake) type Partition = [String; 3];

/// The partitions of a table that nobody but `author` changed after `from`, up to `to`; none where the catalog does not
/// remember all that happened since `from`.
pub(in crate::lake) fn changed_only_by(
    tx: &Transaction<'_>,
    table: &str,
    (from, to): (i64, i64),
    author: &str,
) -> Result<HashSet<Partition>, LakeError> {
    if !live_set::is_kept(tx, from)? {
        return Ok(HashSet::new());
    }
    let (mut theirs, mut others) = (HashSet::new(), HashSet::new());
    let mut changed = tx.prepare_cached(include_str!("../../../sql/lake/changed_partitions.sql"))?;
    let rows = changed.query_map(params![table, from, to], |row| {
        Ok(([row.get::<_, i64>(0)?.to_string(), row.get(1)?, row.get(2)?], row.get::<_, Option<String>>(3)?))
    })?;
    for row in rows {
        let (partition, by) = row?;
        if by.as_deref() == Some(author) {
            theirs.insert(partition)
        } else {
            others.insert(partition)
        };
    }
    Ok(theirs.difference(&others).cloned().collect())
}

/// The BLAKE3 of the file at that path below the lake, live or ended; nothing where the catalog forgot it.
pub(in crate::lake) fn hash_of(tx: &Transaction<'_>, path: &str) -> Result<Option<[u8; 32]>, LakeError> {
    let find = "SELECT blake3 FROM lake_files WHERE path = ?1";
    Ok(tx.prepare_cached(find)?.query_row([path], |row| row.get(0)).optional()?)
}

/// The id that the catalog gave a table, which it keeps for ever.
pub(in crate::lake) fn table_uuid(tx: &Transaction<'_>, table_id: i64) -> Result<String, LakeError> {
    Ok(tx.query_row("SELECT table_uuid FROM ducklake_table WHERE table_id = ?1", [table_id], |row| row.get(0))?)
}

/// Ids of all data files with these bytes, newest first.
pub(in crate::lake) fn same_bytes(tx: &Transaction<'_>, blake3: &[u8; 32]) -> Result<Vec<i64>, LakeError> {
    let mut find = tx.prepare("SELECT file_id FROM lake_files WHERE blake3 = ?1 ORDER BY file_id DESC")?;
    let ids = find.query_map([blake3], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}
