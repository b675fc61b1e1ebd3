//! What clustering changes.

use std::collections::{BTreeMap, BTreeSet};

use super::keys::{Key, Method, keys_of};
use super::{Existing, Item, Place, confidence, names};
use crate::model::CampaignId;

/// A cluster without a campaign.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// What it will be known by.
    pub key: Key,
    /// A name that no campaign has.
    pub name: String,
    /// How sure it is that they belong together.
    pub confidence: f64,
    /// Its creatives, by id.
    pub creatives: Vec<String>,
}

/// What clustering changes; all lists are in the order of keys and ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// Campaigns to make.
    pub found: Vec<Found>,
    /// Creatives that join a campaign that is there.
    pub joining: BTreeMap<CampaignId, Vec<String>>,
    /// Creatives that lead elsewhere now, and that no cluster takes.
    pub leaving: Vec<String>,
    /// How sure it is of each clustered campaign that has creatives.
    pub confidence: BTreeMap<CampaignId, f64>,
    /// Clustered campaigns with fewer creatives than the minimum, and how many they have.
    pub small: BTreeMap<CampaignId, usize>,
}

/// What is to be done so that each creative that clustering may place is where it belongs. A new cluster has at least
/// `min` creatives; a domain is divided by path where at least two parts of it have as many.
pub fn plan(items: &[Item], existing: &[Existing], min: usize) -> Plan {
    let mut items: Vec<&Item> = items.iter().collect();
    items.sort_by(|a, b| a.creative_id.cmp(&b.creative_id));
    let known = Known::of(existing);
    let mut plan = Plan::default();
    let mut members: BTreeMap<CampaignId, Vec<&Item>> = BTreeMap::new();
    let mut free: Vec<(&Item, Vec<Key>)> = Vec::new();
    let mut moving: BTreeSet<&str> = BTreeSet::new();
    for item in items {
        let at = match item.place {
            Place::Left(campaign) => {
                campaign.into_iter().for_each(|campaign| members.entry(campaign).or_default().push(item));
                continue;
            }
            Place::Free => None,
            Place::Clustered(campaign) => Some(campaign),
        };
        let keys = keys_of(item);
        if let Some(campaign) = at {
            // Of a campaign without a key nobody can say that a creative does not fit.
            if !known.methods.contains_key(&campaign) {
                continue;
            }
            if keys.iter().any(|key| known.living(key) == Some(campaign)) {
                members.entry(campaign).or_default().push(item);
                continue;
            }
            moving.insert(&item.creative_id);
        }
        match keys.iter().find_map(|key| known.campaigns.get(&key.to_string())) {
            Some(Some(campaign)) => {
                plan.joining.entry(*campaign).or_default().push(item.creative_id.clone());
                members.entry(*campaign).or_default().push(item);
            }
            // The most specific campaign is archived: what a user put away is not brought back under another name.
            Some(None) => {}
            None => free.push((item, keys)),
        }
    }
    let mut taken: BTreeSet<String> = existing.iter().map(|campaign| campaign.name.to_lowercase()).collect();
    let mut placed: BTreeSet<String> = plan.joining.values().flatten().cloned().collect();
    for (key, items) in groups(free, &known, min) {
        let advertisers = || items.iter().map(|item| item.advertiser.as_deref());
        let creatives: Vec<String> = items.iter().map(|item| item.creative_id.clone()).collect();
        placed.extend(creatives.iter().cloned());
        plan.found.push(Found {
            name: names::unique(names::name(&key, advertisers()), &mut taken),
            confidence: confidence(key.method(), advertisers()),
            creatives,
            key,
        });
    }
    plan.leaving = moving.into_iter().filter(|id| !placed.contains(*id)).map(str::to_owned).collect();
    for (campaign, method) in &known.methods {
        let members = members.remove(campaign).unwrap_or_default();
        if !members.is_empty() {
            let advertisers = members.iter().map(|item| item.advertiser.as_deref());
            plan.confidence.insert(*campaign, confidence(*method, advertisers));
        }
        if members.len() < min {
            plan.small.insert(*campaign, members.len());
        }
    }
    plan
}

/// Groups of creatives that no campaign is known for, large enough, by key.
fn groups<'a>(free: Vec<(&'a Item, Vec<Key>)>, known: &Known, min: usize) -> BTreeMap<Key, Vec<&'a Item>> {
    let mut by_specific: BTreeMap<Key, usize> = BTreeMap::new();
    for key in free.iter().filter_map(|(_, keys)| keys.first()) {
        *by_specific.entry(key.clone()).or_default() += 1;
    }
    // Parts of a domain that are large enough; those that have a campaign count, so that a new part gets its own too.
    let mut parts: BTreeMap<&str, usize> = BTreeMap::new();
    for (key, size) in &by_specific {
        if let Key::Path(domain, _) = key
            && *size >= min
        {
            *parts.entry(domain).or_default() += 1;
        }
    }
    let is_divided = |domain: &str| parts.get(domain).is_some_and(|parts| parts + known.parts(domain) >= 2);
    let mut groups: BTreeMap<Key, Vec<&Item>> = BTreeMap::new();
    for (item, keys) in free {
        let is_own = |key: &Key| match key {
            Key::Path(domain, _) => by_specific.get(key).is_some_and(|size| *size >= min) && is_divided(domain),
            _ => true,
        };
        if let Some(key) = keys.into_iter().find(is_own) {
            groups.entry(key).or_default().push(item);
        }
    }
    groups.retain(|_, items| items.len() >= min);
    groups
}

/// The campaigns that clustering made.
struct Known {
    /// By key; none where archived.
    campaigns: BTreeMap<String, Option<CampaignId>>,
    /// What brings the creatives of those that are not archived together.
    methods: BTreeMap<CampaignId, Method>,
}

impl Known {
    fn of(existing: &[Existing]) -> Self {
        let keyed = existing.iter().filter_map(|campaign| Some((campaign, campaign.key.clone()?)));
        let mut known = Self { campaigns: BTreeMap::new(), methods: BTreeMap::new() };
        for (campaign, key) in keyed {
            if !campaign.is_archived {
                known.methods.insert(campaign.campaign_id, method_of(&key));
            }
            known.campaigns.insert(key, (!campaign.is_archived).then_some(campaign.campaign_id));
        }
        known
    }

    fn living(&self, key: &Key) -> Option<CampaignId> {
        self.campaigns.get(&key.to_string()).copied().flatten()
    }

    /// How many parts of the domain have campaigns.
    fn parts(&self, domain: &str) -> usize {
        let start = format!("domain:{domain}/");
        self.campaigns.range(start.clone()..).take_while(|(key, _)| key.starts_with(&start)).count()
    }
}

fn method_of(key: &str) -> Method {
    match key.split_once(':') {
        Some(("app", _)) => Method::App,
        Some(("domain", domain)) if domain.contains('/') => Method::Path,
        Some(("domain", _)) => Method::Domain,
        _ => Method::Advertiser,
    }
}
