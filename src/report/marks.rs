//! Where the fields and records of a block end: separators and line ends outside quotes, found 64 bytes at a time.
//!
//! The running xor of the quote bits gives the quoted spans, which is right for well-formed quoting only.

use std::ops::Deref;

/// Where the fields and records of a block end.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Positions of delimiters and line ends outside quotes, ascending.
    pub separators: Positions,
    /// Positions of line ends outside quotes, ascending.
    pub ends: Positions,
    /// A quote or a carriage return that is no line end occurs: each field must be checked.
    pub check: bool,
}

/// Positions in a block; the room for them is kept from block to block.
#[derive(Debug, Default)]
pub(super) struct Positions {
    room: Vec<u32>,
    count: usize,
}

impl Deref for Positions {
    type Target = [u32];

    fn deref(&self) -> &[u32] {
        &self.room[..self.count]
    }
}

impl Positions {
    /// Forgets all, and has room for so many.
    fn start(&mut self, most: usize) {
        self.count = 0;
        if self.room.len() < most {
            self.room.resize(most, 0);
        }
    }

    /// Appends one.
    pub(super) fn push(&mut self, position: u32) {
        if self.room.len() == self.count {
            self.room.push(0);
        }
        self.room[self.count] = position;
        self.count += 1;
    }

    /// Appends the places of the bits that are set, counted from `at`.
    #[inline(always)]
    fn push_bits(&mut self, mut bits: u64, at: usize) {
        let ones = bits.count_ones() as usize;
        for place in &mut self.room[self.count..self.count + ones] {
            // Blocks are a few MiB at most.
            *place = at as u32 + bits.trailing_zeros();
            bits &= bits - 1;
        }
        self.count += ones;
    }
}

impl Marks {
    /// Finds the marks of `bytes[start..]`.
    pub(super) fn find(&mut self, bytes: &[u8], start: usize, delimiter: u8) {
        #[cfg(target_arch = "x86_64")]
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("popcnt") {
            // SAFETY: the processor has the features that the function is compiled for.
            return unsafe { x86_64::find(self, bytes, start, delimiter) };
        }
        self.find_with(bytes, start, delimiter, equal);
    }

    /// The same with another way to find bytes: for each needle, the bits of the bytes equal to it.
    #[inline(always)]
    fn find_with(&mut self, bytes: &[u8], start: usize, delimiter: u8, equal: impl Fn(&[u8; 64], [u8; 4]) -> [u64; 4]) {
        // All of the last 64 bytes could be marks.
        let most = bytes.len() - start + 64;
        self.separators.start(most);
        self.ends.start(most);
        self.check = false;
        let mut quoted = 0_u64;
        let mut return_before = 0_u64;
        let mut at = start;
        while at < bytes.len() {
            let mut tail = [0; 64];
            let chunk = match bytes[at..].first_chunk::<64>() {
                Some(chunk) => chunk,
                None => {
                    tail[..bytes.len() - at].copy_from_slice(&bytes[at..]);
                    &tail
                }
            };
            let [quotes, delimiters, lines, returns] = equal(chunk, [b'"', delimiter, b'\n', b'\r']);
            let inside = prefix_xor(quotes) ^ quoted;
            quoted = ((inside as i64) >> 63) as u64;
            let after_return = returns << 1 | return_before;
            return_before = returns >> 63;
            self.check |= quotes != 0 || after_return & !lines != 0;
            let lines = lines & !inside;
            self.separators.push_bits((delimiters & !inside) | lines, at);
            self.ends.push_bits(lines, at);
            at += 64;
        }
    }
}

/// Bit i = xor of bits 0..=i: from an opening quote up to before its closing one.
#[inline(always)]
fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// For each needle, the bits of the bytes equal to it; on any processor.
fn equal(chunk: &[u8; 64], needles: [u8; 4]) -> [u64; 4] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut masks = [0; 4];
    for (number, word) in chunk.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        for (mask, needle) in masks.iter_mut().zip(needles) {
            // The highest bit of each byte that is zero in `differs`, gathered into eight bits.
            let differs = word ^ (ONES * u64::from(needle));
            let low = (differs & !(ONES << 7)) + !(ONES << 7);
            let equal = !(low | differs) & (ONES << 7);
            *mask |= (equal >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56 << (number * 8);
        }
    }
    masks
}

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use std::arch::x86_64::{_mm256_cmpeq_epi8, _mm256_movemask_epi8, _mm256_set_epi64x, _mm256_set1_epi8};

    use super::Marks;

    #[target_feature(enable = "avx2,bmi1,popcnt")]
    pub(super) fn find(marks: &mut Marks, bytes: &[u8], start: usize, delimiter: u8) {
        marks.find_with(bytes, start, delimiter, |chunk, needles| equal(chunk, needles));
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn equal(chunk: &[u8; 64], needles: [u8; 4]) -> [u64; 4] {
        let (words, _) = chunk.as_chunks::<8>();
        let word = |at: usize| i64::from_le_bytes(words[at]);
        let low = _mm256_set_epi64x(word(3), word(2), word(1), word(0));
        let high = _mm256_set_epi64x(word(7), word(6), word(5), word(4));
        needles.map(|needle| {
            let needle = _mm256_set1_epi8(needle as i8);
            let bits = |bytes| _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, needle)) as u32;
            u64::from(bits(low)) | u64::from(bits(high)) << 32
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same, one byte after the other.
    fn plainly(text: &[u8]) -> (Vec<u32>, Vec<u32>, bool) {
        let (mut separators, mut ends, mut quoted, mut check) = (Vec::new(), Vec::new(), false, false);
        for (i, byte) in text.iter().enumerate() {
            quoted ^= *byte == b'"';
            check |= *byte == b'"' || i > 0 && text[i - 1] == b'\r' && *byte != b'\n';
            if !quoted && matches!(byte, b',' | b'\n') {
                separators.push(i as u32);
            }
            if !quoted && *byte == b'\n' {
                ends.push(i as u32);
            }
        }
        (separators, ends, check)
    }

    proptest! {
        #[test]
        fn marks_are_those_of_a_plain_loop(text in "[a,\"\n\r]{0,400}") {
            // What follows the text is padding.
            let text = format!("{text}\n");
            let (mut fast, mut portable) = (Marks::default(), Marks::default());
            fast.find(text.as_bytes(), 0, b',');
            portable.find_with(text.as_bytes(), 0, b',', equal);
            let (separators, ends, check) = plainly(text.as_bytes());
            for marks in [fast, portable] {
                prop_assert_eq!(&*marks.separators, &separators[..]);
                prop_assert_eq!(&*marks.ends, &ends[..]);
                prop_assert_eq!(marks.check, check);
            }
        }

        #[test]
        fn any_byte_is_found_on_any_processor(chunk in prop::array::uniform32(any::<u8>()), needle in any::<u8>()) {
            let mut both = [0; 64];
            both[..32].copy_from_slice(&chunk);
            both[32..].copy_from_slice(&chunk);
            let needles = [needle, chunk[3], chunk[31], 0];
            for (found, needle) in equal(&both, needles).into_iter().zip(needles) {
                let expected = (0..64).fold(0, |mask, i| mask | u64::from(both[i] == needle) << i);
                prop_assert_eq!(found, expected);
            }
        }
    }
}
