//! What an address says of an app: pages of stores, links of trackers, schemes of their own, intents.

use url::Url;

use super::macros;
use super::rules::{Store, Tracker, is_at, rules};

/// The app whose page this is.
pub(super) fn app_of_store(host: &str, url: &Url) -> Option<String> {
    rules()
        .store
        .iter()
        .filter(|store| store.hosts.iter().any(|known| is_at(host, known)))
        .find_map(|store| app_on(store, url))
}

fn app_on(store: &Store, url: &Url) -> Option<String> {
    if store.path.as_deref().is_some_and(|path| url.path().trim_end_matches('/') != path) {
        return None;
    }
    let mut segments = url.path_segments()?;
    let named = match store {
        Store { parameter: Some(name), .. } => parameter(url, name)?,
        Store { prefix: Some(prefix), .. } => {
            let is_id = |segment: &&str| segment.strip_prefix(prefix.as_str()).is_some_and(is_number);
            segments.find(is_id)?.to_owned()
        }
        Store { after: Some(after), .. } => {
            segments.find(|segment| segment == after)?;
            segments.next()?.to_owned()
        }
        _ => return None,
    };
    app(&named)
}

/// The app that a tracking link names itself.
pub(super) fn app_of_tracker(tracker: &Tracker, url: &Url) -> Option<String> {
    if tracker.app_segment {
        let segment = url.path_segments()?.next()?;
        // A link for another store is named after both: `com.shop-samsung`.
        return app(segment.split('-').next().unwrap_or(segment));
    }
    tracker.app_parameters.iter().find_map(|name| app(&parameter(url, name)?))
}

/// The app of `market://details?id=…`, `itms-apps://…/id…` and `android-app://…`.
pub(super) fn app_of_scheme(url: &Url) -> Option<String> {
    match url.scheme() {
        "market" => app(&parameter(url, "id")?),
        "android-app" => app(url.host_str()?),
        "itms" | "itmss" | "itms-apps" | "itms-appss" => {
            let segment = url.path().split('/').find(|segment| segment.strip_prefix("id").is_some_and(is_number));
            segment.map(str::to_owned).or_else(|| app(&parameter(url, "id")?))
        }
        _ => None,
    }
}

/// The page of an app in the store that its name is of; a store id is Apple's.
pub(super) fn store_page(app: &str) -> Option<String> {
    Some(match app.strip_prefix("id") {
        Some(number) if is_number(number) => format!("https://apps.apple.com/app/{app}"),
        _ => format!("https://play.google.com/store/apps/details?id={app}"),
    })
}

/// `intent://host/path#Intent;scheme=https;package=com.shop;S.browser_fallback_url=…;end`
pub(super) struct Intent {
    /// The app, where it is no browser.
    pub app: Option<String>,
    /// The address that the app opens, where it is one on the web.
    pub page: Option<String>,
    /// Where to go without the app.
    pub fallback: Option<String>,
}

impl Intent {
    pub(super) fn of(url: &Url) -> Option<Self> {
        let extras = url.fragment()?.strip_prefix("Intent;")?;
        let extra = |name: &str| {
            let mut pairs = extras.split(';').filter_map(|pair| pair.split_once('='));
            pairs.find(|(found, _)| *found == name).map(|(_, value)| macros::decoded(value))
        };
        let package = extra("package").and_then(|package| app(&package));
        let is_web = extra("scheme").is_some_and(|scheme| scheme == "https" || scheme == "http");
        let mut page = url.clone();
        page.set_fragment(None);
        let page = is_web.then(|| page.as_str().replacen("intent:", "https:", 1));
        Some(Self {
            app: package.filter(|package| !rules().browsers.contains(package)),
            page,
            fallback: extra("S.browser_fallback_url"),
        })
    }
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.into_owned())
}

/// A bundle as it is, and a number as the store id that it is.
fn app(named: &str) -> Option<String> {
    let named = named.trim();
    if is_number(named) {
        return Some(format!("id{named}"));
    }
    if named.strip_prefix("id").is_some_and(is_number) {
        return Some(named.to_owned());
    }
    let is_bundle = named.len() <= 200
        && named.contains('.')
        && named.split('.').all(|part| !part.is_empty())
        && named.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    is_bundle.then(|| named.to_owned())
}

fn is_number(text: &str) -> bool {
    (5..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
