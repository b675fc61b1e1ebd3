//! UTF-16 text as UTF-8, decoded as it is read.
//!
//! The rule: text that starts with a byte order mark of UTF-16, or whose first two characters are ASCII with a zero byte
//! each, is UTF-16; the mark is dropped. Half characters become bytes that no UTF-8 text has, so that the row in which
//! they stand is rejected and no other.

use std::io::{self, Cursor, Read};

use super::packed::read_start;

/// The input as UTF-8, and whether it was UTF-16.
pub(super) fn decoded<'a>(mut input: Box<dyn Read + Send + 'a>) -> io::Result<(Box<dyn Read + Send + 'a>, bool)> {
    let mut start = [0; 4];
    let read = read_start(&mut input, &mut start)?;
    let (mark, big_endian) = match start[..read] {
        [0xff, 0xfe, ..] => (2, false),
        [0xfe, 0xff, ..] => (2, true),
        [1..=0x7f, 0, 1..=0x7f, 0] => (0, false),
        [0, 1..=0x7f, 0, 1..=0x7f] => (0, true),
        _ => return Ok((Box::new(Cursor::new(start).take(read as u64).chain(input)), false)),
    };
    let rest = Cursor::new(start[mark..read].to_vec()).chain(input);
    Ok((Box::new(Utf16::new(rest, big_endian)), true))
}

const CHUNK_BYTES: usize = 1 << 16;
/// Stands for half a character: no UTF-8 text has this byte.
const BROKEN: u8 = 0xff;

struct Utf16<R> {
    input: R,
    big_endian: bool,
    raw: Vec<u8>,
    /// Bytes of a unit whose other half is still to come.
    left: usize,
    high: Option<u16>,
    text: Vec<u8>,
    given: usize,
    finished: bool,
}

impl<R: Read> Utf16<R> {
    fn new(input: R, big_endian: bool) -> Self {
        let (raw, text) = (vec![0; CHUNK_BYTES], Vec::new());
        Self { input, big_endian, raw, left: 0, high: None, text, given: 0, finished: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.given = 0;
        let n = self.input.read(&mut self.raw[self.left..])?;
        let end = self.left + n;
        let even = end & !1;
        for at in (0..even).step_by(2) {
            let unit = [self.raw[at], self.raw[at + 1]];
            self.push(if self.big_endian { u16::from_be_bytes(unit) } else { u16::from_le_bytes(unit) });
        }
        self.raw.copy_within(even..end, 0);
        self.left = end - even;
        if n == 0 {
            self.finished = true;
            if self.left > 0 || self.high.is_some() {
                self.text.push(BROKEN);
            }
        }
        Ok(())
    }

    fn push(&mut self, unit: u16) {
        let units = self.high.take().into_iter().chain([unit]);
        for decoded in char::decode_utf16(units) {
            match decoded {
                Ok(char) => self.text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
                Err(half)
                    if (0xd800..0xdc00).contains(&half.unpaired_surrogate()) && half.unpaired_surrogate() == unit =>
                {
                    self.high = Some(unit);
                }
                Err(_) => self.text.push(BROKEN),
            }
        }
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() && !self.finished {
            self.fill()?;
        }
        let n = buffer.len().min(self.text.len() - self.given);
        buffer[..n].copy_from_slice(&self.text[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives one to three bytes at a time, so that characters are cut everywhere.
    struct Drops(Cursor<Vec<u8>>);

    impl Read for Drops {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = buffer.len().min(1 + self.0.position() as usize % 3);
            self.0.read(&mut buffer[..n])
        }
    }

    fn read(bytes: Vec<u8>) -> (Vec<u8>, bool) {
        let (mut reader, decoded) = decoded(Box::new(Drops(Cursor::new(bytes)))).unwrap();
        let mut text = Vec::new();
        reader.read_to_end(&mut text).unwrap();
        (text, decoded)
    }

    fn utf16(text: &str, big_endian: bool) -> Vec<u8> {
        let bytes = |unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    proptest! {
        #[test]
        fn utf16_reads_as_the_text_it_is(text in "\\PC{0,40}", big_endian in any::<bool>()) {
            let marked = utf16(&format!("\u{feff}{text}"), big_endian);
            prop_assert_eq!(read(marked), (text.into_bytes(), true));
        }

        #[test]
        fn other_text_is_left_as_it_is(text in "[a-zé,]{0,9}") {
            prop_assert_eq!(read(text.clone().into_bytes()), (text.into_bytes(), false));
        }
    }

    #[test]
    fn without_a_mark_two_ascii_characters_tell() {
        for big_endian in [false, true] {
            assert_eq!(read(utf16("Day,é", big_endian)), ("Day,é".as_bytes().to_vec(), true));
        }
    }

    #[test]
    fn half_characters_are_no_utf8() {
        let units =
            |units: &[u16]| [0xfeff].iter().chain(units).flat_map(|unit| unit.to_le_bytes()).collect::<Vec<u8>>();
        assert_eq!(read(units(&[0xd83d, 0x41])).0, [BROKEN, b'A']);
        assert_eq!(read(units(&[0x41, 0xdc00])).0, [b'A', BROKEN]);
        assert_eq!(read(units(&[0x41, 0xd83d])).0, [b'A', BROKEN]);
        assert_eq!(read([units(&[0x41]), vec![0x42]].concat()).0, [b'A', BROKEN]);
    }
}
