//! The typed rows of SQLite: accounts, and what Google and the user say about each of them.
//!
//! [`accounts`] are the tenants; [`seats`], [`configs`], [`endpoints`] and [`creatives`] come from syncs
//! ([`crate::sync`]) and keep what the user added to them; [`history`] remembers every change of a config, [`changes`]
//! keeps what users stage, apply and compare; [`campaigns`] are groups of creatives; [`recommendations`] and
//! [`waste_signals`] are what analyses find, [`saved_queries`] what users ask again; [`settings`] are an account's own
//! thresholds; [`visible`] says which of all this a question may see.
//!
//! Invariants: every function takes the account first after the transaction and reads or writes no row of another;
//! what a user entered survives every sync; every write raises the account's [`version()`] in the same transaction
//! (triggers do it, so that no writer can forget). Functions run inside the caller's [`crate::db::Db`] transaction.

pub mod accounts;
pub mod campaigns;
pub mod changes;
mod columns;
pub mod configs;
pub mod creatives;
pub mod endpoints;
mod error;
pub mod history;
mod listed;
pub mod recommendations;
pub mod saved_queries;
pub mod seats;
pub mod service_accounts;
pub mod settings;
pub mod sightings;
#[cfg(test)]
mod tests;
pub mod thumbnails;
pub mod visible;
pub mod waste_signals;

use rusqlite::Transaction;

use crate::model::AccountId;

pub use columns::TextList;
pub use error::EntityError;
pub use listed::{Absent, Counts};

/// A number that every write of the account's entities raises; equal versions mean equal entities, so caches and
/// ETags can hold it. It never goes back, and ids of accounts are never used again.
pub fn version(tx: &Transaction<'_>, account: AccountId) -> Result<i64, EntityError> {
    let version = "SELECT version FROM entity_versions WHERE account_id = ?1";
    let found = tx.query_row(version, [account.0], |row| row.get(0));
    match found {
        Err(rusqlite::Error::QueryReturnedNoRows) => Err(accounts::unknown(tx, &account.to_string())),
        other => Ok(other?),
    }
}
