//! What can be wrong with answers; each message names the file and the place in it.

use std::path::PathBuf;

use crate::db::DbError;
use crate::entities::EntityError;

use super::answers::AnswerError;

/// A sync that was not made; nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyncError {
    /// The directory or a file in it cannot be read.
    #[error("{path} cannot be read: {source}")]
    Read {
        /// Directory or file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Nothing to read.
    #[error(
        "{dir} holds no answers: expected buyers*.json, pretargetingConfigs*.json, endpoints*.json or creatives*.json{}",
        there(below.as_ref())
    )]
    NoFiles {
        /// The directory.
        dir: PathBuf,
        /// A directory in it that holds some.
        below: Option<PathBuf>,
    },
    /// A file is larger than any list page.
    #[error("{path} has {bytes} bytes, at most {limit} are read: split it into pages")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
        /// The most that is read.
        limit: u64,
    },
    /// A file is not the answer that its name promises.
    #[error("{path}: {source}")]
    Answer {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where in it.
        source: AnswerError,
    },
    /// The files are of two bidders.
    #[error("{second_file} is of bidder {second}, {first_file} of bidder {first}: sync one bidder at a time")]
    TwoBidders {
        /// A bidder.
        first: String,
        /// Where it stands.
        first_file: String,
        /// The other.
        second: String,
        /// Where that stands.
        second_file: String,
    },
    /// The files are of a bidder that is not the account's.
    #[error(
        "{file} is of bidder {found}, but account '{account}' is bidder {expected}: \
         name the right account, or add one with `catscan account add`"
    )]
    OtherBidder {
        /// Where it stands.
        file: String,
        /// The bidder of the files.
        found: String,
        /// The account's name.
        account: String,
        /// The account's bidder.
        expected: String,
    },
    /// The entities refused.
    #[error(transparent)]
    Entity(#[from] EntityError),
    /// SQLite refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

fn there(below: Option<&PathBuf>) -> String {
    below.map_or_else(String::new, |below| format!("; {} has them: name that one", below.display()))
}

impl From<rusqlite::Error> for SyncError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Db(DbError::Sqlite(error))
    }
}
