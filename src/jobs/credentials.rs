//! Adding and removing service accounts.

use serde::{Deserialize, Serialize};

use super::{Listener, Store};

/// A change of the service accounts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum CredentialsRequest {}

pub(super) fn run(request: &CredentialsRequest, _store: &Store, _tell: Listener<'_>) -> bool {
    match *request {}
}
