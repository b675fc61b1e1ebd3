//! `GET /creatives`, `/creatives/v2` and `/creatives/{id}`, and deleting one.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use chrono::Utc;
use serde::Deserialize;
use serde_json::{Value, json};

use super::creatives;
use super::shape::Shape;
use crate::creatives::{Listing, Period, Sort, Wish};
use crate::entities::creatives::CreativeFilter;
use crate::model::CampaignId;
use crate::query::Days;
use crate::server::error::ApiError;
use crate::server::routes::owner::Owner;
use crate::server::state::{App, blocking};

/// Which creatives, over how many days.
#[derive(Debug, Deserialize)]
pub(in crate::server) struct Asked {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
    /// Only those of this campaign.
    campaign_id: Option<String>,
    /// The same: groups that clustering found are campaigns.
    cluster_id: Option<String>,
    /// Only those of this seat.
    buyer_id: Option<String>,
    /// HTML, VIDEO or NATIVE.
    format: Option<String>,
    /// As in APPROVED.
    approval_status: Option<String>,
    /// How many at most.
    limit: Option<usize>,
    /// After how many.
    #[serde(default)]
    offset: usize,
    /// Without VAST and markup.
    #[serde(default = "yes")]
    slim: bool,
    /// Exactly so many, ending yesterday (UTC).
    #[serde(default = "week")]
    days: u16,
    /// Only those with impressions, clicks or spend in the window.
    #[serde(default)]
    active_only: bool,
    /// `updated` (the default), `spend` or `impressions`.
    sort: Option<String>,
    /// The window in another way: yesterday, 7d, 30d or all.
    period: Option<String>,
}

fn yes() -> bool {
    true
}

fn week() -> u16 {
    7
}

/// `GET /creatives`: a bare array, newest update first.
pub(in crate::server) async fn list(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Vec<Value>>, ApiError> {
    let Query(asked) = asked?;
    let (shape, wish, listing) = found(app, asked, 100, 1000).await?;
    drop(wish);
    Ok(Json(listing.creatives.iter().map(|shown| shape.of(shown)).collect()))
}

/// `GET /creatives/v2`: the same with figures for paging.
pub(in crate::server) async fn page(
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(asked) = asked?;
    let (shape, wish, listing) = found(app, asked, 50, 200).await?;
    let returned = listing.creatives.len();
    Ok(Json(json!({
        "data": listing.creatives.iter().map(|shown| shape.of(shown)).collect::<Vec<_>>(),
        "meta": {
            "timeframe_days": wish.days.map(Days::count),
            "total": listing.total,
            "returned": returned,
            "limit": wish.limit,
            "offset": wish.offset,
            "has_more": wish.offset.saturating_add(returned) < listing.total,
        },
    })))
}

async fn found(app: App, asked: Asked, limit: usize, most: usize) -> Result<(Shape, Wish, Listing), ApiError> {
    let limit = asked.limit.unwrap_or(limit);
    if !(1..=most).contains(&limit) {
        return Err(ApiError::unprocessable(format!("limit: write a number from 1 to {most}")));
    }
    let sort = match asked.sort.as_deref() {
        None | Some("updated") => Sort::Updated,
        Some("spend") => Sort::Spend,
        Some("impressions") => Sort::Impressions,
        Some(_) => return Err(ApiError::unprocessable("sort: write updated, spend or impressions")),
    };
    let period = asked.period.map(|period| period.parse::<Period>()).transpose();
    let period = period.map_err(|reason| ApiError::unprocessable(format!("period: {reason}")))?;
    let days = match period {
        Some(period) => period.days(Utc::now().date_naive().into()),
        None => Some(window(asked.days)?),
    };
    let account = app.account(asked.account).await?;
    let groups = [asked.campaign_id, asked.cluster_id].map(|group| group.filter(|group| !group.is_empty()));
    let filter = CreativeFilter {
        creative_id: None,
        buyer_id: asked.buyer_id.filter(|buyer| !buyer.is_empty()),
        format: asked.format.filter(|format| !format.is_empty()).map(|format| format.to_uppercase()),
        approval_status: asked.approval_status.map(|status| status.to_uppercase()),
        campaign: campaign(groups),
    };
    let wish = Wish { filter, days, active_only: asked.active_only, sort, limit, offset: asked.offset };
    let shape = Shape { slim: asked.slim, ffmpeg: app.store.ffmpeg().is_some() };
    blocking(move || {
        let listing = creatives(&app).list(account, &wish)?;
        Ok((shape, wish, listing))
    })
    .await?
}

/// The campaign that both name; one that cannot be holds nothing.
fn campaign(groups: [Option<String>; 2]) -> Option<CampaignId> {
    const NONE: CampaignId = CampaignId(0);
    let mut named = groups.into_iter().flatten().map(|group| group.parse().unwrap_or(NONE));
    let first = named.next()?;
    Some(if named.all(|other| other == first) { first } else { NONE })
}

/// Exactly so many days, ending yesterday (UTC).
pub(super) fn window(days: u16) -> Result<Days, ApiError> {
    match days {
        1..=365 => Ok(Days::before(Utc::now().date_naive().into(), days)),
        _ => Err(ApiError::unprocessable("days: write a number from 1 to 365")),
    }
}

/// Of which account, over how many days.
#[derive(Debug, Deserialize)]
pub(in crate::server) struct One {
    account: Option<String>,
    #[serde(default = "week")]
    days: u16,
}

/// `GET /creatives/{id}`: one, with all that it shows.
pub(in crate::server) async fn show(
    State(app): State<App>,
    Path(id): Path<String>,
    one: Result<Query<One>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(One { account, days }) = one?;
    let (days, account) = (window(days)?, app.account(account).await?);
    let shape = Shape { slim: false, ffmpeg: app.store.ffmpeg().is_some() };
    let shown = blocking(move || creatives(&app).show(account, &id, Some(days))).await??;
    Ok(Json(shape.of(&shown)))
}

/// `DELETE /creatives/{id}`: its facts stay, and where Google still lists it, the next sync brings it back.
pub(in crate::server) async fn remove(
    State(app): State<App>,
    Path(id): Path<String>,
    one: Result<Query<Owner>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let account = one?.0.account(&app).await?;
    let answer = json!({ "status": "deleted", "id": id });
    blocking(move || creatives(&app).delete(account, &id)).await??;
    Ok(Json(answer))
}
