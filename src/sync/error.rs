//! What can be wrong with a sync; each message names the place, and what to do where there is something.

use std::path::PathBuf;

use crate::db::DbError;
use crate::entities::EntityError;
use crate::google::GoogleError;

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
        "{dir} holds no answers: expected {}{}",
        files_of(expected), there(below.as_ref())
    )]
    NoFiles {
        /// The directory.
        dir: PathBuf,
        /// What files could be called.
        expected: Vec<&'static str>,
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
    /// Google did not give an answer.
    #[error(transparent)]
    Google(#[from] GoogleError),
    /// What Google answered cannot be read.
    #[error("page {page} of {list}: {source}")]
    Page {
        /// Method and path.
        list: String,
        /// From 1.
        page: usize,
        /// What is wrong, and where in it.
        source: AnswerError,
    },
    /// A list would never end.
    #[error("page {page} of {list} names a page as the next one that was read already: nothing of this list is kept")]
    Circle {
        /// Method and path.
        list: String,
        /// From 1.
        page: usize,
    },
    /// The service account sees several bidders, and nobody said which is meant.
    #[error(
        "the service account sees the bidders {}: say which one account '{account}' is, with `catscan account set \
         {account} --bidder-id ID`",
        bidders.join(", ")
    )]
    WhichBidder {
        /// The account's name.
        account: String,
        /// Their ids.
        bidders: Vec<String>,
    },
    /// The service account sees no bidder.
    #[error(
        "the service account sees no bidder: in Authorized Buyers, make it a user of the bidder with access to the \
         Real-time Bidding API"
    )]
    NoBidder,
    /// Creatives are listed by seat, and there is none.
    #[error("no seats are known whose creatives could be listed: `catscan sync seats` lists them")]
    NoSeats,
    /// The creatives of some seats could not be read.
    #[error("{failed} of {seats} seats: {first}")]
    Seats {
        /// Of how many.
        failed: usize,
        /// How many were asked for.
        seats: usize,
        /// What is wrong with the first of them.
        first: String,
    },
    /// The process is to stop.
    #[error("the sync was stopped before this was read")]
    Stopped,
    /// The entities refused.
    #[error(transparent)]
    Entity(#[from] EntityError),
    /// SQLite refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl SyncError {
    /// A word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Google(GoogleError::NoCredentials(_)) => "no_credentials",
            Self::Google(GoogleError::Credentials { .. }) => "credentials_refused",
            Self::Google(GoogleError::Refused { status: 404, .. }) => "not_found",
            Self::Google(GoogleError::Refused { .. }) => "refused",
            Self::Google(GoogleError::Busy { .. }) => "busy",
            Self::Google(_) => "no_answer",
            Self::WhichBidder { .. } | Self::NoBidder | Self::TwoBidders { .. } | Self::OtherBidder { .. } => "bidder",
            Self::Entity(EntityError::Unknown { .. }) => "not_found",
            Self::NoSeats => "no_seats",
            Self::Seats { .. } => "seats_failed",
            Self::Stopped => "stopped",
            Self::Entity(_) | Self::Db(_) => "store",
            Self::Read { .. } | Self::NoFiles { .. } | Self::TooLarge { .. } => "files",
            Self::Answer { .. } | Self::Page { .. } | Self::Circle { .. } => "answer",
        }
    }

    /// Whether the other kinds would meet it too.
    pub(super) fn meets_all(&self) -> bool {
        matches!(self.code(), "no_credentials" | "credentials_refused" | "bidder" | "stopped")
    }
}

fn files_of(kinds: &[&str]) -> String {
    let names: Vec<String> = kinds.iter().map(|kind| format!("{kind}*.json")).collect();
    match names.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        names => names.concat(),
    }
}

fn there(below: Option<&PathBuf>) -> String {
    below.map_or_else(String::new, |below| format!("; {} has them: name that one", below.display()))
}

impl From<rusqlite::Error> for SyncError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Db(DbError::Sqlite(error))
    }
}
