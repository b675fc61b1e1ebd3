//! The settings of the change workflow.

use serde::{Deserialize, Serialize};

/// `[changes]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChangeSettings {
    /// Days before an applied change that its comparison reads; they end the day before it.
    pub compare_days_before: u16,
    /// Days after it; they begin the day after it.
    pub compare_days_after: u16,
}

impl Default for ChangeSettings {
    fn default() -> Self {
        Self { compare_days_before: 7, compare_days_after: 2 }
    }
}
