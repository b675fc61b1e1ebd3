//! Bids by creative and country, and the reasons why some of them do not come to the auction.
//!
//! Invariant: of each creative and country, the filtered bids are those that are not in the auction.

use std::io::{self, Write};

use super::day::dimension::{COUNTRY, CREATIVE};
use super::day::{Metrics, Mould};
use super::entities::BIDDER;
use super::random::Random;
use super::stories::FILTERED_CREATIVE;
use super::table::Table;
use super::text;
use super::traffic::Traffic;
use crate::model::Day;

const BIDS_HEADER: &str = "#Day,Country,Creative ID,Buyer account ID,Bids in auction,Auctions won,Bids,Reached queries,\
    Impressions,Spend (buyer currency),Spend (bidder currency)";
/// As production has it, and what the bids would have been worth.
const FILTERING_HEADER: &str = "#Day,Country,Creative ID,Bid filtering reason,Bids,\
    Bid filtering opportunity cost (buyer currency)";

const REASONS: [(&str, f64); 4] = [
    ("Excluded product category detected", 0.52),
    ("App excluded by publisher", 0.27),
    ("Ad contains an unidentifiable vendor", 0.13),
    ("Excluded sensitive category detected", 0.08),
];
/// Impressions that a bid in the auction brings, as measured.
const IMPRESSIONS_PER_BID: f64 = 0.0015 / 0.051;

/// Writes the bids report.
pub(super) fn write_bids(mould: &Mould, traffic: &Traffic, out: &mut dyn Write, day: Day) -> io::Result<u64> {
    let date = text::date(mould.shape, day);
    let mut table = Table::new(out, BIDS_HEADER);
    for ([country, creative], sums) in traffic.by([COUNTRY, CREATIVE]) {
        table.plain(&date);
        table.plain(mould.world.countries[country].0);
        table.plain(&mould.world.creatives[creative].id);
        table.plain(BIDDER);
        for count in [sums.bids_in_auction, sums.auctions_won, sums.bids, sums.reached, sums.impressions] {
            table.count(count);
        }
        table.money(mould.shape, sums.spend_micros);
        table.money(mould.shape, sums.spend_micros);
        table.end_row()?;
    }
    table.finish()
}

/// Writes the bid filtering report.
pub(super) fn write_filtering(
    mould: &Mould,
    traffic: &Traffic,
    out: &mut dyn Write,
    day: Day,
    mut random: Random,
) -> io::Result<u64> {
    let date = text::date(mould.shape, day);
    let mut table = Table::new(out, FILTERING_HEADER);
    for ([country, creative], sums) in traffic.by([COUNTRY, CREATIVE]) {
        let (name, cpm_micros) = mould.world.countries[country];
        for (reason, bids) in reasons(&sums, creative, &mut random) {
            table.plain(&date);
            table.plain(name);
            table.plain(&mould.world.creatives[creative].id);
            table.plain(reason);
            table.count(bids);
            table.money(mould.shape, (bids as f64 * IMPRESSIONS_PER_BID * cpm_micros / 1000.0) as u64);
            table.end_row()?;
        }
    }
    table.finish()
}

/// The filtered bids by reason, without those that no bid was filtered for.
fn reasons(sums: &Metrics, creative: usize, random: &mut Random) -> Vec<(&'static str, u64)> {
    let filtered = sums.bids - sums.bids_in_auction;
    let mut left = filtered;
    let mut reasons = Vec::with_capacity(REASONS.len());
    for (reason, share) in REASONS.into_iter().skip(1) {
        let share = if creative == FILTERED_CREATIVE { share / 10.0 } else { share };
        let bids = random.round(filtered as f64 * share).min(left);
        left -= bids;
        reasons.push((reason, bids));
    }
    reasons.insert(0, (REASONS[0].0, left));
    reasons.retain(|(_, bids)| *bids > 0);
    reasons
}
