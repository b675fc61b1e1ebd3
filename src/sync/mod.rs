//! Brings an account's entities to what Google's Real-time Bidding API says.
//!
//! The answers come from Google ([`from_google`]) or from files ([`from_files`]). After the bytes both go one way: pages
//! are read ([`answers`], pure), put together to lists (`pages`), and lists are stored (`store`). Invariants: a list that
//! is not complete makes nothing vanish; answers of another bidder are refused. Files are one transaction, which brings
//! every kind up to date or changes nothing; of Google, each kind and each seat's creatives is one, so that what came
//! stays when the rest fails.

mod answer;
pub mod answers;
mod ask;
mod bidder;
mod error;
mod files;
mod kind;
mod online;
mod pages;
mod seats_creatives;
mod store;
#[cfg(test)]
mod tests;
pub mod usage;

use std::path::Path;

use chrono::{DateTime, Utc};

use crate::db::Db;
use crate::model::AccountId;

pub use answer::{FailedSeat, Failure, KindAnswer, KindState, SyncAnswer};
pub use ask::Watch;
pub use bidder::meant as meant_bidder;
pub use error::SyncError;
pub use kind::Kind;
pub use online::{Wanted, from_google};

/// Brings the account to the answers in `dir`: `buyers*.json`, `pretargetingConfigs*.json`, `endpoints*.json` and
/// `creatives*.json`, each a page of the list method of that name; only those of `kinds`. Kinds without a file stay as
/// they are.
///
/// What a complete list lacks has vanished: configs, seats and creatives are marked, endpoints deleted. Creatives
/// vanish only for buyers whose list is there. `now` is the time of the sync.
pub fn from_files(
    db: &Db,
    account: AccountId,
    dir: &Path,
    kinds: &[Kind],
    now: DateTime<Utc>,
) -> Result<SyncAnswer, SyncError> {
    let kinds = if kinds.is_empty() { &Kind::ALL } else { kinds };
    let (listing, files) = files::read(dir, kinds)?;
    db.write(|tx| {
        let bidder_id = bidder::settle(tx, account, &listing)?;
        Ok(SyncAnswer { bidder_id, files, ..store::all(tx, account, listing, now)? })
    })
}
