//! The figures of many creatives over one window, zeros where there is nothing.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::traffic::own_spend;
use super::{Creatives, CreativesError};
use crate::analytics::rows_blocking;
use crate::model::{AccountId, most_money};
use crate::query::Days;

/// The figures of the creatives that were asked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MetricsAnswer {
    /// What spend is counted in.
    pub currency: Option<String>,
    /// One entry per creative, by its id.
    pub of: BTreeMap<String, Metrics>,
}

/// The figures of one creative.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Metrics {
    /// Which.
    pub creative_id: String,
    /// Shown so often.
    pub total_impressions: i64,
    /// Clicked so often.
    pub total_clicks: i64,
    /// In the answer's currency.
    pub total_spend_micros: i64,
    /// Money in other currencies, by currency.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub other_spend_micros: BTreeMap<String, i64>,
    /// Spend of a thousand impressions.
    pub avg_cpm_micros: Option<i64>,
    /// Spend of a click.
    pub avg_cpc_micros: Option<i64>,
    /// Clicks of a hundred impressions, two decimals.
    pub ctr_percent: Option<f64>,
    /// Days on which it ran.
    pub days_with_data: i64,
    /// Impressions or spend are there.
    pub has_data: bool,
}

/// A row of the question `creative_traffic`.
#[derive(Debug, Deserialize)]
struct Row {
    creative_id: String,
    currency: Option<String>,
    impressions: Option<i64>,
    clicks: Option<i64>,
    spend_micros: Option<i64>,
    days_with_data: i64,
}

/// A row of the question `creative_days`.
#[derive(Debug, Deserialize)]
struct DaysRow {
    creative_id: String,
    days_with_data: i64,
}

impl Creatives {
    /// The figures of these creatives over these days, one entry for each; `None` is all days.
    pub fn metrics(
        &self,
        account: AccountId,
        creative_ids: &[String],
        days: Option<Days>,
    ) -> Result<MetricsAnswer, CreativesError> {
        let own = self.currency(account)?;
        let rows: Vec<Row> = rows_blocking(&self.engine, "creative_traffic", self.ask(account, days))?;
        let spent = rows.iter().filter_map(|row| Some((row.currency.as_deref()?, row.spend_micros.unwrap_or(0))));
        let currency = own.or_else(|| most_money(spent).map(str::to_owned));
        let mut of: BTreeMap<String, Metrics> = creative_ids
            .iter()
            .map(|id| (id.clone(), Metrics { creative_id: id.clone(), ..Metrics::default() }))
            .collect();
        let mut several_currencies = false;
        for row in rows {
            let Some(metrics) = of.get_mut(&row.creative_id) else { continue };
            several_currencies |= metrics.days_with_data > 0;
            metrics.days_with_data = metrics.days_with_data.max(row.days_with_data);
            metrics.total_impressions = metrics.total_impressions.saturating_add(row.impressions.unwrap_or(0));
            metrics.total_clicks = metrics.total_clicks.saturating_add(row.clicks.unwrap_or(0));
            let (spend, others) = (row.spend_micros.unwrap_or(0), &mut metrics.other_spend_micros);
            let spend = own_spend(currency.as_deref(), row.currency, spend, others);
            metrics.total_spend_micros = metrics.total_spend_micros.saturating_add(spend);
        }
        if several_currencies {
            // Days of one currency and days of another may be the same days.
            let rows: Vec<DaysRow> = rows_blocking(&self.engine, "creative_days", self.ask(account, days))?;
            let days: HashMap<String, i64> =
                rows.into_iter().map(|row| (row.creative_id, row.days_with_data)).collect();
            for metrics in of.values_mut() {
                metrics.days_with_data = days.get(&metrics.creative_id).copied().unwrap_or(0);
            }
        }
        of.values_mut().for_each(Metrics::divide);
        Ok(MetricsAnswer { currency, of })
    }
}

impl Metrics {
    fn divide(&mut self) {
        let (spend, impressions) = (self.total_spend_micros, self.total_impressions);
        self.avg_cpm_micros = ratio(i128::from(spend) * 1000, impressions);
        self.avg_cpc_micros = ratio(spend.into(), self.total_clicks);
        // Hundredths of a percent as a whole number, so that two decimals are all that is there.
        self.ctr_percent =
            ratio(i128::from(self.total_clicks) * 10_000, impressions).map(|hundredths| hundredths as f64 / 100.0);
        self.has_data = impressions > 0 || spend > 0 || !self.other_spend_micros.is_empty();
    }
}

/// Rounded to the nearest, halves up; none where there is nothing to divide by.
fn ratio(whole: i128, parts: i64) -> Option<i64> {
    let parts = i128::from(parts);
    (parts > 0).then(|| (whole * 2 + parts).div_euclid(parts * 2)).and_then(|ratio| i64::try_from(ratio).ok())
}
