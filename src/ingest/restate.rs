//! The rows of a file among the live rows of its day: which of all of them live on.
//!
//! Each row of the file is looked up by its natural key, as in a map that is filled row by row: a known key has a place,
//! an unknown one gets a new place, and the winner of a place may change. So where a file says little that is new, the
//! live rows keep their order and nothing is sorted.

use std::ops::Range;

use super::Mode;
use super::file_rows::Arrival;
use super::key::NaturalKey;
use super::resolve::Outcomes;
use super::rows::Rows;
use crate::report::{RowLayout, prefetch};

/// The rows that live on: those in the places of the `live` rows, in their order, then those of new keys in the order of
/// arrival. `arrival` are the rows of the file; live rows have each another key.
pub(super) fn restate(
    rows: &Rows,
    layout: &RowLayout,
    arrival: &Arrival,
    live: Range<usize>,
    mode: Mode,
) -> (Vec<u32>, Outcomes) {
    let key = NaturalKey::of(layout);
    let values = layout.values();
    let row = |index: u32| rows.row(index as usize);
    let mut survivors: Vec<u32> = live.clone().map(|index| index as u32).collect();
    let mut places = Places::of(live.len());
    let mut outcomes = Outcomes::default();
    let mut hashes = Vec::with_capacity(TILE_ROWS);
    for (tile, indexes) in survivors.chunks(TILE_ROWS).enumerate() {
        hashes.clear();
        hashes.extend(indexes.iter().map(|index| key.hash(row(*index))));
        hashes.iter().for_each(|hash| places.prefetch(*hash));
        hashes.iter().zip(tile * TILE_ROWS..).for_each(|(hash, place)| places.add(*hash, place));
    }
    for tile in arrival.iter().flat_map(tiles) {
        hashes.clear();
        hashes.extend(tile.clone().map(|index| key.hash(rows.row(index))));
        hashes.iter().for_each(|hash| places.prefetch(*hash));
        // Where a row's key is known, it most often stands here.
        for known in hashes.iter().filter_map(|hash| places.first(*hash)).map(|place| row(survivors[place])) {
            prefetch(&known[0]);
            prefetch(&known[values]);
        }
        for (index, hash) in tile.zip(&hashes) {
            let new = rows.row(index);
            let is_equal = |known: &[u32]| known[..values] == new[..values];
            let is_here = |place: usize| {
                let known = row(survivors[place]);
                is_equal(known) || key.same(known, new)
            };
            let Some(place) = places.find(*hash, is_here) else {
                places.add(*hash, survivors.len());
                survivors.push(index as u32);
                outcomes.imported += 1;
                continue;
            };
            let winner = survivors[place];
            if is_equal(row(winner)) {
                outcomes.duplicate += 1;
            } else if mode == Mode::Skip && live.contains(&(winner as usize)) {
                outcomes.skipped += 1;
            } else {
                outcomes.replaced += 1;
                survivors[place] = index as u32;
            }
        }
    }
    (survivors, outcomes)
}

fn tiles(rows: &Range<usize>) -> impl Iterator<Item = Range<usize>> + use<> {
    let end = rows.end;
    rows.clone().step_by(TILE_ROWS).map(move |start| start..end.min(start + TILE_ROWS))
}

/// Rows that are hashed before the first of them is looked up.
const TILE_ROWS: usize = 64;

/// Places by the hash of their key: open addressing, half of a hash and a place in each slot.
struct Places {
    slots: Vec<u64>,
    used: usize,
}

/// Rows are counted in 32 bits, and the last number stands for none.
const EMPTY: u64 = u64::MAX;

impl Places {
    /// An empty table that takes `count` places before it grows.
    fn of(count: usize) -> Self {
        Self { slots: vec![EMPTY; (count * 2).next_power_of_two().max(16)], used: 0 }
    }

    /// Where the look for a hash starts: its upper half decides, which the slots keep.
    #[inline]
    fn home(&self, hash: u64) -> usize {
        (((hash >> 32) * self.slots.len() as u64) >> 32) as usize
    }

    fn add(&mut self, hash: u64, place: usize) {
        // At most two slots in three are taken.
        if (self.used + 1) * 3 > self.slots.len() * 2 {
            let grown = vec![EMPTY; self.slots.len() * 2];
            for slot in std::mem::replace(&mut self.slots, grown).into_iter().filter(|slot| *slot != EMPTY) {
                self.put(slot);
            }
        }
        self.put(hash >> 32 << 32 | place as u64);
        self.used += 1;
    }

    fn put(&mut self, slot: u64) {
        let mut at = self.home(slot);
        while self.slots[at] != EMPTY {
            at = (at + 1) & (self.slots.len() - 1);
        }
        self.slots[at] = slot;
    }

    /// Asks for the memory at which the look for a hash starts.
    #[inline]
    fn prefetch(&self, hash: u64) {
        prefetch(&self.slots[self.home(hash)]);
    }

    /// The place at which the look for a hash starts, whatever its key is.
    #[inline]
    fn first(&self, hash: u64) -> Option<usize> {
        let slot = self.slots[self.home(hash)];
        (slot != EMPTY).then_some((slot & 0xffff_ffff) as usize)
    }

    #[inline]
    fn find(&self, hash: u64, is_here: impl Fn(usize) -> bool) -> Option<usize> {
        let mut at = self.home(hash);
        loop {
            let slot = self.slots[at];
            if slot == EMPTY {
                return None;
            }
            let place = (slot & 0xffff_ffff) as usize;
            if slot >> 32 == hash >> 32 && is_here(place) {
                return Some(place);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_by_their_keys_however_many_share_a_hash() {
        let mut places = Places::of(0);
        let hash = |key: usize| ((key % 97) as u64) << 56 | 0xffff_ffff_0000 | (key % 7) as u64;
        for key in 0..1_000 {
            assert_eq!(places.find(hash(key), |place| place == key), None);
            places.add(hash(key), key);
        }
        for key in 0..1_000 {
            assert_eq!(places.find(hash(key), |place| place == key), Some(key));
        }
    }
}
