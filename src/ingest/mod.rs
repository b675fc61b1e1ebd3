//! One file of a report → sorted, deduplicated day partitions → one commit.
//!
//! The way of a file ([`Importer::import`]): open, unpack (`packed`, `utf16`) and recognise ([`crate::report`]), parse
//! into rows by date (`reading`: one reader or several into `date_rows`, spilling beyond the memory budget, put together
//! by `file_rows`), claim its bytes (`record`), then per day: leave alone the live files whose keys it
//! cannot meet (`meeting`), read the others (`live`), sort (`order`), one row per `key` (`resolve`; `restate` where rows
//! are live), write Parquet (`encode`, [`crate::lake`]); publish, and one transaction that makes history, faults and
//! files visible together.
//!
//! Invariants: all days of a file or none; the same bytes once per account and kind; each row read has exactly one
//! outcome; a file that is refused leaves a record of why and nothing else. Blocking: async code runs it on a blocking
//! thread.
//!
//! Beside the way in: [`Importer::undo`] takes the newest import of its days back, [`Importer::record`],
//! [`Importer::grid`] and [`Importer::freshness`] show what was imported.

mod anomaly;
mod answer;
mod attempt;
mod change;
mod date_rows;
mod dropped;
mod encode;
mod error;
mod file_rows;
mod foreign_hashes;
mod freshness;
mod grid;
mod history;
mod importer;
mod input;
mod key;
mod live;
mod meeting;
mod mode;
mod order;
mod packed;
mod partition;
mod pieces;
mod progress;
mod reading;
mod record;
mod resolve;
mod restate;
mod row_numbers;
mod rows;
mod sightings;
mod spill;
mod sum;
#[cfg(test)]
mod tests;
mod timings;
mod turns;
mod undo;
mod unknown_creatives;
mod unmerge;
mod uploads;
mod utf16;

pub use anomaly::{AnomalyRule, RowAnomaly};
pub use answer::{DateRange, ImportAnswer, Status};
pub use change::DayChange;
pub use dropped::{LostImport, free, imports_in};
pub use error::ImportError;
pub use freshness::Freshness;
pub use grid::{DayState, GridCell};
pub use history::{FaultRecord, ImportRecord};
pub use importer::{ImportLimits, ImportOptions, Importer};
pub use input::Source;
pub use mode::Mode;
pub use packed::UnpackLimits;
pub use progress::{NoProgress, Progress};
pub use row_numbers::RowNumbers;
pub use timings::{Stage, StageTime};
pub use undo::{UndoAnswer, UndoError};
pub use uploads::UploadLine;
