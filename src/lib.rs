//! Cat-Scan turns the CSV reports of Google Authorized Buyers into answers about waste.
//!
//! The modules stand in the order in which a report travels:
//!
//! 1. [`report`] reads CSV bytes into typed columns and faults: pure, no clock, no files.
//! 2. [`ingest`] makes one file into sorted day partitions and one commit.
//! 3. [`lake`] keeps Parquet files and their catalog: snapshots, scans, publication.
//! 4. [`db`] is the only door to SQLite; [`entities`] are the typed rows on it.
//! 5. [`query`] answers one question over one snapshot, whoever asks.
//! 6. [`backup`] copies a store, and makes a store of a copy.
//! 7. [`server`] and [`cli`] are the doors for people; [`inbox`] takes reports that are put into a directory.
//!
//! Dependencies point one way: model ← report ← ingest → lake → db; entities → db;
//! query → lake, entities; server and cli → query, ingest.

pub mod analytics;
pub mod backup;
pub mod campaigns;
pub mod changes;
pub mod cli;
pub mod config;
pub mod creatives;
pub mod db;
pub mod entities;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod generate;
pub mod google;
pub mod inbox;
pub mod ingest;
pub mod jobs;
mod kill;
pub mod lake;
pub mod model;
pub mod objects;
pub mod predecessor;
pub mod query;
pub mod report;
pub mod server;
pub mod signals;
pub mod sync;
pub mod telemetry;
