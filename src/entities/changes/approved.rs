//! What the account's approved creatives can fill, for the check of size lists.

use std::collections::BTreeSet;

use rusqlite::Transaction;

use crate::entities::EntityError;
use crate::model::AccountId;

/// The sizes of the account's approved creatives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approved {
    /// `WxH` of those whose size is known.
    pub sizes: BTreeSet<String>,
    /// Whether some have none that is known: video and native ones.
    pub without_size: bool,
}

/// Of the creatives that Google still lists.
pub fn sizes(tx: &Transaction<'_>, account: AccountId) -> Result<Approved, EntityError> {
    let mut statement = tx.prepare_cached(include_str!("../../../sql/changes/approved_sizes.sql"))?;
    let mut approved = Approved::default();
    for size in statement.query_map([account.0], |row| row.get::<_, Option<String>>(0))? {
        match size? {
            Some(size) => approved.sizes.extend([size]),
            None => approved.without_size = true,
        }
    }
    Ok(approved)
}
