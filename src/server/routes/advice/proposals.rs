//! Pretargeting as the facts call for it: configs, countries, sizes.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Window, with_analyst};
use crate::advice::{self, IncludeList, Proposal};
use crate::model::Day;
use crate::report::country_name;
use crate::server::error::ApiError;
use crate::server::state::App;

/// Over which days, and how many configs.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    /// 1 to 10.
    max_configs: Option<usize>,
    days: Option<u16>,
    until: Option<Day>,
    account: Option<String>,
}

/// The contract shows so many values of a list; all of them stand beside it.
const SHOWN: usize = 10;

/// `GET /analytics/pretargeting-recommendations`: `waste_reduction_pct` is the contract's own formula (countries to exclude
/// among those that are judged); `outside` is what the facts say.
pub(super) async fn configs(
    State(app): State<App>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(Wanted { max_configs, days, until, account }) = wanted?;
    let most = max_configs.unwrap_or(10);
    if !(1..=10).contains(&most) {
        return Err(ApiError::unprocessable("max_configs: write a number from 1 to 10"));
    }
    let (account, days) = Window { days: days.unwrap_or(7), until, account }.read(&app).await?;
    let proposal = with_analyst(&app, account, move |_, analyst| advice::propose(analyst, days, most)).await?;
    Ok(Json(shown(&proposal)))
}

fn shown(proposal: &Proposal) -> Value {
    let first = |values: &[String]| values.iter().take(SHOWN).cloned().collect::<Vec<_>>();
    let config = |config: &advice::ProposedConfig| {
        json!({
            "name": config.name,
            "description": config.description,
            "priority": config.priority,
            "targeting": {
                "formats": config.formats,
                "sizes": {"included": first(&config.sizes), "total_count": config.sizes.len(), "all": config.sizes},
                "geos": {
                    "included": first(&config.included_geos),
                    "excluded": config.excluded_geos,
                    "included_count": config.included_geos.len(),
                    "all": config.included_geos,
                },
            },
            "estimated_impact": {
                "impressions": config.takes.impressions,
                "spend_usd": config.takes.spend_micros as f64 / 1e6,
                "waste_reduction_pct": proposal.total_waste_reduction_pct,
                "reached_queries": config.takes.reached_queries,
            },
        })
    };
    json!({
        "config_limit": proposal.config_limit,
        "summary": proposal.summary,
        "total_waste_reduction_pct": proposal.total_waste_reduction_pct,
        "configs": proposal.configs.iter().map(config).collect::<Vec<_>>(),
        "outside": proposal.outside,
        "saved_qps": proposal.saved_qps,
        "totals": proposal.totals,
    })
}

/// A country that clicks well enough.
#[derive(Debug, Serialize)]
struct Included {
    code: String,
    name: String,
    impressions: i64,
    ctr: f64,
}

/// A country to leave out.
#[derive(Debug, Serialize)]
struct Excluded {
    code: String,
    name: String,
    reason: String,
}

/// Countries to include and exclude.
#[derive(Debug, Serialize)]
pub(super) struct Countries {
    period_days: i32,
    include_geos: Vec<Included>,
    exclude_geos: Vec<Excluded>,
    estimated_monthly_savings_usd: f64,
}

/// `GET /analytics/geo-pretargeting-config`: the rule of countries; what is to be watched is in neither list. A month is 30
/// days like those of the window.
pub(super) async fn countries(
    State(app): State<App>,
    window: Result<Query<Window>, QueryRejection>,
) -> Result<Json<Countries>, ApiError> {
    let (account, days) = window?.0.read(&app).await?;
    let judged = with_analyst(&app, account, move |_, analyst| advice::judged_countries(analyst, days)).await?;
    let name = |code: &str| country_name(code).unwrap_or(code).to_owned();
    let mut answer = Countries {
        period_days: days.count(),
        include_geos: Vec::new(),
        exclude_geos: Vec::new(),
        estimated_monthly_savings_usd: 0.0,
    };
    let mut wasted = 0;
    for country in judged {
        let (code, named) = (country.country.clone(), name(&country.country));
        match country.verdict.as_str() {
            "ok" | "expand" => answer.include_geos.push(Included {
                code,
                name: named,
                impressions: country.impressions,
                ctr: country.ctr_pct.unwrap_or(0.0),
            }),
            "exclude" => {
                wasted += country.spend_micros.unwrap_or(0);
                let ratio = country.ctr_ratio.unwrap_or(0.0);
                let spend = country.spend_micros.unwrap_or(0) as f64 / 1e6;
                let reason = format!("clicked {ratio:.2} times as often as the average, for {spend:.2}");
                answer.exclude_geos.push(Excluded { code, name: named, reason });
            }
            _ => {}
        }
    }
    answer.estimated_monthly_savings_usd = wasted as f64 / 1e6 * 30.0 / f64::from(days.count());
    Ok(Json(answer))
}

/// `GET /qps/include-list`: own sizes that Google can filter by, and what naming them would exclude.
pub(super) async fn include_list(
    State(app): State<App>,
    window: Result<Query<Window>, QueryRejection>,
) -> Result<Json<IncludeList>, ApiError> {
    let (account, days) = window?.0.read(&app).await?;
    Ok(Json(with_analyst(&app, account, move |_, analyst| advice::include_list(analyst, days)).await?))
}
