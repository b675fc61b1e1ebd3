//! Clustering of an account's creatives into campaigns, in one transaction.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::Transaction;
use serde::Serialize;

use super::cluster::{self, Existing, Item, Place, Plan};
use crate::entities::campaigns::clustered::{self, Candidate, NewCluster};
use crate::entities::campaigns::{AssignedBy, Campaign};
use crate::entities::{EntityError, creatives};
use crate::model::{AccountId, CampaignId, Destination};

/// What to cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clustering {
    /// Creatives that a new campaign must have.
    pub min_creatives: usize,
    /// Only creatives of this seat.
    pub buyer_id: Option<String>,
    /// Say what would change and change nothing.
    pub dry_run: bool,
}

/// What clustering changed, or would.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Clustered {
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// Campaigns made.
    pub campaigns_created: usize,
    /// Creatives put into campaigns.
    pub creatives_placed: usize,
    /// Creatives that lead elsewhere now and that no campaign has any more.
    pub creatives_taken_out: usize,
    /// Creatives at Google that are in no campaign after it.
    pub creatives_unclustered: usize,
    /// The campaigns that got creatives, new ones first.
    pub campaigns: Vec<ClusteredCampaign>,
    /// Clustered campaigns that have fewer creatives than a new one needs; they stay.
    pub small: Vec<SmallCampaign>,
}

/// A campaign that got creatives.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClusteredCampaign {
    /// Its id; none while it is only a plan.
    pub campaign_id: Option<CampaignId>,
    /// Its name.
    pub name: String,
    /// What clustering knows it by.
    pub cluster_key: String,
    /// domain, url or advertiser.
    pub clustering_method: String,
    /// 0 to 1.
    pub ai_confidence: f64,
    /// Whether this made it.
    pub is_new: bool,
    /// The creatives that it got.
    pub creative_ids: Vec<String>,
}

/// A clustered campaign with few creatives.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SmallCampaign {
    /// Its id.
    pub campaign_id: CampaignId,
    /// Its name.
    pub name: String,
    /// How many creatives it has.
    pub creatives: usize,
}

/// Brings the campaigns to what the creatives' destinations and advertisers say, and leaves alone what users decided.
pub fn cluster(
    tx: &Transaction<'_>,
    account: AccountId,
    asked: &Clustering,
    now: DateTime<Utc>,
) -> Result<Clustered, EntityError> {
    if !asked.dry_run {
        creatives::refresh_destinations(tx, account)?;
    }
    let candidates = clustered::candidates(tx, account)?;
    let campaigns = clustered::all(tx, account)?;
    let items: Vec<Item> = candidates.iter().map(|candidate| item(candidate, asked.buyer_id.as_deref())).collect();
    let existing: Vec<Existing> = campaigns.iter().map(known).collect();
    let plan = cluster::plan(&items, &existing, asked.min_creatives.max(1));
    let mut answer = told(&plan, &campaigns, &candidates);
    answer.dry_run = asked.dry_run;
    if !asked.dry_run {
        carry_out(tx, account, &plan, &mut answer, now)?;
    }
    Ok(answer)
}

/// A creative as the rule sees it. Where it leads is read anew, so that rows of an older program are read as this one does.
pub(super) fn item(candidate: &Candidate, buyer: Option<&str>) -> Item {
    let live = |campaign| Some(campaign).filter(|_| candidate.is_in_live_campaign);
    let is_asked = buyer.is_none() || buyer == candidate.buyer_id.as_deref();
    let place = match candidate.assigned {
        _ if candidate.is_removed => Place::Left(None),
        Some((campaign, AssignedBy::User)) => Place::Left(live(campaign)),
        Some((campaign, AssignedBy::Clustering)) if !is_asked => Place::Left(live(campaign)),
        Some((campaign, AssignedBy::Clustering)) if candidate.is_in_live_campaign => Place::Clustered(campaign),
        _ if !is_asked => Place::Left(None),
        _ => Place::Free,
    };
    Item {
        creative_id: candidate.creative_id.clone(),
        destination: candidate.final_url.as_deref().map(Destination::of).unwrap_or_default(),
        advertiser: candidate.advertiser_name.clone(),
        place,
    }
}

fn known(campaign: &Campaign) -> Existing {
    Existing {
        campaign_id: campaign.campaign_id,
        key: campaign.cluster_key.clone(),
        name: campaign.name.clone(),
        is_archived: campaign.status == crate::entities::campaigns::CampaignStatus::Archived,
    }
}

fn told(plan: &Plan, campaigns: &[Campaign], candidates: &[Candidate]) -> Clustered {
    let named = |id: CampaignId| campaigns.iter().find(|campaign| campaign.campaign_id == id);
    let new = plan.found.iter().map(|found| ClusteredCampaign {
        campaign_id: None,
        name: found.name.clone(),
        cluster_key: found.key.to_string(),
        clustering_method: found.key.method().code().to_owned(),
        ai_confidence: found.confidence,
        is_new: true,
        creative_ids: found.creatives.clone(),
    });
    let grown = plan.joining.iter().filter_map(|(id, creatives)| {
        let campaign = named(*id)?;
        Some(ClusteredCampaign {
            campaign_id: Some(*id),
            name: campaign.name.clone(),
            cluster_key: campaign.cluster_key.clone().unwrap_or_default(),
            clustering_method: campaign.clustering_method.clone().unwrap_or_default(),
            ai_confidence: plan.confidence.get(id).copied().or(campaign.ai_confidence).unwrap_or_default(),
            is_new: false,
            creative_ids: creatives.clone(),
        })
    });
    let campaigns_told: Vec<ClusteredCampaign> = new.chain(grown).collect();
    let small = plan.small.iter().filter_map(|(id, creatives)| {
        Some(SmallCampaign { campaign_id: *id, name: named(*id)?.name.clone(), creatives: *creatives })
    });
    let placed: BTreeSet<&String> = campaigns_told.iter().flat_map(|campaign| &campaign.creative_ids).collect();
    let leaving: BTreeSet<&String> = plan.leaving.iter().collect();
    let is_unclustered = |candidate: &&Candidate| {
        let id = &candidate.creative_id;
        !candidate.has_vanished && !placed.contains(id) && (!candidate.is_in_live_campaign || leaving.contains(id))
    };
    Clustered {
        dry_run: true,
        campaigns_created: plan.found.len(),
        creatives_placed: placed.len(),
        creatives_taken_out: leaving.len(),
        creatives_unclustered: candidates.iter().filter(is_unclustered).count(),
        small: small.collect(),
        campaigns: campaigns_told,
    }
}

fn carry_out(
    tx: &Transaction<'_>,
    account: AccountId,
    plan: &Plan,
    answer: &mut Clustered,
    now: DateTime<Utc>,
) -> Result<(), EntityError> {
    for creative in &plan.leaving {
        clustered::take_out(tx, account, creative, now)?;
    }
    for campaign in &mut answer.campaigns {
        let id = match campaign.campaign_id {
            Some(id) => id,
            None => clustered::create(
                tx,
                account,
                &NewCluster {
                    key: &campaign.cluster_key,
                    name: &campaign.name,
                    method: &campaign.clustering_method,
                    confidence: campaign.ai_confidence,
                },
                now,
            )?,
        };
        clustered::place(tx, account, id, &campaign.creative_ids, now)?;
        campaign.campaign_id = Some(id);
    }
    for (campaign, confidence) in &plan.confidence {
        clustered::set_confidence(tx, account, *campaign, *confidence)?;
    }
    clustered::settle(tx, account)
}
