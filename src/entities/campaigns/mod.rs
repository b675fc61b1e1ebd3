//! Campaigns: groups of creatives with a name, made by hand or by clustering.
//!
//! [`Campaign`] is a row, [`CampaignFields`] what can be said of it; [`members`] says which creatives are in which
//! campaign, [`clustered`] is what clustering reads and writes.
//!
//! Invariants: a creative is in at most one campaign; an archived campaign keeps its row and remembers its creatives,
//! which are in no campaign as long as it is archived; what a user assigned or took out is never touched by
//! [`clustered`].

pub mod clustered;
mod fields;
pub mod members;

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, Transaction, named_params, params};
use serde::{Deserialize, Serialize};

pub use fields::{CampaignFields, Clearable};
pub use members::AssignedBy;

use super::EntityError;
use super::columns::Time;
use crate::model::{AccountId, CampaignId, Day, Micros};

/// A campaign of an account.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Campaign {
    /// Its id, unique over all accounts and never used again.
    pub campaign_id: CampaignId,
    /// Whose it is.
    pub account_id: AccountId,
    /// What people call it.
    pub name: String,
    /// In the user's words.
    pub description: Option<String>,
    /// Whether it runs.
    pub status: CampaignStatus,
    /// Whether clustering made it.
    pub is_ai_generated: bool,
    /// How sure clustering is that its creatives belong together, 0 to 1.
    pub ai_confidence: Option<f64>,
    /// What brought its creatives together: manual, domain, url, advertiser, ai.
    pub clustering_method: Option<String>,
    /// Who is responsible.
    pub owner: Option<String>,
    /// What it may cost, in the account's currency.
    pub budget_micros: Option<Micros>,
    /// Its first day.
    pub start_date: Option<Day>,
    /// Its last day.
    pub end_date: Option<Day>,
    /// Where it was booked.
    pub platform: Option<String>,
    /// Its id there.
    pub external_id: Option<String>,
    /// The seat of its creatives, where it is one.
    pub buyer_id: Option<String>,
    /// What clustering knows it by.
    pub cluster_key: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it or its list of creatives was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Whether a campaign runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignStatus {
    /// It runs.
    Active,
    /// It waits.
    Paused,
    /// It is over: it leaves the lists, and its creatives are free for others.
    Archived,
}

impl CampaignStatus {
    /// The word in the table and in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Archived => "archived",
        }
    }

    /// The status of that word.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Active, Self::Paused, Self::Archived].into_iter().find(|status| status.code() == code)
    }
}

/// Which campaigns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CampaignFilter {
    /// Of this status; without one, those that are not archived.
    pub status: Option<CampaignStatus>,
    /// Only those of this seat, or with a creative of it.
    pub buyer_id: Option<String>,
}

/// Makes a campaign by hand; the name is required.
pub fn create(
    tx: &Transaction<'_>,
    account: AccountId,
    fields: &CampaignFields,
    now: DateTime<Utc>,
) -> Result<Campaign, EntityError> {
    let named = CampaignFields { name: Some(fields.name.clone().unwrap_or_default()), ..fields.clone() };
    named.check(None)?;
    let insert = include_str!("../../../sql/entities/campaign_insert.sql");
    let given = named_params! { ":account_id": account.0, ":name": named.name_to_store(), ":now": Time(now) };
    let id = tx.prepare_cached(insert)?.query_row(given, |row| row.get(0))?;
    set(tx, account, CampaignId(id), &named, now)
}

/// Changes what is said and leaves the rest. The status `archived` archives it, another one brings it back.
pub fn set(
    tx: &Transaction<'_>,
    account: AccountId,
    id: CampaignId,
    fields: &CampaignFields,
    now: DateTime<Utc>,
) -> Result<Campaign, EntityError> {
    let before = get(tx, account, id)?;
    fields.check(Some(&before))?;
    fields.store(tx, account, id, now)?;
    get(tx, account, id)
}

/// Archives it: it leaves the lists, its creatives are in no campaign; its row stays, and bringing it back brings back
/// those of its creatives that are in no other campaign by then. Unknown where it is archived already.
pub fn archive(
    tx: &Transaction<'_>,
    account: AccountId,
    id: CampaignId,
    now: DateTime<Utc>,
) -> Result<(), EntityError> {
    live(tx, account, id)?;
    let archived = CampaignFields { status: Some(CampaignStatus::Archived), ..CampaignFields::default() };
    set(tx, account, id, &archived, now).map(drop)
}

/// Brings an archived campaign back as an active one.
pub fn restore(
    tx: &Transaction<'_>,
    account: AccountId,
    id: CampaignId,
    now: DateTime<Utc>,
) -> Result<Campaign, EntityError> {
    let active = CampaignFields { status: Some(CampaignStatus::Active), ..CampaignFields::default() };
    match get(tx, account, id)?.status {
        CampaignStatus::Archived => set(tx, account, id, &active, now),
        _ => get(tx, account, id),
    }
}

/// One campaign, archived or not.
pub fn get(tx: &Transaction<'_>, account: AccountId, id: CampaignId) -> Result<Campaign, EntityError> {
    let one = "SELECT * FROM campaigns WHERE account_id = ?1 AND campaign_id = ?2";
    let found = tx.prepare_cached(one)?.query_row(params![account.0, id.0], read).optional()?;
    found.ok_or_else(|| unknown(account, &id.to_string()))
}

/// The same, and it is not archived.
pub fn live(tx: &Transaction<'_>, account: AccountId, id: CampaignId) -> Result<Campaign, EntityError> {
    match get(tx, account, id)? {
        Campaign { status: CampaignStatus::Archived, .. } => Err(unknown(account, &id.to_string())),
        campaign => Ok(campaign),
    }
}

/// The campaign that a user means by its number or its name; a name that several have is refused with their numbers.
pub fn find(tx: &Transaction<'_>, account: AccountId, named: &str) -> Result<Campaign, EntityError> {
    let number: Option<i64> = named.trim().parse().ok();
    if let Some(number) = number
        && let Ok(campaign) = get(tx, account, CampaignId(number))
    {
        return Ok(campaign);
    }
    let by_name = include_str!("../../../sql/entities/campaigns_by_name.sql");
    let mut statement = tx.prepare_cached(by_name)?;
    let found: Vec<Campaign> =
        statement.query_map(params![account.0, named.trim()], read)?.collect::<Result<_, _>>()?;
    // An archived campaign gives way to one that is there under the same name.
    let live: Vec<&Campaign> = found.iter().filter(|campaign| campaign.status != CampaignStatus::Archived).collect();
    match (live.as_slice(), found.as_slice()) {
        ([one], _) => Ok((*one).clone()),
        ([], [one]) => Ok(one.clone()),
        ([], []) => Err(unknown(account, named.trim())),
        _ => {
            let ids: Vec<String> = found.iter().map(|campaign| campaign.campaign_id.to_string()).collect();
            let reason = format!("'{}' is the name of campaigns {}: write the number", named.trim(), ids.join(", "));
            Err(EntityError::CampaignField { field: "campaign", reason })
        }
    }
}

/// The campaigns that the filter means, the last changed first.
pub fn list(tx: &Transaction<'_>, account: AccountId, filter: &CampaignFilter) -> Result<Vec<Campaign>, EntityError> {
    let status = filter.status.map(CampaignStatus::code);
    let mut statement = tx.prepare_cached(include_str!("../../../sql/entities/campaigns_list.sql"))?;
    let given = named_params! { ":account_id": account.0, ":status": status, ":buyer_id": filter.buyer_id };
    let campaigns = statement.query_map(given, read)?.collect::<Result<_, _>>()?;
    Ok(campaigns)
}

fn unknown(account: AccountId, named: &str) -> EntityError {
    EntityError::Unknown { account_id: account, kind: "campaign", id: named.to_owned() }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Campaign> {
    let day = |column| {
        let text: Option<String> = row.get(column)?;
        // The table admits only days.
        Ok::<_, rusqlite::Error>(text.and_then(|text| text.parse::<Day>().ok()))
    };
    let status = row.get_ref("status")?.as_str()?;
    Ok(Campaign {
        campaign_id: CampaignId(row.get("campaign_id")?),
        account_id: AccountId(row.get("account_id")?),
        name: row.get("name")?,
        description: row.get("description")?,
        // The table admits only these words.
        status: CampaignStatus::from_code(status).unwrap_or(CampaignStatus::Active),
        is_ai_generated: row.get("is_ai_generated")?,
        ai_confidence: row.get("ai_confidence")?,
        clustering_method: row.get("clustering_method")?,
        owner: row.get("owner")?,
        budget_micros: row.get::<_, Option<i64>>("budget_micros")?.map(Micros),
        start_date: day("start_date")?,
        end_date: day("end_date")?,
        platform: row.get("platform")?,
        external_id: row.get("external_id")?,
        buyer_id: row.get("buyer_id")?,
        cluster_key: row.get("cluster_key")?,
        created_at: row.get::<_, Time>("created_at")?.0,
        updated_at: row.get::<_, Time>("updated_at")?.0,
    })
}
