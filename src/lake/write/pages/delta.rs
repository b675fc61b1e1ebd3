//! DELTA_BINARY_PACKED: each number as its distance from the one before, packed in blocks that share their smallest
//! distance. Counts of sorted rows are close to each other, so most take a few bits.

use super::bits::{pack, varint, width_of, zigzag};

const BLOCK_VALUES: usize = 128;
const MINIBLOCKS: usize = 4;
const MINIBLOCK_VALUES: usize = BLOCK_VALUES / MINIBLOCKS;

/// A number of a Parquet file.
pub(super) trait Number: Copy + Ord + Into<i64> {
    /// The distance from `before`, wrapping at the width of the type, as readers add it.
    fn minus(self, before: Self) -> i64;
    /// Its PLAIN form.
    fn bytes(self) -> Vec<u8>;
}

impl Number for i64 {
    fn minus(self, before: Self) -> i64 {
        self.wrapping_sub(before)
    }

    fn bytes(self) -> Vec<u8> {
        self.to_le_bytes().to_vec()
    }
}

impl Number for i32 {
    fn minus(self, before: Self) -> i64 {
        self.wrapping_sub(before).into()
    }

    fn bytes(self) -> Vec<u8> {
        self.to_le_bytes().to_vec()
    }
}

/// Appends the numbers; none is also a number of numbers.
pub(super) fn delta<T: Number>(values: &[T], out: &mut Vec<u8>) {
    varint(BLOCK_VALUES as u64, out);
    varint(MINIBLOCKS as u64, out);
    varint(values.len() as u64, out);
    zigzag(values.first().map_or(0, |first| (*first).into()), out);
    let Some((_, following)) = values.split_first() else { return };
    for (after, before) in following.chunks(BLOCK_VALUES).zip(values.chunks(BLOCK_VALUES)) {
        block(after, before, out);
    }
}

fn block<T: Number>(after: &[T], before: &[T], out: &mut Vec<u8>) {
    let mut distances = [0i64; BLOCK_VALUES];
    let distances = &mut distances[..after.len()];
    for ((distance, after), before) in distances.iter_mut().zip(after).zip(before) {
        *distance = after.minus(*before);
    }
    let smallest = distances.iter().copied().min().unwrap_or(0);
    zigzag(smallest, out);

    // Places without a value stay zero: the last miniblock is filled with them, and one of only such takes no bytes.
    let mut above = [0u64; BLOCK_VALUES];
    for (above, distance) in above.iter_mut().zip(distances.iter()) {
        *above = distance.wrapping_sub(smallest) as u64;
    }
    let (miniblocks, _) = above.as_chunks::<MINIBLOCK_VALUES>();
    let width = |values: &[u64; MINIBLOCK_VALUES]| width_of(values.iter().fold(0, |bits, value| bits | value));
    // A width is at most 64.
    out.extend(miniblocks.iter().map(|values| width(values) as u8));
    miniblocks.iter().for_each(|values| pack(values, width(values), out));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the format's specification says, slowly. Files are read by the parquet crate in the tests beside.
    struct Decoder {
        bytes: Vec<u8>,
        bit: usize,
    }

    impl Decoder {
        fn bits(&mut self, width: usize) -> u64 {
            let bit = |at: usize| u64::from(self.bytes[at / 8] >> (at % 8) & 1);
            let value = (0..width).map(|i| bit(self.bit + i) << i).sum();
            self.bit += width;
            value
        }

        fn varint(&mut self) -> u64 {
            let (mut value, mut shift) = (0, 0);
            loop {
                let byte = self.bits(8);
                value |= (byte & 0x7F) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    return value;
                }
            }
        }

        fn zigzag(&mut self) -> i64 {
            let value = self.varint();
            (value >> 1) as i64 ^ -((value & 1) as i64)
        }

        fn numbers(&mut self) -> Vec<i64> {
            let (block, miniblocks, count) = (self.varint(), self.varint(), self.varint() as usize);
            let first = self.zigzag();
            let mut values = vec![first];
            while values.len() < count {
                let smallest = self.zigzag();
                let widths: Vec<u64> = (0..miniblocks).map(|_| self.bits(8)).collect();
                for width in widths {
                    if values.len() >= count {
                        assert_eq!(width, 0, "a miniblock without values takes no bytes");
                    }
                    for _ in 0..block / miniblocks {
                        let distance = smallest.wrapping_add(self.bits(width as usize) as i64);
                        values.push(values[values.len() - 1].wrapping_add(distance));
                    }
                }
            }
            assert_eq!(self.bit, self.bytes.len() * 8, "nothing is left over");
            values.truncate(count);
            values
        }
    }

    fn decoded<T: Number>(values: &[T]) -> Vec<i64> {
        let mut bytes = Vec::new();
        delta(values, &mut bytes);
        Decoder { bytes, bit: 0 }.numbers()
    }

    proptest! {
        #[test]
        fn long_numbers_come_back(values in proptest::collection::vec(
            prop_oneof![any::<i64>(), 0i64..100, Just(i64::MIN), Just(i64::MAX)], 0..600)) {
            prop_assert_eq!(decoded(&values), values);
        }

        #[test]
        fn short_numbers_come_back_in_32_bits(values in proptest::collection::vec(
            prop_oneof![any::<i32>(), 0i32..100, Just(i32::MIN), Just(i32::MAX)], 0..600)) {
            let read: Vec<i32> = decoded(&values).into_iter().map(|value| value as i32).collect();
            prop_assert_eq!(read, values);
        }
    }

    #[test]
    fn a_distance_that_wraps_fits_the_width_of_the_type() {
        let mut bytes = Vec::new();
        delta(&[i32::MIN, i32::MAX, i32::MIN], &mut bytes);
        // Block, miniblocks, count, the first value (5 bytes), the smallest distance, widths.
        assert_eq!(bytes[..3], [0x80, 1, 4]);
        assert_eq!(bytes[9..14], [1, 2, 0, 0, 0], "-1 and 1, so 0 and 2 above the smallest");
    }
}
