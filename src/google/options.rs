//! How a client calls.

use std::sync::Arc;
use std::time::Duration;

use super::Time;

/// What can be set of a client.
#[derive(Clone)]
pub struct ClientOptions {
    /// The API's address; `http://` only on this machine.
    pub base_url: String,
    /// How long one try may take.
    pub try_timeout: Duration,
    /// How long a call may take with all its tries and waits.
    pub patience: Duration,
    /// How often a call is sent at most.
    pub tries: u32,
    /// The wait after the first try; it doubles.
    pub first_wait: Duration,
    /// The longest of these waits.
    pub longest_wait: Duration,
    /// Calls in any second, at most.
    pub calls_per_second: u32,
    /// The longest wait for Google's own limit to be reset.
    pub longest_limit_wait: Duration,
    /// For the random part of waits.
    pub seed: u64,
    /// Time and waiting.
    pub time: Arc<dyn Time>,
}
