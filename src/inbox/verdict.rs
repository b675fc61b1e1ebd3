//! What an import's answer means for the file: where it goes, and what stands beside it.

use super::Words;
use super::place::Shelf;
use crate::ingest::{ImportAnswer, Status};

/// What becomes of a file.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It goes to that shelf with this note.
    Settled(Shelf, String),
    /// It stays: it cannot be read as it is now.
    Unread(String),
    /// It stays: the store failed.
    StoreFailed(String),
}

impl Verdict {
    /// The verdict of an answer; `words` says what the command line would.
    pub fn of(answer: &ImportAnswer, words: Words) -> Self {
        let refusal = answer.error.as_ref();
        let message = || refusal.map_or_else(String::new, |refusal| refusal.message.clone());
        match answer.status {
            Status::Imported | Status::Duplicate => Self::Settled(Shelf::Done, words(answer)),
            Status::Refused if refusal.is_some_and(|refusal| refusal.code == "store_failed") => {
                Self::StoreFailed(message())
            }
            Status::Refused if refusal.is_some_and(|refusal| refusal.is_of_the_path()) => Self::Unread(message()),
            Status::Refused if refusal.is_some_and(|refusal| refusal.code == "file_changed") => Self::Unread(message()),
            Status::Refused => Self::Settled(Shelf::Refused, words(answer)),
        }
    }
}
