//! The stories are in the rows, at the places that `stories` names.

use super::super::stories::*;
use super::super::traffic::Traffic;
use super::super::world::UNSERVED_SIZE;
use super::*;
use crate::generate::day::dimension::{BILLING, COUNTRY, CREATIVE, PUBLISHER, SIZE};
use crate::generate::day::{Key, Metrics};

const DAYS: i32 = 7;

/// A week of the real world that ends with the last day.
struct Week(Vec<(Day, Key, Metrics)>);

impl Week {
    fn of() -> Self {
        let options = options(Path::new("unused"), Shape::Real, 8_000, DAYS as u32);
        let mould = Mould::new(Shape::Real);
        let days = (0..DAYS).map(|back| options.end.plus_days(-back));
        let rows = days.flat_map(|day| {
            let traffic = Traffic::of(&mould, day, &options, &Stories::until(options.end));
            traffic.rows().map(|(key, metrics)| (day, *key, *metrics)).collect::<Vec<_>>()
        });
        Self(rows.collect())
    }

    fn sum(&self, of: impl Fn(Day, &Key) -> bool) -> Metrics {
        let mut sum = Metrics::default();
        self.0.iter().filter(|(day, key, _)| of(*day, key)).for_each(|(_, _, metrics)| sum += *metrics);
        sum
    }

    /// Of rows with this rank in this place of the key.
    fn at(&self, place: usize, rank: usize) -> Metrics {
        self.sum(|_, key| key[place] == rank)
    }
}

fn percent(part: u64, whole: u64) -> f64 {
    100.0 * part as f64 / whole as f64
}

fn waste(of: &Metrics) -> f64 {
    100.0 - percent(of.impressions, of.reached)
}

fn ctr(of: &Metrics) -> f64 {
    percent(of.clicks, of.impressions)
}

const APP: usize = 6;

#[test]
fn each_rule_has_something_to_find() {
    let week = Week::of();
    let size = week.at(SIZE, UNSERVED_SIZE);
    assert!(size.reached > 7 * 1_000 && size.impressions == 0, "{size:?}");
    let config = week.at(BILLING, 3);
    assert!(config.reached > 10_000 && waste(&config) > 90.0, "{config:?}");
    for wasteful in [week.at(PUBLISHER, WASTEFUL_PUBLISHER), week.at(APP, WASTEFUL_APP)] {
        assert!(wasteful.reached > 10_000 && waste(&wasteful) > 90.0, "{wasteful:?}");
    }
    let clickless = week.at(PUBLISHER, CLICKLESS_PUBLISHER);
    assert!(clickless.impressions > 1_000 && clickless.clicks == 0, "{clickless:?}");
    let broken = week.at(CREATIVE, BROKEN_VIDEO);
    assert!(broken.reached > 10_000 && broken.impressions == 0, "{broken:?}");
    let tiring = week.at(CREATIVE, TIRING_VIDEO);
    assert!(tiring.video_starts > 1_000, "{tiring:?}");
    assert!(percent(tiring.video_completions, tiring.video_starts) < 5.0, "{tiring:?}");
    let clicked = week.at(APP, CLICKED_APP);
    assert!(clicked.impressions > 1_000 && ctr(&clicked) > 5.0, "{clicked:?}");
    let filtered = week.at(CREATIVE, FILTERED_CREATIVE);
    near(percent(filtered.bids - filtered.bids_in_auction, filtered.bids), 35.0, 3.0);
}

#[test]
fn one_country_hardly_clicks_and_one_clicks_much() {
    let week = Week::of();
    let average = ctr(&week.sum(|_, _| true));
    let few = week.at(COUNTRY, CLICKLESS_COUNTRY);
    assert!(ctr(&few) < 0.5 * average && few.spend_micros > 10_000_000, "{few:?}");
    let many = week.at(COUNTRY, CLICKING_COUNTRY);
    assert!(ctr(&many) > 1.5 * average && many.impressions > 1_000, "{many:?}");
}

#[test]
fn waste_jumps_on_the_last_day_and_one_app_explains_it() {
    let week = Week::of();
    let last = options(Path::new("unused"), Shape::Real, 1, 1).end;
    let (today, before) = (week.sum(|day, _| day == last), week.sum(|day, _| day == last.plus_days(-1)));
    assert!(waste(&today) > waste(&before) + 4.0, "{} after {}", waste(&today), waste(&before));
    let of_app = |day: Day| week.sum(|at, key| at == day && key[APP] == JUMPING_APP);
    let (more, less) = (of_app(last), of_app(last.plus_days(-1)));
    let wasted = |of: &Metrics| of.reached - of.impressions;
    let of_the_jump = percent(wasted(&more) - wasted(&less), wasted(&today) - wasted(&before));
    assert!(of_the_jump > 60.0, "{of_the_jump} % of what is more comes from the app");
}

#[test]
fn weekends_are_quiet_and_no_two_days_are_alike() {
    let week = Week::of();
    let last = options(Path::new("unused"), Shape::Real, 1, 1).end;
    let reached: Vec<u64> = (1..DAYS).map(|back| week.sum(|day, _| day == last.plus_days(-back)).reached).collect();
    // The last day is a Wednesday: before it come Tuesday, Monday, Sunday, Saturday, Friday, Thursday.
    let [tuesday, monday, sunday, saturday, friday, thursday] = reached[..] else { panic!("{reached:?}") };
    for weekday in [monday, tuesday, thursday, friday] {
        assert!(sunday.max(saturday) * 10 < weekday * 9, "{reached:?}");
    }
    let mean = reached.iter().sum::<u64>() as f64 / reached.len() as f64;
    let variance = reached.iter().map(|&day| (day as f64 - mean) * (day as f64 - mean)).sum::<f64>() / 6.0;
    assert!(variance.sqrt() / mean > 0.1, "not so even that it would be a sign of fraud: {reached:?}");
}
