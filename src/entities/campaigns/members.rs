//! Which creative is in which campaign, as users decide it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Transaction, named_params, params};
use serde::Serialize;

use super::live;
use crate::entities::columns::Time;
use crate::entities::{EntityError, TextList};
use crate::model::{AccountId, CampaignId};

/// Who put a creative into its campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignedBy {
    /// A user: clustering leaves it there for good.
    User,
    /// Clustering, which may move it.
    Clustering,
}

/// Puts the creatives into the campaign, out of whichever they were in. All of them, or, where one is not known, none.
pub fn assign(
    tx: &Transaction<'_>,
    account: AccountId,
    campaign: CampaignId,
    creatives: &[String],
    now: DateTime<Utc>,
) -> Result<u64, EntityError> {
    live(tx, account, campaign)?;
    let creatives: BTreeSet<&String> = creatives.iter().collect();
    let list: TextList = creatives.iter().map(|id| (*id).clone()).collect();
    let unknown = include_str!("../../../sql/entities/creatives_unknown.sql");
    let unknown: Vec<String> =
        tx.prepare_cached(unknown)?.query_map(params![account.0, list], |row| row.get(0))?.collect::<Result<_, _>>()?;
    if !unknown.is_empty() {
        return Err(EntityError::UnknownCreatives { account_id: account, ids: unknown });
    }
    let given = named_params! {
        ":account_id": account.0, ":campaign_id": campaign.0, ":creatives": list, ":now": Time(now),
    };
    tx.prepare_cached(include_str!("../../../sql/entities/campaigns_losing.sql"))?.execute(given)?;
    tx.prepare_cached(include_str!("../../../sql/entities/campaign_assign.sql"))?.execute(given)?;
    let forget = include_str!("../../../sql/entities/removals_forget.sql");
    tx.prepare_cached(forget)?.execute(params![account.0, list])?;
    changed(tx, account, campaign, now)?;
    name_seats(tx, account)?;
    Ok(creatives.len() as u64)
}

/// Takes the creative out of its campaign, whichever it is; gives which it was. Clustering leaves it alone from now on.
pub fn remove(
    tx: &Transaction<'_>,
    account: AccountId,
    creative: &str,
    by: Option<&str>,
    now: DateTime<Utc>,
) -> Result<CampaignId, EntityError> {
    let was = campaign_of(tx, account, creative)?;
    let unknown =
        || EntityError::Unknown { account_id: account, kind: "creative in a campaign", id: creative.to_owned() };
    let campaign = was.ok_or_else(unknown)?;
    let out = "DELETE FROM campaign_creatives WHERE account_id = ?1 AND creative_id = ?2";
    tx.prepare_cached(out)?.execute(params![account.0, creative])?;
    let remember = include_str!("../../../sql/entities/removal_insert.sql");
    tx.prepare_cached(remember)?.execute(params![account.0, creative, Time(now), by])?;
    changed(tx, account, campaign, now)?;
    name_seats(tx, account)?;
    Ok(campaign)
}

/// The same, of that campaign only.
pub fn remove_from(
    tx: &Transaction<'_>,
    account: AccountId,
    campaign: CampaignId,
    creative: &str,
    by: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), EntityError> {
    live(tx, account, campaign)?;
    if campaign_of(tx, account, creative)? != Some(campaign) {
        return Err(EntityError::Unknown {
            account_id: account,
            kind: "creative in that campaign",
            id: creative.to_owned(),
        });
    }
    remove(tx, account, creative, by, now).map(drop)
}

/// The campaign that the creative is in; none where that is archived.
pub fn campaign_of(
    tx: &Transaction<'_>,
    account: AccountId,
    creative: &str,
) -> Result<Option<CampaignId>, EntityError> {
    let of = include_str!("../../../sql/entities/campaign_of_creative.sql");
    let found = tx.prepare_cached(of)?.query_row(params![account.0, creative], |row| row.get(0)).optional()?;
    Ok(found.map(CampaignId))
}

/// The creatives of each campaign, by id; those of archived campaigns are what they had.
pub fn by_campaign(tx: &Transaction<'_>, account: AccountId) -> Result<BTreeMap<CampaignId, Vec<String>>, EntityError> {
    let all = include_str!("../../../sql/entities/campaign_members.sql");
    let mut statement = tx.prepare_cached(all)?;
    let mut rows = statement.query(params![account.0])?;
    let mut members: BTreeMap<CampaignId, Vec<String>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        members.entry(CampaignId(row.get(0)?)).or_default().push(row.get(1)?);
    }
    Ok(members)
}

/// The creatives of one campaign, by id.
pub fn of(tx: &Transaction<'_>, account: AccountId, campaign: CampaignId) -> Result<Vec<String>, EntityError> {
    super::get(tx, account, campaign)?;
    let of =
        "SELECT creative_id FROM campaign_creatives WHERE account_id = ?1 AND campaign_id = ?2 ORDER BY creative_id";
    let mut statement = tx.prepare_cached(of)?;
    let ids = statement.query_map(params![account.0, campaign.0], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(ids)
}

/// The creatives at Google that are in no campaign, by id; with a buyer, those of that seat.
pub fn unclustered(tx: &Transaction<'_>, account: AccountId, buyer: Option<&str>) -> Result<Vec<String>, EntityError> {
    let free = include_str!("../../../sql/entities/creatives_unclustered.sql");
    let mut statement = tx.prepare_cached(free)?;
    let ids = statement.query_map(params![account.0, buyer], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(ids)
}

/// Says that the list of the campaign's creatives changed.
pub(super) fn changed(
    tx: &Transaction<'_>,
    account: AccountId,
    campaign: CampaignId,
    now: DateTime<Utc>,
) -> Result<(), EntityError> {
    let touch = "UPDATE campaigns SET updated_at = ?3 WHERE account_id = ?1 AND campaign_id = ?2";
    tx.prepare_cached(touch)?.execute(params![account.0, campaign.0, Time(now)])?;
    Ok(())
}

/// Brings the seat of each campaign to that of its creatives, where they are of one.
pub(super) fn name_seats(tx: &Transaction<'_>, account: AccountId) -> Result<(), EntityError> {
    tx.prepare_cached(include_str!("../../../sql/entities/campaign_seats.sql"))?.execute([account.0])?;
    Ok(())
}
