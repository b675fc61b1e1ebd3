//! Campaigns, also by the older prefix.
//!
//! `list` and `shown` answer what campaigns are, `change` makes and changes them, `members` moves creatives, `clusters`
//! groups them, `figures` asks the facts. Figures are asked at each call: nothing of them is kept.

mod change;
mod clusters;
mod figures;
mod list;
mod members;
mod shown;

use axum::Router;
use axum::routing::{delete, get, post};

use crate::model::CampaignId;
use crate::server::error::ApiError;
use crate::server::routes::owner::Owner as Of;
use crate::server::state::App;

/// `/campaigns…` and `/ai-campaigns…`
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
        .route("/campaigns", get(list::list).post(change::create))
        .route("/campaigns/unclustered", get(clusters::unclustered))
        .route("/campaigns/auto-cluster", post(clusters::suggest))
        .route("/campaigns/refresh-summaries", post(figures::refresh_all))
        .route("/campaigns/creatives/{creative}/move", post(members::move_to))
        .route("/campaigns/{id}", get(list::show).patch(change::patch).put(change::put).delete(change::archive))
        .route("/campaigns/{id}/creatives", get(members::list).post(members::add))
        .route("/campaigns/{id}/creatives/{creative}", delete(members::remove))
        .route("/campaigns/{id}/performance", get(figures::performance))
        .route("/campaigns/{id}/performance/daily", get(figures::daily))
        .route("/performance/campaign/{id}/refresh-cache", post(figures::refresh_one))
        .route("/ai-campaigns", get(list::list))
        .route("/ai-campaigns/auto-cluster", post(clusters::cluster))
        .route("/ai-campaigns/{id}", get(list::show).put(change::put).delete(change::archive))
        .route("/ai-campaigns/{id}/creatives", get(members::list))
        .route("/ai-campaigns/{id}/creatives/{creative}", delete(members::remove))
        .route("/ai-campaigns/{id}/performance", get(figures::performance))
        .route("/ai-campaigns/{id}/performance/daily", get(figures::daily))
}

/// Who changes campaigns over HTTP.
const AUTHOR: Option<&str> = Some("http");

/// The campaign that an address names; no campaign has a name that is no number.
fn number(id: &str) -> Result<CampaignId, ApiError> {
    let number = id.parse().ok().filter(|number: &i64| *number >= 1 && id.bytes().all(|byte| byte.is_ascii_digit()));
    number.map(CampaignId).ok_or_else(|| {
        ApiError::not_found(format!("there is no campaign '{id}': the id of a campaign is a whole number from 1 on"))
    })
}
