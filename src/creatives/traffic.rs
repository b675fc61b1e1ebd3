//! What creatives reached and cost over a window of days, from one aggregate over the facts.
//!
//! Rule for money: an answer tells spend in one currency, the account's where it has one, else the one with the most
//! spend in the window. Money whose report named no currency counts as of that one. Money in other currencies is told
//! beside it by currency, and is part of no sum and no order.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{Creatives, CreativesError};
use crate::analytics::{Ask, rows_blocking};
use crate::entities::accounts;
use crate::model::{AccountId, most_money};
use crate::query::{AccountScope, Days};
use crate::report::country_name;

/// The creatives of an account over a window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AccountTraffic {
    /// What spend is counted in; none where no report and no user said it.
    pub currency: Option<String>,
    of: HashMap<String, Traffic>,
}

/// One creative over a window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Traffic {
    /// None where no report says it.
    pub reached_queries: Option<i64>,
    /// Shown so often.
    pub impressions: i64,
    /// Clicked so often.
    pub clicks: i64,
    /// In the answer's currency.
    pub spend_micros: i64,
    /// Money in other currencies, by currency.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub other_spend_micros: BTreeMap<String, i64>,
    /// Where it ran, the most spend first.
    pub countries: Vec<CountryTraffic>,
}

/// One creative in one country.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CountryTraffic {
    /// ISO 3166-1 alpha-2, or the report's own word where that is no country we know.
    pub country: String,
    /// Its English name.
    pub name: Option<&'static str>,
    /// Shown so often.
    pub impressions: i64,
    /// Clicked so often.
    pub clicks: i64,
    /// In the answer's currency.
    pub spend_micros: i64,
}

impl Traffic {
    /// Whether anything happened.
    pub fn is_active(&self) -> bool {
        self.impressions > 0 || self.clicks > 0 || self.spend_micros > 0 || !self.other_spend_micros.is_empty()
    }
}

impl AccountTraffic {
    /// Of that creative; zeros where it did not run.
    pub fn of(&self, creative_id: &str) -> Traffic {
        self.of.get(creative_id).cloned().unwrap_or_default()
    }

    /// The creatives that ran.
    pub fn creatives(&self) -> impl Iterator<Item = (&String, &Traffic)> {
        self.of.iter()
    }
}

/// A row of the question `creative_countries`.
#[derive(Debug, Deserialize)]
struct Row {
    creative_id: String,
    country: Option<String>,
    currency: Option<String>,
    reached_queries: Option<i64>,
    impressions: Option<i64>,
    clicks: Option<i64>,
    spend_micros: Option<i64>,
}

impl Creatives {
    /// What the account's creatives reached and cost over these days; `None` is all days.
    pub fn traffic(&self, account: AccountId, days: Option<Days>) -> Result<AccountTraffic, CreativesError> {
        let rows: Vec<Row> = rows_blocking(&self.engine, "creative_countries", self.ask(account, days))?;
        let own = self.currency(account)?;
        let spent = rows.iter().filter_map(|row| Some((row.currency.as_deref()?, row.spend_micros.unwrap_or(0))));
        let currency = own.or_else(|| most_money(spent).map(str::to_owned));
        let mut of: HashMap<String, Traffic> = HashMap::new();
        for row in rows {
            let traffic = of.entry(row.creative_id).or_default();
            let (impressions, clicks) = (row.impressions.unwrap_or(0), row.clicks.unwrap_or(0));
            if let Some(reached) = row.reached_queries {
                traffic.reached_queries = Some(traffic.reached_queries.unwrap_or(0).saturating_add(reached));
            }
            traffic.impressions = traffic.impressions.saturating_add(impressions);
            traffic.clicks = traffic.clicks.saturating_add(clicks);
            let spend = own_spend(
                currency.as_deref(),
                row.currency,
                row.spend_micros.unwrap_or(0),
                &mut traffic.other_spend_micros,
            );
            traffic.spend_micros = traffic.spend_micros.saturating_add(spend);
            if let Some(country) = row.country {
                add_country(&mut traffic.countries, country, impressions, clicks, spend);
            }
        }
        for traffic in of.values_mut() {
            traffic.countries.sort_by(|a, b| {
                (b.spend_micros, b.impressions).cmp(&(a.spend_micros, a.impressions)).then(a.country.cmp(&b.country))
            });
        }
        Ok(AccountTraffic { currency, of })
    }

    /// A question about the account's facts.
    pub(super) fn ask(&self, account: AccountId, days: Option<Days>) -> Ask {
        Ask { days, limits: self.limits.clone(), ..Ask::new(AccountScope::one(account)) }
    }

    /// What the account's user or a report said that its money is counted in.
    pub(super) fn currency(&self, account: AccountId) -> Result<Option<String>, CreativesError> {
        let own = self.db.read(|tx| accounts::get(tx, account))?.currency;
        Ok(own.map(|currency| currency.code().to_owned()))
    }
}

/// The part of the money that the answer's sums hold; the rest goes to `others`.
pub(super) fn own_spend(
    main: Option<&str>,
    currency: Option<String>,
    spend_micros: i64,
    others: &mut BTreeMap<String, i64>,
) -> i64 {
    match currency {
        Some(currency) if Some(currency.as_str()) != main => {
            if spend_micros != 0 {
                let other = others.entry(currency).or_default();
                *other = other.saturating_add(spend_micros);
            }
            0
        }
        _ => spend_micros,
    }
}

fn add_country(countries: &mut Vec<CountryTraffic>, country: String, impressions: i64, clicks: i64, spend: i64) {
    let at = countries.iter().position(|known| known.country == country).unwrap_or_else(|| {
        let name = country_name(&country);
        countries.push(CountryTraffic { country, name, ..CountryTraffic::default() });
        countries.len() - 1
    });
    let known = &mut countries[at];
    known.impressions = known.impressions.saturating_add(impressions);
    known.clicks = known.clicks.saturating_add(clicks);
    known.spend_micros = known.spend_micros.saturating_add(spend);
}
