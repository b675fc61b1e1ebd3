//! The rows of one day in memory, for the reports that add them up by some of their dimensions.
//!
//! Invariant: the sums of any dimensions have the same total, so that what two kinds of report say of the same day agrees.

use std::convert::Infallible;
use std::ops::AddAssign;

use super::GenerateOptions;
use super::day::{Key, Metrics, Mould};
use super::stories::Stories;
use crate::model::Day;

/// One day's rows.
pub(super) struct Traffic {
    rows: Vec<(Key, Metrics)>,
}

impl Traffic {
    /// The rows that the performance report of the day has.
    pub fn of(mould: &Mould, day: Day, options: &GenerateOptions, stories: &Stories) -> Self {
        let mut rows = Vec::with_capacity(options.rows_per_day as usize);
        let Ok(()) = mould.rows(day, options.rows_per_day, options.seed, Some(stories), |key, metrics| {
            rows.push((key, *metrics));
            Ok::<(), Infallible>(())
        });
        Self { rows }
    }

    /// The rows, as drawn.
    pub fn rows(&self) -> impl Iterator<Item = &(Key, Metrics)> {
        self.rows.iter()
    }

    /// Sums by these dimensions, in the order of their ranks.
    pub fn by<const N: usize>(&self, dimensions: [usize; N]) -> Vec<([usize; N], Metrics)> {
        let mut sums: Vec<_> =
            self.rows.iter().map(|(key, metrics)| (dimensions.map(|dimension| key[dimension]), *metrics)).collect();
        sums.sort_unstable_by_key(|(key, _)| *key);
        sums.dedup_by(|next, sum| {
            let same = next.0 == sum.0;
            if same {
                sum.1 += next.1;
            }
            same
        });
        sums
    }
}

impl AddAssign for Metrics {
    fn add_assign(&mut self, other: Self) {
        self.reached += other.reached;
        self.bids += other.bids;
        self.bids_in_auction += other.bids_in_auction;
        self.auctions_won += other.auctions_won;
        self.impressions += other.impressions;
        self.clicks += other.clicks;
        self.spend_micros += other.spend_micros;
        self.video_starts += other.video_starts;
        self.video_completions += other.video_completions;
    }
}
