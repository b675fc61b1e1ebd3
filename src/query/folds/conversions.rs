//! What creatives sold, by the bidder's own export.

use super::super::fixture::world::{Record, World, record};
use super::Fold;
use super::funnel::of_kind;
use super::group::{self, money, number, of, price, ratio, sum, text};

pub(super) const FOLDS: &[(&str, Fold)] = &[("v_conversions_by_creative", by_creative)];

fn by_creative(world: &World) -> Vec<Record> {
    let rows = of_kind(world, "rtb_daily", "bidder");
    let groups = group::by(rows, |row| vec![of(row, "account_id"), of(row, "creative_id")]);
    let rows = groups.iter().map(|group| {
        let conversions = sum(&group.rows, "conversions");
        let (sums, currency) = money(&group.rows, &["spend_micros", "revenue_micros"]);
        record([
            ("account_id", group.key[0].clone()),
            ("creative_id", group.key[1].clone()),
            ("conversions", conversions.into()),
            ("revenue_micros", sums[1].into()),
            ("spend_micros", sums[0].into()),
            ("currency", text(currency)),
            ("cpa", price(sums[0], conversions)),
            ("roas", number(ratio(sums[1], sums[0]))),
        ])
    });
    rows.collect()
}
