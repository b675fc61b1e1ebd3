//! What each pretargeting config reached and won, of performance reports.
//!
//! A config without traffic is there with zeros; traffic of a billing id without a config is there under that id.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};

use super::asked::{Asking, Facts, rest};
use crate::entities::configs::{self, Config};
use crate::model::Country;
use crate::report::country_name;
use crate::server::error::ApiError;
use crate::server::state::App;

/// Configs on the page.
const SHOWN: usize = 20;
/// Countries of a config's targeting on the page.
const GEOS_SHOWN: usize = 10;
const MOST_DAYS: u16 = 30;

/// `GET /analytics/rtb-funnel/configs`
#[derive(Debug, Serialize)]
pub(super) struct Report {
    period_days: i32,
    data_source: &'static str,
    total_reached: i64,
    total_impressions: i64,
    overall_win_rate_pct: f64,
    overall_waste_pct: f64,
    configs: Vec<Performance>,
    total_configs: usize,
}

/// One config, under both sets of names that pages read.
#[derive(Debug, Serialize)]
struct Performance {
    billing_id: String,
    name: String,
    config_name: Option<String>,
    reached: i64,
    reached_queries: i64,
    /// Reports that name billing ids have no bids.
    bids: i64,
    impressions: i64,
    win_rate_pct: f64,
    win_rate: f64,
    waste_pct: f64,
    size_count: i64,
    settings: Settings,
    sizes: Vec<SizePerformance>,
}

#[derive(Debug, Default, Serialize)]
struct Settings {
    format: String,
    geos: Vec<String>,
    platforms: Vec<String>,
    qps_limit: Option<i64>,
    /// A config has no budget.
    budget_usd: Option<f64>,
}

#[derive(Debug, Serialize)]
struct SizePerformance {
    size: String,
    reached: i64,
    impressions: i64,
    win_rate_pct: f64,
    waste_pct: f64,
}

/// A row of the question `dashboard_configs`: a config in one of its sizes.
#[derive(Debug, Deserialize)]
struct Row {
    billing_id: Option<String>,
    reached_queries: Option<i64>,
    impressions: Option<i64>,
    win_rate_pct: Option<f64>,
    waste_rate_pct: Option<f64>,
    size_count: i64,
    size: Option<String>,
    size_reached: Option<i64>,
    size_impressions: Option<i64>,
    size_win_rate_pct: Option<f64>,
    size_waste_rate_pct: Option<f64>,
    all_reached: Option<i64>,
    all_impressions: Option<i64>,
    all_win_rate_pct: Option<f64>,
    all_waste_rate_pct: Option<f64>,
}

pub(super) async fn list(State(app): State<App>, asked: Asking) -> Result<Json<Report>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(7, MOST_DAYS)?;
    let (rows, known) = Facts::ask(app, &asked, Some(days), |facts| {
        let rows: Vec<Row> = facts.rows("dashboard_configs", [])?;
        let known = facts.app.store.db.read(|tx| configs::list(tx, facts.account))?;
        Ok((rows, known))
    })
    .await?;
    Ok(Json(report(days.count(), rows, &known)))
}

fn report(period_days: i32, rows: Vec<Row>, known: &[Config]) -> Report {
    let mut report = Report {
        period_days,
        data_source: "database",
        total_reached: 0,
        total_impressions: 0,
        overall_win_rate_pct: 0.0,
        overall_waste_pct: 0.0,
        configs: Vec::new(),
        total_configs: 0,
    };
    if let Some(row) = rows.first() {
        report.total_reached = row.all_reached.unwrap_or(0);
        report.total_impressions = row.all_impressions.unwrap_or(0);
        report.overall_win_rate_pct = row.all_win_rate_pct.unwrap_or(0.0);
        report.overall_waste_pct = row.all_waste_rate_pct.unwrap_or(0.0);
    }
    let by_billing: BTreeMap<&str, &Config> =
        known.iter().filter_map(|config| Some((config.google.billing_id.as_deref()?, config))).collect();
    let mut configs: Vec<Performance> = Vec::new();
    for row in rows {
        let billing_id = row.billing_id.clone().unwrap_or_default();
        if configs.last().is_none_or(|last| last.billing_id != billing_id) {
            configs.push(performance(billing_id.clone(), by_billing.get(billing_id.as_str()).copied()).with(&row));
        }
        if let (Some(config), Some(size)) = (configs.last_mut(), row.size) {
            config.sizes.push(SizePerformance {
                size,
                reached: row.size_reached.unwrap_or(0),
                impressions: row.size_impressions.unwrap_or(0),
                win_rate_pct: row.size_win_rate_pct.unwrap_or(0.0),
                waste_pct: row.size_waste_rate_pct.unwrap_or(0.0),
            });
        }
    }
    for (billing_id, config) in by_billing {
        if !configs.iter().any(|found| found.billing_id == billing_id) {
            configs.push(performance(billing_id.to_owned(), Some(config)));
        }
    }
    report.total_configs = configs.len();
    configs.truncate(SHOWN);
    report.configs = configs;
    report
}

/// A config without traffic: nothing is reached, and nothing is wasted.
fn performance(billing_id: String, config: Option<&Config>) -> Performance {
    let name = config.map(Config::shown_name);
    Performance {
        name: name.clone().unwrap_or_else(|| billing_id.clone()),
        config_name: name,
        billing_id,
        reached: 0,
        reached_queries: 0,
        bids: 0,
        impressions: 0,
        win_rate_pct: 0.0,
        win_rate: 0.0,
        waste_pct: 0.0,
        size_count: 0,
        settings: config.map(Settings::of).unwrap_or_default(),
        sizes: Vec::new(),
    }
}

impl Performance {
    fn with(mut self, row: &Row) -> Self {
        self.reached = row.reached_queries.unwrap_or(0);
        self.reached_queries = self.reached;
        self.impressions = row.impressions.unwrap_or(0);
        self.win_rate_pct = row.win_rate_pct.unwrap_or(0.0);
        self.win_rate = self.win_rate_pct;
        self.waste_pct = row.waste_rate_pct.unwrap_or(0.0);
        self.size_count = row.size_count;
        self
    }
}

impl Settings {
    fn of(config: &Config) -> Self {
        let words = |list: &Option<crate::entities::TextList>| list.iter().flat_map(|list| list.0.clone()).collect();
        let formats: Vec<String> = words(&config.google.included_formats);
        let geos: Vec<String> = words(&config.google.included_geos);
        Self {
            format: formats.join(", "),
            geos: geos.into_iter().take(GEOS_SHOWN).map(place).collect(),
            platforms: words(&config.google.included_platforms),
            qps_limit: config.google.maximum_qps,
            budget_usd: None,
        }
    }
}

/// A criteria id as the name of its country; what is no country stays an id.
fn place(id: String) -> String {
    let country = Country::of_criteria_id(&id);
    country.and_then(|country| country_name(country.iso())).map_or(id, str::to_owned)
}

/// `GET /analytics/rtb-funnel/configs/{billing_id}/breakdown`
#[derive(Debug, Serialize)]
pub(super) struct Breakdown {
    billing_id: String,
    breakdown_by: String,
    breakdown: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Part {
    name: String,
    reached: i64,
    win_rate: f64,
    waste_rate: f64,
}

/// A row of the question `dashboard_config_breakdown`.
#[derive(Debug, Deserialize)]
struct PartRow {
    name: String,
    reached_queries: Option<i64>,
    win_rate_pct: Option<f64>,
}

pub(super) async fn breakdown(
    State(app): State<App>,
    Path(billing_id): Path<String>,
    asked: Asking,
) -> Result<Json<Breakdown>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(7, MOST_DAYS)?;
    let by = asked.by.clone().unwrap_or_else(|| "size".to_owned());
    if !["size", "geo", "publisher", "creative"].contains(&by.as_str()) {
        return Err(ApiError::unprocessable("by: write size, geo, publisher or creative"));
    }
    let params = [("billing_id", billing_id.clone()), ("by", by.clone())];
    let rows = Facts::ask(app, &asked, Some(days), |facts| facts.rows::<PartRow>("dashboard_config_breakdown", params));
    let parts = rows.await?.into_iter().map(|row| {
        let win_rate = row.win_rate_pct.unwrap_or(0.0);
        let name = match by.as_str() {
            "geo" => country_name(&row.name).map_or(row.name, str::to_owned),
            _ => row.name,
        };
        Part { name, reached: row.reached_queries.unwrap_or(0), win_rate, waste_rate: rest(win_rate) }
    });
    Ok(Json(Breakdown { breakdown: parts.collect(), billing_id, breakdown_by: by }))
}
