//! Backups of a real store in a temporary directory.

mod failing;
mod fixture;
mod plain;
mod sequences;
