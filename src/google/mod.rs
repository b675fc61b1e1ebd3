//! Google's Real-time Bidding API v1: one call sent, one answer given.
//!
//! [`Google`] is the seam: whoever asks Google (`sync`, `changes`) is given one, so that tests need no network; [`Client`]
//! is the real one. Invariants: nothing here knows entities or SQLite; no token and no key is ever shown; every call ends,
//! because it has a limit with all its retries; a call that changes something is never sent twice where the first may have
//! taken effect.

mod address;
mod backoff;
mod call;
mod client;
mod error;
mod key;
mod limits;
mod options;
mod pace;
mod runtime;
mod time;
mod token;
mod trouble;
mod usage;

pub use call::{Call, Method};
pub use client::Client;
pub use error::GoogleError;
pub use key::{KeyFileError, ServiceKey};
pub use limits::Limits;
pub use options::ClientOptions;
pub use time::{SystemTime, Time};
pub use usage::{Usage, Used};

/// Sends calls to the API.
pub trait Google: Send + Sync {
    /// Sends it, again where that may help, and gives the body of a good answer. It blocks.
    fn send(&self, call: &Call) -> Result<Vec<u8>, GoogleError>;
}
