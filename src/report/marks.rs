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

    /// Room for the places of 64 bits behind those that are there.
    #[inline(always)]
    fn room_for_bits(&mut self) -> &mut [u32; 64] {
        let Some(room) = self.room[self.count..].first_chunk_mut() else {
            unreachable!("there is room for as many positions as bytes, and 64 more");
        };
        room
    }

    /// Appends the places of the bits that are set, counted from `at`.
    #[inline(always)]
    fn push_bits(&mut self, mut bits: u64, at: usize) {
        let ones = bits.count_ones() as usize;
        for place in &mut self.room_for_bits()[..ones] {
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
        if let Some(find) = x86_64::best() {
            return find(self, bytes, start, delimiter);
        }
        self.find_with(bytes, start, delimiter, equal, Positions::push_bits);
    }

    /// The same with another way to find bytes (for each needle, the bits of the bytes equal to it), and to note places.
    #[inline(always)]
    fn find_with(
        &mut self,
        bytes: &[u8],
        start: usize,
        delimiter: u8,
        equal: impl Fn(&[u8; 64], [u8; 4]) -> [u64; 4],
        push: impl Fn(&mut Positions, u64, usize),
    ) {
        // All bytes could be marks, and places are noted 64 at a time.
        let most = bytes.len() - start + 128;
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
            push(&mut self.separators, (delimiters & !inside) | lines, at);
            // Few of 64 bytes end a record.
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
    use std::arch::x86_64::*;

    use super::{Marks, Positions};

    pub(super) type Find = fn(&mut Marks, &[u8], usize, u8);

    /// The fastest way that this processor has.
    pub(super) fn best() -> Option<Find> {
        ways().last().copied()
    }

    /// All ways that this processor has, the fastest last.
    pub(super) fn ways() -> Vec<Find> {
        let has_256 =
            is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("popcnt");
        let has_512 = has_256
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vbmi2");
        let mut ways: Vec<Find> = Vec::new();
        if has_256 {
            // SAFETY: the processor has the features that the function is compiled for.
            ways.push(|marks, bytes, start, delimiter| unsafe { find_256(marks, bytes, start, delimiter) });
        }
        if has_512 {
            // SAFETY: the same.
            ways.push(|marks, bytes, start, delimiter| unsafe { find_512(marks, bytes, start, delimiter) });
        }
        ways
    }

    #[target_feature(enable = "avx2,bmi1,popcnt")]
    fn find_256(marks: &mut Marks, bytes: &[u8], start: usize, delimiter: u8) {
        marks.find_with(bytes, start, delimiter, |chunk, needles| equal_256(chunk, needles), Positions::push_bits);
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn equal_256(chunk: &[u8; 64], needles: [u8; 4]) -> [u64; 4] {
        let (low, high) = chunk.split_at(32);
        // SAFETY: each half has 32 bytes, which are loaded without alignment.
        let [low, high] = unsafe { [low, high].map(|half| _mm256_loadu_si256(half.as_ptr().cast())) };
        needles.map(|needle| {
            let needle = _mm256_set1_epi8(needle as i8);
            let bits = |bytes| _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, needle)) as u32;
            u64::from(bits(low)) | u64::from(bits(high)) << 32
        })
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,avx2,bmi1,popcnt")]
    fn find_512(marks: &mut Marks, bytes: &[u8], start: usize, delimiter: u8) {
        marks.find_with(
            bytes,
            start,
            delimiter,
            |chunk, needles| equal_512(chunk, needles),
            |positions, bits, at| push_512(positions, bits, at),
        );
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn equal_512(chunk: &[u8; 64], needles: [u8; 4]) -> [u64; 4] {
        // SAFETY: 64 bytes are loaded without alignment.
        let bytes = unsafe { _mm512_loadu_si512(chunk.as_ptr().cast()) };
        needles.map(|needle| _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(needle as i8)))
    }

    static PLACES: [u8; 64] = {
        let mut places = [0; 64];
        let mut place = 0;
        while place < 64 {
            places[place] = place as u8;
            place += 1;
        }
        places
    };

    /// [`Positions::push_bits`], sixteen places at a time.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
    fn push_512(positions: &mut Positions, bits: u64, at: usize) {
        // SAFETY: 64 bytes are loaded without alignment.
        let places = unsafe { _mm512_loadu_si512(PLACES.as_ptr().cast()) };
        let places = _mm512_maskz_compress_epi8(bits, places);
        let base = _mm512_set1_epi32(at as i32);
        let ones = bits.count_ones() as usize;
        let quarters = [
            _mm512_extracti32x4_epi32::<0>(places),
            _mm512_extracti32x4_epi32::<1>(places),
            _mm512_extracti32x4_epi32::<2>(places),
            _mm512_extracti32x4_epi32::<3>(places),
        ];
        let (room, _) = positions.room_for_bits().as_chunks_mut::<16>();
        for (room, quarter) in room.iter_mut().zip(quarters).take(ones.div_ceil(16)) {
            let places = _mm512_add_epi32(_mm512_cvtepu8_epi32(quarter), base);
            // SAFETY: sixteen numbers of 32 bits are stored without alignment.
            unsafe { _mm512_storeu_si512(room.as_mut_ptr().cast(), places) };
        }
        positions.count += ones;
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
        fn marks_are_those_of_a_plain_loop(text in "[a,\"\n\r]{0,400}|[,\n]{60,200}") {
            // What follows the text is padding.
            let text = format!("{text}\n");
            let mut found = vec![Marks::default()];
            found[0].find_with(text.as_bytes(), 0, b',', equal, Positions::push_bits);
            #[cfg(target_arch = "x86_64")]
            for find in x86_64::ways() {
                let mut marks = Marks::default();
                find(&mut marks, text.as_bytes(), 0, b',');
                found.push(marks);
            }
            let (separators, ends, check) = plainly(text.as_bytes());
            for marks in found {
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
