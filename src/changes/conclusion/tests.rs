//! Divisors that are 0, and halves.

use super::*;
use crate::query::fixture::day;

fn window(report_days: i64, sums: (i64, i64, i64, i64)) -> Window {
    let (reached, impressions, clicks, spend_micros) = sums;
    let sums = Sums { reached, impressions, clicks, spend_micros, currency: Some("USD".to_owned()), ..Sums::default() };
    let first = day("2026-11-01");
    Window { days: Days { first, last: first.plus_days(6) }, report_days, sums }
}

#[test]
fn where_a_divisor_is_0_there_is_no_percentage() {
    let (none, some) = (window(7, (0, 0, 0, 0)), window(7, (10, 5, 1, 100)));
    let from_nothing = deltas(&none, &some);
    assert_eq!((from_nothing.impressions_delta, from_nothing.spend_delta_micros), (Some(5), Some(100)));
    let pcts = |deltas: &Deltas| {
        [
            deltas.impressions_delta_pct,
            deltas.spend_delta_pct,
            deltas.ctr_delta_pct,
            deltas.cpm_delta_pct,
            deltas.waste_delta_pct,
        ]
    };
    assert_eq!(pcts(&from_nothing), [None; 5]);
    let to_nothing = deltas(&some, &none);
    assert_eq!(pcts(&to_nothing), [Some(-100.0), Some(-100.0), None, None, None]);
    assert!(
        conclusion(&some, &none, &to_nothing).starts_with("no traffic after the change: impressions 5 to 0 (-100.0 %)")
    );
    let without_reports = deltas(&window(0, (0, 0, 0, 0)), &some);
    assert_eq!((without_reports.impressions_delta, without_reports.impressions_delta_pct), (None, None));
}

#[test]
fn means_are_rounded_once_and_halves_go_away_from_zero() {
    let (before, after) = (window(2, (0, 1, 0, 1)), window(1, (0, 0, 0, 0)));
    assert_eq!(deltas(&before, &after).impressions_delta, Some(-1), "0 - 1/2");
    assert_eq!(deltas(&after, &before).impressions_delta, Some(1));
}

#[test]
fn money_of_two_currencies_is_not_compared() {
    let (before, mut after) = (window(1, (4, 2, 1, 10)), window(1, (4, 2, 1, 20)));
    after.sums.currency = Some("EUR".to_owned());
    let deltas = deltas(&before, &after);
    assert_eq!((deltas.spend_delta_micros, deltas.spend_delta_pct, deltas.cpm_delta_pct), (None, None, None));
    assert_eq!(deltas.impressions_delta, Some(0));
}
