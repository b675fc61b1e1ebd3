//! The funnel from bid requests to impressions: in all, by publisher, by country, by creative.
//!
//! Requests and bids in all are of funnel_geo reports, reached queries and impressions of performance reports; publishers are of
//! funnel_publisher reports; countries and creatives of bids reports. A rate whose divisor is 0 or not known is 0, as the
//! contract wants it; elsewhere it is null.

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::asked::{Asking, Facts, rest};
use crate::server::error::ApiError;
use crate::server::state::App;

/// Rows of each list on the page.
const SHOWN: i64 = 30;
/// Days where none are asked for.
const WEEK: u16 = 7;
const MOST_DAYS: u16 = 90;

/// `GET /analytics/rtb-funnel`
#[derive(Debug, Serialize)]
pub(super) struct RtbFunnel {
    funnel: Totals,
    publishers: Vec<Publisher>,
    geos: Vec<Country>,
    creatives: Vec<Creative>,
    data_sources: Sources,
}

#[derive(Debug, Serialize)]
struct Totals {
    has_data: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    total_bid_requests: i64,
    total_reached_queries: i64,
    total_bids: i64,
    total_impressions: i64,
    pretargeting_filter_rate: f64,
    reach_rate: f64,
    win_rate: f64,
    bid_rate: f64,
}

#[derive(Debug, Serialize)]
struct Sources {
    bids_per_pub_available: bool,
    adx_metrics_available: bool,
    publishers_count: i64,
    geos_count: i64,
    creatives_count: i64,
}

/// A publisher in the funnel.
#[derive(Debug, Serialize)]
pub(super) struct Publisher {
    publisher_id: String,
    publisher_name: String,
    bid_requests: i64,
    reached_queries: i64,
    bids: i64,
    impressions: i64,
    pretargeting_filter_rate: f64,
    win_rate: f64,
    waste_pct: f64,
    bid_rate: f64,
}

/// A country in the funnel.
#[derive(Debug, Serialize)]
pub(super) struct Country {
    country: String,
    bids: i64,
    reached_queries: i64,
    bids_in_auction: i64,
    auctions_won: i64,
    win_rate: f64,
    waste_pct: f64,
    bids_per_query: f64,
    auction_participation_rate: f64,
    creative_count: i64,
}

#[derive(Debug, Serialize)]
struct Creative {
    creative_id: String,
    bids: i64,
    reached_queries: i64,
    bids_in_auction: i64,
    auctions_won: i64,
    win_rate: f64,
    countries: Vec<String>,
}

/// A row of the question `dashboard_funnel`.
#[derive(Debug, Default, Deserialize)]
struct TotalsRow {
    bid_requests: Option<i64>,
    bids: Option<i64>,
    reached_queries: Option<i64>,
    impressions: Option<i64>,
    filter_rate_pct: Option<f64>,
    reach_rate_pct: Option<f64>,
    win_rate_pct: Option<f64>,
    bids_per_reached_pct: Option<f64>,
}

impl From<TotalsRow> for Totals {
    fn from(row: TotalsRow) -> Self {
        let (has_requests, has_reached) = (row.bid_requests.is_some(), row.reached_queries.is_some());
        let message = match (has_requests, has_reached) {
            (true, true) => None,
            (false, true) => Some("bid requests and bids are not known: import a funnel_geo report of these days"),
            (true, false) => Some("reached queries are not known: import a performance report of these days"),
            (false, false) => {
                Some("there is no funnel yet: import a funnel_geo and a performance report of these days")
            }
        };
        Self {
            has_data: has_requests,
            message: message.map(str::to_owned),
            total_bid_requests: row.bid_requests.unwrap_or(0),
            total_reached_queries: row.reached_queries.unwrap_or(0),
            total_bids: row.bids.unwrap_or(0),
            total_impressions: row.impressions.unwrap_or(0),
            pretargeting_filter_rate: row.filter_rate_pct.unwrap_or(0.0),
            reach_rate: row.reach_rate_pct.unwrap_or(0.0),
            win_rate: row.win_rate_pct.unwrap_or(0.0),
            bid_rate: row.bids_per_reached_pct.unwrap_or(0.0),
        }
    }
}

/// A row of the question `dashboard_funnel_publishers`.
#[derive(Debug, Deserialize)]
struct PublisherRow {
    publisher_id: String,
    publisher_name: String,
    bid_requests: Option<i64>,
    reached_queries: Option<i64>,
    bids: Option<i64>,
    impressions: Option<i64>,
    filter_rate_pct: Option<f64>,
    win_rate_pct: Option<f64>,
    bids_per_reached_pct: Option<f64>,
    publishers: i64,
}

impl From<PublisherRow> for Publisher {
    fn from(row: PublisherRow) -> Self {
        let win_rate = row.win_rate_pct.unwrap_or(0.0);
        Self {
            publisher_id: row.publisher_id,
            publisher_name: row.publisher_name,
            bid_requests: row.bid_requests.unwrap_or(0),
            reached_queries: row.reached_queries.unwrap_or(0),
            bids: row.bids.unwrap_or(0),
            impressions: row.impressions.unwrap_or(0),
            pretargeting_filter_rate: row.filter_rate_pct.unwrap_or(0.0),
            win_rate,
            waste_pct: rest(win_rate),
            bid_rate: row.bids_per_reached_pct.unwrap_or(0.0),
        }
    }
}

/// A row of the question `dashboard_funnel_countries`.
#[derive(Debug, Deserialize)]
struct CountryRow {
    country: String,
    bids: Option<i64>,
    reached_queries: Option<i64>,
    bids_in_auction: Option<i64>,
    auctions_won: Option<i64>,
    creatives: i64,
    won_pct: Option<f64>,
    in_auction_pct: Option<f64>,
    bids_per_query: Option<f64>,
    countries: i64,
}

impl From<CountryRow> for Country {
    fn from(row: CountryRow) -> Self {
        let win_rate = row.won_pct.unwrap_or(0.0);
        Self {
            country: row.country,
            bids: row.bids.unwrap_or(0),
            reached_queries: row.reached_queries.unwrap_or(0),
            bids_in_auction: row.bids_in_auction.unwrap_or(0),
            auctions_won: row.auctions_won.unwrap_or(0),
            win_rate,
            waste_pct: rest(win_rate),
            bids_per_query: row.bids_per_query.unwrap_or(0.0),
            auction_participation_rate: row.in_auction_pct.unwrap_or(0.0),
            creative_count: row.creatives,
        }
    }
}

/// A row of the question `dashboard_funnel_creatives`: a creative in one of its countries.
#[derive(Debug, Deserialize)]
struct CreativeRow {
    creative_id: String,
    country: Option<String>,
    bids: Option<i64>,
    reached_queries: Option<i64>,
    bids_in_auction: Option<i64>,
    auctions_won: Option<i64>,
    won_pct: Option<f64>,
    creatives: i64,
}

/// Rows of one creative stand together.
fn creatives(rows: Vec<CreativeRow>) -> Vec<Creative> {
    let mut creatives: Vec<Creative> = Vec::new();
    for row in rows {
        if creatives.last().is_none_or(|last| last.creative_id != row.creative_id) {
            creatives.push(Creative {
                creative_id: row.creative_id,
                bids: row.bids.unwrap_or(0),
                reached_queries: row.reached_queries.unwrap_or(0),
                bids_in_auction: row.bids_in_auction.unwrap_or(0),
                auctions_won: row.auctions_won.unwrap_or(0),
                win_rate: row.won_pct.unwrap_or(0.0),
                countries: Vec::new(),
            });
        }
        if let Some(creative) = creatives.last_mut() {
            creative.countries.extend(row.country);
        }
    }
    creatives
}

/// The publishers with the most impressions, and how many there are in all.
fn publishers_of(facts: &Facts, limit: i64) -> Result<(Vec<PublisherRow>, i64), ApiError> {
    let rows: Vec<PublisherRow> = facts.rows("dashboard_funnel_publishers", [("limit", limit.to_string())])?;
    let count = rows.first().map_or(0, |row| row.publishers);
    Ok((rows, count))
}

/// The countries with the most auctions won, and how many there are in all.
fn countries_of(facts: &Facts, limit: i64) -> Result<(Vec<CountryRow>, i64), ApiError> {
    let rows: Vec<CountryRow> = facts.rows("dashboard_funnel_countries", [("limit", limit.to_string())])?;
    let count = rows.first().map_or(0, |row| row.countries);
    Ok((rows, count))
}

pub(super) async fn show(State(app): State<App>, asked: Asking) -> Result<Json<RtbFunnel>, ApiError> {
    let asked = asked?.0;
    let days = asked.window(WEEK, MOST_DAYS)?;
    let funnel = Facts::ask(app, &asked, Some(days), |facts| {
        let totals: TotalsRow = facts.row("dashboard_funnel", [])?;
        let (publishers, publishers_count) = publishers_of(facts, SHOWN)?;
        let (geos, geos_count) = countries_of(facts, SHOWN)?;
        let rows: Vec<CreativeRow> = facts.rows("dashboard_funnel_creatives", [("limit", SHOWN.to_string())])?;
        let creatives_count = rows.first().map_or(0, |row| row.creatives);
        let data_sources = Sources {
            bids_per_pub_available: publishers.iter().any(|publisher| publisher.bids.is_some()),
            adx_metrics_available: rows.iter().any(|creative| creative.bids_in_auction.is_some()),
            publishers_count,
            geos_count,
            creatives_count,
        };
        Ok(RtbFunnel {
            funnel: totals.into(),
            publishers: publishers.into_iter().map(Publisher::from).collect(),
            geos: geos.into_iter().map(Country::from).collect(),
            creatives: creatives(rows),
            data_sources,
        })
    });
    Ok(Json(funnel.await?))
}

/// `GET /analytics/rtb-funnel/publishers`
#[derive(Debug, Serialize)]
pub(super) struct Publishers {
    publishers: Vec<Publisher>,
    count: i64,
}

pub(super) async fn publishers(State(app): State<App>, asked: Asking) -> Result<Json<Publishers>, ApiError> {
    let asked = asked?.0;
    let (days, limit) = (asked.window(WEEK, MOST_DAYS)?, asked.limit(SHOWN, 100)?);
    let (rows, count) = Facts::ask(app, &asked, Some(days), move |facts| publishers_of(facts, limit)).await?;
    Ok(Json(Publishers { publishers: rows.into_iter().map(Publisher::from).collect(), count }))
}

/// `GET /analytics/rtb-funnel/geos`
#[derive(Debug, Serialize)]
pub(super) struct Geos {
    geos: Vec<Country>,
    count: i64,
}

pub(super) async fn geos(State(app): State<App>, asked: Asking) -> Result<Json<Geos>, ApiError> {
    let asked = asked?.0;
    let (days, limit) = (asked.window(WEEK, MOST_DAYS)?, asked.limit(SHOWN, 100)?);
    let (rows, count) = Facts::ask(app, &asked, Some(days), move |facts| countries_of(facts, limit)).await?;
    Ok(Json(Geos { geos: rows.into_iter().map(Country::from).collect(), count }))
}
