//! The natural key of a row: all dimensions, and a name where the id that it names is null. Null equals null.

use std::cmp::Ordering;

use crate::report::RowLayout;

/// Where the key stands in the words of a row.
pub(super) struct NaturalKey {
    dimensions: usize,
    attributes: Vec<(Option<usize>, usize)>,
}

impl NaturalKey {
    pub(super) fn of(layout: &RowLayout) -> Self {
        Self { dimensions: layout.dimensions(), attributes: layout.attributes() }
    }

    /// An order in which rows of the same key, and only those, are equal.
    pub(super) fn compare(&self, a: &[u32], b: &[u32]) -> Ordering {
        let mut order = a[..self.dimensions].cmp(&b[..self.dimensions]);
        for (id, name) in &self.attributes {
            if is_null(*id, a) {
                order = order.then(a[*name].cmp(&b[*name]));
            }
        }
        order
    }

    /// Whether two rows have the same key.
    #[inline]
    pub(super) fn same(&self, a: &[u32], b: &[u32]) -> bool {
        a[..self.dimensions] == b[..self.dimensions]
            && self.attributes.iter().all(|(id, name)| !is_null(*id, a) || a[*name] == b[*name])
    }

    /// Equal for rows of the same key.
    #[inline]
    pub(super) fn hash(&self, row: &[u32]) -> u64 {
        let (pairs, rest) = row[..self.dimensions].as_chunks::<2>();
        let mut hash = 0x9e37_79b9_7f4a_7c15;
        for [low, high] in pairs {
            hash = mix(hash, u64::from(*low) | u64::from(*high) << 32);
        }
        for word in rest {
            hash = mix(hash, u64::from(*word));
        }
        for (id, name) in &self.attributes {
            if is_null(*id, row) {
                hash = mix(hash, u64::from(row[*name]));
            }
        }
        hash
    }
}

/// Whether a row's id is null, so that its name counts.
#[inline]
fn is_null(id: Option<usize>, row: &[u32]) -> bool {
    id.is_none_or(|id| row[id] == 0)
}

#[inline]
fn mix(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ word) * 0xd1b5_4a32_d192_ed03_u128;
    (product as u64) ^ (product >> 64) as u64
}
