//! What the invented bidder has and meets: the values of every dimension, and how often each is drawn.
//!
//! Invariant: a world depends on the shape alone, not on the seed, so that every generated report of a shape speaks of
//! the same configs and creatives as the generated entities.

use super::Shape;
use super::names::{self, Named, PublisherNames};
use super::random::{banded, zipf};

/// The format of a creative, in the words of the Real-time Bidding API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Html,
    Video,
    Native,
}

impl Format {
    /// As reports write it.
    pub fn report_name(self) -> &'static str {
        match self {
            Self::Html => "Display",
            Self::Video => "Video",
            Self::Native => "Native",
        }
    }
}

/// A creative that the bidder has submitted.
#[derive(Clone, Debug)]
pub(super) struct Creative {
    pub id: String,
    pub format: Format,
    /// Width and height of an HTML or video creative.
    pub width: u32,
    pub height: u32,
    /// `networkPolicyCompliance.status`.
    pub status: &'static str,
}

/// What goes into one column of the report, by share of rows.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub billing_ids: Vec<String>,
    pub billing_shares: Vec<f64>,
    /// Impressions per reached query, by billing id.
    pub win_rates: Vec<f64>,
    pub creatives: Vec<Creative>,
    pub creative_shares: Vec<f64>,
    pub sizes: Vec<String>,
    pub size_shares: Vec<f64>,
    /// Name as the report writes it, and what a thousand impressions cost in micros.
    pub countries: Vec<(&'static str, f64)>,
    pub country_shares: Vec<f64>,
    pub platforms: [&'static str; 4],
    pub platform_shares: [f64; 4],
    pub publishers: Vec<Named>,
    pub publisher_shares: Vec<f64>,
    pub apps: Vec<Named>,
    /// Share of rows that name an app.
    pub app_share: f64,
    pub app_shares: Vec<f64>,
    /// Whether a size is bought with creatives that fit it (else size and creative are drawn apart).
    pub creatives_fit_sizes: bool,
}

const PLATFORMS: [&str; 4] = ["High-end mobile devices", "Tablet", "Desktop", "Connected TV"];

/// The billing id at this rank has traffic and no pretargeting config: it was deleted at Google.
pub(super) const ORPHAN_BILLING_RANK: usize = 4;

/// Sizes from this rank on are rare, and nobody has creatives for most of them.
pub(super) const FIRST_RARE_SIZE: usize = 5;

/// The rank of 336x300: frequent, and never served by a creative of the bidder.
pub(super) const UNSERVED_SIZE: usize = 2;

impl World {
    pub fn of(shape: Shape) -> Self {
        match shape {
            Shape::Real => Self::real(),
            Shape::Wide => Self::wide(),
        }
    }

    /// One measured day of one seat.
    fn real() -> Self {
        Self {
            billing_ids: billing_ids(7),
            billing_shares: vec![56.0, 29.0, 11.0, 2.4, 1.3, 0.3, 0.02],
            win_rates: vec![0.446, 0.12, 0.50, 0.05, 0.08, 0.30, 0.0],
            creatives: (0..527).map(|rank| creative(rank, real_format(rank))).collect(),
            creative_shares: banded(&[(10, 18.0), (90, 51.0), (427, 31.0)]),
            sizes: names::sizes(232),
            size_shares: banded(&[(1, 63.0), (1, 27.0), (1, 5.0), (1, 2.5), (1, 1.5), (227, 1.0)]),
            countries: names::COUNTRIES.iter().map(|country| (country.name, country.cpm_micros)).collect(),
            country_shares: banded(&[(1, 60.0), (1, 22.0), (1, 9.0), (15, 9.0)]),
            platforms: PLATFORMS,
            platform_shares: [86.0, 9.0, 4.0, 1.0],
            publishers: names::publishers(1_618, PublisherNames::Measured),
            publisher_shares: banded(&[(1, 63.5), (99, 34.5), (1_518, 2.0)]),
            apps: names::apps(3_000),
            app_share: 0.92,
            app_shares: zipf(3_000, 7),
            creatives_fit_sizes: true,
        }
    }

    /// Twenty columns of evenly skewed values, for measurements.
    fn wide() -> Self {
        Self {
            billing_ids: billing_ids(40),
            billing_shares: zipf(40, 8),
            win_rates: (0..40).map(|rank| 0.05 + 0.5 * f64::from(rank * 7 % 40) / 40.0).collect(),
            creatives: (0..20_000)
                .map(|rank| creative(rank, [Format::Html, Format::Video, Format::Native][rank % 3]))
                .collect(),
            creative_shares: zipf(20_000, 7),
            sizes: names::sizes(20),
            size_shares: zipf(20, 8),
            countries: names::FIFTY_CODES.iter().map(|&code| (code, cpm_of(code))).collect(),
            country_shares: zipf(50, 8),
            platforms: PLATFORMS,
            platform_shares: [70.0, 12.0, 14.0, 4.0],
            publishers: names::publishers(8_000, PublisherNames::NinthQuoted),
            publisher_shares: zipf(8_000, 8),
            apps: names::apps(15_000),
            app_share: 0.70,
            app_shares: zipf(15_000, 7),
            creatives_fit_sizes: false,
        }
    }

    /// Values of each digit of a row's key: billing id, creative, size, country, platform, publisher, app or none.
    pub fn radix(&self) -> [usize; 7] {
        [
            self.billing_ids.len(),
            self.creatives.len(),
            self.sizes.len(),
            self.countries.len(),
            self.platforms.len(),
            self.publishers.len(),
            self.apps.len() + 1,
        ]
    }
}

fn billing_ids(count: u64) -> Vec<String> {
    (0..count).map(|rank| (157_331_516_553 + rank * 1_000_003).to_string()).collect()
}

fn cpm_of(code: &str) -> f64 {
    names::COUNTRIES.iter().find(|country| country.iso == code).map_or(1_000_000.0, |country| country.cpm_micros)
}

/// Three of eleven are HTML, so that video and HTML creatives keep their shares in the sizes that only they fit.
fn real_format(rank: usize) -> Format {
    match rank {
        100.. if rank % 35 == 17 => Format::Native,
        _ if matches!(rank % 11, 1 | 5 | 8) => Format::Html,
        _ => Format::Video,
    }
}

fn creative(rank: usize, format: Format) -> Creative {
    const HTML_SIZES: [(u32, u32); 7] =
        [(300, 250), (320, 50), (728, 90), (320, 480), (336, 280), (160, 600), (970, 250)];
    let (width, height) = match format {
        Format::Html => HTML_SIZES[rank * 5 / 11 % HTML_SIZES.len()],
        Format::Video if rank.is_multiple_of(2) => (1080, 1920),
        Format::Video => (1920, 1080),
        Format::Native => (0, 0),
    };
    let status = match rank % 32 {
        13 | 27 => "DISAPPROVED",
        30 => "PENDING_REVIEW",
        _ => "APPROVED",
    };
    let id = format!("cr-{rank:05}-{:04x}", (rank as u64 + 1).wrapping_mul(0x9e37_79b9) >> 8 & 0xffff);
    Creative { id, format, width, height, status }
}
