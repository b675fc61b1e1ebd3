//! Backups of a store, and stores out of backups.
//!
//! The way of a backup: [`back_up`] copies the database, brings the data files that its newest snapshot holds into a
//! [`Depot`], and writes a [`Manifest`] last. [`list`] reads the manifests, [`restore`] makes a store of one of them.
//! `carry` brings single files, `prune` removes what is old.
//!
//! Invariants: a backup is one state of the store, whatever happens meanwhile; what has a manifest is whole; a data file
//! that is there is not brought again; a death at any moment leaves earlier backups as they were, and a store that is
//! restored as a whole or not at all. Called by jobs (backup) and cli (list, restore).

mod carry;
mod depot;
mod error;
mod list;
mod manifest;
mod name;
mod prune;
mod restore;
mod take;
#[cfg(test)]
mod tests;

pub use depot::Depot;
pub use error::BackupError;
pub use list::{ListedBackup, ListedContent, list};
pub use manifest::{DataFile, Manifest, Piece};
pub use name::BackupName;
pub use restore::{RestoreAnswer, Target, TargetLake, TargetNames, restore, settings};
pub use take::{BackupAnswer, BackupOptions, Subject, back_up};
