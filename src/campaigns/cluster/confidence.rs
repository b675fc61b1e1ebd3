//! How sure it is that the creatives of a cluster belong together.

use std::collections::BTreeMap;

use super::Method;
use super::keys::advertiser;

/// `base × (0.8 + 0.2 × agreement)` in thousandths: the base is 0.95 for an app, 0.9 for a domain, 0.8 for a part of a
/// domain and 0.6 for an advertiser; the agreement is the share of the most frequent advertiser's name among the
/// creatives that have one, and 1 where none has.
pub fn confidence<'a>(method: Method, advertisers: impl IntoIterator<Item = Option<&'a str>>) -> f64 {
    let base = match method {
        Method::App => 0.95,
        Method::Domain => 0.9,
        Method::Path => 0.8,
        Method::Advertiser => 0.6,
    };
    let mut named: BTreeMap<String, u32> = BTreeMap::new();
    for name in advertisers.into_iter().flatten().filter_map(advertiser) {
        *named.entry(name).or_default() += 1;
    }
    let all: u32 = named.values().sum();
    let agreement = named.values().max().map_or(1.0, |most| f64::from(*most) / f64::from(all));
    (base * (0.8 + 0.2 * agreement) * 1000.0_f64).round() / 1000.0
}
