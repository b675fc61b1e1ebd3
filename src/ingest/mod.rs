//! One file of a report → sorted, deduplicated day partitions → one commit.
//!
//! The way of a file ([`Importer::import`]): open, unpack (`packed`, `utf16`) and recognise ([`crate::report`]), parse into rows by date (`rows`,
//! spilling beyond the memory budget), claim its bytes (`record`), then per day: read the live partition (`live`), sort
//! (`order`), resolve keys (`resolve`), write Parquet (`encode`, [`crate::lake`]); publish, and one transaction that
//! makes history, faults and files visible together.
//!
//! Invariants: all days of a file or none; the same bytes once per account and kind; each row read has exactly one
//! outcome; a file that is refused leaves a record of why and nothing else. Blocking: async code runs it on a blocking
//! thread.
//!
//! Beside the way in: [`Importer::undo`] takes the newest import of its days back, [`Importer::record`] and
//! [`Importer::grid`] show what was imported.

mod answer;
mod attempt;
mod change;
mod encode;
mod error;
mod foreign_hashes;
mod grid;
mod history;
mod importer;
mod input;
mod kill;
mod live;
mod mode;
mod order;
mod packed;
mod partition;
mod progress;
mod record;
mod resolve;
mod row_numbers;
mod rows;
#[cfg(test)]
mod tests;
mod turns;
mod undo;
mod unknown_creatives;
mod utf16;

pub use answer::{DateRange, ImportAnswer, Status};
pub use change::DayChange;
pub use error::ImportError;
pub use grid::{DayState, GridCell};
pub use history::{FaultRecord, ImportRecord};
pub use importer::{ImportLimits, ImportOptions, Importer};
pub use input::Source;
pub use mode::Mode;
pub use packed::UnpackLimits;
pub use progress::{NoProgress, Progress};
pub use row_numbers::RowNumbers;
pub use undo::{UndoAnswer, UndoError};
