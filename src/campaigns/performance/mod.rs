//! What campaigns reached, won and cost, asked of the facts at each call: nothing is kept, so nothing is out of date.
//!
//! Each function asks one question, about one campaign or all of an account. [`figures`] adds up, [`money`] has the
//! rule for several currencies.

mod figures;
mod money;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use figures::Figures;
use figures::Sums;
pub use money::OtherSpend;
use money::{counts, main_currency};

use crate::analytics::{self, AnalyticsError, Ask};
use crate::model::{AccountId, CampaignId, Currency, Day, Micros};
use crate::query::{AccountScope, Days, Engine, Limits};

/// Whose facts are asked, and by whom.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// Answers.
    pub engine: &'a Engine,
    /// Whose campaigns.
    pub account: AccountId,
    /// What its money is counted in, where that is known.
    pub currency: Option<Currency>,
    /// What a question may take.
    pub limits: &'a Limits,
}

/// Spend of a campaign in windows that end yesterday.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spend {
    /// What the money is counted in.
    pub currency: Option<String>,
    /// Yesterday.
    pub spend_1d_micros: Micros,
    /// In 7 days.
    pub spend_7d_micros: Micros,
    /// In 30 days.
    pub spend_30d_micros: Micros,
    /// In all days that have facts.
    pub spend_micros: Micros,
    /// Money in other currencies, in all days.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_spend: Vec<OtherSpend>,
}

/// A campaign's figures of one day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DayFigures {
    /// The day.
    pub date: Day,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// A campaign's figures of one country.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CountryFigures {
    /// ISO 3166-1, two letters, or as the report had it.
    pub country: String,
    /// The creatives that ran there, by id.
    pub creative_ids: Vec<String>,
    /// Their figures.
    #[serde(flatten)]
    pub figures: Figures,
}

/// A campaign's figures on one kind of device.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeviceFigures {
    /// PHONE, TABLET, PERSONAL_COMPUTER, CONNECTED_TV, or as the report had it.
    pub device: String,
    /// Its figures.
    #[serde(flatten)]
    pub figures: Figures,
}

#[derive(Deserialize)]
struct Row {
    campaign_id: i64,
    metric_date: Option<Day>,
    country: Option<String>,
    creative_id: Option<String>,
    platform: Option<String>,
    #[serde(flatten)]
    sums: Sums,
}

#[derive(Deserialize)]
struct SpendRow {
    campaign_id: i64,
    currency: Option<String>,
    spend_1d_micros: Option<i64>,
    spend_7d_micros: Option<i64>,
    spend_30d_micros: Option<i64>,
    spend_micros: Option<i64>,
}

impl Facts<'_> {
    /// Figures over these days of each campaign that has facts in them; without days, over all.
    pub fn totals(
        &self,
        days: Option<Days>,
        of: Option<CampaignId>,
    ) -> Result<BTreeMap<CampaignId, Figures>, AnalyticsError> {
        let by_campaign = self.rows("campaign_performance", days, of)?;
        let figures = by_campaign.into_iter().map(|(campaign, rows)| (campaign, self.figures(rows.into_iter())));
        Ok(figures.collect())
    }

    /// Spend of each campaign that has facts, in windows that end the day before `today`.
    pub fn spend(&self, today: Day) -> Result<BTreeMap<CampaignId, Spend>, AnalyticsError> {
        let (week, month) = (Days::before(today, 7), Days::before(today, 30));
        let named = [("last", week.last), ("week", week.first), ("month", month.first)];
        let params = named.map(|(name, day)| (name.to_owned(), day.to_string())).to_vec();
        let rows: Vec<SpendRow> = analytics::rows_blocking(self.engine, "campaign_spend", self.ask(None, params))?;
        let mut by_campaign: BTreeMap<CampaignId, Vec<SpendRow>> = BTreeMap::new();
        for row in rows {
            by_campaign.entry(CampaignId(row.campaign_id)).or_default().push(row);
        }
        Ok(by_campaign.into_iter().map(|(campaign, rows)| (campaign, self.spend_of(&rows))).collect())
    }

    /// Figures of one campaign day by day, the oldest first; a day without rows is left out.
    pub fn days(&self, days: Option<Days>, of: CampaignId) -> Result<Vec<DayFigures>, AnalyticsError> {
        let rows = self.rows("campaign_days", days, Some(of))?.remove(&of).unwrap_or_default();
        let main = self.currency_of(&rows);
        let grouped = grouped(rows, |row| row.metric_date);
        let told = |(date, rows)| DayFigures { date, figures: Figures::in_currency(&sums(rows), main.clone()) };
        Ok(grouped.into_iter().map(told).collect())
    }

    /// Figures of each campaign by country, the most money first; rows that name no country are left out.
    pub fn countries(
        &self,
        days: Option<Days>,
        of: Option<CampaignId>,
    ) -> Result<BTreeMap<CampaignId, Vec<CountryFigures>>, AnalyticsError> {
        let told = |rows: Vec<Row>| {
            let main = self.currency_of(&rows);
            let mut countries: Vec<CountryFigures> = grouped(rows, |row| row.country.clone())
                .into_iter()
                .map(|(country, rows)| {
                    let creatives: BTreeSet<String> = rows.iter().filter_map(|row| row.creative_id.clone()).collect();
                    let figures = Figures::in_currency(&by_currency(rows), main.clone());
                    CountryFigures { country, creative_ids: creatives.into_iter().collect(), figures }
                })
                .collect();
            countries.sort_by_key(|country| std::cmp::Reverse(country.figures.weight()));
            countries
        };
        let rows = self.rows("campaign_countries", days, of)?;
        Ok(rows.into_iter().map(|(campaign, rows)| (campaign, told(rows))).collect())
    }

    /// Figures of each campaign by device, the most money first; rows that name no device are left out.
    pub fn devices(
        &self,
        days: Option<Days>,
        of: Option<CampaignId>,
    ) -> Result<BTreeMap<CampaignId, Vec<DeviceFigures>>, AnalyticsError> {
        let told = |rows: Vec<Row>| {
            let main = self.currency_of(&rows);
            let mut devices: Vec<DeviceFigures> = grouped(rows, |row| row.platform.clone())
                .into_iter()
                .map(|(device, rows)| DeviceFigures {
                    device,
                    figures: Figures::in_currency(&sums(rows), main.clone()),
                })
                .collect();
            devices.sort_by_key(|device| std::cmp::Reverse(device.figures.weight()));
            devices
        };
        let rows = self.rows("campaign_devices", days, of)?;
        Ok(rows.into_iter().map(|(campaign, rows)| (campaign, told(rows))).collect())
    }

    fn ask(&self, days: Option<Days>, params: Vec<(String, String)>) -> Ask {
        Ask { days, params, limits: self.limits.clone(), ..Ask::new(AccountScope::one(self.account)) }
    }

    fn rows(
        &self,
        question: &str,
        days: Option<Days>,
        of: Option<CampaignId>,
    ) -> Result<BTreeMap<CampaignId, Vec<Row>>, AnalyticsError> {
        let params = of.into_iter().map(|campaign| ("campaign".to_owned(), campaign.to_string())).collect();
        let rows: Vec<Row> = analytics::rows_blocking(self.engine, question, self.ask(days, params))?;
        let mut by_campaign: BTreeMap<CampaignId, Vec<Row>> = BTreeMap::new();
        for row in rows {
            by_campaign.entry(CampaignId(row.campaign_id)).or_default().push(row);
        }
        Ok(by_campaign)
    }

    fn figures(&self, rows: impl Iterator<Item = Row>) -> Figures {
        Figures::of(&rows.map(|row| row.sums).collect::<Vec<_>>(), self.currency)
    }

    /// The currency that all parts of a campaign's answer are told in.
    fn currency_of(&self, rows: &[Row]) -> Option<String> {
        main_currency(rows.iter().map(|row| (row.sums.currency.as_deref(), row.sums.spend_micros)), self.currency)
    }

    fn spend_of(&self, rows: &[SpendRow]) -> Spend {
        let main = main_currency(rows.iter().map(|row| (row.currency.as_deref(), row.spend_micros)), self.currency);
        let own = |row: &&SpendRow| counts(row.currency.as_deref(), main.as_deref());
        let sum = |value: fn(&SpendRow) -> Option<i64>| {
            Micros(rows.iter().filter(own).filter_map(value).fold(0, i64::saturating_add))
        };
        let others = rows.iter().filter(|row| !own(row)).filter_map(|row| {
            Some(OtherSpend {
                currency: row.currency.clone()?,
                spend_micros: Micros(row.spend_micros.filter(|s| *s != 0)?),
            })
        });
        Spend {
            spend_1d_micros: sum(|row| row.spend_1d_micros),
            spend_7d_micros: sum(|row| row.spend_7d_micros),
            spend_30d_micros: sum(|row| row.spend_30d_micros),
            spend_micros: sum(|row| row.spend_micros),
            other_spend: others.collect(),
            currency: main,
        }
    }
}

fn grouped<K: Ord>(rows: Vec<Row>, key: impl Fn(&Row) -> Option<K>) -> BTreeMap<K, Vec<Row>> {
    let mut groups: BTreeMap<K, Vec<Row>> = BTreeMap::new();
    for row in rows {
        if let Some(key) = key(&row) {
            groups.entry(key).or_default().push(row);
        }
    }
    groups
}

fn sums(rows: Vec<Row>) -> Vec<Sums> {
    rows.into_iter().map(|row| row.sums).collect()
}

/// One row per currency, of rows that were divided further.
fn by_currency(rows: Vec<Row>) -> Vec<Sums> {
    let mut by: BTreeMap<Option<String>, Sums> = BTreeMap::new();
    for Sums { currency, reached_queries, impressions, clicks, spend_micros } in sums(rows) {
        let sum = by.entry(currency.clone()).or_insert_with(|| Sums { currency, ..Sums::default() });
        for (into, value) in [
            (&mut sum.reached_queries, reached_queries),
            (&mut sum.impressions, impressions),
            (&mut sum.clicks, clicks),
            (&mut sum.spend_micros, spend_micros),
        ] {
            if let Some(value) = value {
                *into = Some(into.unwrap_or(0).saturating_add(value));
            }
        }
    }
    by.into_values().collect()
}
