//! What can become of a call that had no good answer.

use super::Call;

/// A call without a good answer; `call` is its method and path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GoogleError {
    /// There are no credentials to ask with.
    #[error("{0}")]
    NoCredentials(String),
    /// Google did not accept the credentials.
    #[error("Google does not accept the service account: {reason}")]
    Credentials {
        /// What it said.
        reason: String,
    },
    /// Google understood the call and refused it: nothing changed there.
    #[error("Google refused {call}: {status} {reason}")]
    Refused {
        /// Method and path.
        call: String,
        /// The HTTP status.
        status: u16,
        /// What it said.
        reason: String,
    },
    /// Too many calls, or Google is busy, until the last try: nothing changed there.
    #[error("Google did not take {call} after {attempts} tries: {status} {reason}; try again later")]
    Busy {
        /// Method and path.
        call: String,
        /// How often it was sent.
        attempts: u32,
        /// The HTTP status of the last.
        status: u16,
        /// What it said.
        reason: String,
    },
    /// The call was never sent: nothing changed there.
    #[error("Google was not reached for {call} after {attempts} tries: {reason}; try again later")]
    Unreached {
        /// Method and path.
        call: String,
        /// How often it was tried.
        attempts: u32,
        /// What went wrong.
        reason: String,
    },
    /// No answer came, or not all of it: whether the call took effect is not known.
    #[error("Google did not answer {call}: {reason}")]
    NoAnswer {
        /// Method and path.
        call: String,
        /// What went wrong.
        reason: String,
    },
}

impl GoogleError {
    /// Whether it is certain that the call changed nothing.
    pub fn changed_nothing(&self) -> bool {
        !matches!(self, Self::NoAnswer { .. })
    }

    /// How a call is named in messages.
    pub fn named(call: &Call) -> String {
        format!("{} {}", call.method, call.path)
    }
}
