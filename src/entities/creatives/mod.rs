//! Creatives: what is shown, its size and format, whether it may serve, and where it leads.

mod find;

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Serialize;

use super::columns::Time;
use super::listed::{self, Listed, Statements, listed};
use super::{Absent, Counts, EntityError, TextList};
use crate::model::{AccountId, BatchId, Destination};

pub use find::{CreativeFilter, CreativeLine, by_format, delete, get, lines, of_ids, sizes};

/// A creative of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Creative {
    /// Whose it is.
    pub account_id: AccountId,
    /// What Google says.
    #[serde(flatten)]
    pub google: GoogleCreative,
    /// When a sync or an import first met it.
    pub first_seen_at: DateTime<Utc>,
    /// The import that first met it, where it was an import.
    pub first_import_batch_id: Option<BatchId>,
    /// When it was last listed.
    pub synced_at: Option<DateTime<Utc>>,
    /// When a complete list first lacked it.
    pub vanished_at: Option<DateTime<Utc>>,
}

listed! {
    /// A creative as Google lists it.
    pub struct GoogleCreative keyed by creative_id {
        /// The bidder's own id, up to 128 bytes; another account may use the same.
        creative_id: String,
        /// The seat that owns it.
        buyer_id: Option<String>,
        /// The API's resource name.
        name: Option<String>,
        /// HTML, VIDEO or NATIVE.
        format: String,
        /// In pixels, where Google says it: of the markup, the video file or the large image.
        width: Option<i64>,
        /// In pixels, where Google says it: of the markup, the video file or the large image.
        height: Option<i64>,
        /// `WxH`, where both are known.
        canonical_size: Option<String>,
        /// For the open auction: APPROVED, DISAPPROVED, PENDING_REVIEW, CERTIFICATE_REQUIRED, STATUS_UNSPECIFIED.
        approval_status: Option<String>,
        /// The same for deals.
        deals_approval_status: Option<String>,
        /// The policies for which it is disapproved or restricted.
        policy_topics: TextList,
        /// Who advertises.
        advertiser_name: Option<String>,
        /// Where a click leads, as declared, else as detected.
        final_url: Option<String>,
        /// The host of `final_url`.
        display_url: Option<String>,
        /// `final_url` without tracking wrappers and click macros.
        destination_url: Option<String>,
        /// Its registrable domain.
        destination_domain: Option<String>,
        /// The app that it leads to.
        destination_app: Option<String>,
        /// A parameter of `final_url`.
        utm_source: Option<String>,
        /// A parameter of `final_url`.
        utm_medium: Option<String>,
        /// A parameter of `final_url`.
        utm_campaign: Option<String>,
        /// A parameter of `final_url`.
        utm_content: Option<String>,
        /// A parameter of `final_url`.
        utm_term: Option<String>,
        /// What the bidder declared.
        declared_click_through_urls: TextList,
        /// What Google found.
        detected_click_through_urls: TextList,
        /// What Google found.
        detected_domains: TextList,
        /// ISO 639-1, as Google found.
        detected_languages: TextList,
        /// Counts the bidder's changes.
        api_version: Option<i64>,
        /// When the bidder last changed it, as Google writes it.
        api_update_time: Option<String>,
        /// All that Google said, as JSON with sorted keys.
        raw_data: String,
    }
}

const STATEMENTS: Statements = Statements {
    stored: "SELECT raw_data, vanished_at IS NOT NULL FROM creatives WHERE account_id = ?1 AND creative_id = ?2",
    upsert: include_str!("../../../sql/entities/creative_upsert.sql"),
    vanish: include_str!("../../../sql/entities/creatives_vanish.sql"),
};

/// Brings the account's creatives to what Google lists; vanished ones are marked, because their facts still name them.
pub fn upsert(
    tx: &Transaction<'_>,
    account: AccountId,
    listed: &[GoogleCreative],
    absent: Absent<'_>,
    now: DateTime<Utc>,
) -> Result<Counts, EntityError> {
    listed::bring_up(tx, account, &STATEMENTS, listed, absent, now)
}

/// The buyer that a creative is of as it is stored, and when it was changed there; none for one that is not there, or has
/// vanished.
pub fn holder(
    tx: &Transaction<'_>,
    account: AccountId,
    creative_id: &str,
) -> Result<Option<(String, Option<String>)>, EntityError> {
    let holder = include_str!("../../../sql/entities/creative_holder.sql");
    let mut statement = tx.prepare_cached(holder)?;
    let found = statement.query_row(params![account.0, creative_id], |row| Ok((row.get(0)?, row.get(1)?)));
    Ok(found.optional()?)
}

/// The account's creatives by id.
pub fn list(tx: &Transaction<'_>, account: AccountId) -> Result<Vec<Creative>, EntityError> {
    let by_id = "SELECT * FROM creatives WHERE account_id = ?1 ORDER BY creative_id";
    let mut statement = tx.prepare_cached(by_id)?;
    let creatives = statement.query_map([account.0], read)?.collect::<Result<_, _>>()?;
    Ok(creatives)
}

/// Reads anew where the account's creatives lead, so that rows of an older program say what this one reads; gives how
/// many have changed.
pub fn refresh_destinations(tx: &Transaction<'_>, account: AccountId) -> Result<u64, EntityError> {
    let mut stored = tx.prepare_cached(include_str!("../../../sql/entities/destinations.sql"))?;
    let mut update = tx.prepare_cached(include_str!("../../../sql/entities/destination_update.sql"))?;
    let mut rows = stored.query([account.0])?;
    let mut changed = Vec::new();
    while let Some(row) = rows.next()? {
        let final_url: Option<String> = row.get("final_url")?;
        let read = final_url.as_deref().map(Destination::of).unwrap_or_default();
        let was = Destination {
            url: row.get("destination_url")?,
            domain: row.get("destination_domain")?,
            app: row.get("destination_app")?,
        };
        if read != was {
            changed.push((row.get::<_, String>("creative_id")?, read));
        }
    }
    for (creative, Destination { url, domain, app }) in &changed {
        update.execute(params![account.0, creative, url, domain, app])?;
    }
    Ok(changed.len() as u64)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Creative> {
    let time = |column| row.get::<_, Option<Time>>(column).map(|time| time.map(|Time(time)| time));
    Ok(Creative {
        account_id: AccountId(row.get("account_id")?),
        google: GoogleCreative::from_row(row)?,
        first_seen_at: row.get::<_, Time>("first_seen_at")?.0,
        first_import_batch_id: row.get::<_, Option<i64>>("first_import_batch_id")?.map(BatchId),
        synced_at: time("synced_at")?,
        vanished_at: time("vanished_at")?,
    })
}
