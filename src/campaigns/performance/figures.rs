//! What a group of rows adds up to: sums, and ratios of these sums.

use serde::{Deserialize, Serialize};

use super::money::{OtherSpend, counts, main_currency};
use crate::model::{Currency, Micros};

/// One row of a question: sums of one group in one currency.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Sums {
    pub currency: Option<String>,
    pub reached_queries: Option<i64>,
    pub impressions: Option<i64>,
    pub clicks: Option<i64>,
    pub spend_micros: Option<i64>,
}

/// What a campaign, a day, a country or a device reached, won and cost. A null means that no report said it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Figures {
    /// Queries that reached the auction.
    pub reached_queries: Option<i64>,
    /// Impressions.
    pub impressions: Option<i64>,
    /// Clicks.
    pub clicks: Option<i64>,
    /// What the money is counted in.
    pub currency: Option<String>,
    /// Money in that currency.
    pub spend_micros: Option<Micros>,
    /// Money in others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_spend: Vec<OtherSpend>,
    /// 100 · impressions / reached queries.
    pub win_rate_pct: Option<f64>,
    /// 100 · clicks / impressions.
    pub ctr_pct: Option<f64>,
    /// Spend of a thousand impressions.
    pub cpm: Option<f64>,
    /// Spend of a click.
    pub cpc: Option<f64>,
}

impl Figures {
    /// Adds up rows of one group.
    pub(super) fn of(rows: &[Sums], accounts: Option<Currency>) -> Self {
        let main = main_currency(rows.iter().map(|row| (row.currency.as_deref(), row.spend_micros)), accounts);
        Self::in_currency(rows, main)
    }

    /// The same in the currency that a larger group is told in.
    pub(super) fn in_currency(rows: &[Sums], main: Option<String>) -> Self {
        let own = |row: &&Sums| counts(row.currency.as_deref(), main.as_deref());
        let all = |value: fn(&Sums) -> Option<i64>| sum(rows.iter().map(value));
        let priced = |value: fn(&Sums) -> Option<i64>| sum(rows.iter().filter(own).map(value));
        let (reached, impressions, clicks) =
            (all(|row| row.reached_queries), all(|row| row.impressions), all(|row| row.clicks));
        let spend = priced(|row| row.spend_micros);
        let others = rows.iter().filter(|row| !own(row)).filter_map(|row| {
            let (currency, spend) = (row.currency.clone()?, row.spend_micros?);
            (spend != 0).then_some(OtherSpend { currency, spend_micros: Micros(spend) })
        });
        Self {
            reached_queries: reached,
            impressions,
            clicks,
            spend_micros: spend.map(Micros),
            other_spend: others.collect(),
            win_rate_pct: ratio(impressions, reached, 100.0, 1.0),
            ctr_pct: ratio(clicks, impressions, 100.0, 1.0),
            cpm: ratio(spend, priced(|row| row.impressions), 1_000.0, MICROS),
            cpc: ratio(spend, priced(|row| row.clicks), 1.0, MICROS),
            currency: main,
        }
    }

    /// What rows are ordered by: money, then impressions.
    pub(super) fn weight(&self) -> (i64, i64) {
        (self.spend_micros.map_or(0, |spend| spend.0), self.impressions.unwrap_or(0))
    }
}

const MICROS: f64 = 1_000_000.0;

/// Null where every value is; sums of one account are far from the ends of the type.
fn sum(values: impl Iterator<Item = Option<i64>>) -> Option<i64> {
    values.flatten().reduce(i64::saturating_add)
}

/// `times` the value over `per` of the divisor; null where either is, or where the divisor is 0.
fn ratio(value: Option<i64>, of: Option<i64>, times: f64, per: f64) -> Option<f64> {
    let (value, of) = (value?, of.filter(|of| *of != 0)?);
    // Only for show: sums are exact, a rate is rounded, once.
    Some(value as f64 * times / (of as f64 * per))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(currency: Option<&str>, reached: i64, impressions: i64, clicks: i64, spend: i64) -> Sums {
        Sums {
            currency: currency.map(str::to_owned),
            reached_queries: Some(reached),
            impressions: Some(impressions),
            clicks: Some(clicks),
            spend_micros: Some(spend),
        }
    }

    #[test]
    fn rates_are_ratios_of_sums() {
        let figures = Figures::of(&[row(Some("USD"), 1_000, 100, 1, 50_000), row(None, 3_000, 100, 3, 0)], None);
        assert_eq!((figures.win_rate_pct, figures.ctr_pct), (Some(5.0), Some(2.0)));
        assert_eq!((figures.cpm, figures.cpc), (Some(0.25), Some(0.0125)));
        assert_eq!(figures.currency.as_deref(), Some("USD"));
    }

    #[test]
    fn what_no_report_said_is_null_and_nothing_divides_by_zero() {
        assert_eq!(Figures::of(&[], None), Figures::default());
        let silent = Sums { impressions: Some(0), ..Sums::default() };
        let figures = Figures::of(&[silent], Currency::from_code("EUR"));
        let expected = Figures { impressions: Some(0), currency: Some("EUR".to_owned()), ..Figures::default() };
        assert_eq!(figures, expected);
    }

    #[test]
    fn currencies_are_never_added() {
        let rows =
            [row(Some("EUR"), 100, 50, 5, 900_000), row(Some("USD"), 100, 10, 1, 20_000), row(None, 0, 10, 0, 0)];
        let own = Figures::of(&rows, Currency::from_code("USD"));
        assert_eq!((own.currency.as_deref(), own.spend_micros), (Some("USD"), Some(Micros(20_000))));
        assert_eq!(own.other_spend, [OtherSpend { currency: "EUR".to_owned(), spend_micros: Micros(900_000) }]);
        assert_eq!((own.impressions, own.cpm, own.cpc), (Some(70), Some(1.0), Some(0.02)), "divided by its own");
        let most = Figures::of(&rows, Currency::from_code("GBP"));
        assert_eq!((most.currency.as_deref(), most.spend_micros), (Some("EUR"), Some(Micros(900_000))));
    }
}
