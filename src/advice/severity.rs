//! How much a recommendation weighs: by its waste rate together with its wasted queries of a day.

use crate::entities::recommendations::AdviceSeverity;
use crate::model::Thresholds;

/// What one target reached and did not win on some days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waste {
    /// Queries that reached the auction.
    pub reached: i64,
    /// Those of them that became no impression.
    pub wasted: i64,
    /// Days with data.
    pub days: i64,
}

impl Waste {
    /// The severity: all borders are inclusive, and both must be reached.
    pub fn severity(self, thresholds: &Thresholds) -> AdviceSeverity {
        let Self { reached, wasted, days } = self;
        let is_from = |waste_pct: f64, daily: i64| {
            reached > 0
                && 100.0 * wasted as f64 / reached as f64 >= waste_pct
                && i128::from(wasted) >= i128::from(daily) * i128::from(days.max(1))
        };
        if is_from(thresholds.advice_critical_waste_pct, thresholds.advice_critical_daily) {
            AdviceSeverity::Critical
        } else if is_from(thresholds.advice_high_waste_pct, thresholds.advice_high_daily) {
            AdviceSeverity::High
        } else if is_from(thresholds.advice_medium_waste_pct, thresholds.advice_medium_daily) {
            AdviceSeverity::Medium
        } else {
            AdviceSeverity::Low
        }
    }

    /// Wasted queries of a day, to the nearest one; never below 0.
    pub fn daily(self) -> i64 {
        let (wasted, days) = (i128::from(self.wasted.max(0)), i128::from(self.days.max(1)));
        // Not more than what was wasted in all.
        i64::try_from((2 * wasted + days) / (2 * days)).unwrap_or(self.wasted)
    }

    /// Wasted queries per second.
    pub fn qps(self) -> f64 {
        self.wasted.max(0) as f64 / (86_400.0 * self.days.max(1) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(reached: i64, wasted: i64, days: i64) -> AdviceSeverity {
        Waste { reached, wasted, days }.severity(&Thresholds::default())
    }

    #[test]
    fn each_border_is_inclusive_and_both_figures_must_reach_it() {
        use AdviceSeverity::{Critical, High, Low, Medium};
        for (pct, daily, at, below) in
            [(90, 100_000, Critical, High), (80, 50_000, High, Medium), (70, 10_000, Medium, Low)]
        {
            // Wasted is exactly `daily` on each of 7 days, and exactly `pct` of what was reached.
            let wasted = daily * 7;
            let reached = wasted * 100 / pct;
            let exact = wasted * 100 % pct == 0;
            let reached = if exact { reached } else { reached - 1 };
            assert_eq!(of(reached, wasted, 7), at, "at {pct} % and {daily} a day");
            assert_eq!(of(reached, wasted - 1, 7), below, "one query below {daily} a day");
            assert_eq!(of(reached + reached / 50, wasted, 7), below, "below {pct} %");
            assert_eq!(of(reached * 10, wasted * 10, 7), at, "far above in queries alone");
        }
    }

    #[test]
    fn much_waste_at_a_low_rate_and_little_at_a_high_one_is_low() {
        assert_eq!(of(10_000_000, 6_900_000, 1), AdviceSeverity::Low);
        assert_eq!(of(100, 100, 1), AdviceSeverity::Low);
        assert_eq!(of(0, 0, 0), AdviceSeverity::Low);
        assert_eq!(of(100_000, 95_000, 1), AdviceSeverity::High, "95 % and not yet 100,000 a day");
    }

    #[test]
    fn a_day_is_rounded_and_a_second_is_not() {
        let waste = Waste { reached: 100, wasted: 7, days: 2 };
        assert_eq!((waste.daily(), waste.qps()), (4, 7.0 / 172_800.0));
        assert_eq!(Waste { wasted: -5, ..waste }.daily(), 0, "more impressions than queries is no waste");
    }
}
