//! By what a creative can be known: keys, the most specific first.

use std::fmt;
use std::sync::LazyLock;

use serde::Deserialize;
use url::Url;

use super::Item;
use crate::model::Destination;

/// What brings creatives together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// They lead to the same app.
    App,
    /// They lead to the same registrable domain.
    Domain,
    /// They lead to the same part of a domain.
    Path,
    /// The same advertiser shows them, and they lead nowhere that is known.
    Advertiser,
}

impl Method {
    /// The word in the table.
    pub const fn code(self) -> &'static str {
        match self {
            Self::App | Self::Domain => "domain",
            Self::Path => "url",
            Self::Advertiser => "advertiser",
        }
    }
}

/// A cluster's key; its text is what the store keeps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// The app.
    App(String),
    /// The registrable domain.
    Domain(String),
    /// The registrable domain and a segment of the path.
    Path(String, String),
    /// The advertiser's name in small letters.
    Advertiser(String),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::App(app) => write!(f, "app:{app}"),
            Self::Domain(domain) => write!(f, "domain:{domain}"),
            Self::Path(domain, segment) => write!(f, "domain:{domain}/{segment}"),
            Self::Advertiser(name) => write!(f, "advertiser:{name}"),
        }
    }
}

impl Key {
    /// What brings its creatives together.
    pub const fn method(&self) -> Method {
        match self {
            Self::App(_) => Method::App,
            Self::Domain(_) => Method::Domain,
            Self::Path(..) => Method::Path,
            Self::Advertiser(_) => Method::Advertiser,
        }
    }
}

/// The keys that fit a creative, the most specific first; none where nothing is known of it.
pub fn keys_of(item: &Item) -> Vec<Key> {
    let Destination { url, domain, app } = &item.destination;
    if let Some(app) = app {
        return vec![Key::App(app.clone())];
    }
    if let Some(domain) = domain {
        let segment = url.as_deref().and_then(path_hint);
        let path = segment.map(|segment| Key::Path(domain.clone(), segment));
        return path.into_iter().chain([Key::Domain(domain.clone())]).collect();
    }
    item.advertiser.as_deref().and_then(advertiser).map(Key::Advertiser).into_iter().collect()
}

/// Names that differ in blanks and capital letters are one.
pub(super) fn advertiser(name: &str) -> Option<String> {
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    Some(words.join(" ")).filter(|name| !name.is_empty())
}

/// A domain as people write it: `müller.example` and not `xn--mller-kva.example`.
pub fn readable_domain(domain: &str) -> String {
    let unicode = url::quirks::domain_to_unicode(domain);
    if unicode.is_empty() { domain.to_owned() } else { unicode }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    passed_segments: Vec<String>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let text = include_str!("../../../schema/clustering.toml");
    toml::from_str(text).expect("schema/clustering.toml is part of the program and tested")
});

/// Letters of the longest segment that is a word.
const LONGEST_SEGMENT: usize = 80;

/// The first segment of the path that says what is advertised, in small letters.
fn path_hint(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let segments = url.path_segments()?;
    segments.map(word).find(|word| !is_passed(word)).filter(|word| word.chars().count() <= LONGEST_SEGMENT)
}

/// Without escapes, capital letters and the end of a file's name.
fn word(segment: &str) -> String {
    // Only escapes matter here, so the form's `+` may as well be a blank.
    let decoded = url::form_urlencoded::parse(segment.replace(['&', '='], "-").as_bytes())
        .next()
        .map_or_else(String::new, |(name, _)| name.into_owned());
    let lower = decoded.trim().to_lowercase();
    let name = match lower.rsplit_once('.') {
        Some((name, "html" | "htm" | "php" | "asp" | "aspx" | "jsp")) => name,
        _ => &lower,
    };
    name.replace('/', "-")
}

fn is_passed(word: &str) -> bool {
    let is_letters = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_language = || match word.split_once(['-', '_']) {
        Some((language, country)) => is_letters(language) && is_letters(country),
        None => is_letters(word),
    };
    // Numbers, and ids of letters and many digits.
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let is_id =
        || digits * 2 >= word.chars().count() || (word.len() >= 20 && digits >= 4 && !word.contains(['-', '_']));
    word.is_empty() || is_language() || is_id() || RULES.passed_segments.iter().any(|passed| passed == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_meaningful_segment_is_the_hint() {
        for (url, hint) in [
            ("https://a.example/spring", Some("spring")),
            ("https://a.example/en-us/shop/Spring%20Sale/x?y=1", Some("spring sale")),
            ("https://a.example/de/products/12345/schuhe.html", Some("schuhe")),
            ("https://a.example/lp/9f8e7d6c5b4a39281706/", None),
            ("https://a.example/index.html", None),
            ("https://a.example/", None),
            ("https://a.example/%E6%98%A5", Some("春")),
            ("https://a.example/a%2Fb", Some("a-b")),
            ("brand://x", None),
        ] {
            assert_eq!(path_hint(url).as_deref(), hint, "{url}");
        }
    }

    #[test]
    fn a_creative_is_known_by_app_then_path_and_domain_then_advertiser() {
        let item = |address: &str, advertiser: &str| Item {
            creative_id: "c".to_owned(),
            destination: Destination::of(address),
            advertiser: Some(advertiser.to_owned()),
            place: super::super::Place::Free,
        };
        let keys = |address: &str, advertiser: &str| {
            keys_of(&item(address, advertiser)).iter().map(Key::to_string).collect::<Vec<_>>()
        };
        assert_eq!(keys("market://details?id=com.shop", "Shop"), ["app:com.shop"]);
        assert_eq!(
            keys("https://www.shop.example/spring", "Shop"),
            ["domain:shop.example/spring", "domain:shop.example"]
        );
        assert_eq!(keys("https://shop.example/", "Shop"), ["domain:shop.example"]);
        assert_eq!(keys("https://bit.ly/x", "  Example   SHOES "), ["advertiser:example shoes"]);
        assert_eq!(keys("", " "), [""; 0]);
    }
}
