//! Changing campaigns and what is in them.

use serde::{Deserialize, Serialize};

use super::{Listener, Store};

/// A change of campaigns.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum CampaignRequest {}

pub(super) fn run(request: &CampaignRequest, _store: &Store, _tell: Listener<'_>) -> bool {
    match *request {}
}
