//! Changing creatives, and making their thumbnails.

use serde::{Deserialize, Serialize};

use super::{Listener, Store};

/// A change of creatives.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum CreativeRequest {}

pub(super) fn run(request: &CreativeRequest, _store: &Store, _tell: Listener<'_>) -> bool {
    match *request {}
}
