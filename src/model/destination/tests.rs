//! Addresses as creatives declare them (`data/destinations.toml`), and any text at all.

use proptest::prelude::*;
use serde::Deserialize;

use super::Destination;
use super::rules::rules;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    address: String,
    url: Option<String>,
    domain: Option<String>,
    app: Option<String>,
}

fn cases() -> Vec<Case> {
    toml::from_str::<Cases>(include_str!("../../../data/destinations.toml")).unwrap().case
}

#[test]
fn each_address_leads_where_it_should() {
    let mut wrong = Vec::new();
    for Case { address, url, domain, app } in cases() {
        let (found, expected) = (Destination::of(&address), Destination { url, domain, app });
        if found != expected {
            wrong.push(format!("{address}\n  leads to {found:?}\n  not to   {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases().len(), wrong.join("\n"));
    assert!(cases().len() >= 60);
}

#[test]
fn a_destination_leads_to_itself() {
    for Case { address, .. } in cases() {
        let found = Destination::of(&address);
        let again = found.url.as_deref().map(Destination::of).unwrap_or_default();
        assert_eq!((&again.url, &again.domain), (&found.url, &found.domain), "{address}");
    }
}

#[test]
fn the_rules_are_written_in_small_letters_and_once() {
    let rules = rules();
    let mut hosts: Vec<&String> = rules.tracker.iter().flat_map(|tracker| &tracker.hosts).collect();
    let all = hosts.len();
    hosts.sort();
    hosts.dedup();
    assert_eq!(hosts.len(), all, "a tracking host stands twice");
    let names = hosts.into_iter().chain(&rules.tracking_parameters).chain(&rules.wrapper_parameters);
    for name in names {
        assert_eq!(*name, name.to_ascii_lowercase(), "compared in small letters");
    }
}

#[test]
fn an_address_full_of_addresses_is_read_in_bounded_time() {
    let many: String = (0..400).map(|n| format!("&u=https://t{n}.doubleclick.net/?x={n}")).collect();
    let began = std::time::Instant::now();
    let found = Destination::of(&format!("https://ad.doubleclick.net/c?a=1{many}"));
    assert!(began.elapsed() < std::time::Duration::from_secs(2), "{:?}", began.elapsed());
    assert!(found.url.is_some());
    assert_eq!(Destination::of(&format!("https://a.example/{}", "x".repeat(20_000))), Destination::default());
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        Destination::of(&text);
    }

    /// Pieces of addresses in any order find more of the ways through than any letters do.
    #[test]
    fn any_pieces_of_addresses_are_read(pieces in prop::collection::vec(prop::sample::select(vec![
        "https://", "http%3A%2F%2F", "//", "%%", "%25%25", "CLICK", "{", "}", "${", "[", "]", "@@", "__", "%", "%7B", "é",
        "app.appsflyer.com/", "brand.onelink.me", "brand.page.link/?", "ad.doubleclick.net/", "intent://", "market://",
        "#Intent;", "scheme=https;", "package=", "com.example.app", "?", "&", ";", "=", "url", "adurl", "id=", "id123456",
        "shop.example", "/", ".", "\u{202e}", " ", "localhost", "[::1]", ":99999", "xn--", "%ff", "apn",
    ]), 0..24)) {
        let text = pieces.concat();
        let found = Destination::of(&text);
        if let Some(url) = &found.url {
            prop_assert!(url::Url::parse(url).is_ok(), "{text} gave {url}");
        }
    }
}
