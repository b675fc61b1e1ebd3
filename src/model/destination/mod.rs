//! Where a click on a creative leads, told from its address: without tracking wrappers and click macros.
//!
//! Any text is read, and none panics; work on one address is bounded. What is known of trackers and stores is data
//! ([`rules`]); [`macros`] makes an address of text, [`links`] reads what an address says of an app.

mod links;
mod macros;
mod rules;
#[cfg(test)]
mod tests;

use url::{Host, Url};

use rules::{Tracker, rules};

/// What an address leads to; any text is read, what it does not say is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    /// The address itself.
    pub url: Option<String>,
    /// Its registrable domain, as in `shop.co.uk`; none for a store page of an app. Of a tracking link that does not
    /// say where it leads, its host where that is the advertiser's own (`brand.onelink.me`), else none.
    pub domain: Option<String>,
    /// The app that it leads to: a bundle (`com.shop`) or a store id (`id123456789`).
    pub app: Option<String>,
}

/// Longer addresses are no addresses.
const LONGEST_BYTES: usize = 16 * 1024;

/// Addresses within one address that are looked at, and how deep.
const MOST_ADDRESSES: u32 = 64;
const DEEPEST: u32 = 8;

impl Destination {
    /// Reads a click address.
    pub fn of(address: &str) -> Self {
        if address.len() > LONGEST_BYTES {
            return Self::default();
        }
        let mut reading = Reading { left: MOST_ADDRESSES };
        macros::address(address)
            .or_else(|| Some(address.trim().to_owned()))
            .and_then(|text| reading.read(&text, 0))
            .unwrap_or_default()
    }

    fn is_known(&self) -> bool {
        self.domain.is_some() || self.app.is_some()
    }

    fn of_app(app: String) -> Self {
        Self { url: links::store_page(&app), domain: None, app: Some(app) }
    }
}

/// Reading one address: a budget for the addresses within it.
struct Reading {
    left: u32,
}

impl Reading {
    /// What the text leads to, where it is an address.
    fn read(&mut self, text: &str, depth: u32) -> Option<Destination> {
        self.left = self.left.checked_sub(1)?;
        let url = Url::parse(text).ok()?;
        match url.scheme() {
            "http" | "https" => Some(self.on_web(text, &url, depth)),
            "intent" => self.intent(&url, depth),
            scheme if rules().nowhere.iter().any(|nowhere| nowhere == scheme) => None,
            _ => Some(match links::app_of_scheme(&url) {
                Some(app) => Destination::of_app(app),
                None => Destination { url: Some(url.to_string()), domain: None, app: None },
            }),
        }
    }

    fn on_web(&mut self, text: &str, url: &Url, depth: u32) -> Destination {
        let host = url.host_str().unwrap_or_default().trim_end_matches('.').to_owned();
        if let Some(app) = links::app_of_store(&host, url) {
            return Destination::of_app(app);
        }
        let tracker = rules().tracker(&host);
        let app = tracker.and_then(|tracker| links::app_of_tracker(tracker, url));
        let behind = self.behind(text, tracker, depth);
        if let Some(app) = app {
            // A bundle of an iOS app has no page that its name tells.
            let page = behind.or_else(|| {
                links::store_page(&app).map(|page| Destination { url: Some(page), ..Destination::default() })
            });
            let page = page.unwrap_or_else(|| Destination { url: Some(shown(url)), ..Destination::default() });
            return Destination { app: Some(app), ..page };
        }
        behind.unwrap_or_else(|| {
            let domain = match tracker {
                None => registrable(url, &host),
                Some(tracker) => tracker.is_branded(&host).then_some(host),
            };
            Destination { url: Some(shown(url)), domain, app: None }
        })
    }

    /// The first address within this one that leads somewhere.
    fn behind(&mut self, text: &str, tracker: Option<&Tracker>, depth: u32) -> Option<Destination> {
        if depth >= DEEPEST {
            return None;
        }
        let pairs = pairs(text);
        let own = tracker.into_iter().flat_map(|tracker| &tracker.parameters);
        for name in own.chain(&rules().wrapper_parameters) {
            let named = pairs.iter().filter(|pair| macros::decoded(pair.name).eq_ignore_ascii_case(name));
            for pair in named {
                let found = pair.held().and_then(|inner| self.read(&inner, depth + 1));
                if let Some(found) = found.filter(Destination::is_known) {
                    return Some(found);
                }
            }
        }
        // Trackers also take the address as it is, at the end of theirs.
        tracker?;
        let (_, after_scheme) = text.split_once("//")?;
        let without_scheme = || after_scheme.split_once("?//").map(|(_, rest)| format!("https://{rest}"));
        let inner = macros::embedded(after_scheme).or_else(without_scheme)?;
        self.read(&inner, depth + 1).filter(Destination::is_known)
    }

    /// An intent names an app, and the address to go to without it.
    fn intent(&mut self, url: &Url, depth: u32) -> Option<Destination> {
        let intent = links::Intent::of(url)?;
        let fallback = intent.fallback.and_then(|text| macros::address(&text));
        let page = intent.page.filter(|_| depth < DEEPEST);
        let read = |reading: &mut Self, text: Option<String>| {
            text.and_then(|text| reading.read(&text, depth + 1)).filter(Destination::is_known)
        };
        let page = match read(self, fallback) {
            Some(found) => Some(found),
            None => read(self, page),
        };
        match intent.app {
            Some(app) => {
                let page = page.unwrap_or_else(|| Destination::of_app(app.clone()));
                Some(Destination { app: Some(app), ..page })
            }
            None => page,
        }
    }
}

/// A parameter as it stands, escapes and all.
struct Pair<'a> {
    name: &'a str,
    value: &'a str,
    /// The value, and all that comes after it.
    to_the_end: &'a str,
}

impl Pair<'_> {
    /// The address that the value is. One with parameters of its own that is not escaped goes on to the end, because
    /// they look like those of the address around it.
    fn held(&self) -> Option<String> {
        let has_parameters = self.to_the_end[self.value.len()..].starts_with('?');
        macros::address(if has_parameters { self.to_the_end } else { self.value })
    }
}

/// The parameters; `;` divides them too, as ad servers have it.
fn pairs(text: &str) -> Vec<Pair<'_>> {
    let mut pairs = Vec::new();
    let mut rest = text.split_once(['?', ';']).map(|(_, query)| query);
    while let Some(query) = rest {
        let (pair, after) = match query.split_once(['&', ';', '?']) {
            Some((pair, after)) => (pair, Some(after)),
            None => (query, None),
        };
        if let Some((name, value)) = pair.split_once('=') {
            pairs.push(Pair { name, value, to_the_end: &query[name.len() + 1..] });
        }
        rest = after;
    }
    pairs
}

/// The domain that somebody registered; an address of a machine and a single name stand for themselves.
fn registrable(url: &Url, host: &str) -> Option<String> {
    let domain = match url.host()? {
        Host::Domain(_) => psl::domain_str(host).unwrap_or(host),
        Host::Ipv4(_) | Host::Ipv6(_) => host,
    };
    Some(domain.to_owned()).filter(|domain| !domain.is_empty())
}

/// The address without what only tells who sent the visitor.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let kept: Vec<&str> = url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            !pair.is_empty()
                && !rules().is_tracking(&macros::decoded(name))
                && !macros::is_only_macros(value)
                && !macros::is_only_macros(name)
        })
        .collect();
    let query = (!kept.is_empty()).then(|| macros::without_macros(&kept.join("&")));
    url.set_query(query.as_deref());
    let path = macros::without_macros(url.path());
    url.set_path(&path);
    // Who the visitor is, is nobody's business; both are refused only where an address has no host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.to_string()
}
