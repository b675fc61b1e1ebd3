//! How visible and how valid impressions were.

use super::super::fixture::world::{Record, World, record};
use super::Fold;
use super::funnel::of_kind;
use super::group::{self, first_name, money, of, pct, sum, text};
use super::waste::by_name;

pub(super) const FOLDS: &[(&str, Fold)] = &[
    ("v_quality_by_publisher", by_publisher),
    ("v_quality_by_config", |world| plain(world, "billing_id")),
    ("v_quality_by_creative", |world| plain(world, "creative_id")),
];

fn plain(world: &World, key: &str) -> Vec<Record> {
    let groups = group::by(of_kind(world, "rtb_quality", "quality"), |row| vec![of(row, "account_id"), of(row, key)]);
    let rows = groups.iter().map(|group| {
        let mut row = metrics(&group.rows);
        row.insert("account_id".to_owned(), group.key[0].clone());
        row.insert(key.to_owned(), group.key[1].clone());
        row
    });
    rows.collect()
}

fn by_publisher(world: &World) -> Vec<Record> {
    let groups = by_name(of_kind(world, "rtb_quality", "quality"), "publisher_id", "publisher_name");
    let rows = groups.iter().map(|group| {
        let mut row = metrics(&group.rows);
        row.insert("account_id".to_owned(), group.key[0].clone());
        row.insert("publisher_id".to_owned(), group.key[1].clone());
        row.insert("publisher_name".to_owned(), first_name(&group.rows, "publisher_name"));
        row
    });
    rows.collect()
}

fn metrics(rows: &[&Record]) -> Record {
    let total = |column| sum(rows, column);
    let (measurable, viewable) = (total("active_view_measurable"), total("active_view_viewable"));
    let (impressions, invalid) = (total("impressions"), total("ivt_credited_impressions"));
    let (spent, currency) = money(rows, &["spend_micros"]);
    record([
        ("active_view_measurable", measurable.into()),
        ("active_view_viewable", viewable.into()),
        ("viewability_pct", pct(viewable, measurable)),
        ("impressions", impressions.into()),
        ("pre_filtered_impressions", total("pre_filtered_impressions").into()),
        ("ivt_credited_impressions", invalid.into()),
        ("ivt_rate_pct", pct(invalid, impressions)),
        ("spend_micros", spent[0].into()),
        ("currency", text(currency)),
    ])
}
