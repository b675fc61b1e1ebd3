//! What the change workflow keeps: [`pending`] changes, [`snapshots`] of configs, [`comparisons`] of before and after,
//! [`applications`], the acts that send changes to Google, and what is [`approved`]. What they mean is [`crate::changes`].

pub mod applications;
pub mod approved;
pub mod comparisons;
mod kind;
pub mod pending;
pub mod snapshots;

pub use kind::ChangeType;

use super::EntityError;
use crate::model::AccountId;

/// The one row, or the error that names what is not there.
fn one<T>(
    found: rusqlite::Result<T>,
    account: AccountId,
    kind: &'static str,
    id: impl std::fmt::Display,
) -> Result<T, EntityError> {
    match found {
        Err(rusqlite::Error::QueryReturnedNoRows) => {
            Err(EntityError::Unknown { account_id: account, kind, id: id.to_string() })
        }
        other => Ok(other?),
    }
}
