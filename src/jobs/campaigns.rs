//! Changing campaigns and what is in them.

use chrono::Utc;
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Event, Listener, Store, refuse, resolve};
use crate::campaigns::clustering::{self, Clustering};
use crate::entities::EntityError;
use crate::entities::campaigns::{self, Campaign, CampaignFields, members};
use crate::model::AccountId;

/// A change of campaigns of one account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CampaignRequest {
    /// Account by name or number; `None` is the first one.
    pub account: Option<String>,
    /// What changes.
    #[serde(flatten)]
    pub change: CampaignChange,
}

/// What changes. A campaign is named by its number or its name.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum CampaignChange {
    /// A new campaign with these creatives, which leave the one that they are in.
    Create {
        /// What is said of it; the name is required.
        fields: CampaignFields,
        /// Its creatives.
        creatives: Vec<String>,
    },
    /// Other values for what is said.
    Set {
        /// Which campaign.
        campaign: String,
        /// What changes.
        fields: CampaignFields,
    },
    /// Creatives come into the campaign, out of whichever they were in.
    Add {
        /// Which campaign.
        campaign: String,
        /// Which creatives.
        creatives: Vec<String>,
    },
    /// Creatives leave the campaign that they are in.
    Remove {
        /// Which creatives.
        creatives: Vec<String>,
        /// Who takes them out.
        by: Option<String>,
    },
    /// The campaign leaves the lists, and its creatives are free.
    Archive {
        /// Which campaign.
        campaign: String,
    },
    /// An archived campaign comes back.
    Restore {
        /// Which campaign.
        campaign: String,
    },
    /// Creatives that lead to the same place come into one campaign.
    Cluster {
        /// Creatives that a new campaign must have; the setting's where absent.
        min_creatives: Option<usize>,
        /// Only creatives of this seat.
        buyer_id: Option<String>,
    },
}

pub(super) fn run(request: &CampaignRequest, store: &Store, tell: Listener<'_>) -> bool {
    let made = resolve(&store.db, request.account.as_deref()).and_then(|account| {
        let min = store.config.campaigns.min_creatives as usize;
        store.db.write(|tx| made(tx, account, &request.change, min))
    });
    match made {
        Ok(answer) => {
            tell(Event::Answered { answer });
            true
        }
        Err(error) => refuse(tell, error, None),
    }
}

fn made(tx: &Transaction<'_>, account: AccountId, change: &CampaignChange, min: usize) -> Result<Value, EntityError> {
    let now = Utc::now();
    let named = |named: &str| campaigns::find(tx, account, named).map(|campaign| campaign.campaign_id);
    match change {
        CampaignChange::Create { fields, creatives } => {
            let id = campaigns::create(tx, account, fields, now)?.campaign_id;
            members::assign(tx, account, id, creatives, now)?;
            with_members(tx, campaigns::get(tx, account, id)?)
        }
        CampaignChange::Set { campaign, fields } => {
            with_members(tx, campaigns::set(tx, account, named(campaign)?, fields, now)?)
        }
        CampaignChange::Add { campaign, creatives } => {
            let id = named(campaign)?;
            members::assign(tx, account, id, creatives, now)?;
            with_members(tx, campaigns::get(tx, account, id)?)
        }
        CampaignChange::Remove { creatives, by } => {
            for creative in creatives {
                members::remove(tx, account, creative, by.as_deref(), now)?;
            }
            Ok(json!({"removed": creatives}))
        }
        CampaignChange::Archive { campaign } => {
            let id = named(campaign)?;
            campaigns::archive(tx, account, id, now)?;
            with_members(tx, campaigns::get(tx, account, id)?)
        }
        CampaignChange::Restore { campaign } => {
            with_members(tx, campaigns::restore(tx, account, named(campaign)?, now)?)
        }
        CampaignChange::Cluster { min_creatives, buyer_id } => {
            let asked =
                Clustering { min_creatives: min_creatives.unwrap_or(min), buyer_id: buyer_id.clone(), dry_run: false };
            json_of(&clustering::cluster(tx, account, &asked, now)?)
        }
    }
}

/// The campaign and its creatives as JSON.
fn with_members(tx: &Transaction<'_>, campaign: Campaign) -> Result<Value, EntityError> {
    let creatives = members::of(tx, campaign.account_id, campaign.campaign_id)?;
    let mut shown = json_of(&campaign)?;
    shown["creative_ids"] = json!(creatives);
    Ok(shown)
}

fn json_of(value: &impl Serialize) -> Result<Value, EntityError> {
    serde_json::to_value(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()).into())
}
