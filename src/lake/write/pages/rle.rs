//! The hybrid of runs and packed bits that Parquet uses for dictionary indices and for definition levels.
//!
//! A run of equal values is its length and one value; everything else is packed in groups of eight.

use arrow::buffer::NullBuffer;

use super::bits::{pack, varint};

/// A shorter run costs no less than packing it.
const SHORTEST_RUN: usize = 8;

/// Appends values of at most `width` bits.
pub(super) fn hybrid(values: &[u32], width: usize, out: &mut Vec<u8>) {
    let mut rest = values;
    while let [first, ..] = rest {
        let run = rest.iter().take_while(|value| *value == first).count();
        if run >= SHORTEST_RUN || run == rest.len() {
            repeat(*first, run, width, out);
            rest = &rest[run..];
        } else {
            let packed = packed_length(rest);
            varint((packed.div_ceil(8) as u64) << 1 | 1, out);
            pack(&rest[..packed], width, out);
            rest = &rest[packed..];
        }
    }
}

/// Definition levels of a nullable column: 1 for a value, 0 for null.
pub(super) fn levels(nulls: Option<&NullBuffer>, rows: usize, out: &mut Vec<u8>) {
    match nulls {
        None => repeat(1, rows, 1, out),
        Some(nulls) => {
            let levels: Vec<u32> = nulls.iter().map(u32::from).collect();
            hybrid(&levels, 1, out);
        }
    }
}

fn repeat(value: u32, times: usize, width: usize, out: &mut Vec<u8>) {
    varint((times as u64) << 1, out);
    out.extend_from_slice(&value.to_le_bytes()[..width.div_ceil(8)]);
}

/// Whole groups up to the first that a run may begin with; only the end of all values may leave a group unfilled.
fn packed_length(values: &[u32]) -> usize {
    let (groups, _) = values.as_chunks::<8>();
    let uniform = |group: &[u32; 8]| group.iter().all(|value| *value == group[0]);
    groups.iter().skip(1).position(uniform).map_or(values.len(), |groups| 8 * (groups + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the format's specification says, slowly.
    fn decoded(bytes: &[u8], width: usize, length: usize) -> Vec<u32> {
        let (mut values, mut at) = (Vec::new(), 0);
        while values.len() < length {
            let (mut header, mut shift) = (0usize, 0);
            loop {
                let byte = bytes[at];
                at += 1;
                header |= usize::from(byte & 0x7F) << shift;
                shift += 7;
                if byte & 0x80 == 0 {
                    break;
                }
            }
            if header & 1 == 0 {
                let mut value = [0; 4];
                value[..width.div_ceil(8)].copy_from_slice(&bytes[at..at + width.div_ceil(8)]);
                at += width.div_ceil(8);
                values.extend(std::iter::repeat_n(u32::from_le_bytes(value), header >> 1));
            } else {
                let bit = |index: usize| u32::from(bytes[at + index / 8] >> (index % 8) & 1);
                let count = (header >> 1) * 8;
                values.extend((0..count).map(|value| (0..width).map(|i| bit(value * width + i) << i).sum::<u32>()));
                at += (header >> 1) * width;
            }
        }
        assert_eq!(at, bytes.len(), "nothing is left over");
        values.truncate(length);
        values
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read_back(
            width in 0usize..=32,
            runs in proptest::collection::vec((any::<u32>(), prop_oneof![1usize..4, 5usize..40]), 0..30),
        ) {
            let mask = ((1u64 << width) - 1) as u32;
            let values: Vec<u32> =
                runs.iter().flat_map(|(value, times)| std::iter::repeat_n(value & mask, *times)).collect();
            let mut out = Vec::new();
            hybrid(&values, width, &mut out);
            prop_assert_eq!(decoded(&out, width, values.len()), values);
        }

        #[test]
        fn levels_say_where_values_are(valid in proptest::collection::vec(any::<bool>(), 1..100)) {
            let nulls = NullBuffer::from(valid.clone());
            let mut out = Vec::new();
            levels(Some(&nulls), valid.len(), &mut out);
            let read: Vec<bool> = decoded(&out, 1, valid.len()).iter().map(|level| *level == 1).collect();
            prop_assert_eq!(read, valid);
        }
    }

    #[test]
    fn a_run_takes_its_length_and_one_value() {
        let mut out = Vec::new();
        hybrid(&[3; 20_000], 2, &mut out);
        assert_eq!(out, [0xC0, 0xB8, 0x02, 3]);
        out.clear();
        levels(None, 5, &mut out);
        assert_eq!(out, [10, 1]);
    }
}
