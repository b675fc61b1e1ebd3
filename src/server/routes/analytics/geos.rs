//! Which countries are worth their money: one judgement for every call that tells of it, by the rule of `v_geo_findings`.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::asked::{Asking, Facts};
use crate::report::country_name;
use crate::server::error::ApiError;
use crate::server::state::App;

/// A row of the question `dashboard_countries`; country is none for rows whose report named none.
#[derive(Debug, Deserialize)]
pub(super) struct CountryRow {
    country: Option<String>,
    impressions: Option<i64>,
    clicks: Option<i64>,
    spend: Option<f64>,
    ctr_pct: Option<f64>,
    cpm: Option<f64>,
    creatives: i64,
    rule: Option<Rule>,
    all_spend: Option<f64>,
    excluded_spend: Option<f64>,
    excluded_pct: Option<f64>,
    excluded_month: Option<f64>,
}

/// What to do about a country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Rule {
    Exclude,
    Monitor,
    Expand,
    Ok,
}

/// The countries, the most spend first, and what they add up to.
pub(super) struct Countries {
    rows: Vec<CountryRow>,
}

impl Countries {
    /// With the creatives of each counted, or not: that is as much work as all the rest.
    pub(super) fn of(facts: &Facts, with_creatives: bool) -> Result<Self, ApiError> {
        let creatives = if with_creatives { "yes" } else { "no" };
        let params = [facts.currency(), ("days", facts.count().to_string()), ("creatives", creatives.to_owned())];
        Ok(Self { rows: facts.rows("dashboard_countries", params)? })
    }

    /// Countries with enough impressions to be judged.
    fn judged(&self) -> impl Iterator<Item = &CountryRow> {
        self.rows.iter().filter(|row| row.rule.is_some())
    }

    pub(super) fn judged_count(&self) -> usize {
        self.judged().count()
    }

    pub(super) fn count_of(&self, rule: Rule) -> usize {
        self.rows.iter().filter(|row| row.rule == Some(rule)).count()
    }

    /// Spend of countries to exclude.
    pub(super) fn wasted_spend(&self) -> f64 {
        self.of_all(|row| row.excluded_spend)
    }

    /// Its part of all spend, in percent.
    pub(super) fn wasted_pct(&self) -> f64 {
        self.of_all(|row| row.excluded_pct)
    }

    /// The same for 30 days.
    pub(super) fn wasted_spend_monthly(&self) -> f64 {
        self.of_all(|row| row.excluded_month)
    }

    fn of_all(&self, value: impl Fn(&CountryRow) -> Option<f64>) -> f64 {
        self.rows.first().and_then(value).unwrap_or(0.0)
    }
}

/// `GET /analytics/geo-waste`
#[derive(Debug, Serialize)]
pub(super) struct GeoWaste {
    period_days: i32,
    total_geos: usize,
    geos_with_traffic: usize,
    geos_to_exclude: usize,
    geos_to_monitor: usize,
    geos_performing_well: usize,
    estimated_waste_pct: f64,
    total_spend_usd: f64,
    wasted_spend_usd: f64,
    geos: Vec<Geo>,
}

#[derive(Debug, Serialize)]
struct Geo {
    country: String,
    code: String,
    impressions: i64,
    clicks: i64,
    spend_usd: f64,
    ctr_pct: f64,
    cpm: f64,
    creative_count: i64,
    recommendation: &'static str,
}

/// Only countries that are judged are listed; what the report called a country and no one knows is its own code.
fn geo(row: &CountryRow) -> Option<Geo> {
    let (code, rule) = (row.country.clone()?, row.rule?);
    Some(Geo {
        country: country_name(&code).unwrap_or(&code).to_owned(),
        code,
        impressions: row.impressions.unwrap_or(0),
        clicks: row.clicks.unwrap_or(0),
        spend_usd: row.spend.unwrap_or(0.0),
        ctr_pct: row.ctr_pct.unwrap_or(0.0),
        cpm: row.cpm.unwrap_or(0.0),
        creative_count: row.creatives,
        recommendation: match rule {
            Rule::Exclude => "EXCLUDE",
            Rule::Monitor => "MONITOR",
            Rule::Expand => "EXPAND",
            Rule::Ok => "OK",
        },
    })
}

pub(super) async fn waste(State(app): State<App>, asked: Asking) -> Result<Json<GeoWaste>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(7, 90)?;
    let countries = Facts::ask(app, &asked, Some(days), |facts| Countries::of(facts, true)).await?;
    let named = || countries.rows.iter().filter(|row| row.country.is_some());
    Ok(Json(GeoWaste {
        period_days: days.count(),
        total_geos: named().count(),
        geos_with_traffic: named().filter(|row| row.impressions.unwrap_or(0) > 0).count(),
        geos_to_exclude: countries.count_of(Rule::Exclude),
        geos_to_monitor: countries.count_of(Rule::Monitor),
        geos_performing_well: countries.count_of(Rule::Expand) + countries.count_of(Rule::Ok),
        estimated_waste_pct: countries.wasted_pct(),
        total_spend_usd: countries.of_all(|row| row.all_spend),
        wasted_spend_usd: countries.wasted_spend(),
        geos: countries.rows.iter().filter_map(geo).collect(),
    }))
}
