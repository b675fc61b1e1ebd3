//! Brings an account's entities to what Google's Real-time Bidding API says.
//!
//! Here the answers come from files ([`from_files`]); reading them ([`answers`]) is pure and apart from storing them.
//! Invariant: one sync is one transaction; it either brings every listed kind up to date, or changes nothing.

pub mod answers;
mod error;
mod files;
#[cfg(test)]
mod tests;
pub mod usage;

use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::{Transaction, params};
use serde::{Deserialize, Serialize};

use crate::db::Db;
use crate::entities::accounts::{self, AccountFields};
use crate::entities::{Absent, Counts, configs, creatives, endpoints, seats};
use crate::model::AccountId;

pub use error::SyncError;
use files::Listing;

/// What a sync did, by kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncAnswer {
    /// The account that was brought up.
    pub account_id: AccountId,
    /// Buyer seats.
    pub seats: Counts,
    /// Pretargeting configs.
    pub configs: Counts,
    /// RTB endpoints.
    pub endpoints: Counts,
    /// Creatives.
    pub creatives: Counts,
    /// The files that were read, by name.
    pub files: Vec<String>,
    /// What the reader should know: kinds without a file, lists that are not complete, ids listed twice.
    pub notes: Vec<String>,
}

/// Brings the account to the answers in `dir`: `buyers*.json`, `pretargetingConfigs*.json`, `endpoints*.json` and
/// `creatives*.json`, each a page of the list method of that name. Kinds without a file stay as they are.
///
/// What a complete list lacks has vanished: configs, seats and creatives are marked, endpoints deleted. Creatives
/// vanish only for buyers whose list is there. `now` is the time of the sync.
pub fn from_files(db: &Db, account: AccountId, dir: &Path, now: DateTime<Utc>) -> Result<SyncAnswer, SyncError> {
    let listing = files::read(dir)?;
    db.write(|tx| {
        settle_bidder(tx, account, &listing)?;
        let answer = store(tx, account, listing, now)?;
        remember(tx, &answer, now)?;
        Ok(answer)
    })
}

fn store(
    tx: &Transaction<'_>,
    account: AccountId,
    listing: Listing,
    now: DateTime<Utc>,
) -> Result<SyncAnswer, SyncError> {
    let Listing { seats, configs, endpoints, creatives, files, notes } = listing;
    let buyers = creatives.complete_buyers;
    Ok(SyncAnswer {
        account_id: account,
        seats: seats::upsert(tx, account, &seats.items, seats.absent(), now)?,
        configs: configs::upsert(tx, account, &configs.items, configs.absent(), now)?,
        endpoints: endpoints::upsert(tx, account, &endpoints.items, endpoints.absent(), now)?,
        creatives: creatives::upsert(tx, account, &creatives.items, Absent::VanishedOf(&buyers), now)?,
        files,
        notes,
    })
}

/// An account holds one bidder: answers of another one are refused, and where the account's is not known yet, it is
/// learnt.
fn settle_bidder(tx: &Transaction<'_>, account: AccountId, listing: &Listing) -> Result<(), SyncError> {
    let own = accounts::get(tx, account)?;
    let Some((found, file)) = listing.bidder()? else { return Ok(()) };
    match own.bidder_id {
        Some(expected) if expected == found => Ok(()),
        Some(expected) => Err(SyncError::OtherBidder { file, found, account: own.name, expected }),
        None => {
            // Another account may hold the same bidder under its own name; this one then stays without an id.
            if accounts::list(tx)?.iter().all(|other| other.bidder_id.as_deref() != Some(found.as_str())) {
                accounts::set(tx, account, &AccountFields { bidder_id: Some(found), ..AccountFields::default() })?;
            }
            Ok(())
        }
    }
}

fn remember(tx: &Transaction<'_>, answer: &SyncAnswer, now: DateTime<Utc>) -> Result<(), SyncError> {
    let event = "INSERT INTO events (account_id, happened_at, kind, detail) VALUES (?1, ?2, 'sync', ?3)";
    let happened_at = now.to_rfc3339_opts(SecondsFormat::Millis, true);
    let detail = serde_json::json!({
        "seats": answer.seats, "configs": answer.configs,
        "endpoints": answer.endpoints, "creatives": answer.creatives,
    });
    tx.execute(event, params![answer.account_id.0, happened_at, detail.to_string()])
        .map_err(crate::db::DbError::from)?;
    Ok(())
}
