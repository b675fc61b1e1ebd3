//! Analytics: named questions as they are (`reports`), and the figures of the dashboard in its own shapes.
//!
//! Each call of the dashboard asks a few questions of one state of the facts (`asked`) and puts their rows into the contract's
//! keys. What pages show twice (sizes, countries) is computed by one function. Formulas are the contract's where it has its
//! own; a number that it wants and no report said is 0.

pub(in crate::server::routes) mod asked;
mod configs;
mod efficiency;
mod funnel;
mod geos;
pub(in crate::server::routes) mod losses;
mod optimization;
mod reports;
pub(in crate::server::routes) mod sizes;
mod summary;
mod waste;
mod win_rates;

use axum::Router;
use axum::routing::get;

pub(in crate::server) use reports::configs;
pub(in crate::server::routes) use reports::window_of;

use crate::server::state::App;

/// `/analytics/…` of the dashboard.
pub(in crate::server) fn routes() -> Router<App> {
    Router::new()
        .route("/analytics/qps-summary", get(summary::qps))
        .route("/analytics/spend-stats", get(summary::spend))
        .route("/analytics/size-coverage", get(sizes::coverage))
        .route("/analytics/geo-waste", get(geos::waste))
        .route("/analytics/waste", get(waste::show))
        .route("/analytics/rtb-funnel", get(funnel::show))
        .route("/analytics/rtb-funnel/publishers", get(funnel::publishers))
        .route("/analytics/rtb-funnel/geos", get(funnel::geos))
        .route("/analytics/rtb-funnel/creatives", get(win_rates::list))
        .route("/analytics/rtb-funnel/configs", get(configs::list))
        .route("/analytics/rtb-funnel/configs/{billing_id}/breakdown", get(configs::breakdown))
        .route("/analytics/publisher-waste", get(efficiency::publisher_waste))
        .route("/analytics/platform-efficiency", get(efficiency::platform_efficiency))
        .route("/analytics/hourly-patterns", get(efficiency::hourly_patterns))
        .route("/analytics/bid-filtering", get(losses::bid_filtering))
        .route("/analytics/viewability-waste", get(losses::viewability_waste))
        .route("/analytics/qps-optimization", get(optimization::show))
}
