//! The settings of what a server does for the store unasked.

use serde::{Deserialize, Serialize};

/// `[care]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct CareSettings {
    /// Seconds from the first start of a server to the first round.
    pub first_after_seconds: u32,
    /// Minutes from one removal of what crashes left to the next; 0 is never.
    pub sweep_every_minutes: u32,
}

impl Default for CareSettings {
    fn default() -> Self {
        Self { first_after_seconds: 300, sweep_every_minutes: 60 }
    }
}
