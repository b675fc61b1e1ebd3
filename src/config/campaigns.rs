//! The settings of campaigns.

use serde::{Deserialize, Serialize};

/// `[campaigns]`
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct CampaignSettings {
    /// Creatives that must lead to the same place before clustering makes a campaign of them.
    pub min_creatives: u32,
}

impl Default for CampaignSettings {
    fn default() -> Self {
        Self { min_creatives: 3 }
    }
}
