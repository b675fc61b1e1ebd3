//! What must hold of any bytes: the bodies of the fuzz targets in `fuzz/`, each of which panics where it does not.
//!
//! Built for tests and for cargo-fuzz only. Where its toolchain is missing, [`driver`] runs the same bodies over random
//! edits of the corpora in `data/`.

#[cfg(test)]
mod driver;

use crate::query::what_passes_asks;
use crate::report::agreement::{difference, header_says, round_trip};

/// Any bytes as a report: all readers say the same, and every row is accounted for.
pub fn report(bytes: &[u8]) {
    // The length of the blocks comes from the input too, so that the same input always does the same.
    assert_eq!(difference(bytes, &[16 + bytes.len() % 600, 1 << 19]), None);
}

/// Any bytes as the beginning of a report: its columns are mapped once each, or it is refused with a reason.
pub fn header(bytes: &[u8]) {
    assert_eq!(header_says(bytes), None);
}

/// Any texts as cells, however a CSV writer writes them: they read back the same.
pub fn csv_round_trip(bytes: &[u8]) {
    assert_eq!(round_trip(bytes), None);
}

/// Any text as a question: what passes only asks.
pub fn sql_guard(bytes: &[u8]) {
    assert_eq!(what_passes_asks(bytes), None);
}
