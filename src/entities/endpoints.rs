//! RTB endpoints: where Google sends bid requests, and how many it may send there.

use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction};
use serde::Serialize;

use super::columns::Time;
use super::listed::{self, Listed, Statements, listed};
use super::{Absent, Counts, EntityError};
use crate::model::AccountId;

/// An endpoint of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Endpoint {
    /// Whose it is.
    pub account_id: AccountId,
    /// What Google says.
    #[serde(flatten)]
    pub google: GoogleEndpoint,
    /// When it was first seen.
    pub created_at: DateTime<Utc>,
    /// When it was last listed.
    pub synced_at: Option<DateTime<Utc>>,
}

listed! {
    /// An endpoint as Google lists it.
    pub struct GoogleEndpoint keyed by endpoint_id {
        /// Google's id.
        endpoint_id: String,
        /// The bidder it belongs to.
        bidder_id: Option<String>,
        /// Where bid requests go.
        url: String,
        /// Most bid requests per second; null where no limit was set.
        maximum_qps: Option<i64>,
        /// US_WEST, US_EAST, EUROPE, ASIA or TRADING_LOCATION_UNSPECIFIED.
        trading_location: String,
        /// GOOGLE_RTB, OPENRTB_JSON or OPENRTB_PROTOBUF.
        bid_protocol: Option<String>,
        /// All that Google said, as JSON with sorted keys.
        raw_data: String,
    }
}

const STATEMENTS: Statements = Statements {
    stored: "SELECT raw_data, 0 FROM rtb_endpoints WHERE account_id = ?1 AND endpoint_id = ?2",
    upsert: include_str!("../../sql/entities/endpoint_upsert.sql"),
    vanish: include_str!("../../sql/entities/endpoints_vanish.sql"),
};

/// Brings the account's endpoints to what Google lists; vanished ones are deleted, because their QPS no longer counts.
pub fn upsert(
    tx: &Transaction<'_>,
    account: AccountId,
    listed: &[GoogleEndpoint],
    absent: Absent<'_>,
    now: DateTime<Utc>,
) -> Result<Counts, EntityError> {
    listed::bring_up(tx, account, &STATEMENTS, listed, absent, now)
}

/// The account's endpoints by location, then by id.
pub fn list(tx: &Transaction<'_>, account: AccountId) -> Result<Vec<Endpoint>, EntityError> {
    let by_location = "SELECT * FROM rtb_endpoints WHERE account_id = ?1 ORDER BY trading_location, endpoint_id";
    let mut statement = tx.prepare_cached(by_location)?;
    let endpoints = statement.query_map([account.0], read)?.collect::<Result<_, _>>()?;
    Ok(endpoints)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Endpoint> {
    Ok(Endpoint {
        account_id: AccountId(row.get("account_id")?),
        google: GoogleEndpoint::from_row(row)?,
        created_at: row.get::<_, Time>("created_at")?.0,
        synced_at: row.get::<_, Option<Time>>("synced_at")?.map(|Time(time)| time),
    })
}
