//! Whose report a file is: the directory that it lies in says it.

use super::place::Arrival;
use crate::db::Db;
use crate::entities::EntityError;
use crate::entities::accounts;
use crate::jobs;
use crate::model::AccountId;

/// The account of the file's directory, by number, name or bidder id; the first account for files in the inbox itself.
pub(super) fn of(arrival: &Arrival, db: &Db) -> Result<AccountId, EntityError> {
    let Some(folder) = arrival.folder() else { return jobs::resolve(db, None) };
    db.read(|tx| {
        // Bidder ids and account numbers are both digits; an account's number is what every command takes.
        let found = accounts::find(tx, &folder);
        if let Err(EntityError::UnknownAccount { .. }) = found {
            let all = accounts::list(tx)?;
            if let Some(account) = all.iter().find(|account| account.bidder_id.as_deref() == Some(&folder)) {
                return Ok(account.account_id);
            }
        }
        Ok(found?.account_id)
    })
}
