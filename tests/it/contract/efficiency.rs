//! Where requests, bids and money come to nothing; the figures are those of `week`.

use serde_json::json;

use super::Dashboard;
use super::week::week;
use crate::serve::Server;

#[test]
fn efficiency_is_told_by_publisher_platform_hour_reason_and_visibility() {
    let store = week();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let publishers = dashboard.get("/analytics/publisher-waste");
    // p1: 2,000 won of 800,000 requests and of 50,000 bids. Its spend is of performance reports: 14 + 1, not once for each row of the funnel.
    assert_eq!(
        publishers["publishers"][0],
        json!({
            "publisher_id": "p1", "publisher_name": "P1", "bid_requests": 800_000, "bids": 50_000, "auctions_won": 2_000, "impressions": 5_000,
            "spend_usd": 15.0, "waste_pct": 99.75, "win_rate_pct": 4.0,
        })
    );
    assert_eq!((&publishers["count"], &publishers["publishers"][1]["spend_usd"]), (&json!(3), &json!(20.0)));
    let platforms = dashboard.get("/analytics/platform-efficiency");
    // PHONE: 8,000 of 98,000; PERSONAL_COMPUTER: 2,100 of 8,000.
    assert_eq!(
        (&platforms["best_platform"], &platforms["worst_platform"]),
        (&json!("PERSONAL_COMPUTER"), &json!("PHONE"))
    );
    assert_eq!(
        platforms["platforms"][0],
        json!({
            "platform": "PHONE", "bid_requests": 0, "bids": 0, "auctions_won": 0, "impressions": 8_000, "spend_usd": 15.0, "win_rate_pct": 8.16,
        })
    );
    // 13 h: 400,000 requests, 20,000 bids, 5,000 won.
    assert_eq!(
        dashboard.get("/analytics/hourly-patterns")["hourly_patterns"][1],
        json!({
            "hour": 13, "bid_requests": 400_000, "bids": 20_000, "auctions_won": 5_000, "impressions": 300, "bid_rate_pct": 5.0, "win_rate_pct": 25.0,
        })
    );
    assert_eq!(
        dashboard.get("/analytics/bid-filtering"),
        json!({"period_days": 7, "count": 2, "filtering_reasons": [
            {"reason": "App excluded by publisher", "countries_affected": 2, "bids_filtered": 750, "bids_in_auction": 0, "opportunity_cost_usd": 1.75},
            {"reason": "Excluded sensitive category detected", "countries_affected": 1, "bids_filtered": 250, "bids_in_auction": 0, "opportunity_cost_usd": 0.5},
        ]})
    );
    // p1: 300 of 1,000 were seen; 70 % of its 10 USD were not. p3 has 0 % and is left out.
    let issues = dashboard.get("/analytics/viewability-waste");
    assert_eq!(
        issues,
        json!({"period_days": 7, "viewability_threshold_pct": 50.0, "count": 1, "viewability_issues": [{
            "publisher_id": "p1", "publisher_name": "P1", "measurable_impressions": 1_000, "viewable_impressions": 300, "spend_usd": 10.0,
            "viewability_pct": 30.0, "wasted_spend_estimate_usd": 7.0,
        }]})
    );
    assert_eq!(
        dashboard.get("/analytics/viewability-waste?threshold_pct=90")["viewability_issues"][0]["publisher_id"],
        "p2"
    );
    for path in [
        "publisher-waste?limit=101",
        "publisher-waste?days=31",
        "platform-efficiency?days=0",
        "hourly-patterns?days=31",
        "bid-filtering?days=x",
        "viewability-waste?threshold_pct=101",
        "qps-optimization?days=31",
    ] {
        dashboard.refused("GET", &format!("/analytics/{path}"), None, 422);
    }
    dashboard.refused("GET", "/analytics/publisher-waste?bidder_id=77", None, 404);
}

#[test]
fn the_optimization_report_has_the_same_lists_and_says_what_to_do() {
    let store = week();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let report = dashboard.get("/analytics/qps-optimization");
    // 20,000 of 1,000,000 won. Publishers: 15 · 99.75 % + 20 · 100 % + nothing = 34.96.
    assert_eq!(
        report["summary"],
        json!({
            "total_bid_requests": 1_000_000, "total_auctions_won": 20_000, "overall_efficiency_pct": 2.0, "wasted_bid_requests": 980_000,
            "estimated_waste_usd": 34.96,
        })
    );
    assert_eq!(report["publisher_waste"], dashboard.get("/analytics/publisher-waste")["publishers"]);
    assert_eq!(report["bid_filtering"], dashboard.get("/analytics/bid-filtering")["filtering_reasons"]);
    assert_eq!(report["hourly_patterns"], dashboard.get("/analytics/hourly-patterns")["hourly_patterns"]);
    assert_eq!(report["viewability_issues"], dashboard.get("/analytics/viewability-waste")["viewability_issues"]);
    // p2: 200 of 1,000 are 20 %; p1 6 %.
    let risk: Vec<_> = report["fraud_risk"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["publisher_id"].clone(), row["risk_level"].clone()))
        .collect();
    assert_eq!(risk, [(json!("p2"), json!("high")), (json!("p1"), json!("medium"))]);
    // 300x250: 21,000 reached are more than twice 9,000 impressions.
    let gaps = report["size_gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 6);
    assert_eq!(
        gaps[1],
        json!({"size": "300x250", "format": "DISPLAY", "reached_queries": 21_000, "impressions": 9_000, "gap_queries": 12_000, "spend_usd": 34.0, "win_rate_pct": 42.86})
    );
    // India: 800,000 requests of 1,500,000 matches; 98,000 reached, once.
    assert_eq!(
        report["pretargeting_efficiency"][0],
        json!({
            "country": "IN", "bid_requests": 800_000, "inventory_matches": 1_500_000, "reached_queries": 98_000, "bids": 50_000, "auctions_won": 19_000,
            "pretarget_match_pct": 53.33, "reach_rate_pct": 12.25,
        })
    );
    let types: Vec<_> =
        report["recommendations"].as_array().unwrap().iter().map(|made| made["type"].as_str().unwrap()).collect();
    assert_eq!(
        types,
        [
            "block_publisher",
            "block_publisher",
            "block_publisher",
            "add_creative_size",
            "add_creative_size",
            "block_fraud_publisher",
            "block_fraud_publisher",
            "reduce_bids_viewability",
            "adjust_platform_bids"
        ]
    );
}
