//! The money of the old rows against that of the rows that were read: it must be the same to the micro.

use serde::{Deserialize, Serialize};

use super::description::Money;

/// Spend in micros of one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spend {
    /// Of all rows of the old database, summed by SQLite where they are whole micros.
    pub database_micros: i64,
    /// Of the rows that the importer read, now or in an earlier migration.
    pub read_micros: i64,
    /// Of rejected rows and refused imports.
    pub rejected_micros: i64,
    /// Of rows that were left out: of days that another table has, or of no known bidder.
    pub left_micros: i64,
    /// What is not accounted for: the first less the three others. Anything but 0 is a defect.
    pub difference_micros: i64,
    /// Amounts with more than six decimals, rounded half to even.
    pub rounded: u64,
}

impl Spend {
    /// Adds sums of some rows.
    pub(super) fn add(&mut self, sums: &Sums) {
        let narrow = |sum: i128| i64::try_from(sum).unwrap_or(i64::MAX);
        self.database_micros = narrow(i128::from(self.database_micros) + sums.database);
        self.read_micros = narrow(i128::from(self.read_micros) + sums.read);
        self.rejected_micros = narrow(i128::from(self.rejected_micros) + sums.rejected);
        self.left_micros = narrow(i128::from(self.left_micros) + sums.left);
        self.difference_micros =
            narrow(i128::from(self.difference_micros) + sums.database - sums.read - sums.rejected - sums.left);
        self.rounded += sums.rounded;
    }
}

/// Spend of some rows, in micros.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub database: i128,
    pub read: i128,
    pub rejected: i128,
    pub left: i128,
    pub rounded: u64,
}

/// An amount as whole micros, and whether digits were lost; None where it is no amount.
pub(super) fn micros(value: f64, money: Money) -> Option<(i64, bool)> {
    let places = match money {
        Money::Micros => 0,
        Money::Units => 6,
    };
    // The shortest decimal text that stands for this float: what was once written into it.
    let text = value.to_string();
    let (sign, text) = text.strip_prefix('-').map_or((1, text.as_str()), |text| (-1, text));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let kept: String = fraction.chars().chain(std::iter::repeat('0')).take(places).collect();
    let beyond = fraction.get(places..).unwrap_or("").trim_end_matches('0');
    let micros: i64 = format!("{whole}{kept}").parse().ok()?;
    let up = match beyond.as_bytes() {
        [] | [b'0'..=b'4', ..] => false,
        [b'5'] => micros % 2 == 1,
        _ => true,
    };
    Some((sign * micros.checked_add(i64::from(up))?, !beyond.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_of_units_become_micros_by_their_decimal_text() {
        let units = |value| micros(value, Money::Units);
        assert_eq!(units(0.1), Some((100_000, false)));
        assert_eq!(units(12.345_678), Some((12_345_678, false)));
        assert_eq!(units(0.000_000_5), Some((0, true)));
        assert_eq!(units(0.000_001_5), Some((2, true)));
        assert_eq!(units(0.000_000_51), Some((1, true)));
        assert_eq!(units(0.1 + 0.2), Some((300_000, true)));
        assert_eq!(units(-2.5), Some((-2_500_000, false)));
        assert_eq!(units(1e12), Some((1_000_000_000_000_000_000, false)));
        assert_eq!(units(f64::NAN), None);
        assert_eq!(units(1e300), None);
        assert_eq!(micros(7.0, Money::Micros), Some((7, false)));
    }

    #[test]
    fn what_is_not_accounted_for_shows() {
        let mut spend = Spend::default();
        spend.add(&Sums { database: 10, read: 6, rejected: 3, left: 1, rounded: 0 });
        assert_eq!(spend.difference_micros, 0);
        spend.add(&Sums { database: 5, read: 4, ..Sums::default() });
        assert_eq!(spend.difference_micros, 1);
    }
}
