//! A Delta log beside the Parquet files of each fact table, so that readers of Delta tables read them; no data is copied.
//!
//! The state to go on from is read from the log itself and kept nowhere else: an export writes one commit with the
//! difference between that state and the newest snapshot, under the next number, never over another file. Only logs that
//! this store wrote are continued. Others read the table and never change it: files belong to the catalog.

mod actions;
mod checkpoint;
mod difference;
mod export;
mod log;
mod schema;
mod statistics;
#[cfg(test)]
mod tests;

pub use export::{DeltaExport, DeltaTable};
