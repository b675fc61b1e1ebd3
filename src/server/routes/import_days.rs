//! Which days of which reports are there, and how new they are.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};

use super::analytics::window_of;
use crate::ingest::{Freshness, GridCell};
use crate::model::{AccountId, Day};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// The days of the grid, and of which account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Exactly this many days, 1 to 3660.
    #[serde(default = "fortnight")]
    days: u16,
    /// The last of them; yesterday (UTC) where absent.
    until: Option<Day>,
    /// Account by name or number; the first one where absent.
    account: Option<String>,
}

fn fortnight() -> u16 {
    14
}

/// The days of each kind of report that the account has, newest day first.
#[derive(Debug, Serialize)]
pub(crate) struct Grid {
    account_id: AccountId,
    first_day: Day,
    last_day: Day,
    rows: Vec<GridCell>,
    row_count: usize,
}

/// `GET /api/imports/grid`: day by day and kind by kind imported, missing or anomalous.
pub(crate) async fn grid(
    State(app): State<App>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Grid>, ApiError> {
    let Query(wanted) = wanted?;
    let days = window_of(wanted.days, wanted.until)?;
    let account_id = app.account(wanted.account).await?;
    let rows = blocking(move || app.store.importer.grid(account_id, days.first, days.last)).await?;
    let rows = rows.map_err(|error| ApiError::internal(&error))?;
    Ok(Json(Grid { account_id, first_day: days.first, last_day: days.last, row_count: rows.len(), rows }))
}

/// Of which account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Whose {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
}

/// The newest day of each kind of report that the account has.
#[derive(Debug, Serialize)]
pub(crate) struct Fresh {
    account_id: AccountId,
    rows: Vec<Freshness>,
    row_count: usize,
}

/// `GET /api/imports/freshness`: the newest day of each kind of report, and how far behind yesterday it is.
pub(crate) async fn freshness(
    State(app): State<App>,
    whose: Result<Query<Whose>, QueryRejection>,
) -> Result<Json<Fresh>, ApiError> {
    let Query(whose) = whose?;
    let account_id = app.account(whose.account).await?;
    let rows = blocking(move || app.store.importer.freshness(account_id)).await?;
    let rows = rows.map_err(|error| ApiError::internal(&error))?;
    Ok(Json(Fresh { account_id, row_count: rows.len(), rows }))
}
