//! Which rows of a file live on: one per natural key.
//!
//! A later row of a key replaces the one before, unless it says the same. Each row of the file has exactly one outcome,
//! so the counts add up. Where rows are live already, [`super::restate`] decides in the same way.

use super::key::NaturalKey;
use super::order::Sorted;
use super::rows::Rows;
use crate::model::in_threads;
use crate::report::{RowLayout, prefetch};

/// Outcomes of the rows of a file in one partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcomes {
    /// New keys.
    pub imported: u64,
    /// Changed rows of known keys.
    pub replaced: u64,
    /// Rows that say what is known.
    pub duplicate: u64,
    /// Rows of live keys in mode skip.
    pub skipped: u64,
}

impl std::ops::AddAssign for Outcomes {
    fn add_assign(&mut self, other: Self) {
        self.imported += other.imported;
        self.replaced += other.replaced;
        self.duplicate += other.duplicate;
        self.skipped += other.skipped;
    }
}

impl Outcomes {
    /// Whether the file changes nothing in the partition.
    pub(super) fn nothing_new(&self) -> bool {
        self.imported == 0 && self.replaced == 0
    }
}

/// Rows asked for before they are compared.
const ROWS_AHEAD: usize = 32;

/// Reduces the order of a file's rows to those that live on; so many threads share the rows.
pub(super) fn resolve(rows: &Rows, layout: &RowLayout, sorted: Sorted, threads: usize) -> (Vec<u32>, Outcomes) {
    let Sorted { mut order, same_as_before } = sorted;
    let (share, key) = (order.len().div_ceil(threads.max(1)).max(1), &NaturalKey::of(layout));
    let mut parts: Vec<(&mut [u32], &[bool])> = Vec::new();
    let (mut rest, mut same) = (&mut order[..], &same_as_before[..]);
    while !rest.is_empty() {
        // Rows of a key are neighbours with the same sort values: they stay in one part.
        let end = (share..rest.len()).find(|end| !same[*end]).unwrap_or(rest.len());
        let (part, following) = rest.split_at_mut(end);
        let (same_of_part, same_following) = same.split_at(end);
        parts.push((part, same_of_part));
        (rest, same) = (following, same_following);
    }
    let resolved = in_threads(parts, |(order, same): (&mut [u32], &[bool])| {
        (order.len(), resolve_part(rows, layout, key, order, same))
    });
    let (mut outcomes, mut start, mut end) = (Outcomes::default(), 0, 0);
    for (length, (kept, of_part)) in resolved {
        order.copy_within(start..start + kept, end);
        (start, end) = (start + length, end + kept);
        outcomes += of_part;
    }
    order.truncate(end);
    (order, outcomes)
}

/// Brings the rows that live on to the front; how many, and what became of all.
fn resolve_part(
    rows: &Rows,
    layout: &RowLayout,
    key: &NaturalKey,
    order: &mut [u32],
    same_as_before: &[bool],
) -> (usize, Outcomes) {
    let row = |index: u32| rows.row(index as usize);
    let values = layout.values();
    let mut outcomes = Outcomes::default();
    let mut kept = 0;
    let mut start = 0;
    let mut asked = 0;
    while start < order.len() {
        let mut end = start + 1;
        while end < order.len() && same_as_before[end] {
            end += 1;
        }
        // Rows that others have the sort values of will be compared: they are on their way from memory by then.
        while asked < order.len().min(end + ROWS_AHEAD) {
            if same_as_before[asked] || same_as_before.get(asked + 1) == Some(&true) {
                prefetch(&row(order[asked])[0]);
            }
            asked += 1;
        }
        if end > start + 1 {
            // Stable: among rows of a key the later one stays later.
            order[start..end].sort_by(|a, b| key.compare(row(*a), row(*b)));
        }
        let mut at = start;
        while at < end {
            let mut winner = order[at];
            outcomes.imported += 1;
            at += 1;
            while at < end && key.same(row(winner), row(order[at])) {
                if row(winner)[..values] == row(order[at])[..values] {
                    outcomes.duplicate += 1;
                } else {
                    outcomes.replaced += 1;
                    winner = order[at];
                }
                at += 1;
            }
            order[kept] = winner;
            kept += 1;
        }
        start = end;
    }
    (kept, outcomes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::restate::restate;
    use crate::ingest::{Mode, order};
    use crate::model::facts;
    use crate::report::Dictionary;
    use proptest::prelude::*;
    use std::collections::HashMap;

    /// creative, publisher id, publisher name, impressions
    type Row = (u32, u32, u32, u32);

    fn check(live: &[Row], file: &[Row], mode: Mode) -> (Vec<Row>, Outcomes) {
        let table = facts::table("rtb_daily").unwrap();
        let layout = RowLayout::new(table, ["creative_id", "publisher_id", "publisher_name", "impressions"]);
        let mut dictionary = Dictionary::plain();
        for text in ["a", "b", "c", "d"] {
            dictionary.id(text);
        }
        let mut dictionaries = vec![Some(dictionary)];
        dictionaries.resize_with(layout.width(), || None);
        let mut rows = Rows::new(layout.width());
        for row in file.iter().chain(live) {
            rows.push(&[row.0, row.1, row.2, row.3, 0]);
        }
        let (order, outcomes) = if live.is_empty() {
            let columns = order::SortColumns::new(&layout, &dictionaries, &table.sort);
            let all: Vec<u32> = (0..rows.len() as u32).collect();
            resolve(&rows, &layout, order::sorted(&rows, &all, &columns, 1), 1 + rows.len() % 3)
        } else {
            let arrival = std::iter::once(0..file.len()).collect();
            restate(&rows, &layout, &arrival, file.len()..rows.len(), (mode, 1 + file.len() % 3))
        };
        let row = |row: &[u32]| (row[0], row[1], row[2], row[3]);
        (order.iter().map(|index| row(rows.row(*index as usize))).collect(), outcomes)
    }

    #[test]
    fn the_later_row_wins_and_equal_rows_are_duplicates() {
        let (rows, outcomes) =
            check(&[(1, 1, 1, 5), (2, 1, 1, 5)], &[(1, 1, 1, 6), (2, 1, 1, 5), (3, 1, 1, 1)], Mode::Merge);
        assert_eq!(rows, [(1, 1, 1, 6), (2, 1, 1, 5), (3, 1, 1, 1)]);
        assert_eq!(outcomes, Outcomes { imported: 1, replaced: 1, duplicate: 1, skipped: 0 });
    }

    #[test]
    fn a_name_is_part_of_the_key_only_without_its_id() {
        let (rows, _) = check(&[], &[(1, 1, 1, 5), (1, 1, 2, 6), (1, 0, 1, 7), (1, 0, 2, 8)], Mode::Merge);
        assert_eq!(rows.len(), 3);
        assert!(rows.contains(&(1, 1, 2, 6)) && rows.contains(&(1, 0, 1, 7)) && rows.contains(&(1, 0, 2, 8)));
    }

    fn rows() -> impl Strategy<Value = Vec<Row>> {
        prop::collection::vec((1..4_u32, 0..2_u32, 0..3_u32, 0..3_u32), 0..40)
    }

    proptest! {
        #[test]
        fn resolving_is_a_map_filled_row_by_row(first in rows(), file in rows(), skip in any::<bool>()) {
            let mode = if skip { Mode::Skip } else { Mode::Merge };
            let (live, _) = check(&[], &first, Mode::Merge);
            let (result, outcomes) = check(&live, &file, mode);
            let key = |row: &Row| (row.0, row.1, if row.1 == 0 { row.2 } else { 0 });
            let before: HashMap<_, _> = live.iter().map(|row| (key(row), *row)).collect();
            let mut map = before.clone();
            let mut expected = Outcomes::default();
            for row in &file {
                match map.get(&key(row)) {
                    None => expected.imported += 1,
                    Some(known) if known == row => { expected.duplicate += 1; continue }
                    Some(_) if skip && before.contains_key(&key(row)) => { expected.skipped += 1; continue }
                    Some(_) => expected.replaced += 1,
                }
                map.insert(key(row), *row);
            }
            prop_assert_eq!(outcomes, expected);
            let mut expected: Vec<_> = map.into_values().collect();
            expected.sort();
            let mut result = result;
            result.sort();
            prop_assert_eq!(result, expected);
        }
    }
}
