//! Integers as bytes: variable length, zigzag, and many of one width in a row.

/// Seven bits a byte, the lowest first.
pub(super) fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// A signed number as a [`varint`], small in either direction.
pub(super) fn zigzag(value: i64, out: &mut Vec<u8>) {
    varint(((value << 1) ^ (value >> 63)) as u64, out);
}

/// Bits that hold every number up to this one.
pub(super) fn width_of(largest: u64) -> usize {
    (u64::BITS - largest.leading_zeros()) as usize
}

/// Eight values are written as two words, of which the bytes beyond `width` are overwritten by the next eight.
const SLACK_BYTES: usize = 32;

/// Appends values of `width` bits, the lowest bit first, filled with zeros to a whole number of eight. No value may
/// need more bits.
pub(super) fn pack<T: Copy + Into<u64>>(values: &[T], width: usize, out: &mut Vec<u8>) {
    let start = out.len();
    let end = start + values.len().div_ceil(8) * width;
    if end == start {
        return;
    }
    out.resize(end + SLACK_BYTES, 0);
    let mut at = start;
    let (eights, rest) = values.as_chunks::<8>();
    for eight in eights {
        pack_eight(eight.map(Into::into), width, &mut out[at..]);
        at += width;
    }
    if !rest.is_empty() {
        let mut last = [0; 8];
        last.iter_mut().zip(rest).for_each(|(last, value)| *last = (*value).into());
        pack_eight(last, width, &mut out[at..]);
    }
    out.truncate(end);
}

#[inline(always)]
fn pack_eight(values: [u64; 8], width: usize, out: &mut [u8]) {
    let [a, b, c, d, e, f, g, h] = values;
    if width <= 16 {
        let four = |a: u64, b: u64, c: u64, d: u64| a | b << width | c << (2 * width) | d << (3 * width);
        let word = u128::from(four(a, b, c, d)) | u128::from(four(e, f, g, h)) << (4 * width);
        out[..16].copy_from_slice(&word.to_le_bytes());
    } else {
        pack_wide(values, width, out);
    }
}

fn pack_wide(values: [u64; 8], width: usize, out: &mut [u8]) {
    let (mut word, mut filled, mut at) = (0u128, 0, 0);
    for value in values {
        word |= u128::from(value) << filled;
        filled += width;
        if filled >= 64 {
            out[at..at + 8].copy_from_slice(&(word as u64).to_le_bytes());
            (word, filled, at) = (word >> 64, filled - 64, at + 8);
        }
    }
    out[at..at + filled / 8].copy_from_slice(&word.to_le_bytes()[..filled / 8]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packed_values_are_their_bits_one_after_the_other(
            width in 0usize..=64, seeds in proptest::collection::vec(any::<u64>(), 0..40),
        ) {
            let values: Vec<u64> =
                seeds.iter().map(|seed| if width == 0 { 0 } else { seed >> (64 - width) }).collect();
            let mut packed = vec![0xAA];
            pack(&values, width, &mut packed);
            prop_assert_eq!(packed.len(), 1 + values.len().div_ceil(8) * width);
            let bit = |at: usize| u64::from(packed[1 + at / 8] >> (at % 8) & 1);
            for (index, value) in values.iter().enumerate() {
                let read = (0..width).map(|i| bit(index * width + i) << i).sum::<u64>();
                prop_assert_eq!(read, *value);
            }
        }
    }

    #[test]
    fn small_numbers_are_short_and_extremes_fit() {
        let bytes = |value| {
            let mut out = Vec::new();
            zigzag(value, &mut out);
            out
        };
        assert_eq!(bytes(0), [0]);
        assert_eq!(bytes(-1), [1]);
        assert_eq!(bytes(64), [0x80, 1]);
        assert_eq!(bytes(i64::MIN).len(), 10);
        assert_eq!((width_of(0), width_of(1), width_of(255), width_of(u64::MAX)), (0, 1, 8, 64));
    }
}
