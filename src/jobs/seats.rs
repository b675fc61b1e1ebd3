//! Changing what users say of seats.

use serde::{Deserialize, Serialize};

use super::{Listener, Store};

/// A change of a seat.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum SeatRequest {}

pub(super) fn run(request: &SeatRequest, _store: &Store, _tell: Listener<'_>) -> bool {
    match *request {}
}
