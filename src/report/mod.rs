//! From CSV bytes to typed rows and faults.
//!
//! The way of a file: [`Header::read`] finds delimiter and columns, [`ReportKind::recognise`] says which report it is,
//! [`parse`] reads the records block by block and pushes rows of integers into a [`RowSink`]: text becomes an id of a
//! [`Dictionary`], numbers become words (see [`RowLayout`]). Dates stay ids until the whole file was seen, because the
//! order of month and day is decided once per file ([`DateReading`]).
//!
//! Invariants: pure: no clock, no file system, no SQLite; any byte string gives a report or faults, in memory bounded
//! by the number of distinct values and one record ([`RECORD_CAP_BYTES`]). There are two readers of records: blocks
//! (fast, for well-formed quoting) and records (the `csv` crate, for whatever looks odd); tests hold them equal.

#[cfg(any(test, fuzzing))]
pub(crate) mod agreement;
mod ahead;
mod blocks;
pub mod cells;
mod columns;
mod dictionary;
mod fault;
mod fields;
mod header;
mod kind;
mod kind_name;
mod layout;
mod lines;
mod marks;
mod parse;
mod parsed;
mod prefetch;
mod quoting;
mod reader;
mod recognition;
mod records;
mod renaming;
mod row_rules;
mod rules;
mod tally;
mod unknown;
mod vocabulary;

pub use blocks::RECORD_CAP_BYTES;
pub use cells::date::{DateOrder, DateReading};
pub use dictionary::Dictionary;
pub use fault::{Fault, FaultReason, Faults, Refusal};
pub use header::Header;
pub use kind::ReportKind;
pub use kind_name::KindName;
pub use layout::{NULL_WORD, RowLayout, Words, is_text};
pub use parse::{parse, parse_together};
pub use parsed::{ParseError, Parsed, RowSink, Terms};
pub(crate) use prefetch::prefetch;
pub use renaming::Renaming;
pub use rules::{ReportRules, RulesError};
pub use tally::EARLIEST;
pub use vocabulary::{as_stored, country_name};
