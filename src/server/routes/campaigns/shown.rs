//! Campaigns in the keys that the dashboard reads, and a few more.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::campaigns::performance::{CountryFigures, Facts, Figures, OtherSpend};
use crate::entities::accounts;
use crate::entities::campaigns::{Campaign, CampaignStatus, members};
use crate::model::{AccountId, CampaignId, Day, Micros};
use crate::query::{Days, Limits};
use crate::server::error::ApiError;
use crate::server::state::App;

/// A campaign.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    id: String,
    seat_id: Option<i64>,
    name: String,
    description: Option<String>,
    ai_generated: bool,
    ai_confidence: Option<f64>,
    clustering_method: Option<String>,
    status: CampaignStatus,
    creative_count: usize,
    creative_ids: Vec<String>,
    country_breakdown: Option<BTreeMap<String, Share>>,
    performance: Option<Performance>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// From here on beside the contract.
    buyer_id: Option<String>,
    owner: Option<String>,
    /// Decimal text, exact.
    budget: Option<String>,
    start_date: Option<Day>,
    end_date: Option<Day>,
    platform: Option<String>,
    external_id: Option<String>,
    cluster_key: Option<String>,
}

/// A country's part of a campaign.
#[derive(Debug, Serialize)]
pub(super) struct Share {
    creative_ids: Vec<String>,
    spend_micros: i64,
    impressions: i64,
}

/// What a campaign won and cost; counts that no report said are 0 here.
#[derive(Debug, Serialize)]
pub(super) struct Performance {
    impressions: i64,
    clicks: i64,
    spend: f64,
    queries: i64,
    win_rate: Option<f64>,
    ctr: Option<f64>,
    cpm: Option<f64>,
    /// From here on beside the contract.
    cpc: Option<f64>,
    spend_micros: i64,
    currency: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    other_spend: Vec<OtherSpend>,
}

impl From<Figures> for Performance {
    fn from(figures: Figures) -> Self {
        let spend = figures.spend_micros.unwrap_or_default();
        Self {
            impressions: figures.impressions.unwrap_or(0),
            clicks: figures.clicks.unwrap_or(0),
            spend: units(spend),
            queries: figures.reached_queries.unwrap_or(0),
            win_rate: figures.win_rate_pct,
            ctr: figures.ctr_pct,
            cpm: figures.cpm,
            cpc: figures.cpc,
            spend_micros: spend.0,
            currency: figures.currency,
            other_spend: figures.other_spend,
        }
    }
}

/// Units of the currency, for show: the exact amount is in micros.
pub(super) fn units(money: Micros) -> f64 {
    money.0 as f64 / 1_000_000.0
}

/// What is wanted beside the rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub performance: bool,
    pub countries: bool,
    pub days: Days,
}

impl Wanted {
    /// What an answer to a change carries: figures of a week.
    pub(super) fn a_week() -> Self {
        Self { performance: true, countries: false, days: period(None) }
    }
}

/// `1d`, `7d`, `30d`, `all` (365 days); any other text is 7 days.
pub(super) fn period(text: Option<&str>) -> Days {
    let days = match text {
        Some("1d") => 1,
        Some("30d") => 30,
        Some("all") => 365,
        _ => 7,
    };
    Days::before(Utc::now().date_naive().into(), days)
}

/// The campaigns with their creatives and what is wanted of the facts; one question each, however many they are.
pub(super) fn shown(
    app: &App,
    account: AccountId,
    campaigns: Vec<Campaign>,
    wanted: Wanted,
) -> Result<Vec<Shown>, ApiError> {
    let mut members = app.store.db.read(|tx| members::by_campaign(tx, account))?;
    let one = match campaigns.as_slice() {
        [one] => Some(one.campaign_id),
        _ => None,
    };
    let wants = |it: bool| it && !campaigns.is_empty();
    let (mut figures, mut countries) = with_facts(app, account, |facts| {
        let days = Some(wanted.days);
        let figures = if wants(wanted.performance) { facts.totals(days, one)? } else { BTreeMap::new() };
        let countries = if wants(wanted.countries) { facts.countries(days, one)? } else { BTreeMap::new() };
        Ok((figures, countries))
    })?;
    let shown = campaigns.into_iter().map(|campaign| {
        let id = campaign.campaign_id;
        let performance = wanted.performance.then(|| figures.remove(&id).unwrap_or_default().into());
        let countries = wanted.countries.then(|| shares(countries.remove(&id).unwrap_or_default()));
        of(campaign, members.remove(&id).unwrap_or_default(), performance, countries)
    });
    Ok(shown.collect())
}

/// One campaign, shown.
pub(super) fn shown_one(app: &App, account: AccountId, campaign: Campaign, wanted: Wanted) -> Result<Shown, ApiError> {
    let mut shown = shown(app, account, vec![campaign], wanted)?;
    shown.pop().ok_or_else(|| ApiError::internal(&"a campaign that is not shown"))
}

/// Asks the facts of the account.
pub(super) fn with_facts<T>(
    app: &App,
    account: AccountId,
    ask: impl FnOnce(&Facts<'_>) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let owner = app.store.db.read(|tx| accounts::get(tx, account))?;
    let limits: Limits = app.store.limits();
    ask(&Facts { engine: &app.engine, account, currency: owner.currency, limits: &limits })
}

/// The campaign where it is, archived or not.
pub(super) fn existing(app: &App, account: AccountId, id: CampaignId) -> Result<Campaign, ApiError> {
    Ok(app.store.db.read(|tx| crate::entities::campaigns::get(tx, account, id))?)
}

fn shares(countries: Vec<CountryFigures>) -> BTreeMap<String, Share> {
    let share = |country: CountryFigures| Share {
        creative_ids: country.creative_ids,
        spend_micros: country.figures.spend_micros.unwrap_or_default().0,
        impressions: country.figures.impressions.unwrap_or(0),
    };
    countries.into_iter().map(|country| (country.country.clone(), share(country))).collect()
}

fn of(
    campaign: Campaign,
    creative_ids: Vec<String>,
    performance: Option<Performance>,
    country_breakdown: Option<BTreeMap<String, Share>>,
) -> Shown {
    // The dashboard knows no grouping by advertiser; what it calls ai is the rest of what a machine did.
    let method = campaign.clustering_method.map(|method| if method == "advertiser" { "ai".to_owned() } else { method });
    Shown {
        id: campaign.campaign_id.to_string(),
        seat_id: campaign.buyer_id.as_deref().and_then(|buyer| buyer.parse().ok()),
        name: campaign.name,
        description: campaign.description,
        ai_generated: campaign.is_ai_generated,
        ai_confidence: campaign.ai_confidence,
        clustering_method: method,
        status: campaign.status,
        creative_count: creative_ids.len(),
        creative_ids,
        country_breakdown,
        performance,
        created_at: campaign.created_at,
        updated_at: campaign.updated_at,
        buyer_id: campaign.buyer_id,
        owner: campaign.owner,
        budget: campaign.budget_micros.map(|budget| budget.to_string()),
        start_date: campaign.start_date,
        end_date: campaign.end_date,
        platform: campaign.platform,
        external_id: campaign.external_id,
        cluster_key: campaign.cluster_key,
    }
}
