//! One day's traffic: rows drawn from the world, each with a key of its own and what came of it.
//!
//! Invariant: the rows depend on the shape, the seed, the number of rows and the day alone, and on the last day where
//! stories are told; neither the other days of the run nor the number of threads matter.

use super::keys::{KeySpace, Keys};
use super::random::{Random, Weighted, power};
use super::stories::{Factors, Stories};
use super::world::{FIRST_RARE_SIZE, Format, UNSERVED_SIZE, World};
use super::{Shape, text};
use crate::model::Day;

const CLICKS_PER_IMPRESSION: f64 = 0.0089;
/// As measured: reached queries can exceed auctions won, as requests are sampled.
const WON_PER_REACHED: f64 = 0.826;
/// Between 9 and 10, so that its floor is the measured 9.
const MEDIAN_REACHED: f64 = 9.5;

/// Everything that the rows of a shape are made of, ready to copy: draws, CSV text, key space. Shared by all days.
pub(super) struct Mould {
    pub shape: Shape,
    pub world: World,
    billing: Weighted,
    size: Weighted,
    /// Creatives that may stand beside a size: their ranks and the draw among them.
    creatives: Vec<(Vec<usize>, Weighted)>,
    /// Per size: which of `creatives`.
    creatives_of_size: Vec<usize>,
    country: Weighted,
    platform: Weighted,
    publisher: Weighted,
    /// 0 is no app.
    app: Weighted,
    reached: Vec<u64>,
    /// Id and name of each publisher, as cells.
    pub publisher_text: Vec<Vec<u8>>,
    /// Id and name of each app, as cells; 0 is no app.
    pub app_text: Vec<Vec<u8>>,
    keys: KeySpace<7>,
}

/// A row's dimensions, each a rank in the world; [`dimension`] says which stands where. The last is the app, 0 for none.
pub(super) type Key = [usize; 7];

/// Places in a [`Key`].
pub(super) mod dimension {
    pub const BILLING: usize = 0;
    pub const CREATIVE: usize = 1;
    pub const SIZE: usize = 2;
    pub const COUNTRY: usize = 3;
    pub const PLATFORM: usize = 4;
    pub const PUBLISHER: usize = 5;
}

/// What came of a row's queries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Metrics {
    pub reached: u64,
    pub bids: u64,
    pub bids_in_auction: u64,
    pub auctions_won: u64,
    pub impressions: u64,
    pub clicks: u64,
    pub spend_micros: u64,
    pub video_starts: u64,
    pub video_completions: u64,
}

impl Mould {
    pub fn new(shape: Shape) -> Self {
        let world = World::of(shape);
        let mut app_shares = vec![1.0 - world.app_share];
        let all_apps: f64 = world.app_shares.iter().sum();
        app_shares.extend(world.app_shares.iter().map(|share| share / all_apps * world.app_share));
        let (creatives, creatives_of_size) = creatives_by_size(&world);
        let named = |out: &mut Vec<u8>, named: &super::names::Named| {
            text::field(out, &named.id);
            out.push(b',');
            text::field(out, &named.name);
        };
        let lines =
            |all: &[super::names::Named]| all.iter().map(|one| written(|out| named(out, one))).collect::<Vec<_>>();
        let mut app_text = vec![b",".to_vec()];
        app_text.extend(lines(&world.apps));
        Self {
            shape,
            billing: Weighted::new(&world.billing_shares),
            size: Weighted::new(&world.size_shares),
            creatives,
            creatives_of_size,
            country: Weighted::new(&world.country_shares),
            platform: Weighted::new(&world.platform_shares),
            publisher: Weighted::new(&world.publisher_shares),
            app: Weighted::new(&app_shares),
            reached: reached_quantiles(),
            publisher_text: lines(&world.publishers),
            app_text,
            keys: KeySpace::new(world.radix()),
            world,
        }
    }

    /// How many rows a day can have before two must share a key.
    pub fn distinct_keys(&self) -> u64 {
        self.keys.size()
    }

    /// Gives `rows` rows of the day to `each`.
    pub fn rows<E>(
        &self,
        day: Day,
        rows: u64,
        seed: u64,
        stories: Option<&Stories>,
        mut each: impl FnMut(Key, &Metrics) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut random = Random::new(seed, day.epoch_days() as u64);
        let mut keys = Keys::new(self.keys.clone(), rows);
        for _ in 0..rows {
            let key = keys.take(self.draw(&mut random));
            let factors = stories.map(|stories| stories.factors(day, key));
            each(key, &self.metrics(key, factors, &mut random))?;
        }
        Ok(())
    }

    fn draw(&self, random: &mut Random) -> Key {
        let size = self.size.draw(random);
        let (ranks, draw) = &self.creatives[self.creatives_of_size[size]];
        [
            self.billing.draw(random),
            ranks[draw.draw(random)],
            size,
            self.country.draw(random),
            self.platform.draw(random),
            self.publisher.draw(random),
            self.app.draw(random),
        ]
    }

    fn metrics(&self, key: Key, told: Option<Factors>, random: &mut Random) -> Metrics {
        let [billing, creative, size, country, ..] = key;
        let factors = told.unwrap_or(Factors::PLAIN);
        let mut reached = self.reached[random.below(self.reached.len() as u64) as usize];
        if told.is_some() {
            reached = random.round(reached as f64 * factors.reached).max(1);
        }
        let fit = match size {
            UNSERVED_SIZE if self.shape == Shape::Real => 0.15,
            FIRST_RARE_SIZE.. if self.shape == Shape::Real => 0.02,
            _ => 1.0,
        };
        let mut around = |mean: f64| mean * (0.5 + random.unit());
        let bids = reached as f64 * around(factors.bids);
        let won = reached as f64 * around(self.world.win_rates[billing] * fit * factors.win);
        let clicked = around(CLICKS_PER_IMPRESSION * factors.clicks);
        let cpm_micros = around(self.world.countries[country].1);
        let is_video = self.world.creatives[creative].format == Format::Video;
        let bids = random.round(bids).max(reached);
        let impressions = random.round(won).min(reached);
        let video_starts = if is_video { random.round(impressions as f64 * 0.9).min(impressions) } else { 0 };
        let mut metrics = Metrics {
            reached,
            bids,
            bids_in_auction: bids - bids / 50,
            // No column of a plain report has it.
            auctions_won: reached,
            impressions,
            clicks: random.round(impressions as f64 * clicked).min(impressions),
            spend_micros: (impressions as f64 * cpm_micros / 1000.0) as u64,
            video_starts,
            video_completions: random.round(video_starts as f64 * 0.55 * factors.completions).min(video_starts),
        };
        if told.is_some() {
            metrics.bids_in_auction = (bids - random.round(bids as f64 * factors.filtered).min(bids)).max(reached);
            metrics.auctions_won = random.round(reached as f64 * WON_PER_REACHED).max(impressions);
        }
        metrics
    }
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out);
    out
}

/// Reached queries of a row: the quantiles of a long-tailed (log-logistic) distribution around the median.
fn reached_quantiles() -> Vec<u64> {
    const COUNT: u32 = 4096;
    let odds = (0..COUNT).map(|i| (f64::from(i) + 0.5) / (f64::from(COUNT - i) - 0.5));
    odds.map(|odds| ((MEDIAN_REACHED * power(odds, 6)) as u64).max(1)).collect()
}

type CreativeDraw = (Vec<usize>, Weighted);

/// Which creatives are drawn beside which size.
fn creatives_by_size(world: &World) -> (Vec<CreativeDraw>, Vec<usize>) {
    let draw = |fits: fn(Format) -> bool| {
        let ranks: Vec<usize> = (0..world.creatives.len()).filter(|&rank| fits(world.creatives[rank].format)).collect();
        let shares: Vec<f64> = ranks.iter().map(|&rank| world.creative_shares[rank]).collect();
        (ranks, Weighted::new(&shares))
    };
    if !world.creatives_fit_sizes {
        return (vec![draw(|_| true)], vec![0; world.sizes.len()]);
    }
    let draws = vec![
        draw(|format| format != Format::Native),
        draw(|format| format == Format::Video),
        draw(|format| format == Format::Native),
        draw(|format| format == Format::Html),
    ];
    let of_size = world.sizes.iter().map(|size| match size.as_str() {
        "Interstitial" => 0,
        "Video/Overlay" | "Rewarded" => 1,
        "Native" => 2,
        _ => 3,
    });
    let of_size = of_size.collect();
    (draws, of_size)
}
