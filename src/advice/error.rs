//! What can be wrong with a wish for advice.

use crate::analytics::AnalyticsError;
use crate::changes::ChangeError;
use crate::db::DbError;
use crate::entities::EntityError;

/// There is no advice, or it cannot be followed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AdviceError {
    /// The entities.
    #[error(transparent)]
    Entity(#[from] EntityError),
    /// SQLite refused.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A question of the facts failed.
    #[error(transparent)]
    Facts(#[from] AnalyticsError),
    /// A change cannot be staged.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// Somebody closed it, and the evidence is no other.
    #[error("recommendation {id} is {status} already: `catscan advice acknowledge {id}` opens it again")]
    Closed {
        /// Its id.
        id: String,
        /// What became of it.
        status: &'static str,
    },
}
