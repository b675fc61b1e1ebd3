//! The inbox: reports that are put into a directory, or below an address of an object store, are imported and moved away.
//!
//! [`Inbox::round`] is one look: what lies there complete (`ripeness`) is imported in the order of its age, and moved to
//! `done/` with its answer beside it, or to `refused/` with the reason. `place` is what an inbox needs of the place that
//! it watches; `directory` and `objects` are the two places. `account` tells whose report a file is, `names` which
//! names count and what a file is called once it was moved, `verdict` what an answer means for the file, `patience` how
//! long to wait after trouble.
//!
//! Invariants: a file is moved only after its import was committed or refused, and only if it is still the file that
//! was imported; what is not the file's fault leaves it where it is, to be tried again; a moved file never takes the
//! place of another; links are not followed, and nothing outside the inbox is touched. A death between commit and move
//! costs nothing: the next look finds a known report and moves it. Blocking; called by the server, which holds the
//! writer lock.

mod account;
mod directory;
mod error;
mod event;
mod names;
mod objects;
mod patience;
mod place;
mod ripeness;
mod round;
#[cfg(test)]
mod tests;
mod verdict;

pub use error::InboxError;
pub use round::{Inbox, Words};
