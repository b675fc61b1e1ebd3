//! The order of rows in a partition: by the table's sort columns, then by arrival.
//!
//! Sorting runs on one integer per row: the ranks of its sort values, packed, above the row's index. Where that fits
//! 64 bits (always, but for very many distinct values) it is a radix sort; otherwise rows are compared.

use super::rows::Rows;
use crate::model::in_threads;
use crate::report::{Dictionary, RowLayout};

/// Rows sorted by the sort columns; rows with equal sort values are neighbours, in order of arrival.
pub(super) struct Sorted {
    /// Row indexes.
    pub order: Vec<u32>,
    /// Whether the row at each position has the same sort values as the one before.
    pub same_as_before: Vec<bool>,
}

/// The sort columns of a partition: `sort` names the table's, of which the layout may lack some.
pub(super) struct SortColumns(Vec<Ranked>);

impl SortColumns {
    pub(super) fn new(layout: &RowLayout, dictionaries: &[Option<Dictionary>], sort: &[String]) -> Self {
        Self(sort.iter().filter_map(|column| Ranked::new(layout.position(column)?, dictionaries)).collect())
    }

    /// The sort values of a row, as a number that orders as they do: four columns of 32 bits at most.
    pub(super) fn key(&self, row: &[u32]) -> u128 {
        self.0.iter().fold(0, |key, column| key << column.bits | u128::from(column.rank(row)))
    }
}

/// Sorts some or all of `rows`, which came in the order of `indexes`; so many threads make the keys.
pub(super) fn sorted(rows: &Rows, indexes: &[u32], columns: &SortColumns, threads: usize) -> Sorted {
    let SortColumns(ranked) = columns;
    let index_bits = bits(rows.end());
    let bits: u32 = ranked.iter().map(|column| column.bits).sum();
    if bits + index_bits > u64::BITS {
        return by_comparison(rows, indexes, ranked);
    }
    let mut keys: Vec<u64> = vec![0; indexes.len()];
    let share = indexes.len().div_ceil(threads.max(1)).max(1);
    in_threads(keys.chunks_mut(share).zip(indexes.chunks(share)), |(keys, indexes)| {
        for (key, index) in keys.iter_mut().zip(indexes) {
            let row = rows.row(*index as usize);
            let ranks = ranked.iter().fold(0, |key, column| key << column.bits | u64::from(column.rank(row)));
            *key = ranks << index_bits | u64::from(*index);
        }
    });
    radix_sort(&mut keys, index_bits, bits);
    let index = (1_u64 << index_bits) - 1;
    let order = keys.iter().map(|key| (key & index) as u32).collect();
    let mut before = None;
    let same_as_before = keys.iter().map(|key| before.replace(key >> index_bits) == Some(key >> index_bits)).collect();
    Sorted { order, same_as_before }
}

/// The rank of each id of one column: null first, then by text.
struct Ranked {
    word: usize,
    ranks: Vec<u32>,
    bits: u32,
}

impl Ranked {
    fn new(word: usize, dictionaries: &[Option<Dictionary>]) -> Option<Self> {
        let dictionary = dictionaries[word].as_ref()?;
        let mut ids: Vec<u32> = (1..dictionary.len() as u32).collect();
        ids.sort_unstable_by_key(|id| dictionary.text(*id));
        let mut ranks = vec![0; dictionary.len()];
        for (rank, id) in ids.into_iter().enumerate() {
            ranks[id as usize] = rank as u32 + 1;
        }
        Some(Self { word, bits: bits(ranks.len()), ranks })
    }

    #[inline]
    fn rank(&self, row: &[u32]) -> u32 {
        self.ranks[row[self.word] as usize]
    }
}

/// Bits that hold any of `n` values.
fn bits(n: usize) -> u32 {
    usize::BITS - n.saturating_sub(1).leading_zeros()
}

fn by_comparison(rows: &Rows, indexes: &[u32], ranked: &[Ranked]) -> Sorted {
    let key = |index: u32| ranked.iter().map(move |column| column.rank(rows.row(index as usize)));
    let mut order = indexes.to_vec();
    order.sort_by(|a, b| key(*a).cmp(key(*b)));
    let same = |pair: &[u32]| key(pair[0]).eq(key(pair[1]));
    let same_as_before = std::iter::once(false).chain(order.windows(2).map(same)).take(order.len()).collect();
    Sorted { order, same_as_before }
}

/// Sorts by the `bits` bits above the lowest `shift`, stably, eleven at a time.
fn radix_sort(keys: &mut Vec<u64>, shift: u32, bits: u32) {
    const DIGIT: u32 = 11;
    let mut other = vec![0; keys.len()];
    let mut done = 0;
    while done < bits {
        let digit = |key: u64| (key >> (shift + done)) as usize & ((1 << DIGIT.min(bits - done)) - 1);
        let mut starts = [0_usize; 1 << DIGIT];
        keys.iter().for_each(|key| starts[digit(*key)] += 1);
        let mut start = 0;
        for slot in &mut starts {
            start += std::mem::replace(slot, start);
        }
        for key in keys.iter() {
            let slot = &mut starts[digit(*key)];
            other[*slot] = *key;
            *slot += 1;
        }
        std::mem::swap(keys, &mut other);
        done += DIGIT;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_sorts_give_the_plain_order(
            rows in prop::collection::vec(("[a-d]{0,2}", "[a-z]{1,2}", 0..3_u32), 1..300),
            threads in 1..4_usize,
        ) {
            let table = facts::table("rtb_daily").unwrap();
            let layout = RowLayout::new(table, ["billing_id", "creative_id", "impressions"]);
            let mut dictionaries: Vec<_> = layout.columns().iter().map(|_| Some(Dictionary::plain())).collect();
            let mut words = Rows::new(layout.width());
            for (billing, creative, n) in &rows {
                let mut id = |word: usize, text: &str| {
                    if text.is_empty() { 0 } else { dictionaries[word].as_mut().unwrap().id(text) }
                };
                words.push(&[id(0, billing), id(1, creative), *n, 0]);
            }
            let mut expected: Vec<usize> = (0..rows.len()).collect();
            expected.sort_by_key(|i| (&rows[*i].0, &rows[*i].1));
            let columns = SortColumns::new(&layout, &dictionaries, &table.sort);
            let all: Vec<u32> = (0..rows.len() as u32).collect();
            for sorted in [sorted(&words, &all, &columns, threads), by_comparison(&words, &all, &columns.0)] {
                prop_assert!(sorted.order.iter().map(|i| *i as usize).eq(expected.iter().copied()));
                for (i, same) in sorted.same_as_before.iter().enumerate() {
                    let key = |i: usize| (&rows[expected[i]].0, &rows[expected[i]].1);
                    prop_assert_eq!(*same, i > 0 && key(i) == key(i - 1));
                }
            }
            let some = |i: &usize| !i.is_multiple_of(3);
            let indexes: Vec<u32> = all.into_iter().filter(|i| some(&(*i as usize))).collect();
            let sorted = sorted(&words, &indexes, &columns, threads);
            prop_assert!(sorted.order.iter().map(|i| *i as usize).eq(expected.iter().copied().filter(some)));
        }
    }
}
