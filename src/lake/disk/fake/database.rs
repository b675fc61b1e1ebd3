//! The fake disk under SQLite: its changes count as operations like any other, and a crash may lose what was not synced.

use std::ffi::c_int;
use std::path::Path;
use std::sync::PoisonError;

use rusqlite::ffi::{SQLITE_FULL, SQLITE_IOERR_FSYNC, SQLITE_IOERR_WRITE};
use rustix::io::Errno;

use super::image::Chance;
use super::{Fate, Shared};
use crate::db::fake::{Act, Under};

/// A change of a database's file that may be lost.
#[derive(Debug)]
pub(super) enum Unsynced {
    Write { offset: usize, new: Vec<u8>, old: Vec<u8>, size: usize },
    Truncate { to: usize, tail: Vec<u8> },
}

impl Under for Shared {
    fn act(&self, path: &Path, act: Act<'_>) -> Result<usize, c_int> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let was_there = state.armed.is_some();
        let fate = self.fate(&mut state, matches!(act, Act::Write { .. }));
        let came = was_there && !matches!(fate, Ok(Fate::Whole));
        state.came_to_databases += u32::from(came);
        let fate = fate.map_err(|error| match Errno::from_io_error(&error) {
            Some(Errno::NOSPC) => SQLITE_FULL,
            _ if matches!(act, Act::Sync) => SQLITE_IOERR_FSYNC,
            _ => SQLITE_IOERR_WRITE,
        })?;
        let unsynced = state.databases.entry(path.to_owned()).or_default();
        match act {
            Act::Write { offset, new, old, size } => {
                let happens = if fate == Fate::Part { new.len() / 2 } else { new.len() };
                let new = new[..happens].to_vec();
                unsynced.push(Unsynced::Write { offset: offset as usize, new, old, size: size as usize });
                Ok(happens)
            }
            Act::Truncate { to, tail } => {
                unsynced.push(Unsynced::Truncate { to: to as usize, tail });
                Ok(0)
            }
            Act::Sync | Act::Delete => {
                unsynced.clear();
                Ok(0)
            }
        }
    }
}

/// A sector is written as a whole or not at all.
const SECTOR_BYTES: usize = 512;

/// What a crash leaves of a file with these bytes: all that was synced, and of each change since then all, nothing, or the
/// first sectors of it.
pub(super) fn left(mut bytes: Vec<u8>, unsynced: &[Unsynced], chance: &mut Chance) -> Vec<u8> {
    for change in unsynced.iter().rev() {
        match change {
            Unsynced::Write { offset, old, size, .. } => {
                bytes.truncate((*size).max(offset + old.len()));
                put(&mut bytes, *offset, old);
                bytes.truncate(*size);
            }
            Unsynced::Truncate { to, tail } => put(&mut bytes, *to, tail),
        }
    }
    for change in unsynced {
        match change {
            Unsynced::Write { offset, new, .. } => {
                let sectors = new.len().div_ceil(SECTOR_BYTES);
                let kept = match chance.below(4) {
                    0 => 0,
                    1 => (chance.below(sectors + 1) * SECTOR_BYTES).min(new.len()),
                    _ => new.len(),
                };
                put(&mut bytes, *offset, &new[..kept]);
            }
            Unsynced::Truncate { to, .. } if chance.is_so() => bytes.truncate(*to),
            Unsynced::Truncate { .. } => {}
        }
    }
    bytes
}

fn put(bytes: &mut Vec<u8>, offset: usize, new: &[u8]) {
    if new.is_empty() {
        return;
    }
    bytes.resize(bytes.len().max(offset + new.len()), 0);
    bytes[offset..offset + new.len()].copy_from_slice(new);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_synced_stays_and_the_rest_is_any_of_what_could_be() {
        // "abcdef" was synced; then "XY" went over "bc", "gh" was added, and the file was cut to five bytes.
        let changes = [
            Unsynced::Write { offset: 1, new: b"XY".to_vec(), old: b"bc".to_vec(), size: 6 },
            Unsynced::Write { offset: 6, new: b"gh".to_vec(), old: Vec::new(), size: 6 },
            Unsynced::Truncate { to: 5, tail: b"fgh".to_vec() },
        ];
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let left = left(b"aXYde".to_vec(), &changes, &mut Chance::new(seed));
            seen.insert(String::from_utf8(left).unwrap());
        }
        let all = ["aXYde", "aXYdef", "aXYdefgh", "abcde", "abcdef", "abcdefgh"].map(str::to_owned);
        assert_eq!(seen, all.into_iter().collect());
    }
}
