//! Why a migration cannot be made; each message names the old database and says what to do.

use std::io;
use std::path::PathBuf;

use crate::db::DbError;
use crate::entities::EntityError;
use crate::ingest::ImportError;

/// Why the predecessor's database is not taken over, or not to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// Written by a later program.
    #[error(
        "{path} has {what} {found}, and this program knows the predecessor's databases up to {known}: \
         use a newer catscan; nothing was read"
    )]
    Newer {
        /// The old database.
        path: PathBuf,
        /// What is numbered.
        what: &'static str,
        /// The number it has.
        found: i64,
        /// The highest that is known.
        known: i64,
    },
    /// None of the tables is there.
    #[error("{path} is no database of the predecessor: it has none of the tables {expected}; it has {}", listed(found))]
    Unknown {
        /// The old database.
        path: PathBuf,
        /// The tables that one of them would have.
        expected: String,
        /// The tables it has.
        found: Vec<String>,
    },
    /// Tables are there without what they must have.
    #[error("{path} cannot be taken over, nothing was changed: {}", missing.join("; "))]
    Lacks {
        /// The old database.
        path: PathBuf,
        /// One sentence per table.
        missing: Vec<String>,
    },
    /// One account was named for several bidders.
    #[error(
        "{path} holds the bidders {}: leave --account out, and each gets an account of its own",
        bidders.join(", ")
    )]
    SeveralBidders {
        /// The old database.
        path: PathBuf,
        /// Their ids at Google.
        bidders: Vec<String>,
    },
    /// The account is another bidder's.
    #[error(
        "{path} is about bidder {found}, but account '{account}' is bidder {expected}: \
         name another account with --account, or add one with `catscan account add`"
    )]
    OtherBidder {
        /// The old database.
        path: PathBuf,
        /// Its bidder.
        found: String,
        /// The account that was to take it over.
        account: String,
        /// That account's bidder.
        expected: String,
    },
    /// A report in the making could not be written.
    #[error("cannot write {path}: {source}; see to the disk, then migrate again: what is imported stays and is known")]
    Write {
        /// The report.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The store failed while it imported.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// An entity was refused.
    #[error(transparent)]
    Entity(#[from] EntityError),
    /// SQLite refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<rusqlite::Error> for MigrateError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Db(error.into())
    }
}

fn listed(tables: &[String]) -> String {
    if tables.is_empty() { "no tables".to_owned() } else { tables.join(", ") }
}
