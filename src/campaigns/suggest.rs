//! What campaigns could be made of creatives that are in none. Nothing is stored.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::cluster::{Key, keys_of, readable_domain, unique};
use super::clustering::item;
use super::performance::Facts;
use crate::analytics::{self, AnalyticsError, Ask};
use crate::db::{Db, DbError};
use crate::entities::EntityError;
use crate::entities::campaigns::clustered::{self, Candidate};
use crate::model::AccountId;
use crate::query::AccountScope;

/// What to suggest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Group by the app or domain that creatives lead to, and by advertiser where they lead nowhere that is known;
    /// without it, by advertiser.
    pub by_url: bool,
    /// Divide groups by the country where a creative cost most; with nothing else to group by, that is the group.
    pub by_country: bool,
    /// Only creatives of this seat.
    pub buyer_id: Option<String>,
    /// Creatives that a group must have before it is divided by country.
    pub min_creatives: usize,
}

/// What could be made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Suggestions {
    /// The largest first.
    pub suggestions: Vec<Suggestion>,
    /// Creatives in no campaign.
    pub unclustered_count: usize,
}

/// A campaign that could be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// A name that no campaign and no other suggestion has.
    pub suggested_name: String,
    /// Its creatives, by id.
    pub creative_ids: Vec<String>,
    /// The app or the registrable domain that they lead to.
    pub domain: Option<String>,
    /// The country where they cost most.
    pub country: Option<String>,
}

/// There is no suggestion, for one of these reasons.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuggestError {
    /// The creatives cannot be read.
    #[error(transparent)]
    Entity(#[from] EntityError),
    /// SQLite refused.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The facts cannot be asked.
    #[error(transparent)]
    Facts(#[from] AnalyticsError),
}

/// Suggestions for the account's creatives at Google that are in no campaign, but for those that a user took out of one.
pub fn suggest(db: &Db, facts: &Facts<'_>, wish: &Wish) -> Result<Suggestions, SuggestError> {
    let (candidates, names) = read(db, facts.account)?;
    let countries = if wish.by_country { countries(facts)? } else { BTreeMap::new() };
    Ok(suggested(&candidates, &names, &countries, wish))
}

fn read(db: &Db, account: AccountId) -> Result<(Vec<Candidate>, BTreeSet<String>), EntityError> {
    db.read(|tx| {
        let campaigns = clustered::all(tx, account)?;
        let names = campaigns.into_iter().map(|campaign| campaign.name.to_lowercase());
        Ok((clustered::candidates(tx, account)?, names.collect()))
    })
}

/// Where each creative cost most, else was seen most, over all days.
fn countries(facts: &Facts<'_>) -> Result<BTreeMap<String, String>, AnalyticsError> {
    #[derive(Deserialize)]
    struct Row {
        creative_id: String,
        country: Option<String>,
    }
    let ask = Ask { limits: facts.limits.clone(), ..Ask::new(AccountScope::one(facts.account)) };
    let rows: Vec<Row> = analytics::rows_blocking(facts.engine, "creative_countries", ask)?;
    let mut first = BTreeMap::new();
    for Row { creative_id, country } in rows {
        if let Some(country) = country {
            first.entry(creative_id).or_insert(country);
        }
    }
    Ok(first)
}

/// What a group is made by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Key(Key),
    /// Nothing but the country.
    Anywhere,
}

fn suggested(
    candidates: &[Candidate],
    names: &BTreeSet<String>,
    countries: &BTreeMap<String, String>,
    wish: &Wish,
) -> Suggestions {
    let is_asked = |candidate: &&Candidate| {
        let is_of_seat = wish.buyer_id.is_none() || wish.buyer_id == candidate.buyer_id;
        is_of_seat && !candidate.has_vanished && !candidate.is_in_live_campaign
    };
    let free: Vec<&Candidate> = candidates.iter().filter(is_asked).collect();
    let mut groups: BTreeMap<Group, Vec<&Candidate>> = BTreeMap::new();
    for candidate in free.iter().filter(|candidate| !candidate.is_removed) {
        if let Some(group) = group_of(candidate, wish) {
            groups.entry(group).or_default().push(candidate);
        }
    }
    groups.retain(|_, creatives| creatives.len() >= wish.min_creatives.max(1));
    let mut parts: Vec<(Group, Option<&String>, Vec<&Candidate>)> = Vec::new();
    for (group, creatives) in groups {
        let mut by_country: BTreeMap<Option<&String>, Vec<&Candidate>> = BTreeMap::new();
        for creative in creatives {
            let country = countries.get(&creative.creative_id).filter(|_| wish.by_country);
            by_country.entry(country).or_default().push(creative);
        }
        if group == Group::Anywhere {
            by_country.retain(|country, creatives| country.is_some() && creatives.len() >= wish.min_creatives);
        }
        parts.extend(by_country.into_iter().map(|(country, creatives)| (group.clone(), country, creatives)));
    }
    let mut taken = names.clone();
    let mut suggestions: Vec<Suggestion> = parts
        .into_iter()
        .map(|(group, country, creatives)| Suggestion {
            suggested_name: unique(name(&group, country, &creatives), &mut taken),
            domain: match group {
                Group::Key(Key::App(app)) => Some(app),
                Group::Key(Key::Domain(domain)) => Some(domain),
                _ => None,
            },
            country: country.cloned(),
            creative_ids: creatives.iter().map(|creative| creative.creative_id.clone()).collect(),
        })
        .collect();
    // The sort keeps the order of groups where sizes are equal.
    suggestions.sort_by_key(|suggestion| std::cmp::Reverse(suggestion.creative_ids.len()));
    Suggestions { suggestions, unclustered_count: free.len() }
}

fn group_of(candidate: &Candidate, wish: &Wish) -> Option<Group> {
    let mut item = item(candidate, None);
    if !wish.by_url {
        if wish.by_country {
            return Some(Group::Anywhere);
        }
        item.destination = crate::model::Destination::default();
    }
    // The last key is the general one: the whole domain.
    keys_of(&item).pop().map(Group::Key)
}

fn name(group: &Group, country: Option<&String>, creatives: &[&Candidate]) -> String {
    let mut name = match group {
        Group::Key(Key::App(app)) => app.clone(),
        Group::Key(Key::Domain(domain) | Key::Path(domain, _)) => readable_domain(domain),
        Group::Key(Key::Advertiser(name)) => {
            let written = creatives.iter().find_map(|creative| creative.advertiser_name.as_deref());
            written.unwrap_or(name).trim().to_owned()
        }
        Group::Anywhere => String::new(),
    };
    if let Some(country) = country {
        name = format!("{name} {country}").trim().to_owned();
    }
    name.chars().take(480).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn creative(id: &str, address: &str, advertiser: &str) -> Candidate {
        Candidate {
            creative_id: id.to_owned(),
            buyer_id: Some("1".to_owned()),
            final_url: Some(address.to_owned()),
            advertiser_name: Some(advertiser.to_owned()),
            has_vanished: false,
            assigned: None,
            is_in_live_campaign: false,
            is_removed: false,
        }
    }

    fn shoes() -> Vec<Candidate> {
        vec![
            creative("a", "https://shoes.example/x", "Shoes"),
            creative("b", "%%CLICK_URL_UNESC%%https://www.shoes.example/y", "Shoes"),
            creative("c", "https://app.adjust.com/t?redirect=https%3A%2F%2Fshoes.example", "Feet"),
            creative("d", "https://app.appsflyer.com/com.hat?pid=x", "Hats"),
            creative("e", "market://details?id=com.hat", "Hats"),
            creative("f", "https://bit.ly/x", "Shoes"),
        ]
    }

    fn wish(min_creatives: usize) -> Wish {
        Wish { by_url: true, by_country: false, buyer_id: None, min_creatives }
    }

    /// `name domain country: creatives`
    fn told(suggestions: &Suggestions) -> Vec<String> {
        let line = |suggestion: &Suggestion| {
            let Suggestion { suggested_name, creative_ids, domain, country } = suggestion;
            let text = |part: &Option<String>| part.clone().unwrap_or_else(|| "-".to_owned());
            format!("{suggested_name}|{}|{}|{}", text(domain), text(country), creative_ids.concat())
        };
        suggestions.suggestions.iter().map(line).collect()
    }

    #[test]
    fn groups_are_apps_and_advertisers_domains_the_largest_first() {
        let found = suggested(&shoes(), &BTreeSet::new(), &BTreeMap::new(), &wish(1));
        assert_eq!(told(&found), ["shoes.example|shoes.example|-|abc", "com.hat|com.hat|-|de", "Shoes|-|-|f"]);
        assert_eq!(found.unclustered_count, 6);
        assert_eq!(suggested(&shoes(), &BTreeSet::new(), &BTreeMap::new(), &wish(3)).suggestions.len(), 1);
    }

    #[test]
    fn by_country_divides_groups_and_names_stay_unique() {
        let countries = [("a", "IN"), ("b", "US"), ("c", "IN"), ("d", "US")];
        let countries = countries.map(|(id, country)| (id.to_owned(), country.to_owned())).into();
        let names = ["shoes.example in".to_owned()].into();
        let divided = Wish { by_country: true, ..wish(2) };
        assert_eq!(
            told(&suggested(&shoes(), &names, &countries, &divided)),
            [
                "shoes.example IN (2)|shoes.example|IN|ac",
                "com.hat|com.hat|-|e",
                "com.hat US|com.hat|US|d",
                "shoes.example US|shoes.example|US|b"
            ]
        );
        let only = Wish { by_url: false, ..divided };
        assert_eq!(told(&suggested(&shoes(), &names, &countries, &only)), ["IN|-|IN|ac", "US|-|US|bd"]);
        let neither = Wish { by_url: false, ..wish(2) };
        assert_eq!(told(&suggested(&shoes(), &names, &countries, &neither)), ["Shoes|-|-|abf", "Hats|-|-|de"]);
    }

    #[test]
    fn only_creatives_that_are_free_at_google_are_suggested() {
        let mut all = shoes();
        all[0].is_in_live_campaign = true;
        all[1].has_vanished = true;
        all[2].is_removed = true;
        all[3].buyer_id = Some("2".to_owned());
        let found =
            suggested(&all, &BTreeSet::new(), &BTreeMap::new(), &Wish { buyer_id: Some("1".into()), ..wish(1) });
        assert_eq!(told(&found), ["com.hat|com.hat|-|e", "Shoes|-|-|f"]);
        assert_eq!(found.unclustered_count, 3, "what a user took out is in no campaign either");
    }
}
