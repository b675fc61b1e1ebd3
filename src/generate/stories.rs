//! The course of the week, and what goes wrong in the made-up world: something for each rule to find.
//!
//! Told where more kinds than performance reports are written. What stands where, by rank in the world (the ids are in
//! the reports; `names` and `world` give them):
//!
//! | what is told | of whom |
//! |---|---|
//! | traffic, and no creative of that size: no impression at all | size 336x300 ([`UNSERVED_SIZE`]) |
//! | nine of ten queries wasted, or more | config 3 of the real world (its win rate stands in `world`) |
//! | a wasteful publisher | [`WASTEFUL_PUBLISHER`] |
//! | a publisher that nobody ever clicks at | [`CLICKLESS_PUBLISHER`] |
//! | a publisher with invalid traffic and ads that are not seen | [`INVALID_PUBLISHER`] (in `quality`) |
//! | a wasteful app | [`WASTEFUL_APP`] |
//! | an app with too many clicks | [`CLICKED_APP`] |
//! | a country that hardly clicks, and one that clicks much | [`CLICKLESS_COUNTRY`], [`CLICKING_COUNTRY`] |
//! | a video that is never shown, and one that nobody sees to its end | [`BROKEN_VIDEO`], [`TIRING_VIDEO`] |
//! | a creative whose bids Google takes out | [`FILTERED_CREATIVE`] |
//! | a jump in waste on the last day, from one app | [`JUMPING_APP`] |

use chrono::{Datelike, Weekday};

use super::day::Key;
use super::random::Random;
use super::world::UNSERVED_SIZE;
use crate::model::Day;

/// The rank of the publisher of which almost nothing is won.
pub(super) const WASTEFUL_PUBLISHER: usize = 3;
/// The rank of the publisher without a click.
pub(super) const CLICKLESS_PUBLISHER: usize = 5;
/// The rank of the publisher with invalid traffic.
pub(super) const INVALID_PUBLISHER: usize = 8;
/// The place of the app of which almost nothing is won; 0 is no app.
pub(super) const WASTEFUL_APP: usize = 5;
/// The place of the app with too many clicks.
pub(super) const CLICKED_APP: usize = 10;
/// The place of the app that floods the bidder on the last day.
pub(super) const JUMPING_APP: usize = 2;
/// Indonesia.
pub(super) const CLICKLESS_COUNTRY: usize = 2;
/// Japan.
pub(super) const CLICKING_COUNTRY: usize = 15;
/// The rank of the video without an impression.
pub(super) const BROKEN_VIDEO: usize = 3;
/// The rank of the video that hardly anybody sees to its end.
pub(super) const TIRING_VIDEO: usize = 6;
/// The rank of the creative of whose bids one in three is filtered.
pub(super) const FILTERED_CREATIVE: usize = 2;

/// By how much a row differs from what is usual for its dimensions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Factors {
    /// On reached queries.
    pub reached: f64,
    /// Bids per reached query.
    pub bids: f64,
    /// Share of bids that do not come to the auction.
    pub filtered: f64,
    /// On the win rate.
    pub win: f64,
    /// On clicks per impression.
    pub clicks: f64,
    /// On completions per start.
    pub completions: f64,
}

impl Factors {
    /// Of a report without stories.
    pub const PLAIN: Self = Self { reached: 1.0, bids: 1.3, filtered: 0.02, win: 1.0, clicks: 1.0, completions: 1.0 };
}

/// As measured: bids per inventory match over reached queries per inventory match.
const BIDS_PER_REACHED: f64 = 0.052 / 0.0046;

/// The stories of a run that ends with a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stories {
    last_day: Day,
}

impl Stories {
    /// Of a run that ends with this day.
    pub const fn until(last_day: Day) -> Self {
        Self { last_day }
    }

    /// What holds for a row of this day.
    pub fn factors(&self, day: Day, key: Key) -> Factors {
        let [_, creative, size, country, _, publisher, app] = key;
        let mut factors = Factors { reached: day_factor(day), bids: BIDS_PER_REACHED, ..Factors::PLAIN };
        if size == UNSERVED_SIZE || creative == BROKEN_VIDEO {
            factors.win = 0.0;
        }
        if publisher == WASTEFUL_PUBLISHER || app == WASTEFUL_APP {
            factors.win *= 0.1;
        }
        if app == JUMPING_APP && day == self.last_day {
            factors.reached *= 8.0;
            factors.win *= 0.05;
        }
        if publisher == CLICKLESS_PUBLISHER {
            factors.clicks = 0.0;
        }
        factors.clicks *= match country {
            CLICKLESS_COUNTRY => 0.2,
            CLICKING_COUNTRY => 3.0,
            _ => 1.0,
        };
        if app == CLICKED_APP {
            factors.clicks *= 9.0;
        }
        if creative == TIRING_VIDEO {
            factors.completions = 0.06;
        }
        if creative == FILTERED_CREATIVE {
            factors.filtered = 0.35;
        }
        factors
    }
}

/// Traffic of a day over that of a usual one: weekends are quiet, and no two days are alike.
fn day_factor(day: Day) -> f64 {
    let weekday = match day.date().weekday() {
        Weekday::Mon => 1.0,
        Weekday::Tue => 1.03,
        Weekday::Wed => 1.06,
        Weekday::Thu => 1.05,
        Weekday::Fri => 0.98,
        Weekday::Sat => 0.72,
        Weekday::Sun => 0.66,
    };
    weekday * (0.95 + 0.1 * Random::new(0, day.epoch_days() as u64).unit())
}
