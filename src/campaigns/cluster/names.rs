//! What people read: the name of a new cluster.

use std::collections::{BTreeMap, BTreeSet};

use super::keys::{Key, readable_domain};

/// A name that says what the creatives have in common.
pub(super) fn name<'a>(key: &Key, advertisers: impl IntoIterator<Item = Option<&'a str>>) -> String {
    let name = match key {
        Key::App(app) => app.clone(),
        Key::Domain(domain) => readable_domain(domain),
        Key::Path(domain, segment) => format!("{}/{segment}", readable_domain(domain)),
        Key::Advertiser(name) => written(advertisers).unwrap_or_else(|| name.clone()),
    };
    // The table takes 500 letters; a number may follow.
    name.chars().filter(|c| !c.is_control()).take(480).collect()
}

/// The advertiser's name as most creatives write it; of equally many, the first by alphabet.
fn written<'a>(advertisers: impl IntoIterator<Item = Option<&'a str>>) -> Option<String> {
    let mut ways: BTreeMap<&str, u32> = BTreeMap::new();
    for name in advertisers.into_iter().flatten().map(str::trim) {
        *ways.entry(name).or_default() += 1;
    }
    ways.into_iter().rev().max_by_key(|(_, times)| *times).map(|(name, _)| name.to_owned())
}

/// The name, with a number where it is taken; upper and lower case alike.
pub fn unique(name: String, taken: &mut BTreeSet<String>) -> String {
    let mut found = name.clone();
    let mut number = 2;
    while !taken.insert(found.to_lowercase()) {
        found = format!("{name} ({number})");
        number += 1;
    }
    found
}
