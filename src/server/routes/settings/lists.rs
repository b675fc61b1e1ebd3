//! What Google has of an account: endpoints with the requests that came, and pretargeting configs with the user's names.

use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::analytics::{AnalyticsError, Ask, rows_blocking};
use crate::entities::configs::Config;
use crate::entities::endpoints::Endpoint;
use crate::entities::{EntityError, TextList, accounts, configs, endpoints};
use crate::model::AccountId;
use crate::query::{AccountScope, Days};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// Whose settings: an account, or the account of a service account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Of {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
    /// Stands for the account that it belongs to.
    service_account_id: Option<String>,
}

impl Of {
    pub(super) async fn account(self, app: &App) -> Result<AccountId, ApiError> {
        match self.service_account_id {
            Some(id) => app.account_of_service_account(id).await,
            None => app.account(self.account).await,
        }
    }
}

/// An endpoint in the keys that the dashboard reads.
#[derive(Debug, Serialize)]
struct EndpointShown {
    endpoint_id: String,
    url: String,
    maximum_qps: Option<i64>,
    trading_location: String,
    bid_protocol: Option<String>,
}

/// `GET /settings/endpoints`: by location, then id, with what they may take and what came.
pub(super) async fn endpoints(
    State(app): State<App>,
    of: Result<Query<Of>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let account = of?.0.account(&app).await?;
    blocking(move || {
        let (owner, found) = app
            .store
            .db
            .read(|tx| Ok::<_, EntityError>((accounts::get(tx, account)?, endpoints::list(tx, account)?)))?;
        let bidder = owner.bidder_id.or_else(|| found.iter().find_map(|endpoint| endpoint.google.bidder_id.clone()));
        let shown: Vec<EndpointShown> = found.iter().map(endpoint).collect();
        Ok(Json(json!({
            "bidder_id": bidder.unwrap_or_default(),
            "account_name": owner.name,
            "total_qps_allocated": found.iter().filter_map(|endpoint| endpoint.google.maximum_qps).sum::<i64>(),
            "qps_current": qps(&app, account)?,
            "synced_at": found.iter().filter_map(|endpoint| endpoint.synced_at).max(),
            "endpoints": shown,
        })))
    })
    .await?
}

fn endpoint(found: &Endpoint) -> EndpointShown {
    let google = found.google.clone();
    EndpointShown {
        endpoint_id: google.endpoint_id,
        url: google.url,
        maximum_qps: google.maximum_qps,
        trading_location: google.trading_location,
        bid_protocol: google.bid_protocol,
    }
}

/// Bid requests of the newest day that a funnel report by country has, per second; none without such a report.
fn qps(app: &App, account: AccountId) -> Result<Option<i64>, ApiError> {
    #[derive(Deserialize)]
    struct Day {
        average_qps: Option<f64>,
    }
    let fresh = app.store.importer.freshness(account).map_err(|error| ApiError::internal(&error))?;
    let Some(funnel) = fresh.iter().find(|kind| kind.report == "funnel_geo") else { return Ok(None) };
    let ask = Ask::new(AccountScope::one(account)).over(Days::ending(funnel.newest_day, 1));
    let days: Vec<Day> = rows_blocking(&app.engine, "observed_qps", ask).map_err(|error: AnalyticsError| error)?;
    // A rate of requests is far below what a float counts exactly.
    Ok(days.first().and_then(|day| day.average_qps).map(|qps| qps.round() as i64))
}

/// A config in the keys that the dashboard reads.
#[derive(Debug, Serialize)]
pub(super) struct ConfigShown {
    config_id: String,
    bidder_id: String,
    billing_id: Option<String>,
    display_name: Option<String>,
    user_name: Option<String>,
    state: String,
    included_formats: Option<TextList>,
    included_platforms: Option<TextList>,
    included_sizes: Option<TextList>,
    included_geos: Option<TextList>,
    excluded_geos: Option<TextList>,
    synced_at: Option<DateTime<Utc>>,
}

impl From<Config> for ConfigShown {
    fn from(config: Config) -> Self {
        let google = config.google;
        Self {
            config_id: google.config_id,
            bidder_id: google.bidder_id.unwrap_or_default(),
            billing_id: google.billing_id,
            display_name: google.display_name,
            user_name: config.user_name,
            state: google.state,
            included_formats: google.included_formats,
            included_platforms: google.included_platforms,
            included_sizes: google.included_sizes,
            included_geos: google.included_geos,
            excluded_geos: google.excluded_geos,
            synced_at: config.synced_at,
        }
    }
}

/// `GET /settings/pretargeting`: the configs that Google lists, by billing id.
pub(super) async fn configs(
    State(app): State<App>,
    of: Result<Query<Of>, QueryRejection>,
) -> Result<Json<Vec<ConfigShown>>, ApiError> {
    let account = of?.0.account(&app).await?;
    let found = blocking(move || app.store.db.read(|tx| configs::list(tx, account))).await??;
    Ok(Json(found.into_iter().filter(|config| config.vanished_at.is_none()).map(ConfigShown::from).collect()))
}

/// A name of the user's own; an empty one goes back to Google's.
#[derive(Debug, Deserialize)]
pub(super) struct Rename {
    user_name: String,
}

/// `POST /settings/pretargeting/{billing_id}/name`
pub(super) async fn rename(
    State(app): State<App>,
    Path(config): Path<String>,
    of: Result<Query<Of>, QueryRejection>,
    body: Result<Json<Rename>, JsonRejection>,
) -> Result<Json<Value>, ApiError> {
    let account = of?.0.account(&app).await?;
    let Json(Rename { user_name }) = body?;
    blocking(move || {
        let name = Some(user_name.trim()).filter(|name| !name.is_empty());
        app.store.db.write(|tx| configs::set_user_name(tx, account, &config, name, Some("http"), Utc::now()))?;
        Ok(Json(json!({ "status": "success", "billing_id": config, "user_name": name.unwrap_or_default() })))
    })
    .await?
}
