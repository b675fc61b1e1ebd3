//! Creatives looked for: many in short, some in full.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use rusqlite::{Transaction, named_params, params};
use serde::Serialize;

use super::{Creative, read};
use crate::entities::columns::Time;
use crate::entities::{EntityError, TextList};
use crate::model::{AccountId, CampaignId};

/// Which creatives; `None` is any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreativeFilter {
    /// Only this one.
    pub creative_id: Option<String>,
    /// Only those of this seat.
    pub buyer_id: Option<String>,
    /// HTML, VIDEO or NATIVE.
    pub format: Option<String>,
    /// As in APPROVED.
    pub approval_status: Option<String>,
    /// Only those of this campaign.
    pub campaign: Option<CampaignId>,
}

/// A creative in a line, with the names of what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CreativeLine {
    /// The bidder's own id.
    pub creative_id: String,
    /// The seat that owns it.
    pub buyer_id: Option<String>,
    /// What the seat is called.
    pub seat_name: Option<String>,
    /// HTML, VIDEO or NATIVE.
    pub format: String,
    /// For the open auction.
    pub approval_status: Option<String>,
    /// Who advertises.
    pub advertiser_name: Option<String>,
    /// In pixels.
    pub width: Option<i64>,
    /// In pixels.
    pub height: Option<i64>,
    /// When the bidder last changed it.
    pub updated_at: Option<DateTime<Utc>>,
    /// When it was first met.
    pub first_seen_at: DateTime<Utc>,
    /// When Google no longer listed it.
    pub vanished_at: Option<DateTime<Utc>>,
    /// The campaign it is in.
    pub campaign_id: Option<CampaignId>,
    /// What that is called.
    pub campaign_name: Option<String>,
}

/// The account's creatives that the filter leaves, newest update first, then by id.
pub fn lines(
    tx: &Transaction<'_>,
    account: AccountId,
    filter: &CreativeFilter,
) -> Result<Vec<CreativeLine>, EntityError> {
    let mut statement = tx.prepare_cached(include_str!("../../../sql/entities/creative_lines.sql"))?;
    let given = named_params! {
        ":account_id": account.0,
        ":creative_id": filter.creative_id,
        ":buyer_id": filter.buyer_id,
        ":format": filter.format,
        ":approval_status": filter.approval_status,
        ":campaign_id": filter.campaign.map(|campaign| campaign.0),
    };
    let lines = statement.query_map(given, |row| {
        let updated: Option<String> = row.get("api_update_time")?;
        Ok(CreativeLine {
            creative_id: row.get("creative_id")?,
            buyer_id: row.get("buyer_id")?,
            seat_name: row.get("seat_name")?,
            format: row.get("format")?,
            approval_status: row.get("approval_status")?,
            advertiser_name: row.get("advertiser_name")?,
            width: row.get("width")?,
            height: row.get("height")?,
            // Google writes fractions of seconds only where there are some, so the text does not sort.
            updated_at: updated.as_deref().and_then(Time::read).map(|time| time.0),
            first_seen_at: row.get::<_, Time>("first_seen_at")?.0,
            vanished_at: row.get::<_, Option<Time>>("vanished_at")?.map(|time| time.0),
            campaign_id: row.get::<_, Option<i64>>("campaign_id")?.map(CampaignId),
            campaign_name: row.get("campaign_name")?,
        })
    })?;
    let mut lines: Vec<CreativeLine> = lines.collect::<Result<_, _>>()?;
    lines.sort_by(|a, b| b.updated_at.cmp(&a.updated_at).then_with(|| a.creative_id.cmp(&b.creative_id)));
    Ok(lines)
}

/// The account's creatives with these ids, in full and in that order; ids that it does not have are left out.
pub fn of_ids(tx: &Transaction<'_>, account: AccountId, ids: &[String]) -> Result<Vec<Creative>, EntityError> {
    let mut statement = tx.prepare_cached(include_str!("../../../sql/entities/creatives_of_ids.sql"))?;
    let given = params![account.0, TextList(ids.to_vec())];
    let found = statement.query_map(given, read)?.collect::<Result<Vec<_>, _>>()?;
    let mut found: HashMap<String, Creative> =
        found.into_iter().map(|creative| (creative.google.creative_id.clone(), creative)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// The account's creative of that id.
pub fn get(tx: &Transaction<'_>, account: AccountId, creative_id: &str) -> Result<Creative, EntityError> {
    of_ids(tx, account, &[creative_id.to_owned()])?.pop().ok_or_else(|| unknown(account, creative_id))
}

/// Removes a creative with its place in a campaign and its thumbnail's state. Its facts stay, and where Google still
/// lists it, the next sync brings it back.
pub fn delete(tx: &Transaction<'_>, account: AccountId, creative_id: &str) -> Result<(), EntityError> {
    let delete = "DELETE FROM creatives WHERE account_id = ?1 AND creative_id = ?2";
    match tx.execute(delete, params![account.0, creative_id])? {
        0 => Err(unknown(account, creative_id)),
        _ => Ok(()),
    }
}

/// The sizes of the account's creatives as `WxH`, the narrowest first.
pub fn sizes(tx: &Transaction<'_>, account: AccountId) -> Result<Vec<String>, EntityError> {
    let mut statement = tx.prepare_cached(include_str!("../../../sql/entities/creative_sizes.sql"))?;
    let sizes = statement.query_map([account.0], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(sizes)
}

/// How many creatives the account has of each format.
pub fn by_format(tx: &Transaction<'_>, account: AccountId) -> Result<BTreeMap<String, i64>, EntityError> {
    let count = "SELECT format, count(*) FROM creatives WHERE account_id = ?1 GROUP BY format";
    let mut statement = tx.prepare_cached(count)?;
    let counts = statement.query_map([account.0], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    Ok(counts)
}

fn unknown(account: AccountId, creative_id: &str) -> EntityError {
    EntityError::Unknown { account_id: account, kind: "creative", id: creative_id.to_owned() }
}
