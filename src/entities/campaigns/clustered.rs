//! What clustering reads and writes of campaigns.
//!
//! Invariant: nothing here touches what a user assigned, took out, named or archived.

use chrono::{DateTime, Utc};
use rusqlite::{Transaction, named_params, params};

use super::{AssignedBy, Campaign, CampaignFilter, CampaignStatus, members};
use crate::entities::columns::Time;
use crate::entities::{EntityError, TextList};
use crate::model::{AccountId, CampaignId};

/// A creative as clustering sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub creative_id: String,
    /// The seat that owns it.
    pub buyer_id: Option<String>,
    /// Where a click leads, as Google says it.
    pub final_url: Option<String>,
    /// Who advertises.
    pub advertiser_name: Option<String>,
    /// Whether Google lists it no more.
    pub has_vanished: bool,
    /// The campaign that has it, archived or not, and who put it there.
    pub assigned: Option<(CampaignId, AssignedBy)>,
    /// Whether that campaign is not archived.
    pub is_in_live_campaign: bool,
    /// Whether a user took it out of a campaign and put it into none.
    pub is_removed: bool,
}

/// A campaign that clustering makes.
#[derive(Clone, Debug, PartialEq)]
pub struct NewCluster<'a> {
    /// What the next run finds it by.
    pub key: &'a str,
    /// What people read.
    pub name: &'a str,
    /// domain, url or advertiser.
    pub method: &'a str,
    /// 0 to 1.
    pub confidence: f64,
}

/// All creatives of the account, by id.
pub fn candidates(tx: &Transaction<'_>, account: AccountId) -> Result<Vec<Candidate>, EntityError> {
    let mut statement = tx.prepare_cached(include_str!("../../../sql/entities/cluster_candidates.sql"))?;
    let rows = statement.query_map([account.0], |row| {
        let campaign: Option<i64> = row.get("campaign_id")?;
        let by_user: Option<bool> = row.get("by_user")?;
        let by = |by_user| if by_user { AssignedBy::User } else { AssignedBy::Clustering };
        Ok(Candidate {
            creative_id: row.get("creative_id")?,
            buyer_id: row.get("buyer_id")?,
            final_url: row.get("final_url")?,
            advertiser_name: row.get("advertiser_name")?,
            has_vanished: row.get("has_vanished")?,
            assigned: campaign.map(CampaignId).zip(by_user.map(by)),
            is_in_live_campaign: row.get("is_in_live_campaign")?,
            is_removed: row.get("is_removed")?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every campaign of the account, archived ones too.
pub fn all(tx: &Transaction<'_>, account: AccountId) -> Result<Vec<Campaign>, EntityError> {
    let mut all = super::list(tx, account, &CampaignFilter::default())?;
    let archived = CampaignFilter { status: Some(CampaignStatus::Archived), buyer_id: None };
    all.extend(super::list(tx, account, &archived)?);
    Ok(all)
}

/// Makes a campaign without creatives.
pub fn create(
    tx: &Transaction<'_>,
    account: AccountId,
    cluster: &NewCluster<'_>,
    now: DateTime<Utc>,
) -> Result<CampaignId, EntityError> {
    let insert = include_str!("../../../sql/entities/cluster_insert.sql");
    let given = named_params! {
        ":account_id": account.0,
        ":name": cluster.name,
        ":method": cluster.method,
        ":confidence": cluster.confidence,
        ":cluster_key": cluster.key,
        ":now": Time(now),
    };
    Ok(CampaignId(tx.prepare_cached(insert)?.query_row(given, |row| row.get(0))?))
}

/// Puts the creatives into the campaign; those that a user assigned or took out stay where they are.
pub fn place(
    tx: &Transaction<'_>,
    account: AccountId,
    campaign: CampaignId,
    creatives: &[String],
    now: DateTime<Utc>,
) -> Result<(), EntityError> {
    super::live(tx, account, campaign)?;
    let list: TextList = creatives.iter().cloned().collect();
    let given = named_params! {
        ":account_id": account.0, ":campaign_id": campaign.0, ":creatives": list, ":now": Time(now),
    };
    tx.prepare_cached(include_str!("../../../sql/entities/campaigns_losing.sql"))?.execute(given)?;
    tx.prepare_cached(include_str!("../../../sql/entities/cluster_place.sql"))?.execute(given)?;
    members::changed(tx, account, campaign, now)
}

/// Takes a creative out that clustering put where it no longer belongs.
pub fn take_out(
    tx: &Transaction<'_>,
    account: AccountId,
    creative: &str,
    now: DateTime<Utc>,
) -> Result<(), EntityError> {
    let touch = include_str!("../../../sql/entities/cluster_losing.sql");
    tx.prepare_cached(touch)?.execute(params![account.0, creative, Time(now)])?;
    let out =
        "DELETE FROM campaign_creatives WHERE account_id = ?1 AND creative_id = ?2 AND assigned_by = 'clustering'";
    tx.prepare_cached(out)?.execute(params![account.0, creative])?;
    Ok(())
}

/// Brings what follows from the lists of creatives to what they are; called once after all changes.
pub fn settle(tx: &Transaction<'_>, account: AccountId) -> Result<(), EntityError> {
    members::name_seats(tx, account)
}

/// Says how sure clustering is now; a campaign that nobody clustered has no such number.
pub fn set_confidence(
    tx: &Transaction<'_>,
    account: AccountId,
    campaign: CampaignId,
    confidence: f64,
) -> Result<(), EntityError> {
    let set = include_str!("../../../sql/entities/cluster_confidence.sql");
    tx.prepare_cached(set)?.execute(params![account.0, campaign.0, confidence])?;
    Ok(())
}
