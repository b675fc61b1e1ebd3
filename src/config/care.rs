//! The settings of what a server does for the store unasked.

use serde::{Deserialize, Serialize};

/// `[care]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct CareSettings {
    /// Seconds from the first start of a server to the first round.
    pub first_after_seconds: u32,
    /// Hours from one quick check to the next; 0 is never.
    pub verify_every_hours: u32,
    /// Days from one check of every byte and row to the next; 0 is never.
    pub verify_full_every_days: u32,
    /// Minutes from one export of the Delta logs to the next; 0 is never.
    pub export_delta_every_minutes: u32,
    /// Minutes from one merging of small files to the next; 0 is never.
    pub compact_every_minutes: u32,
    /// Minutes from one look for what is older than it is kept to the next; 0 is never.
    pub retain_every_minutes: u32,
}

impl Default for CareSettings {
    fn default() -> Self {
        Self {
            first_after_seconds: 300,
            verify_every_hours: 24,
            verify_full_every_days: 7,
            export_delta_every_minutes: 0,
            compact_every_minutes: 60,
            retain_every_minutes: 60,
        }
    }
}
