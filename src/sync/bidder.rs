//! Whose entities an account holds: one bidder's, which is learnt where nobody said it.

use rusqlite::Transaction;

use super::ask::{Asking, Watch};
use super::pages::Listing;
use super::{SyncError, answers};
use crate::db::Db;
use crate::entities::accounts::{self, AccountFields};
use crate::google::{Call, Google};
use crate::model::AccountId;

/// An account holds one bidder: answers of another one are refused, and where the account's is not known yet, it is
/// learnt.
pub(super) fn settle(tx: &Transaction<'_>, account: AccountId, listing: &Listing) -> Result<Option<String>, SyncError> {
    let own = accounts::get(tx, account)?;
    let Some((found, file)) = listing.bidder()? else { return Ok(own.bidder_id) };
    match own.bidder_id {
        Some(expected) if expected == found => Ok(Some(found)),
        Some(expected) => Err(SyncError::OtherBidder { file, found, account: own.name, expected }),
        None => {
            learn(tx, account, &found)?;
            Ok(Some(found))
        }
    }
}

/// Another account may hold the same bidder under its own name; this one then stays without an id.
fn learn(tx: &Transaction<'_>, account: AccountId, found: &str) -> Result<(), SyncError> {
    if accounts::list(tx)?.iter().all(|other| other.bidder_id.as_deref() != Some(found)) {
        let fields = AccountFields { bidder_id: Some(found.to_owned()), ..AccountFields::default() };
        accounts::set(tx, account, &fields)?;
    }
    Ok(())
}

/// The bidders that the service account sees.
pub fn bidders(google: &dyn Google, watch: &dyn Watch) -> Result<Vec<String>, SyncError> {
    let call = Call::get("v1/bidders");
    let pages = Asking { google, watch }.list(&call, 100, answers::bidders)?;
    Ok(pages.into_iter().flat_map(|(_, page)| page.items).collect())
}

/// The account's bidder: the one that is known, else the only one that the service account sees, which is then known.
pub(super) fn of_account(
    db: &Db,
    account: AccountId,
    google: &dyn Google,
    watch: &dyn Watch,
) -> Result<String, SyncError> {
    let own = db.read(|tx| accounts::get(tx, account))?;
    if let Some(known) = own.bidder_id {
        return Ok(known);
    }
    let mut seen = bidders(google, watch)?;
    match seen.len() {
        0 => Err(SyncError::NoBidder),
        1 => {
            let found = seen.remove(0);
            db.write(|tx| learn(tx, account, &found))?;
            Ok(found)
        }
        _ => Err(SyncError::WhichBidder { account: own.name, bidders: seen }),
    }
}

/// The bidder that somebody means who may have named a project instead: the one that is named, where the service account
/// sees it; else the account's own; else the only one.
pub fn meant(
    db: &Db,
    account: AccountId,
    named: Option<&str>,
    google: &dyn Google,
    watch: &dyn Watch,
) -> Result<String, SyncError> {
    let own = db.read(|tx| accounts::get(tx, account))?;
    let mut seen = bidders(google, watch)?;
    let found = match (named.filter(|named| seen.iter().any(|bidder| bidder == named)), &own.bidder_id) {
        (Some(named), _) => named.to_owned(),
        (None, Some(own)) if seen.contains(own) => own.clone(),
        (None, Some(expected)) if seen.len() == 1 => {
            let (file, found) = ("the service account's list of bidders".to_owned(), seen.remove(0));
            return Err(SyncError::OtherBidder { file, found, account: own.name, expected: expected.clone() });
        }
        (None, _) if seen.len() == 1 => seen.remove(0),
        (None, _) if seen.is_empty() => return Err(SyncError::NoBidder),
        (None, _) => return Err(SyncError::WhichBidder { account: own.name, bidders: seen }),
    };
    match own.bidder_id {
        Some(expected) if expected != found => {
            let file = "the wish".to_owned();
            Err(SyncError::OtherBidder { file, found, account: own.name, expected })
        }
        Some(_) => Ok(found),
        None => {
            db.write(|tx| learn(tx, account, &found))?;
            Ok(found)
        }
    }
}
