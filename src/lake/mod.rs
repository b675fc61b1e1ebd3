//! The fact store: Parquet files and their catalog.
//!
//! Invariant: the only point at which anything becomes visible is the COMMIT of one SQLite transaction.
