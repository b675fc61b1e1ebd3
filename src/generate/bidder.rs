//! The bidder's own export: what it says of the impressions of the performance report, and what they led to.

use std::io::{self, Write};

use super::day::Mould;
use super::day::dimension::{COUNTRY, CREATIVE, PLATFORM};
use super::random::Random;
use super::table::Table;
use super::traffic::Traffic;
use crate::model::Day;

const HEADER: &str = "creative_id,date,impressions,clicks,spend,geography,device_type,conversions,revenue";

const CONVERSIONS_PER_CLICK: f64 = 0.04;
/// What a conversion brings, in the price of a thousand impressions.
const REVENUE_PER_CPM: f64 = 3.4;

/// Writes the export: what had no impression is not in it.
pub(super) fn write(
    mould: &Mould,
    traffic: &Traffic,
    out: &mut dyn Write,
    day: Day,
    mut random: Random,
) -> io::Result<u64> {
    let date = day.to_string();
    let mut table = Table::new(out, HEADER);
    for ([creative, country, platform], sums) in traffic.by([CREATIVE, COUNTRY, PLATFORM]) {
        if sums.impressions == 0 {
            continue;
        }
        let (geography, cpm_micros) = mould.world.countries[country];
        let conversions = random.round(sums.clicks as f64 * CONVERSIONS_PER_CLICK).min(sums.clicks);
        let revenue = conversions as f64 * cpm_micros * REVENUE_PER_CPM * (0.5 + random.unit());
        table.plain(&mould.world.creatives[creative].id);
        table.plain(&date);
        table.count(sums.impressions);
        table.count(sums.clicks);
        table.money(mould.shape, sums.spend_micros);
        table.plain(geography);
        table.plain(mould.world.platforms[platform]);
        table.count(conversions);
        table.money(mould.shape, revenue as u64);
        table.end_row()?;
    }
    table.finish()
}
