//! The settings of calls to Google.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// `[google]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct GoogleSettings {
    /// The address of the Real-time Bidding API; `http://` only on this machine.
    pub base_url: String,
    /// Lists of creatives that are read at the same time.
    pub parallel: u32,
    /// Calls in any second, at most.
    pub calls_per_second: u32,
    /// Seconds that one try of a call may take.
    pub try_seconds: u32,
    /// Seconds that a call may take with all its tries and waits.
    pub patience_seconds: u32,
    /// How often a call is sent at most.
    pub tries: u32,
    /// Milliseconds until a call is sent again; doubled each time.
    pub retry_ms: u32,
    /// The longest such wait, in seconds.
    pub max_retry_seconds: u32,
}

impl Default for GoogleSettings {
    fn default() -> Self {
        Self {
            base_url: "https://realtimebidding.googleapis.com".to_owned(),
            parallel: 4,
            calls_per_second: 30,
            try_seconds: 60,
            patience_seconds: 180,
            tries: 6,
            retry_ms: 500,
            max_retry_seconds: 30,
        }
    }
}

impl GoogleSettings {
    /// How long one try may take.
    pub fn try_timeout(&self) -> Duration {
        Duration::from_secs(self.try_seconds.max(1).into())
    }

    /// How long a call may take in all.
    pub fn patience(&self) -> Duration {
        Duration::from_secs(self.patience_seconds.max(1).into())
    }

    /// The wait after the first try.
    pub fn first_wait(&self) -> Duration {
        Duration::from_millis(self.retry_ms.into())
    }

    /// The longest wait between two tries.
    pub fn longest_wait(&self) -> Duration {
        Duration::from_secs(self.max_retry_seconds.into())
    }
}
