//! Every change of a config, and every step of a staged one.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use chrono::{DateTime, Days, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::entities::history::{self, Change, ChangeSource, HistoryFilter, Step};
use crate::entities::{EntityError, accounts};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// The most rows of an answer.
const MOST: usize = 500;

/// Which changes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    /// Config id or billing id; the page fills either with the other.
    config_id: Option<String>,
    /// Billing id or config id.
    billing_id: Option<String>,
    /// The last so many dates, today among them; 1 to 365.
    #[serde(default = "month")]
    days: i64,
    /// Account by name or number; the first one where absent.
    account: Option<String>,
}

fn month() -> i64 {
    30
}

/// A change in the keys that the dashboard reads.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    id: i64,
    config_id: String,
    bidder_id: String,
    billing_id: Option<String>,
    change_type: String,
    field_changed: Option<String>,
    old_value: Option<String>,
    new_value: Option<String>,
    changed_at: DateTime<Utc>,
    changed_by: Option<String>,
    change_source: ChangeSource,
    reason: Option<String>,
    /// Of a staged change: staged, cancelled, applied …
    step: Option<Step>,
    change_id: Option<i64>,
}

/// `GET /settings/pretargeting/history`: newest first, at most 500.
pub(super) async fn list(
    State(app): State<App>,
    listed: Result<Query<Listed>, QueryRejection>,
) -> Result<Json<Vec<Shown>>, ApiError> {
    let Query(Listed { config_id, billing_id, days, account }) = listed?;
    let earlier = u64::try_from(days - 1).ok().filter(|_| (1..=365).contains(&days));
    let earlier = earlier.ok_or_else(|| ApiError::unprocessable("days: write a number from 1 to 365"))?;
    let account = app.account(account).await?;
    let since = Utc::now().date_naive().checked_sub_days(Days::new(earlier));
    let since = since.map(|day| day.and_time(NaiveTime::MIN).and_utc());
    blocking(move || {
        let (bidder, mut found) = app.store.db.read(|tx| {
            let filter = HistoryFilter { config: config_id.as_deref().or(billing_id.as_deref()), since, source: None };
            let found = history::find(tx, account, filter, usize::MAX)?;
            Ok::<_, EntityError>((accounts::get(tx, account)?.bidder_id.unwrap_or_default(), found))
        })?;
        // Both filters hold where both are given.
        if let (Some(_), Some(named)) = (&config_id, &billing_id) {
            found.retain(|change| change.config_id == *named || change.billing_id.as_ref() == Some(named));
        }
        found.truncate(MOST);
        Ok(Json(found.into_iter().map(|change| shown(change, &bidder)).collect()))
    })
    .await?
}

fn shown(change: Change, bidder: &str) -> Shown {
    Shown {
        id: change.history_id,
        config_id: change.config_id,
        bidder_id: change.bidder_id.unwrap_or_else(|| bidder.to_owned()),
        billing_id: change.billing_id,
        change_type: change.change_type,
        field_changed: change.field_changed,
        old_value: change.old_value,
        new_value: change.new_value,
        changed_at: change.changed_at,
        changed_by: change.changed_by,
        change_source: change.change_source,
        reason: change.reason,
        step: change.step,
        change_id: change.change_id,
    }
}
