//! Tests of the whole program, through its binary and its files. One binary, so that linking happens once.
//!
//! Each module is one promise. They need nothing but Rust; what needs more (Python with DuckDB, a small full disk)
//! is named as not run where it is missing (see [`not_run`]).

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod backup;
mod bad_input;
mod campaigns;
mod care;
mod changes;
mod checks;
mod chunks;
mod compaction;
mod concurrency;
mod conformance;
mod contract;
mod csv_spectrum;
mod delta;
mod demo;
mod doctor;
mod fold;
mod full_disk;
mod google;
mod headline;
mod import;
mod inbox;
mod inputs;
mod isolation;
mod jobs;
mod kill;
mod kinds;
mod lifecycle;
mod malformed;
mod many_values;
mod migrate;
mod not_run;
mod repair;
mod reports;
mod repository;
mod retention;
mod s3;
mod serve;
mod signals;
mod slt;
mod store;
mod undo;
