//! The funnel reports: from inventory to impression, by country and hour, and by publisher, country and hour.
//!
//! Google samples inventory matches, bid requests and responses in tens, so that on small rows bids can exceed them.
//! Invariant: both reports are sums of the same cells, and from bids on these add up to the performance report.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::day::dimension::{COUNTRY, PUBLISHER};
use super::day::{Metrics, Mould};
use super::hours::{Hours, split_within};
use super::random::Random;
use super::table::Table;
use super::text;
use super::traffic::Traffic;
use crate::model::Day;

const GEO_HEADER: &str = "#Day,Country,Hour,Bid requests,Inventory matches,Successful responses,Bids,Bids in auction,\
    Auctions won,Impressions,Clicks";
const PUBLISHER_HEADER: &str = "#Day,Hour,Country,Publisher ID,Publisher name,Bid requests,Inventory matches,\
    Successful responses,Reached queries,Bids,Bids in auction,Auctions won,Impressions,Clicks";

const SAMPLE: u64 = 10;
/// As measured.
const REACHED_PER_MATCH: f64 = 0.0046;
const CALLOUT_RATE: f64 = 0.739;
/// How much more the quota cuts off of an hour that has the traffic of one more mean hour.
const QUOTA_CUT: f64 = 0.12;
const RESPONSE_RATE: f64 = 0.9995;
/// In an hour with so many times the traffic of the mean one, the bidder begins to answer late.
const BUSY: f64 = 1.5;
const BUSY_RESPONSE_RATE: f64 = 0.985;

/// One hour of one publisher in one country.
pub(super) struct Cell {
    publisher: usize,
    country: usize,
    hour: usize,
    steps: Steps,
}

/// The steps of the funnel.
#[derive(Clone, Copy, Debug, Default)]
struct Steps {
    matches: u64,
    requests: u64,
    responses: u64,
    counted: Metrics,
}

/// The cells of a day.
pub(super) fn cells(mould: &Mould, traffic: &Traffic, mut random: Random) -> Vec<Cell> {
    let hours: Vec<Hours> = mould.world.countries.iter().map(|(name, _)| Hours::of(name)).collect();
    let mut cells = Vec::new();
    for ([publisher, country], sums) in traffic.by([PUBLISHER, COUNTRY]) {
        spread(&sums, &hours[country], &mut random, |hour, steps| {
            cells.push(Cell { publisher, country, hour, steps });
        });
    }
    cells
}

fn spread(sums: &Metrics, course: &Hours, random: &mut Random, mut each: impl FnMut(usize, Steps)) {
    let matches = sums.reached as f64 / REACHED_PER_MATCH * (0.8 + 0.4 * random.unit());
    let sampled = random.round(matches / SAMPLE as f64);
    let spread = course.spread(sums.reached, random);
    let matches = spread.split(sampled, random);
    let bids = spread.split(sums.bids, random);
    let in_auction = split_within(sums.bids_in_auction, &bids, random);
    let won = spread.split(sums.auctions_won, random);
    let reached = spread.split(sums.reached, random);
    let impressions = split_within(sums.impressions, &reached, random);
    let clicks = split_within(sums.clicks, &impressions, random);
    for (at, &hour) in spread.hours.iter().enumerate() {
        let matches = matches[at];
        let crowding = course.crowding(hour);
        let callout = CALLOUT_RATE * (1.0 + QUOTA_CUT * (course.mean_crowding() - crowding));
        let requests = random.round(matches as f64 * callout).min(matches);
        let answered = if crowding >= BUSY { BUSY_RESPONSE_RATE } else { RESPONSE_RATE };
        let responses = random.round(requests as f64 * answered).min(requests);
        let counted = Metrics {
            reached: reached[at],
            bids: bids[at],
            bids_in_auction: in_auction[at],
            auctions_won: won[at],
            impressions: impressions[at],
            clicks: clicks[at],
            ..Metrics::default()
        };
        let steps =
            Steps { matches: matches * SAMPLE, requests: requests * SAMPLE, responses: responses * SAMPLE, counted };
        each(hour, steps);
    }
}

/// Writes the funnel by country and hour.
pub(super) fn write_geo(mould: &Mould, cells: &[Cell], out: &mut dyn Write, day: Day) -> io::Result<u64> {
    let date = text::date(mould.shape, day);
    let mut sums: BTreeMap<(usize, usize), Steps> = BTreeMap::new();
    for cell in cells {
        let sum = sums.entry((cell.country, cell.hour)).or_default();
        sum.matches += cell.steps.matches;
        sum.requests += cell.steps.requests;
        sum.responses += cell.steps.responses;
        sum.counted += cell.steps.counted;
    }
    let mut table = Table::new(out, GEO_HEADER);
    for ((country, hour), Steps { matches, requests, responses, counted }) in sums {
        table.plain(&date);
        table.plain(mould.world.countries[country].0);
        let Metrics { bids, bids_in_auction, auctions_won, impressions, clicks, .. } = counted;
        for count in
            [hour as u64, requests, matches, responses, bids, bids_in_auction, auctions_won, impressions, clicks]
        {
            table.count(count);
        }
        table.end_row()?;
    }
    table.finish()
}

/// Writes the funnel by publisher, country and hour.
pub(super) fn write_publisher(mould: &Mould, cells: &[Cell], out: &mut dyn Write, day: Day) -> io::Result<u64> {
    let date = text::date(mould.shape, day);
    let mut table = Table::new(out, PUBLISHER_HEADER);
    for Cell { publisher, country, hour, steps: Steps { matches, requests, responses, counted } } in cells {
        table.plain(&date);
        table.count(*hour as u64);
        table.plain(mould.world.countries[*country].0);
        table.cells(&mould.publisher_text[*publisher]);
        let Metrics { reached, bids, bids_in_auction, auctions_won, impressions, clicks, .. } = *counted;
        for count in
            [*requests, *matches, *responses, reached, bids, bids_in_auction, auctions_won, impressions, clicks]
        {
            table.count(count);
        }
        table.end_row()?;
    }
    table.finish()
}
