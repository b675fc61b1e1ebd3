//! From inventory to clicks, bids in auctions, and bids that Google filtered.

use std::collections::BTreeSet;

use super::super::fixture::world::{Cell, Record, World, record};
use super::Fold;
use super::group::{self, first_name, money, of, pct, sum, text};
use super::waste::by_name;

pub(super) const FOLDS: &[(&str, Fold)] = &[
    ("v_funnel_by_day", |world| funnel(world, "metric_date")),
    ("v_funnel_by_country", |world| funnel(world, "country")),
    ("v_funnel_by_hour", |world| funnel(world, "hour")),
    ("v_funnel_by_publisher", funnel_by_publisher),
    ("v_bids_by_creative", |world| bids(world, "creative_id")),
    ("v_bids_by_country", |world| bids(world, "country")),
    ("v_bid_filtering", filtering),
];

pub(super) fn of_kind<'a>(world: &'a World, table: &str, kind: &'a str) -> Vec<&'a Record> {
    world.rows(table).iter().filter(|row| row["report"] == kind.into()).collect()
}

fn funnel(world: &World, key: &str) -> Vec<Record> {
    let groups = group::by(of_kind(world, "rtb_funnel", "funnel_geo"), |row| vec![of(row, "account_id"), of(row, key)]);
    let rows = groups.iter().map(|group| {
        let mut row = steps(&group.rows);
        row.insert("account_id".to_owned(), group.key[0].clone());
        row.insert(key.to_owned(), group.key[1].clone());
        row
    });
    rows.collect()
}

fn funnel_by_publisher(world: &World) -> Vec<Record> {
    let groups = by_name(of_kind(world, "rtb_funnel", "funnel_publisher"), "publisher_id", "publisher_name");
    let rows = groups.iter().map(|group| {
        let mut row = steps(&group.rows);
        row.insert("account_id".to_owned(), group.key[0].clone());
        row.insert("publisher_id".to_owned(), group.key[1].clone());
        row.insert("publisher_name".to_owned(), first_name(&group.rows, "publisher_name"));
        row
    });
    rows.collect()
}

fn steps(rows: &[&Record]) -> Record {
    let total = |column| sum(rows, column);
    let (matches, requests) = (total("inventory_matches"), total("bid_requests"));
    let mut row = record([
        ("callout_rate_pct", pct(requests, matches)),
        ("response_rate_pct", pct(total("successful_responses"), requests)),
        ("bid_rate_pct", pct(total("bids"), requests)),
        ("auction_win_rate_pct", pct(total("auctions_won"), total("bids_in_auction"))),
    ]);
    for column in [
        "inventory_matches",
        "bid_requests",
        "successful_responses",
        "bids",
        "bids_in_auction",
        "auctions_won",
        "reached_queries",
        "impressions",
        "clicks",
    ] {
        row.insert(column.to_owned(), total(column).into());
    }
    row
}

fn bids(world: &World, key: &str) -> Vec<Record> {
    let groups = group::by(of_kind(world, "rtb_daily", "bids"), |row| vec![of(row, "account_id"), of(row, key)]);
    let rows = groups.iter().map(|group| {
        let total = |column| sum(&group.rows, column);
        record([
            ("account_id", group.key[0].clone()),
            (key, group.key[1].clone()),
            ("bids", total("bids").into()),
            ("bids_in_auction", total("bids_in_auction").into()),
            ("auctions_won", total("auctions_won").into()),
            ("reached_queries", total("reached_queries").into()),
            ("impressions", total("impressions").into()),
            ("auction_win_rate_pct", pct(total("auctions_won"), total("bids_in_auction"))),
        ])
    });
    rows.collect()
}

fn filtering(world: &World) -> Vec<Record> {
    let all = of_kind(world, "rtb_bid_filtering", "bid_filtering");
    let groups = group::by(all.iter().copied(), |row| vec![of(row, "account_id"), of(row, "filtering_reason")]);
    let rows = groups.iter().map(|group| {
        let own: Vec<&Record> = all.iter().copied().filter(|row| of(row, "account_id") == group.key[0]).collect();
        let countries: BTreeSet<String> =
            group.rows.iter().filter_map(|row| of(row, "country").as_text().map(str::to_owned)).collect();
        let (cost, currency) = money(&group.rows, &["opportunity_cost_micros"]);
        let filtered = sum(&group.rows, "bids");
        record([
            ("account_id", group.key[0].clone()),
            ("filtering_reason", group.key[1].clone()),
            ("bids", filtered.into()),
            ("share_of_bids_pct", pct(filtered, sum(&own, "bids"))),
            ("countries", Cell::Int(i64::try_from(countries.len()).unwrap())),
            ("opportunity_cost_micros", cost[0].into()),
            ("currency", text(currency)),
        ])
    });
    rows.collect()
}
