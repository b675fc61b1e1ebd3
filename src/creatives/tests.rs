//! Spend over a store in memory: windows, countries, currencies.

use tempfile::TempDir;

use super::*;
use crate::entities::accounts::{self, AccountFields};
use crate::model::{AccountId, Currency};
use crate::query::Days;
use crate::query::fixture::{Memory, Row, day};

const ONE: AccountId = AccountId::FIRST;

fn creatives(rows: Vec<Row>) -> (Creatives, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(&dir.path().join("catscan.db")).unwrap();
    let shelf = Shelf::at(dir.path().join("thumbnails"), dir.path().to_owned());
    (Creatives { db, engine: Memory::of(rows).engine(), shelf, limits: Limits::default() }, dir)
}

fn row(
    day: &'static str,
    creative: &'static str,
    country: &'static str,
    currency: Option<&'static str>,
    spend: i64,
) -> Row {
    let base = Row::reached("11", 100, 10);
    Row { day, creative, country: Some(country), currency, spend: Some(spend), clicks: Some(2), ..base }
}

fn mixed() -> Vec<Row> {
    vec![
        row("2026-11-19", "a", "US", Some("USD"), 5_000_000),
        row("2026-11-19", "a", "DE", Some("EUR"), 9_000_000),
        row("2026-11-18", "a", "DE", Some("EUR"), 1),
        row("2026-11-18", "a", "IN", None, 250_000),
        row("2026-11-18", "b", "US", Some("USD"), 6_000_000),
        // The same money in another kind of report counts once; another account's not at all.
        Row { report: "bids", billing: None, ..row("2026-11-18", "b", "US", Some("USD"), 6_000_000) },
        Row { account: 2, ..row("2026-11-18", "b", "US", Some("USD"), 77_000_000) },
    ]
}

#[test]
fn money_of_several_currencies_is_never_added_up() {
    let (creatives, _dir) = creatives(mixed());
    let traffic = creatives.traffic(ONE, None).unwrap();
    // 11 USD against 9.000001 EUR; money without a currency counts as of the first.
    assert_eq!(traffic.currency.as_deref(), Some("USD"));
    let a = traffic.of("a");
    assert_eq!((a.spend_micros, &a.other_spend_micros), (5_250_000, &[("EUR".to_owned(), 9_000_001)].into()));
    assert_eq!((a.impressions, a.clicks, a.reached_queries), (40, 8, Some(400)));
    let countries: Vec<_> = a.countries.iter().map(|one| (one.country.as_str(), one.spend_micros)).collect();
    assert_eq!(countries, [("US", 5_000_000), ("IN", 250_000), ("DE", 0)]);
    assert_eq!(a.countries[2].name, Some("Germany"));
    assert_eq!(traffic.of("b").spend_micros, 6_000_000);

    let euro = AccountFields { currency: Currency::from_code("EUR"), ..AccountFields::default() };
    creatives.db.write(|tx| accounts::set(tx, ONE, &euro)).unwrap();
    let traffic = creatives.traffic(ONE, None).unwrap();
    let a = traffic.of("a");
    assert_eq!((traffic.currency.as_deref(), a.spend_micros), (Some("EUR"), 9_250_001));
    assert_eq!(traffic.of("b").other_spend_micros, [("USD".to_owned(), 6_000_000)].into());
    assert!(traffic.of("b").is_active() && !traffic.of("nobody").is_active());
}

#[test]
fn figures_of_many_are_zero_filled_and_days_of_two_currencies_are_counted_once() {
    let (creatives, _dir) = creatives(mixed());
    let ids = ["a", "b", "nobody"].map(str::to_owned);
    let answer = creatives.metrics(ONE, &ids, None).unwrap();
    let of = |id: &str| &answer.of[id];
    assert_eq!((of("a").days_with_data, of("b").days_with_data, of("nobody").days_with_data), (2, 1, 0));
    assert_eq!((of("a").total_spend_micros, of("a").total_impressions), (5_250_000, 40));
    // 5.25 over 40 impressions and 8 clicks.
    assert_eq!((of("a").avg_cpm_micros, of("a").avg_cpc_micros), (Some(131_250_000), Some(656_250)));
    assert_eq!((of("a").ctr_percent, of("nobody").ctr_percent), (Some(20.0), None));
    assert!(of("a").has_data && !of("nobody").has_data);
    let yesterday = Days::ending(day("2026-11-19"), 1);
    let answer = creatives.metrics(ONE, &ids, Some(yesterday)).unwrap();
    assert_eq!((answer.currency.as_deref(), answer.of["a"].total_spend_micros), (Some("EUR"), 9_000_000));
}
