//! Staging, applying and undoing changes of pretargeting configs.

use serde::{Deserialize, Serialize};

use super::{Listener, Store};

/// A step of the change workflow.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum ChangeRequest {}

pub(super) fn run(request: &ChangeRequest, _store: &Store, _tell: Listener<'_>) -> bool {
    match *request {}
}
