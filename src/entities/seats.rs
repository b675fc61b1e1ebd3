//! Buyer seats: the accounts at Google that own creatives.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, named_params, params};
use serde::Serialize;

use super::columns::Time;
use super::listed::{self, Listed, Statements, listed};
use super::{Absent, Counts, EntityError, TextList};
use crate::model::AccountId;

/// A seat with what the user added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seat {
    /// Whose it is.
    pub account_id: AccountId,
    /// What Google says.
    #[serde(flatten)]
    pub google: GoogleSeat,
    /// The user's own name for it; shown before Google's.
    pub user_name: Option<String>,
    /// False once it vanished.
    pub active: bool,
    /// The credentials it is read with.
    pub service_account_id: Option<String>,
    /// When it was first seen.
    pub created_at: DateTime<Utc>,
    /// When it was last listed.
    pub last_synced: Option<DateTime<Utc>>,
    /// When a complete list first lacked it.
    pub vanished_at: Option<DateTime<Utc>>,
}

impl Seat {
    /// The name that is shown: the user's, else Google's.
    pub fn shown_name(&self) -> Option<&str> {
        self.user_name.as_deref().or(self.google.display_name.as_deref())
    }
}

listed! {
    /// A seat as Google lists it.
    pub struct GoogleSeat keyed by buyer_id {
        /// Google's id of the buyer account.
        buyer_id: String,
        /// The bidder it belongs to.
        bidder_id: Option<String>,
        /// Google's name for it.
        display_name: Option<String>,
        /// Creatives that may serve.
        active_creative_count: Option<i64>,
        /// How many may.
        maximum_active_creative_count: Option<i64>,
        /// The billing ids of its spend.
        billing_ids: TextList,
        /// All that Google said, as JSON with sorted keys.
        raw_data: String,
    }
}

const STATEMENTS: Statements = Statements {
    stored: "SELECT raw_data, vanished_at IS NOT NULL FROM buyer_seats WHERE account_id = ?1 AND buyer_id = ?2",
    upsert: include_str!("../../sql/entities/seat_upsert.sql"),
    vanish: include_str!("../../sql/entities/seats_vanish.sql"),
};

/// Brings the account's seats to what Google lists; vanished ones are marked and no longer active.
pub fn upsert(
    tx: &Transaction<'_>,
    account: AccountId,
    listed: &[GoogleSeat],
    absent: Absent<'_>,
    now: DateTime<Utc>,
) -> Result<Counts, EntityError> {
    listed::bring_up(tx, account, &STATEMENTS, listed, absent, now)
}

/// The account's seats by the name that is shown, then by id.
pub fn list(tx: &Transaction<'_>, account: AccountId) -> Result<Vec<Seat>, EntityError> {
    let mut statement = tx.prepare_cached(include_str!("../../sql/entities/seats_list.sql"))?;
    let seats = statement.query_map([account.0], read)?.collect::<Result<_, _>>()?;
    Ok(seats)
}

/// The seat of that buyer.
pub fn get(tx: &Transaction<'_>, account: AccountId, buyer_id: &str) -> Result<Seat, EntityError> {
    let one = "SELECT * FROM buyer_seats WHERE account_id = ?1 AND buyer_id = ?2";
    match tx.query_row(one, params![account.0, buyer_id], read) {
        Err(rusqlite::Error::QueryReturnedNoRows) => Err(unknown(account, buyer_id)),
        other => Ok(other?),
    }
}

/// How many creatives each buyer has now; a buyer without any is not in it.
pub fn creative_counts(tx: &Transaction<'_>, account: AccountId) -> Result<BTreeMap<String, i64>, EntityError> {
    let mut counts = tx.prepare_cached(include_str!("../../sql/entities/seat_counts.sql"))?;
    let counts = counts.query_map([account.0], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    Ok(counts)
}

/// Adds a seat for each buyer that owns creatives and has none; gives how many.
pub fn populate(tx: &Transaction<'_>, account: AccountId, now: DateTime<Utc>) -> Result<u64, EntityError> {
    let populate = include_str!("../../sql/entities/seats_populate.sql");
    Ok(tx.execute(populate, named_params! { ":account_id": account.0, ":now": Time(now) })? as u64)
}

/// Remembers with which service account the account's seats were listed.
pub fn listed_with(tx: &Transaction<'_>, account: AccountId, service_account_id: &str) -> Result<(), EntityError> {
    tx.execute(include_str!("../../sql/entities/seats_listed_with.sql"), params![account.0, service_account_id])?;
    Ok(())
}

/// Sets or clears the user's own name of a seat.
pub fn set_user_name(
    tx: &Transaction<'_>,
    account: AccountId,
    buyer_id: &str,
    user_name: Option<&str>,
) -> Result<(), EntityError> {
    let rename = "UPDATE buyer_seats SET user_name = ?3 WHERE account_id = ?1 AND buyer_id = ?2";
    match tx.execute(rename, params![account.0, buyer_id, user_name])? {
        0 => Err(unknown(account, buyer_id)),
        _ => Ok(()),
    }
}

fn unknown(account: AccountId, buyer_id: &str) -> EntityError {
    EntityError::Unknown { account_id: account, kind: "seat", id: buyer_id.to_owned() }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Seat> {
    let time = |column| row.get::<_, Option<Time>>(column).map(|time| time.map(|Time(time)| time));
    Ok(Seat {
        account_id: AccountId(row.get("account_id")?),
        google: GoogleSeat::from_row(row)?,
        user_name: row.get("user_name")?,
        active: row.get("active")?,
        service_account_id: row.get("service_account_id")?,
        created_at: row.get::<_, Time>("created_at")?.0,
        last_synced: time("last_synced")?,
        vanished_at: time("vanished_at")?,
    })
}
