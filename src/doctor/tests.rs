//! What is ok, a warning and a fault.

use super::accounts::{billing_ids, freshness, reports};
use super::machine::room;
use super::rows::told;
use super::*;
use crate::analytics;
use crate::model::Day;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

#[test]
fn room_on_the_disk_is_enough_little_or_none() {
    let outcomes = [6_000_000_000, 4_999_999_999, 199_999_999].map(|bytes| room(bytes).outcome);
    assert_eq!(outcomes, [Outcome::Ok, Outcome::Warning, Outcome::Fault]);
    assert!(room(4_999_999_999).advice.is_some());
}

#[test]
fn a_report_may_be_two_days_late() {
    let told = |newest: &str| freshness("performance", day(newest), day("2026-11-20"));
    assert_eq!(told("2026-11-17").outcome, Outcome::Ok);
    let late = told("2026-11-16");
    assert_eq!(late.outcome, Outcome::Warning);
    assert_eq!(late.found, "2026-11-16 is the newest day, 3 days behind yesterday");
}

#[test]
fn kinds_that_were_never_imported_are_named() {
    let none = reports(&Default::default());
    assert_eq!(none.outcome, Outcome::Warning);
    assert!(none.found.contains("performance, bids;"), "{}", none.found);
    let some = reports(&[("performance".to_owned(), day("2026-11-16"))].into());
    assert_eq!(some.outcome, Outcome::Ok);
    assert!(some.found.starts_with("never imported: bid_filtering, quality"), "{}", some.found);
}

#[test]
fn what_a_check_finds_is_a_fault_or_a_warning_by_its_header() {
    let of = |name: &str, rows: u64| told(analytics::checks().iter().find(|check| check.name == name).unwrap(), rows);
    assert_eq!(of("one_row_per_key", 0).outcome, Outcome::Ok);
    assert_eq!(of("one_row_per_key", 1).outcome, Outcome::Fault);
    let strange = of("clicks_are_within_impressions", 2);
    assert_eq!(strange.outcome, Outcome::Warning);
    assert!(strange.advice.unwrap().contains("`catscan doctor --rows clicks_are_within_impressions`"));
    assert_eq!(billing_ids(&[]).outcome, Outcome::Ok);
}
