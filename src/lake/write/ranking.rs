//! The texts of a dictionary in the order of their bytes. Sorted once, rows are then ordered and bounded as integers.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray};

/// Which value of a dictionary comes where.
#[derive(Clone, Debug)]
pub(super) struct Ranking {
    values: ArrayRef,
    /// Keys in the order of their texts; null values are not among them.
    order: Vec<u32>,
}

impl Ranking {
    /// Sorts the values of a dictionary of text.
    pub(super) fn new(values: &ArrayRef) -> Result<Self, String> {
        let text = values.as_string_opt::<i32>().ok_or_else(|| format!("a dictionary of {}", values.data_type()))?;
        let count = u32::try_from(text.len()).map_err(|_| "a dictionary of more than 2³² values".to_owned())?;
        let present = (0..count).filter(|&key| text.is_valid(key as usize));
        // Most texts differ in their first bytes, which compare as one number.
        let mut order: Vec<(u64, u32)> = present.map(|key| (prefix(text.value(key as usize)), key)).collect();
        order.sort_by(|(left, a), (right, b)| {
            left.cmp(right).then_with(|| text.value(*a as usize).cmp(text.value(*b as usize)))
        });
        let order = order.into_iter().map(|(_, key)| key).collect();
        Ok(Self { values: Arc::clone(values), order })
    }

    /// Whether these are the values that were sorted: the same array, not an equal one.
    pub(super) fn is_of(&self, values: &ArrayRef) -> bool {
        Arc::ptr_eq(&self.values, values)
    }

    /// The texts by key.
    pub(super) fn texts(&self) -> &StringArray {
        self.values.as_string()
    }

    /// Keys in the order of their texts; keys of equal texts are neighbours.
    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    /// By key: the place of its text among the different texts, from 1 on; 0 where the value is null.
    pub(super) fn ranks(&self) -> Vec<u32> {
        let text = self.texts();
        let mut ranks = vec![0; text.len()];
        let (mut rank, mut before) = (0, None);
        for &key in &self.order {
            let value = text.value(key as usize);
            if before != Some(value) {
                (rank, before) = (rank + 1, Some(value));
            }
            ranks[key as usize] = rank;
        }
        ranks
    }
}

/// The first eight bytes as a number that orders as they do; a shorter text is filled with zeros and comes no later
/// than those that it begins.
fn prefix(text: &str) -> u64 {
    let mut bytes = [0; 8];
    let length = text.len().min(8);
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_are_ordered_by_their_texts(texts in proptest::collection::vec(
            proptest::option::of("[ab\u{0}é]{0,12}"), 0..40)) {
            let values: ArrayRef = Arc::new(StringArray::from(texts.clone()));
            let ranking = Ranking::new(&values).unwrap();
            let ordered: Vec<&str> =
                ranking.order().iter().map(|key| texts[*key as usize].as_deref().unwrap()).collect();
            let mut expected: Vec<&str> = texts.iter().flatten().map(String::as_str).collect();
            expected.sort_unstable();
            prop_assert_eq!(ordered, expected);
            let ranks = ranking.ranks();
            for (left, a) in texts.iter().enumerate() {
                for (right, b) in texts.iter().enumerate() {
                    prop_assert_eq!(ranks[left].cmp(&ranks[right]), a.cmp(b), "nulls first, equal texts alike");
                }
            }
        }
    }
}
