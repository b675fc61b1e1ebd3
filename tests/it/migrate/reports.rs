//! The predecessor's other tables of facts, and rows that meet.

use std::fs;

use rusqlite::Connection;
use serde_json::json;

use super::super::store::{TestStore, integer, repository};
use super::{SUMS, fold, migrate, old};

#[test]
fn the_older_table_gives_performance_rows_where_a_seat_is_known_and_the_bidders_own_else() {
    let store = TestStore::new();
    let old = old(&store, "older", "");
    let answer = migrate(&store, &old, &[]);
    assert_eq!(answer["facts"]["performance_metrics"]["imported"], 200);
    let by_kind = "SELECT json_object('report', CASE WHEN seat_id IS NULL THEN 'bidder' ELSE 'performance' END, \
        'day', metric_date, 'billing_id', CASE WHEN seat_id = 7 THEN '72245759413' END, 'row_count', count(*), \
        'impressions', sum(impressions), 'clicks', sum(clicks), 'spend_micros', sum(spend_micros), \
        'reached', CASE WHEN seat_id = 7 THEN sum(reached_queries) END, \
        'starts', CASE WHEN seat_id = 7 THEN 20 * count(*) END) \
        FROM performance_metrics GROUP BY seat_id IS NULL, metric_date ORDER BY seat_id IS NOT NULL, metric_date";
    assert_eq!(store.sql(SUMS), fold(&old, by_kind));
    assert_eq!(store.number("SELECT count(DISTINCT country) AS n FROM rtb_daily"), 1, "BR and Brazil are one country");
    let again = migrate(&store, &old, &[]);
    assert_eq!(integer(&again["facts"]["performance_metrics"]["known"]), 4);
    assert_eq!(store.sql(SUMS), fold(&old, by_kind));
}

#[test]
fn a_database_with_both_tables_counts_a_day_once() {
    let store = TestStore::new();
    let both = "CREATE TABLE performance_metrics (id INTEGER PRIMARY KEY, creative_id TEXT, metric_date DATE, \
                impressions INTEGER DEFAULT 0, clicks INTEGER DEFAULT 0, spend_micros INTEGER DEFAULT 0); \
                INSERT INTO performance_metrics (creative_id, metric_date, impressions, spend_micros) \
                VALUES ('cr-1', '2025-12-08', 5, 100), ('cr-1', '2025-12-01', 7, 30)";
    let old = old(&store, "v40", both);
    let answer = migrate(&store, &old, &[]);
    let counts = &answer["facts"]["performance_metrics"];
    assert_eq!((&counts["imported"], &counts["of_other_days"]), (&json!(1), &json!(1)));
    assert_eq!(answer["spend"]["unknown"]["left_micros"], 100);
    assert!(answer["notes"].to_string().contains("the same traffic"), "{answer:#}");
}

#[test]
fn amounts_in_floats_become_micros_and_those_that_were_rounded_are_counted() {
    let store = TestStore::new();
    let path = store.beside("old.db");
    let rows = "CREATE TABLE performance_metrics (creative_id TEXT, date DATE, impressions INTEGER, clicks INTEGER, \
                spend REAL); \
                INSERT INTO performance_metrics VALUES ('a', '2025-11-01', 5, 1, 0.1), ('b', '2025-11-01', 5, 1, 2), \
                ('c', '2025-11-01', 5, 1, 0.1234565), ('d', '2025-11-01', 5, 1, 0.3000000000000000444)";
    Connection::open(&path).unwrap().execute_batch(rows).unwrap();
    let answer = migrate(&store, &path, &["--currency", "USD"]);
    let spend = "SELECT creative_id, spend_micros FROM rtb_daily ORDER BY creative_id";
    let spend: Vec<i64> = store.sql(spend).iter().map(|row| integer(&row["spend_micros"])).collect();
    assert_eq!(spend, [100_000, 2_000_000, 123_456, 300_000]);
    assert_eq!(answer["spend"]["USD"]["rounded"], 2);
}

#[test]
fn the_other_reports_of_the_predecessor_come_as_their_kinds() {
    let store = TestStore::new();
    let tables = fs::read_to_string(repository("tests/it/predecessor/other_reports.sql")).unwrap();
    let old = old(&store, "v40", &tables);
    let answer = migrate(&store, &old, &[]);
    for (table, rows) in [("rtb_funnel", 48), ("rtb_bid_filtering", 10), ("rtb_quality", 6)] {
        assert_eq!(integer(&answer["facts"][table]["imported"]), rows, "{table}: {answer:#}");
    }
    let sums = "SELECT report, count(*) AS row_count, sum(bid_requests) AS requests, sum(impressions) AS impressions, \
                sum(clicks) AS clicks FROM rtb_funnel GROUP BY report ORDER BY report";
    let fold_sums = "SELECT json_object('report', iif(publisher_id IS NULL, 'funnel_geo', 'funnel_publisher'), \
                     'row_count', count(*), 'requests', sum(bid_requests), 'impressions', sum(impressions), \
                     'clicks', NULL) FROM rtb_funnel GROUP BY publisher_id IS NULL ORDER BY publisher_id IS NOT NULL";
    assert_eq!(store.sql(sums), fold(&old, fold_sums));
    let cost = "SELECT sum(bids) AS bids, sum(opportunity_cost_micros) AS cost FROM rtb_bid_filtering";
    let fold_cost =
        "SELECT json_object('bids', sum(bids), 'cost', sum(opportunity_cost_micros)) FROM rtb_bid_filtering";
    assert_eq!(store.sql(cost), fold(&old, fold_cost));
    let seen = "SELECT sum(ivt_credited_impressions) AS ivt, sum(active_view_viewable) AS viewable FROM rtb_quality";
    let fold_seen = "SELECT json_object('ivt', sum(ivt_credited_impressions), 'viewable', sum(viewable_impressions)) \
                     FROM rtb_quality";
    assert_eq!(store.sql(seen), fold(&old, fold_seen));
    let spend = fold(&old, "SELECT json_object('s', sum(spend_micros)) FROM rtb_daily");
    assert_eq!(answer["spend"]["unknown"]["database_micros"], spend[0]["s"], "costs that were not paid are no spend");
}

#[test]
fn rows_of_one_key_end_as_the_later_one() {
    let store = TestStore::new();
    let twice = "INSERT INTO rtb_daily SELECT id + 1000, account_id, 'b9', metric_date, creative_id, billing_id, \
                 creative_size, creative_format, country, platform, environment, publisher_id, publisher_name, app_id, \
                 app_name, reached_queries, bids, bids_in_auction, impressions, clicks, spend_micros + (id = 1), \
                 video_starts, video_completions, 'again' || id, created_at FROM rtb_daily WHERE id <= 10";
    let old = old(&store, "v40", twice);
    let answer = migrate(&store, &old, &[]);
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 360, "replays count once");
    let counts = &answer["facts"]["rtb_daily"];
    assert_eq!(integer(&counts["rows"]), 370);
    assert_eq!(integer(&counts["imported"]) + integer(&counts["replaced"]) + integer(&counts["duplicate"]), 370);
    let last = "SELECT json_object('s', sum(spend_micros)) FROM rtb_daily WHERE id > 10";
    assert_eq!(store.number("SELECT sum(spend_micros) AS s FROM rtb_daily"), integer(&fold(&old, last)[0]["s"]));
}
