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
use crate::model::in_threads;
use crate::report::{RowLayout, prefetch};

/// The rows that live on: those in the places of the `live` rows, in their order, then those of new keys in the order of
/// arrival. `arrival` are the rows of the file; live rows have each another key. So many threads share the keys.
pub(super) fn restate(
    rows: &Rows,
    layout: &RowLayout,
    arrival: &Arrival,
    live: Range<usize>,
    (mode, threads): (Mode, usize),
) -> (Vec<u32>, Outcomes) {
    let key = &NaturalKey::of(layout);
    let live: Vec<u32> = live.map(|index| index as u32).collect();
    let new: Vec<u32> = arrival.iter().cloned().flatten().map(|index| index as u32).collect();
    let live_hashes = &hashes(rows, key, &live, threads);
    let new_hashes = &hashes(rows, key, &new, threads);
    let (live, new) = (&live[..], &new[..]);
    let parts = in_threads(0..threads, |part| {
        let of_part = move |hash: &u64| ((*hash & 0xffff_ffff) * threads as u64) >> 32 == part as u64;
        let of_live = (0..).zip(live_hashes).filter(move |(_, hash)| of_part(hash)).map(|(place, hash)| (place, *hash));
        let of_new = (0..).zip(new_hashes).filter(move |(_, hash)| of_part(hash)).map(|(place, hash)| (place, *hash));
        let mut part = Part::new(rows, key, layout.values(), live, threads);
        part.know(of_live);
        part.meet(new, of_new, mode);
        part
    });
    let mut survivors = live.to_vec();
    let (mut outcomes, mut of_new_keys) = (Outcomes::default(), Vec::new());
    for part in parts {
        outcomes += part.outcomes;
        let (of_live, of_new) = part.winners.split_at(live.len());
        for ((survivor, winner), live) in survivors.iter_mut().zip(of_live).zip(live) {
            // Only the part that knows a key has another winner for it.
            if winner != live {
                *survivor = *winner;
            }
        }
        of_new_keys.extend(part.arrived.iter().zip(of_new).map(|(arrived, winner)| (*arrived, *winner)));
    }
    of_new_keys.sort_unstable();
    survivors.extend(of_new_keys.into_iter().map(|(_, winner)| winner));
    (survivors, outcomes)
}

fn hashes(rows: &Rows, key: &NaturalKey, indexes: &[u32], threads: usize) -> Vec<u64> {
    let shares = indexes.chunks(indexes.len().div_ceil(threads.max(1)).max(1));
    let of_share = |share: &[u32]| share.iter().map(|index| key.hash(rows.row(*index as usize))).collect::<Vec<_>>();
    in_threads(shares, of_share).concat()
}

/// The keys of one thread.
struct Part<'a> {
    rows: &'a Rows,
    key: &'a NaturalKey,
    /// Words of a row that say something, from the first on.
    values: usize,
    live: &'a [u32],
    places: Places,
    /// By place: the row that lives on. First the places of all live rows, then those of new keys.
    winners: Vec<u32>,
    /// When each new key came first.
    arrived: Vec<u32>,
    outcomes: Outcomes,
}

impl<'a> Part<'a> {
    fn new(rows: &'a Rows, key: &'a NaturalKey, values: usize, live: &'a [u32], threads: usize) -> Self {
        let (arrived, outcomes) = Default::default();
        let places = Places::of(live.len() / threads.max(1));
        Self { rows, key, values, live, places, winners: live.to_vec(), arrived, outcomes }
    }

    fn row(&self, index: u32) -> &'a [u32] {
        self.rows.row(index as usize)
    }

    /// Takes the places of live rows.
    fn know(&mut self, mut live: impl Iterator<Item = (u32, u64)>) {
        let mut tile = Vec::with_capacity(TILE_ROWS);
        loop {
            tile.clear();
            tile.extend(live.by_ref().take(TILE_ROWS));
            if tile.is_empty() {
                return;
            }
            tile.iter().for_each(|(_, hash)| self.places.prefetch(*hash));
            tile.iter().for_each(|(place, hash)| self.places.add(*hash, *place as usize));
        }
    }

    /// Looks rows of the file up: (when it arrived, hash of its key).
    fn meet(&mut self, new: &[u32], mut arriving: impl Iterator<Item = (u32, u64)>, mode: Mode) {
        let mut tile = Vec::with_capacity(TILE_ROWS);
        loop {
            tile.clear();
            tile.extend(arriving.by_ref().take(TILE_ROWS));
            if tile.is_empty() {
                return;
            }
            tile.iter().for_each(|(_, hash)| self.places.prefetch(*hash));
            // Where a row's key is known, it most often stands here.
            for place in tile.iter().filter_map(|(_, hash)| self.places.first(*hash)) {
                let known = self.row(self.winners[place]);
                prefetch(&known[0]);
                prefetch(&known[self.values]);
            }
            for (arrived, hash) in &tile {
                self.meet_row(*arrived, new[*arrived as usize], *hash, mode);
            }
        }
    }

    #[inline]
    fn meet_row(&mut self, arrived: u32, index: u32, hash: u64, mode: Mode) {
        let new = self.row(index);
        let is_equal = |known: &[u32]| known[..self.values] == new[..self.values];
        let is_here = |place: usize| {
            let known = self.row(self.winners[place]);
            is_equal(known) || self.key.same(known, new)
        };
        let Some(place) = self.places.find(hash, is_here) else {
            self.places.add(hash, self.winners.len());
            self.winners.push(index);
            self.arrived.push(arrived);
            self.outcomes.imported += 1;
            return;
        };
        let winner = self.winners[place];
        if is_equal(self.row(winner)) {
            self.outcomes.duplicate += 1;
        } else if mode == Mode::Skip && self.live.get(place) == Some(&winner) {
            self.outcomes.skipped += 1;
        } else {
            self.outcomes.replaced += 1;
            self.winners[place] = index;
        }
    }
}

/// Rows whose places are asked for before the first of them is looked up.
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
