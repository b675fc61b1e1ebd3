//! Campaigns as a list, and one of them.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use serde::Deserialize;

use super::number;
use super::shown::{Shown, Wanted, existing, period, shown, shown_one};
use crate::entities::campaigns::{self, CampaignFilter, CampaignStatus};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// Which campaigns, and what of them.
#[derive(Debug, Deserialize)]
pub(super) struct Listed {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
    /// Of this seat, or with a creative of it.
    seat_id: Option<i64>,
    /// Of this status; those that are not archived where absent.
    status: Option<CampaignStatus>,
    #[serde(default = "yes")]
    include_performance: bool,
    #[serde(default)]
    include_country_breakdown: bool,
    period: Option<String>,
}

fn yes() -> bool {
    true
}

impl Listed {
    fn wanted(&self) -> Wanted {
        Wanted {
            performance: self.include_performance,
            countries: self.include_country_breakdown,
            days: period(self.period.as_deref()),
        }
    }
}

/// `GET /campaigns`: all of them, the last changed first.
pub(super) async fn list(
    State(app): State<App>,
    listed: Result<Query<Listed>, QueryRejection>,
) -> Result<Json<Vec<Shown>>, ApiError> {
    let Query(listed) = listed?;
    let wanted = listed.wanted();
    let account = app.account(listed.account).await?;
    let filter = CampaignFilter { status: listed.status, buyer_id: listed.seat_id.map(|seat| seat.to_string()) };
    blocking(move || {
        let found = app.store.db.read(|tx| campaigns::list(tx, account, &filter))?;
        shown(&app, account, found, wanted).map(Json)
    })
    .await?
}

/// `GET /campaigns/{id}`: one, also where it is archived.
pub(super) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    listed: Result<Query<Listed>, QueryRejection>,
) -> Result<Json<Shown>, ApiError> {
    let (Query(listed), id) = (listed?, number(&id)?);
    let wanted = listed.wanted();
    let account = app.account(listed.account).await?;
    blocking(move || {
        let found = existing(&app, account, id)?;
        shown_one(&app, account, found, wanted).map(Json)
    })
    .await?
}
