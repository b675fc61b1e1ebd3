//! Lists into the store, each kind in the caller's transaction; the same for lists from files and from Google.

use chrono::{DateTime, Utc};
use rusqlite::Transaction;

use super::pages::{Creatives, List, changed_at, rank};
use super::{Kind, KindAnswer, SyncAnswer, SyncError};
use crate::db::DbError;
use crate::entities::configs::GoogleConfig;
use crate::entities::creatives::GoogleCreative;
use crate::entities::endpoints::GoogleEndpoint;
use crate::entities::seats::GoogleSeat;
use crate::entities::{Absent, Counts, configs, creatives, endpoints, seats};
use crate::model::AccountId;

/// A list that can be stored.
pub(super) trait Stored {
    fn store(&self, tx: &Transaction<'_>, account: AccountId, now: DateTime<Utc>) -> Result<Counts, SyncError>;
}

impl Stored for List<GoogleSeat> {
    fn store(&self, tx: &Transaction<'_>, account: AccountId, now: DateTime<Utc>) -> Result<Counts, SyncError> {
        Ok(seats::upsert(tx, account, &self.items, self.absent(), now)?)
    }
}

impl Stored for List<GoogleEndpoint> {
    fn store(&self, tx: &Transaction<'_>, account: AccountId, now: DateTime<Utc>) -> Result<Counts, SyncError> {
        Ok(endpoints::upsert(tx, account, &self.items, self.absent(), now)?)
    }
}

impl Stored for List<GoogleConfig> {
    fn store(&self, tx: &Transaction<'_>, account: AccountId, now: DateTime<Utc>) -> Result<Counts, SyncError> {
        Ok(configs::upsert(tx, account, &self.items, self.absent(), now)?)
    }
}

/// What became of creatives.
#[derive(Default)]
pub(super) struct StoredCreatives {
    pub counts: Counts,
    /// Creatives whose id another buyer's creative has.
    pub shared: u64,
    /// Those of them that were left out, because the other one was changed later.
    pub left_out: Vec<GoogleCreative>,
}

/// Stores creatives. One whose id a creative of a buyer has that is not in the list is stored only where it was changed
/// later, so that buyers which share an id do not take it back and forth.
pub(super) fn creatives(
    tx: &Transaction<'_>,
    account: AccountId,
    list: Creatives,
    now: DateTime<Utc>,
) -> Result<StoredCreatives, SyncError> {
    let Creatives { items, complete_buyers } = list;
    let mut stored = StoredCreatives::default();
    let mut kept = Vec::with_capacity(items.len());
    for item in items {
        let holder = creatives::holder(tx, account, &item.creative_id)?;
        let other = holder.filter(|(buyer, _)| {
            item.buyer_id.as_ref().is_some_and(|own| own != buyer) && !complete_buyers.contains(buyer)
        });
        stored.shared += u64::from(other.is_some());
        match other {
            Some((buyer, time)) if (changed_at(time.as_deref()), Some(buyer.as_str())) > rank(&item) => {
                stored.left_out.push(item);
            }
            _ => kept.push(item),
        }
    }
    stored.counts = creatives::upsert(tx, account, &kept, Absent::VanishedOf(&complete_buyers), now)?;
    Ok(stored)
}

/// Writes down that a kind was brought up.
pub(super) fn remember(
    tx: &Transaction<'_>,
    account: AccountId,
    kind: Kind,
    answer: &KindAnswer,
    now: DateTime<Utc>,
) -> Result<(), SyncError> {
    let event = "INSERT INTO events (account_id, happened_at, kind, detail) VALUES (?1, ?2, 'sync', ?3)";
    let happened_at = now.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let detail = serde_json::json!({ kind.code(): answer.counts });
    tx.execute(event, rusqlite::params![account.0, happened_at, detail.to_string()]).map_err(DbError::from)?;
    Ok(())
}

/// All that was listed, in one transaction.
pub(super) fn all(
    tx: &Transaction<'_>,
    account: AccountId,
    listing: super::pages::Listing,
    now: DateTime<Utc>,
) -> Result<SyncAnswer, SyncError> {
    let mut answer = SyncAnswer { notes: listing.notes, ..SyncAnswer::new(account) };
    let lists: [(Kind, Option<&dyn Stored>); 3] = [
        (Kind::Seats, listing.seats.as_ref().map(|list| list as &dyn Stored)),
        (Kind::Endpoints, listing.endpoints.as_ref().map(|list| list as &dyn Stored)),
        (Kind::Pretargeting, listing.configs.as_ref().map(|list| list as &dyn Stored)),
    ];
    for (kind, list) in lists {
        if let Some(list) = list {
            *answer.of_mut(kind) = KindAnswer::done(list.store(tx, account, now)?);
        }
    }
    if let Some(list) = listing.creatives {
        answer.creatives = KindAnswer::done(creatives(tx, account, list, now)?.counts);
    }
    for kind in Kind::ALL {
        if answer.of(kind).state == super::KindState::Done {
            remember(tx, account, kind, answer.of(kind), now)?;
        }
    }
    Ok(answer)
}
