//! Backups of a real store in a temporary directory.

mod fixture;
mod plain;
