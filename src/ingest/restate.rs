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
use crate::report::RowLayout;

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
    let mut places = Places::of(rows.len());
    for (place, index) in survivors.iter().enumerate() {
        places.add(key.hash(row(*index)), place);
    }
    let mut outcomes = Outcomes::default();
    let mut hashes = Vec::with_capacity(TILE_ROWS);
    for tile in arrival.iter().flat_map(tiles) {
        hashes.clear();
        hashes.extend(tile.clone().map(|index| key.hash(rows.row(index))));
        for (index, hash) in tile.zip(&hashes) {
            let new = rows.row(index);
            let Some(place) = places.find(*hash, |place| key.same(row(survivors[place]), new)) else {
                places.add(*hash, survivors.len());
                survivors.push(index as u32);
                outcomes.imported += 1;
                continue;
            };
            let winner = survivors[place];
            if row(winner)[..values] == new[..values] {
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

/// Rows whose hashes are computed before the table is asked, so that its cache misses overlap.
const TILE_ROWS: usize = 64;

/// Places by the hash of their key: open addressing, half of a hash and a place in each slot.
struct Places {
    slots: Vec<u64>,
}

const EMPTY: u64 = u64::MAX;

impl Places {
    /// A table that holds up to `count` places and stays at most half full.
    fn of(count: usize) -> Self {
        Self { slots: vec![EMPTY; (count * 2).next_power_of_two().max(16)] }
    }

    fn add(&mut self, hash: u64, place: usize) {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        while self.slots[at] != EMPTY {
            at = (at + 1) & mask;
        }
        // Rows are counted in 32 bits, and the last number stands for none.
        self.slots[at] = hash >> 32 << 32 | place as u64;
    }

    #[inline]
    fn find(&self, hash: u64, same: impl Fn(usize) -> bool) -> Option<usize> {
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == EMPTY {
                return None;
            }
            let place = (slot & 0xffff_ffff) as usize;
            if slot >> 32 == hash >> 32 && same(place) {
                return Some(place);
            }
            at = (at + 1) & mask;
        }
    }
}
