//! Page headers, in the compact form of Thrift. The parquet crate writes no checksums, so we write the header ourselves.

use parquet::basic::Encoding;

use super::bits::zigzag;

/// What a page's header says beside its sizes.
pub(super) enum Header {
    Dictionary { values: usize },
    Data { rows: usize, nulls: usize, encoding: Encoding, level_bytes: usize, compressed: bool },
}

/// Sizes of a page without its header, and the CRC-32 of the bytes as they stand in the file.
pub(super) struct Body {
    pub(super) uncompressed_bytes: usize,
    pub(super) bytes: usize,
    pub(super) checksum: u32,
}

const DICTIONARY_PAGE: i64 = 2;
const DATA_PAGE_V2: i64 = 3;

const I32: u8 = 5;
const STRUCT: u8 = 12;
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const STOP: u8 = 0;

/// Appends the header of a page.
pub(super) fn write(header: &Header, body: &Body, out: &mut Vec<u8>) {
    let kind = match header {
        Header::Dictionary { .. } => DICTIONARY_PAGE,
        Header::Data { .. } => DATA_PAGE_V2,
    };
    // Fields 1 to 4. The checksum's bits are kept, its sign means nothing.
    for value in [kind, body.uncompressed_bytes as i64, body.bytes as i64, i64::from(body.checksum as i32)] {
        number(value, out);
    }
    match *header {
        Header::Dictionary { values } => {
            field(3, STRUCT, out); // field 7
            number(values as i64, out);
            number(Encoding::PLAIN as i64, out);
            field(1, TRUE, out); // sorted
        }
        Header::Data { rows, nulls, encoding, level_bytes, compressed } => {
            field(4, STRUCT, out); // field 8
            // Values, nulls, rows, encoding, bytes of definition levels, bytes of repetition levels.
            for value in [rows, nulls, rows] {
                number(value as i64, out);
            }
            number(encoding as i64, out);
            number(level_bytes as i64, out);
            number(0, out);
            field(1, if compressed { TRUE } else { FALSE }, out);
        }
    }
    out.extend([STOP, STOP]);
}

/// The next field, a number of 32 bits.
fn number(value: i64, out: &mut Vec<u8>) {
    field(1, I32, out);
    zigzag(value, out);
}

/// Begins the field that stands `after` the one before.
fn field(after: u8, kind: u8, out: &mut Vec<u8>) {
    out.push(after << 4 | kind);
}
