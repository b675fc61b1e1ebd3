//! Google's Real-time Bidding API v1: one call sent, one answer given.
//!
//! [`Google`] is the seam: whoever asks Google (`sync`, `changes`) is given one, so that tests need no network.
//! Invariants: nothing here knows entities or SQLite; no token and no key is ever shown; every call ends, because it has
//! a limit with all its retries.

mod call;
mod error;
mod key_file;

pub use call::{Call, Method};
pub use error::GoogleError;
pub use key_file::{KeyFile, KeyFileError};

/// Sends calls to the API.
pub trait Google: Send + Sync {
    /// Sends it, again where that may help, and gives the body of a good answer. It blocks.
    fn send(&self, call: &Call) -> Result<Vec<u8>, GoogleError>;
}
