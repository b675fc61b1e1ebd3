//! Each check finds what it looks for, and nothing in a sound store.

use super::*;
use crate::query::fixture::world::{Cell, Record, World, ask, record};
use crate::query::fixture::{Memory, Row};

const DAY: i64 = 20_411;

fn fact(report: &str, cells: impl IntoIterator<Item = (&'static str, Cell)>) -> Record {
    let mut row = record([
        ("account_id", 1.into()),
        ("report", report.into()),
        ("metric_date", DAY.into()),
        ("import_batch_id", 1.into()),
    ]);
    row.extend(cells.into_iter().map(|(name, cell)| (name.to_owned(), cell)));
    row
}

fn reached(creative: &str) -> Record {
    fact(
        "performance",
        [
            ("billing_id", "11".into()),
            ("creative_id", creative.into()),
            ("creative_size", "300x250".into()),
            ("country", "US".into()),
            ("reached_queries", 100.into()),
            ("impressions", 25.into()),
            ("clicks", 1.into()),
            ("spend_micros", 1_000.into()),
            ("currency", "USD".into()),
            ("video_starts", 20.into()),
            ("video_completions", 10.into()),
        ],
    )
}

fn with(mut row: Record, cells: impl IntoIterator<Item = (&'static str, Cell)>) -> Record {
    row.extend(cells.into_iter().map(|(name, cell)| (name.to_owned(), cell)));
    row
}

fn import(batch: i64, report: &str) -> Record {
    record([
        ("account_id", 1.into()),
        ("batch_id", batch.into()),
        ("report", report.into()),
        ("status", "complete".into()),
        ("file_hash", "a1".into()),
        ("rows_imported", 1_000.into()),
        ("rows_replaced", 0.into()),
    ])
}

/// A row or two in each table, and the import of each kind.
fn sound() -> World {
    let mut world = World::default();
    world.add("accounts", [record([("account_id", 1.into()), ("name", "default".into())])]);
    world.add("rtb_daily", [reached("c1"), with(reached("c2"), [("country", "IN".into())])]);
    let bids =
        [("creative_id", "c1".into()), ("bids", 9.into()), ("impressions", 3.into()), ("import_batch_id", 2.into())];
    world.add("rtb_daily", [fact("bids", bids)]);
    let funnel =
        [("hour", 3.into()), ("bid_requests", 90.into()), ("impressions", 7.into()), ("import_batch_id", 3.into())];
    world.add("rtb_funnel", [fact("funnel_geo", funnel)]);
    let filtered = [("filtering_reason", "App excluded".into()), ("bids", 5.into()), ("import_batch_id", 4.into())];
    world.add("rtb_bid_filtering", [fact("bid_filtering", filtered)]);
    let visible = [("billing_id", "11".into()), ("impressions", 25.into()), ("import_batch_id", 5.into())];
    world.add("rtb_quality", [fact("quality", visible)]);
    let kinds = ["performance", "bids", "funnel_geo", "bid_filtering", "quality"];
    world.add("import_history", (1..).zip(kinds).map(|(batch, kind)| import(batch, kind)));
    world
}

/// A check, a table, and the row of it that the check looks for.
type Fault = (&'static str, &'static str, fn() -> Record);

const FAULTS: &[Fault] = &[
    ("one_row_per_key", "rtb_daily", || reached("c1")),
    ("other_facts_have_one_row_per_key", "rtb_bid_filtering", || {
        fact("bid_filtering", [("filtering_reason", "App excluded".into()), ("import_batch_id", 4.into())])
    }),
    ("counts_are_not_negative", "rtb_daily", || with(reached("c3"), [("clicks", (-1).into())])),
    ("other_counts_are_not_negative", "rtb_quality", || {
        fact(
            "quality",
            [("billing_id", "12".into()), ("active_view_viewable", (-1).into()), ("import_batch_id", 5.into())],
        )
    }),
    ("rows_have_a_complete_import", "rtb_daily", || with(reached("c3"), [("import_batch_id", 77.into())])),
    ("other_facts_have_a_complete_import", "rtb_funnel", || {
        fact("funnel_geo", [("hour", 4.into()), ("import_batch_id", 77.into())])
    }),
    ("facts_have_an_account", "rtb_daily", || with(reached("c3"), [("account_id", 9.into())])),
    ("kinds_stand_in_their_tables", "rtb_funnel", || {
        fact("quality", [("hour", 4.into()), ("import_batch_id", 5.into())])
    }),
    ("days_are_not_in_the_future", "rtb_daily", || with(reached("c3"), [("metric_date", 90_000.into())])),
    ("days_are_not_in_the_future", "rtb_quality", || {
        fact("quality", [("metric_date", 10.into()), ("billing_id", "12".into()), ("import_batch_id", 5.into())])
    }),
    ("hours_are_of_a_day", "rtb_funnel", || fact("funnel_geo", [("hour", 24.into()), ("import_batch_id", 3.into())])),
    ("currencies_have_money", "rtb_daily", || with(reached("c3"), [("spend_micros", Cell::Null)])),
    ("a_day_has_one_currency", "rtb_daily", || with(reached("c3"), [("currency", "EUR".into())])),
    ("a_day_has_one_grain", "rtb_daily", || {
        with(reached("c3"), [("country", Cell::Null), ("import_batch_id", 6.into())])
    }),
    ("clicks_are_within_impressions", "rtb_daily", || with(reached("c3"), [("clicks", 26.into())])),
    ("impressions_are_within_reached", "rtb_daily", || with(reached("c3"), [("reached_queries", 24.into())])),
    ("videos_end_after_they_start", "rtb_daily", || with(reached("c3"), [("video_completions", 21.into())])),
    ("spend_has_impressions", "rtb_daily", || with(reached("c3"), [("impressions", 0.into()), ("clicks", 0.into())])),
    ("batches_have_their_rows", "import_history", || {
        with(import(6, "performance"), [("rows_imported", 3.into()), ("date_range_start", (DAY + 1).into())])
    }),
];

/// Checks of the views, and a view that lets something go.
const VIEWS: &[(&str, &str, &str)] = &[
    ("every_query_is_shown", "FROM v_config_performance", "FROM (SELECT * FROM v_config_performance LIMIT 0) AS v"),
    (
        "waste_views_add_up",
        "FROM v_waste_by_country",
        "FROM (SELECT * FROM v_waste_by_country WHERE country = 'US') AS v",
    ),
    ("other_views_add_up", "FROM v_funnel_by_hour", "FROM (SELECT * FROM v_funnel_by_hour WHERE hour > 3) AS v"),
    (
        "waste_adds_up",
        "SELECT * FROM v_waste_by_size",
        "SELECT account_id, creative_size, reached_queries, impressions, wasted_queries + 1 AS wasted_queries, win_rate_pct, \
         waste_rate_pct, share_of_waste_pct FROM v_waste_by_size",
    ),
];

async fn found(world: World) -> Vec<&'static str> {
    let found = check_all(&world.engine(), &AccountScope::All).await.unwrap();
    found.iter().map(|finding| finding.check.name).collect()
}

#[test]
fn every_file_is_listed_under_its_name() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sql/checks");
    let on_disk: BTreeSet<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(on_disk, checks().iter().map(|check| check.name.to_owned()).collect());
    for check in checks() {
        assert!(!check.finds.is_empty() && !header::value(check.sql, "cost").is_empty(), "{}", check.name);
        assert!(["", "warning"].contains(&header::value(check.sql, "severity")), "{}", check.name);
    }
}

#[tokio::test]
async fn a_sound_store_has_no_findings_and_each_fault_is_found() {
    assert_eq!(found(sound()).await, [""; 0]);
    for (check, table, row) in FAULTS {
        let mut world = sound();
        world.add("import_history", [import(6, "performance")].into_iter().filter(|_| *check == "a_day_has_one_grain"));
        world.add(table, [row()]);
        let found = found(world).await;
        assert!(found.contains(check), "{check} is not among {found:?}");
        // What is told of a row must not drown in what else it breaks.
        assert!(found.len() <= 3, "{check}: {found:?}");
    }
}

#[test]
fn a_view_that_lets_something_go_is_found() {
    let engine = sound().engine();
    for (name, from, to) in VIEWS {
        let check = checks().iter().find(|check| check.name == *name).unwrap();
        assert!(check.sql.contains(from), "{name}");
        let rows = ask(&engine, &check.sql.replace(from, to), AccountScope::All).unwrap();
        assert!(!rows.is_empty(), "{name}");
    }
}

#[test]
fn every_check_is_shown_to_find_something() {
    let shown = FAULTS.iter().map(|fault| fault.0).chain(VIEWS.iter().map(|view| view.0));
    assert_eq!(shown.collect::<BTreeSet<_>>(), checks().iter().map(|check| check.name).collect());
}

#[test]
fn what_lies_within_a_day_is_asked_day_by_day() {
    let row = Row::reached("11", 10, 4);
    let engine = Memory::of(vec![row.clone(), row.clone()]).engine();
    let check = checks().iter().find(|check| check.name == "one_row_per_key").unwrap();
    assert!(check.by_day);
    let its_day = crate::query::fixture::day(row.day);
    let found = |days: &[Day]| {
        let days = days.iter().copied().collect();
        check_blocking(&engine, &AccountScope::All, check, &days, &Limits::default()).unwrap()
    };
    assert_eq!(found(&[its_day, its_day.plus_days(1)]), 1);
    assert_eq!(found(&[its_day.plus_days(1)]), 0);
}
