//! Snapshots and comparisons over facts that are added up by hand.

use serde_json::json;

use super::{ONE, Scene, config, noon};
use crate::changes::{ChangeError, NewWindow, begin_comparison, finish_comparison, finish_due, take_snapshot};
use crate::entities::EntityError;
use crate::entities::changes::comparisons::ComparisonStatus;
use crate::entities::changes::snapshots;
use crate::query::fixture::Row;

/// Before: 2 days with 300 reached, 100 impressions, 4 clicks, 0.3 spent. After: 1 day with 90, 60, 3, 0.06.
fn facts() -> Vec<Row> {
    let row = |day, creative, reached, impressions, clicks, spend| Row {
        day,
        creative,
        clicks: Some(clicks),
        spend: Some(spend),
        ..Row::reached("91", reached, impressions)
    };
    vec![
        row("2026-11-18", "a", 100, 30, 1, 100_000),
        row("2026-11-18", "b", 50, 20, 1, 50_001),
        row("2026-11-19", "a", 150, 50, 2, 149_999),
        row("2026-11-20", "a", 9_999, 9_999, 99, 9_999_999),
        row("2026-11-21", "a", 90, 60, 3, 60_000),
        Row { report: "bids", ..row("2026-11-21", "a", 70, 70, 7, 70) },
        Row { billing: Some("92"), ..row("2026-11-21", "a", 80, 80, 8, 80) },
        Row { account: 2, ..row("2026-11-21", "a", 60, 60, 6, 60) },
    ]
}

fn scene() -> Scene {
    Scene::with(vec![config("1", "91", json!({})), config("2", "", json!({}))], facts())
}

fn begun(scene: &Scene) -> i64 {
    let snapshot = take_snapshot(&scene.desk(), &scene.engine, "91", Some("before"), None).unwrap();
    let day = |text: &str| text.parse().unwrap();
    let new = NewWindow {
        config: "91",
        name: "c",
        before_snapshot_id: snapshot.snapshot_id,
        first: day("2026-11-18"),
        last: day("2026-11-19"),
    };
    begin_comparison(&scene.desk(), &new).unwrap().comparison_id
}

#[test]
fn a_snapshot_adds_up_all_performance_rows_of_its_billing_id() {
    let scene = scene();
    let taken = take_snapshot(&scene.desk(), &scene.engine, "91", None, Some("a note")).unwrap().sums;
    assert_eq!((taken.reached, taken.impressions, taken.clicks), (10_389, 10_159, 106));
    assert_eq!((taken.spend_micros, taken.currency.as_deref(), taken.days), (10_359_999, Some("USD"), 4));
    assert!(taken.lake_snapshot.is_some());
    let without = take_snapshot(&scene.desk(), &scene.engine, "2", None, None).unwrap();
    assert_eq!((without.billing_id, without.sums), (None, snapshots::Sums::default()));
}

#[test]
fn windows_of_different_length_are_compared_by_their_days() {
    let scene = scene();
    let id = begun(&scene);
    let done = finish_comparison(&scene.desk(), &scene.engine, id, Some(1)).unwrap();
    let deltas = &done.deltas;
    // 60 a day after, 100 / 2 = 50 a day before.
    assert_eq!((deltas.impressions_delta, deltas.impressions_delta_pct), (Some(10), Some(20.0)));
    // 0.06 a day after, 0.3 / 2 = 0.15 a day before.
    assert_eq!((deltas.spend_delta_micros, deltas.spend_delta_pct), (Some(-90_000), Some(-60.0)));
    // 3 / 60 = 5 % after, 4 / 100 = 4 % before.
    assert_eq!(deltas.ctr_delta_pct, Some(25.0));
    // 0.06 / 60 = 1 a thousand after, 0.3 / 100 = 3 before.
    assert_eq!(deltas.cpm_delta_pct, Some(-66.67));
    // 30 / 90 = 33.33 % after, 200 / 300 = 66.67 % before.
    assert_eq!(deltas.waste_delta_pct, Some(-50.0));
    insta::assert_snapshot!(done.conclusion.unwrap(), @"less waste: impressions 50 to 60 a day (+20.0 %), spend 0.150000 to 0.060000 USD a day (-60.0 %), CTR 4.00 to 5.00 % (+25.0 %), CPM 3.00 to 1.00 USD (-66.7 %), waste rate 66.67 to 33.33 % (-50.0 %); 2 of 2 days before, 1 of 1 after have a report");
    let after = scene.db.read::<_, EntityError>(|tx| snapshots::get(tx, ONE, done.after_snapshot_id.unwrap())).unwrap();
    assert_eq!(after.snapshot_type, snapshots::SnapshotType::AfterChange);
    let again = finish_comparison(&scene.desk(), &scene.engine, id, Some(1)).unwrap_err();
    assert!(matches!(again, ChangeError::Completed(_)), "{again}");
}

#[test]
fn a_comparison_waits_for_the_reports_of_its_days_and_then_completes_by_itself() {
    let scene = scene();
    let id = begun(&scene);
    let early = finish_comparison(&scene.desk(), &scene.engine, id, None).unwrap_err().to_string();
    assert!(early.contains("up to 2026-11-22, the newest is of 2026-11-21"), "{early}");
    let soon = noon() + chrono::Duration::days(30);
    assert_eq!(finish_due(&scene.desk_at(soon), &scene.engine).unwrap(), []);

    let mut facts = facts();
    facts.push(Row { day: "2026-11-22", ..facts[4].clone() });
    let later = Scene::with(vec![config("1", "91", json!({}))], facts);
    begun(&later);
    assert_eq!(finish_due(&later.desk(), &later.engine).unwrap(), [], "its days are not over");
    let done = finish_due(&later.desk_at(soon), &later.engine).unwrap();
    assert_eq!((done.len(), done[0].status), (1, ComparisonStatus::Completed));
    // 2 · 60 after, 100 before: sums, because both have two days.
    assert_eq!(done[0].deltas.impressions_delta, Some(20));
}

#[test]
fn a_comparison_needs_a_window_and_a_snapshot_of_its_config() {
    let scene = scene();
    let snapshot = take_snapshot(&scene.desk(), &scene.engine, "91", None, None).unwrap().snapshot_id;
    let day = |text: &str| text.parse().unwrap();
    let new = |config, first, last| NewWindow {
        config,
        name: "c",
        before_snapshot_id: snapshot,
        first: day(first),
        last: day(last),
    };
    let refused = |new| begin_comparison(&scene.desk(), &new).unwrap_err().to_string();
    assert!(refused(new("91", "2026-11-02", "2026-11-01")).contains("no window"));
    assert!(refused(new("2", "2026-11-01", "2026-11-02")).contains("is of config 1"));
}
