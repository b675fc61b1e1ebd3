//! The questions that advice is made of: what the rules found, where the waste is, what there was in all.

use serde::{Deserialize, Serialize};

use super::AdviceError;
use super::finding::{Finding, Place, Places};
use crate::analytics::{self, Ask};
use crate::entities::recommendations::{ConfigShare, TargetType};
use crate::model::{AccountId, Currency, Day, most_money};
use crate::query::{AccountScope, Days, Engine, Limits};

/// Questions about one account.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    pub engine: &'a Engine,
    pub account: AccountId,
    pub limits: &'a Limits,
}

/// What the account reached, won and spent in a window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Days with data.
    pub days: i64,
    /// Queries that reached the auction; null where no report says it.
    pub reached_queries: Option<i64>,
    /// Those of them that became an impression.
    pub impressions: i64,
    /// Money in the currency with most of it.
    pub spend_micros: i64,
    /// That currency.
    pub currency: Option<String>,
    /// The newest day that has performance data, inside the window or not.
    pub newest_day: Option<Day>,
}

impl Totals {
    /// Queries that became no impression.
    pub fn wasted_queries(&self) -> i64 {
        self.reached_queries.map_or(0, |reached| reached.saturating_sub(self.impressions))
    }
}

#[derive(Deserialize)]
struct TotalRow {
    currency: Option<String>,
    days: i64,
    reached_queries: Option<i64>,
    impressions: Option<i64>,
    spend_micros: Option<i64>,
}

#[derive(Deserialize)]
struct PlaceRow {
    target_id: String,
    billing_id: Option<String>,
    creative_id: Option<String>,
    wasted_queries: Option<i64>,
}

/// The questions of the rules whose window is the reader's.
const RULES: [&str; 6] =
    ["advice_sizes", "advice_configs", "advice_publishers", "advice_apps", "advice_geos", "advice_creatives"];

/// Ids go into a question's parameter with this before and after each; no id of Google's has it.
const BETWEEN: &str = "\u{1f}";

impl Facts<'_> {
    pub(super) fn ask(&self, days: Days) -> Ask {
        Ask { limits: self.limits.clone(), ..Ask::new(AccountScope::one(self.account)) }.over(days)
    }

    /// What the rules find in these days.
    pub fn findings(&self, days: Days) -> Result<Vec<Finding>, AdviceError> {
        let mut found = Vec::new();
        for question in RULES {
            found.extend(analytics::rows_blocking::<Finding>(self.engine, question, self.ask(days))?);
        }
        Ok(found)
    }

    /// Signs of fraud in these days.
    pub fn fraud(&self, days: Days) -> Result<Vec<Finding>, AdviceError> {
        Ok(analytics::rows_blocking(self.engine, "advice_fraud", self.ask(days))?)
    }

    /// What there was in all.
    pub fn totals(&self, days: Days, currency: Option<Currency>) -> Result<Totals, AdviceError> {
        let read = analytics::read_blocking::<TotalRow>(self.engine, "advice_totals", self.ask(days))?;
        let (rows, newest_day) = (read.rows, read.newest_day);
        let money = || rows.iter().filter_map(|row| Some((row.currency.as_deref()?, row.spend_micros?)));
        let own = currency.map(|own| own.code().to_owned());
        let own = own.filter(|own| money().any(|(currency, _)| currency == own));
        let main = own.or_else(|| most_money(money()).map(str::to_owned));
        let in_main = |row: &&TotalRow| row.currency.is_none() || row.currency == main;
        Ok(Totals {
            days: rows.iter().map(|row| row.days).max().unwrap_or(0),
            reached_queries: rows.iter().filter_map(|row| row.reached_queries).reduce(i64::saturating_add),
            impressions: rows.iter().filter_map(|row| row.impressions).sum(),
            spend_micros: rows.iter().filter(in_main).filter_map(|row| row.spend_micros).sum(),
            currency: main,
            newest_day,
        })
    }

    /// In which configs the waste of these targets is, and of which creatives.
    pub fn places(&self, days: Days, findings: &[Finding]) -> Result<Places, AdviceError> {
        let mut places = Places::new();
        for target_type in TargetType::ALL {
            let mut ids: Vec<&str> = findings
                .iter()
                .filter(|finding| finding.target_type == *target_type)
                .map(|finding| finding.target_id.as_str())
                .collect();
            ids.sort_unstable();
            ids.dedup();
            if ids.is_empty() || *target_type == TargetType::Creative {
                continue;
            }
            let params = vec![
                ("dimension".to_owned(), target_type.code().to_owned()),
                ("targets".to_owned(), format!("{BETWEEN}{}{BETWEEN}", ids.join(BETWEEN))),
            ];
            let ask = Ask { params, ..self.ask(days) };
            for row in analytics::rows_blocking::<PlaceRow>(self.engine, "advice_places", ask)? {
                let place: &mut Place = places.entry((*target_type, row.target_id)).or_default();
                place.creatives.extend(row.creative_id);
                let wasted_queries = row.wasted_queries.unwrap_or(0);
                place.configs.extend(row.billing_id.map(|billing_id| ConfigShare { billing_id, wasted_queries }));
            }
        }
        Ok(places)
    }
}
