//! How the traffic of a day is spread over its hours.
//!
//! Invariant: what is spread adds up to what was given.

use super::random::{Random, Weighted};

/// Traffic by local hour, in parts of the busiest one: quiet before dawn, a rise at noon, a peak in the evening.
const BY_LOCAL_HOUR: [f64; 24] = [
    0.48, 0.33, 0.24, 0.19, 0.18, 0.22, 0.33, 0.48, 0.58, 0.63, 0.66, 0.70, 0.75, 0.74, 0.70, 0.68, 0.70, 0.75, 0.83,
    0.93, 1.0, 0.98, 0.86, 0.67,
];

/// Below so many reached queries, traffic falls into some hours of the day only.
const SCATTERED_BELOW: u64 = 64;
const SCATTERED_IN_ONE_HOUR: u64 = 16;

/// The course of a day in one country, in the hours of the reports (UTC).
#[derive(Clone, Debug)]
pub(super) struct Hours {
    /// Shares of the day that sum up to 1.
    shares: [f64; 24],
    draw: Weighted,
}

/// The hours of one cell of a report, and how much of it falls into each.
pub(super) struct Spread {
    pub hours: Vec<usize>,
    weights: Vec<f64>,
}

impl Hours {
    /// Of the country of this name or ISO code.
    pub fn of(country: &str) -> Self {
        let offset = utc_offset(country);
        let total: f64 = BY_LOCAL_HOUR.iter().sum();
        let mut shares = [0.0; 24];
        for (hour, share) in shares.iter_mut().enumerate() {
            *share = BY_LOCAL_HOUR[(hour + 24).wrapping_add_signed(offset) % 24] / total;
        }
        Self { shares, draw: Weighted::new(&shares) }
    }

    /// The hour's traffic over that of the mean hour.
    pub fn crowding(&self, hour: usize) -> f64 {
        24.0 * self.shares[hour]
    }

    /// The same of the hour in which a query of the day falls, on average.
    pub fn mean_crowding(&self) -> f64 {
        24.0 * self.shares.iter().map(|share| share * share).sum::<f64>()
    }

    /// All hours for much traffic, a few of them for little.
    pub fn spread(&self, reached: u64, random: &mut Random) -> Spread {
        let mut weights = [0.0; 24];
        if reached >= SCATTERED_BELOW {
            weights = self.shares;
        } else {
            for _ in 0..reached.div_ceil(SCATTERED_IN_ONE_HOUR).max(1) {
                weights[self.draw.draw(random)] += 1.0;
            }
        }
        let (hours, weights) = weights.into_iter().enumerate().filter(|(_, weight)| *weight > 0.0).unzip();
        Spread { hours, weights }
    }
}

impl Spread {
    /// A whole number in parts that add up to it, one for each of the hours.
    pub fn split(&self, whole: u64, random: &mut Random) -> Vec<u64> {
        split_by(whole, &self.weights, random)
    }
}

/// Parts of what is at most the sum of `of`, each at most its part there: clicks of impressions.
pub(super) fn split_within(whole: u64, of: &[u64], random: &mut Random) -> Vec<u64> {
    let weights: Vec<f64> = of.iter().map(|&part| part as f64).collect();
    split_by(whole, &weights, random)
}

fn split_by(whole: u64, weights: &[f64], random: &mut Random) -> Vec<u64> {
    let total: f64 = weights.iter().sum();
    let start = random.unit();
    let (mut weight, mut given) = (0.0, 0);
    let part = |one: &f64| {
        weight += one;
        let until = ((whole as f64 * (weight / total) + start) as u64).min(whole);
        let part = until.saturating_sub(given);
        given += part;
        part
    };
    weights.iter().map(part).collect()
}

/// Hours from UTC, as whole as it needs to be; 0 for a country that is not known here.
fn utc_offset(country: &str) -> isize {
    match country {
        "India" | "IN" => 5,
        "United States" | "US" | "Mexico" | "MX" | "Canada" | "CA" | "CO" | "PE" => -6,
        "Brazil" | "BR" | "AR" | "CL" => -3,
        "Indonesia" | "ID" | "Vietnam" | "VN" | "Thailand" | "TH" => 7,
        "Philippines" | "PH" | "Malaysia" | "MY" | "SG" | "TW" => 8,
        "Bangladesh" | "BD" => 6,
        "Japan" | "JP" | "KR" => 9,
        "Australia" | "AU" | "NZ" => 10,
        "Egypt" | "EG" | "South Africa" | "ZA" | "UA" | "TR" | "IL" | "RO" | "GR" | "FI" => 2,
        "AE" | "SA" | "KE" => 4,
        "Germany" | "DE" | "France" | "FR" | "IT" | "ES" | "NL" | "PL" => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_add_up_to_the_whole(whole in 0u64..1 << 40, reached in 0u64..1_000, seed: u64) {
            let mut random = Random::new(seed, 0);
            let spread = Hours::of("India").spread(reached, &mut random);
            let parts = spread.split(whole, &mut random);
            prop_assert_eq!(parts.len(), spread.hours.len());
            prop_assert_eq!(parts.iter().sum::<u64>(), whole);
            let some = random.below(whole + 1);
            let within = split_within(some, &parts, &mut random);
            prop_assert_eq!(within.iter().sum::<u64>(), some);
            prop_assert!(within.iter().zip(&parts).all(|(part, of)| part <= of), "{:?} of {:?}", within, parts);
        }
    }

    #[test]
    fn the_evening_is_busy_and_the_night_is_quiet_where_people_live() {
        let busiest = |country: &str| {
            let hours = Hours::of(country);
            (0..24).max_by(|a, b| hours.crowding(*a).total_cmp(&hours.crowding(*b))).unwrap()
        };
        assert_eq!(busiest("GB"), 20);
        assert_eq!(busiest("India"), 15);
        assert_eq!(busiest("US"), 2);
        let mut random = Random::new(1, 1);
        let parts = Hours::of("GB").spread(1_000_000, &mut random).split(1_000_000, &mut random);
        assert!(parts[20] > 5 * parts[4], "{parts:?}");
    }

    #[test]
    fn little_traffic_falls_into_few_hours() {
        let mut random = Random::new(1, 1);
        assert_eq!(Hours::of("GB").spread(0, &mut random).hours.len(), 1);
        assert!(Hours::of("GB").spread(40, &mut random).hours.len() <= 3);
        assert_eq!(Hours::of("GB").spread(64, &mut random).hours.len(), 24);
    }
}
