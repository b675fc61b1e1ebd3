//! One day's report: rows drawn from the world, each with a key of its own, written as CSV.
//!
//! Invariant: the bytes depend on the shape, the seed, the number of rows and the day alone; neither the other days of
//! the run nor the number of threads matter.

use std::io::{self, Write};

use chrono::Datelike;

use super::keys::{KeySpace, Keys};
use super::random::{Random, Weighted, power};
use super::world::{FIRST_RARE_SIZE, Format, UNSERVED_SIZE, World};
use super::{Shape, text};
use crate::model::Day;

const REAL_HEADER: &str = "#Day,Billing ID,Creative ID,Creative size,Creative format,Country,Platform,Environment,\
    Publisher ID,Publisher name,Mobile app ID,Mobile app name,Reached queries,Impressions,Clicks,\
    Spend (buyer currency),Video starts,Video completions\n";
const WIDE_HEADER: &str = "Day,Billing ID,Creative ID,Creative size,Creative format,Country,Platform,Environment,\
    Publisher ID,Publisher name,Mobile app ID,Mobile app name,Reached queries,Bids,Bids in auction,Impressions,Clicks,\
    Spend (buyer currency),Video starts,Video completions\n";

const FLUSH_BYTES: usize = 1 << 20;
const CLICKS_PER_IMPRESSION: f64 = 0.0089;
/// Between 9 and 10, so that its floor is the measured 9.
const MEDIAN_REACHED: f64 = 9.5;

/// Everything that the rows of a shape are made of, ready to copy: draws, CSV text, key space. Shared by all days.
pub(super) struct Mould {
    shape: Shape,
    world: World,
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
    publisher_text: Vec<Vec<u8>>,
    app_text: Vec<Vec<u8>>,
    keys: KeySpace<7>,
}

struct Metrics {
    reached: u64,
    bids: u64,
    bids_in_auction: u64,
    impressions: u64,
    clicks: u64,
    spend_micros: u64,
    video_starts: u64,
    video_completions: u64,
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

    /// Writes the header and `rows` rows; tells `progress` how many rows were added since it was last told.
    pub fn write_day(
        &self,
        out: &mut dyn Write,
        day: Day,
        rows: u64,
        seed: u64,
        progress: &dyn Fn(u64),
    ) -> io::Result<()> {
        let mut random = Random::new(seed, day.epoch_days() as u64);
        let mut keys = Keys::new(self.keys.clone(), rows);
        let date = self.date(day);
        let mut buffer = Vec::with_capacity(FLUSH_BYTES + 4096);
        buffer.extend_from_slice(if self.shape == Shape::Real { REAL_HEADER } else { WIDE_HEADER }.as_bytes());
        let mut told = 0;
        for row in 0..rows {
            let key = keys.take(self.draw(&mut random));
            let metrics = self.metrics(key, &mut random);
            self.write_row(&mut buffer, &date, key, &metrics);
            if buffer.len() >= FLUSH_BYTES {
                out.write_all(&buffer)?;
                buffer.clear();
                progress(row + 1 - told);
                told = row + 1;
            }
        }
        out.write_all(&buffer)?;
        progress(rows - told);
        Ok(())
    }

    fn date(&self, day: Day) -> String {
        let date = day.date();
        match self.shape {
            Shape::Real => format!("{}/{}/{:02}", date.month(), date.day(), date.year() % 100),
            Shape::Wide => day.to_string(),
        }
    }

    fn draw(&self, random: &mut Random) -> [usize; 7] {
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

    fn metrics(&self, key: [usize; 7], random: &mut Random) -> Metrics {
        let [billing, creative, size, country, ..] = key;
        let reached = self.reached[random.below(self.reached.len() as u64) as usize];
        let fit = match size {
            UNSERVED_SIZE if self.shape == Shape::Real => 0.15,
            FIRST_RARE_SIZE.. if self.shape == Shape::Real => 0.02,
            _ => 1.0,
        };
        let mut around = |mean: f64| mean * (0.5 + random.unit());
        let bids = reached as f64 * around(1.3);
        let won = reached as f64 * around(self.world.win_rates[billing] * fit);
        let clicked = around(CLICKS_PER_IMPRESSION);
        let cpm_micros = around(self.world.countries[country].1);
        let is_video = self.world.creatives[creative].format == Format::Video;
        let bids = random.round(bids).max(reached);
        let impressions = random.round(won).min(reached);
        let video_starts = if is_video { random.round(impressions as f64 * 0.9).min(impressions) } else { 0 };
        Metrics {
            reached,
            bids,
            bids_in_auction: bids - bids / 50,
            impressions,
            clicks: random.round(impressions as f64 * clicked).min(impressions),
            spend_micros: (impressions as f64 * cpm_micros / 1000.0) as u64,
            video_starts,
            video_completions: random.round(video_starts as f64 * 0.55).min(video_starts),
        }
    }

    fn write_row(&self, out: &mut Vec<u8>, date: &str, key: [usize; 7], metrics: &Metrics) {
        let [billing, creative, size, country, platform, publisher, app] = key;
        let creative = &self.world.creatives[creative];
        for plain in [
            date,
            &self.world.billing_ids[billing],
            &creative.id,
            &self.world.sizes[size],
            creative.format.report_name(),
            self.world.countries[country].0,
            self.world.platforms[platform],
            if app == 0 { "Web" } else { "App" },
        ] {
            out.extend_from_slice(plain.as_bytes());
            out.push(b',');
        }
        out.extend_from_slice(&self.publisher_text[publisher]);
        out.push(b',');
        out.extend_from_slice(&self.app_text[app]);
        let number = |out: &mut Vec<u8>, number: u64| {
            out.push(b',');
            text::count(out, number);
        };
        number(out, metrics.reached);
        if self.shape == Shape::Wide {
            number(out, metrics.bids);
            number(out, metrics.bids_in_auction);
        }
        number(out, metrics.impressions);
        number(out, metrics.clicks);
        out.push(b',');
        match self.shape {
            Shape::Real => text::dollars(out, metrics.spend_micros),
            Shape::Wide => text::money(out, metrics.spend_micros),
        }
        number(out, metrics.video_starts);
        number(out, metrics.video_completions);
        out.push(b'\n');
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
