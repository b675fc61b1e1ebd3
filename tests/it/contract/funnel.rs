//! The funnel, configs and creatives; the figures are those of `week`.

use serde_json::{Value, json};

use super::Dashboard;
use super::reports::{self, ROWS, bidder, import};
use super::week::week;
use crate::serve::Server;

#[test]
fn the_funnel_takes_each_figure_from_one_kind() {
    let store = week();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let answer = dashboard.get("/analytics/rtb-funnel");
    // Requests and bids of the funnel, reached and impressions of performance reports: 100 · 894,000 / 1,000,000; 106,000 of
    // 1,000,000; 10,100 of 106,000; 60,000 of 106,000.
    assert_eq!(
        answer["funnel"],
        json!({
            "has_data": true, "total_bid_requests": 1_000_000, "total_reached_queries": 106_000, "total_bids": 60_000,
            "total_impressions": 10_100, "pretargeting_filter_rate": 89.4, "reach_rate": 10.6, "win_rate": 9.53, "bid_rate": 56.6,
        })
    );
    // p1: 10,000 reached of 800,000 requests, 5,000 impressions, 50,000 bids.
    assert_eq!(
        answer["publishers"][0],
        json!({
            "publisher_id": "p1", "publisher_name": "P1", "bid_requests": 800_000, "reached_queries": 10_000, "bids": 50_000,
            "impressions": 5_000, "pretargeting_filter_rate": 98.75, "win_rate": 50.0, "waste_pct": 50.0, "bid_rate": 500.0,
        })
    );
    assert_eq!(
        (&answer["publishers"][1]["publisher_id"], &answer["publishers"][1]["publisher_name"]),
        (&json!("Unnamed"), &json!("Unnamed"))
    );
    assert_eq!(
        (&answer["publishers"][2]["win_rate"], &answer["publishers"][2]["waste_pct"]),
        (&json!(0.0), &json!(100.0))
    );
    // India: 3,100 won of 4,400 reached is 70.45 %; 11,000 bids, 8,500 of them in the auction.
    assert_eq!(
        answer["geos"][0],
        json!({
            "country": "IN", "bids": 11_000, "reached_queries": 4_400, "bids_in_auction": 8_500, "auctions_won": 3_100, "win_rate": 70.45,
            "waste_pct": 29.55, "bids_per_query": 2.5, "auction_participation_rate": 77.27, "creative_count": 2,
        })
    );
    assert_eq!(
        answer["creatives"][0],
        json!({
            "creative_id": "h1", "bids": 12_000, "reached_queries": 5_000, "bids_in_auction": 9_500, "auctions_won": 3_900,
            "win_rate": 78.0, "countries": ["IN", "US"],
        })
    );
    assert_eq!(
        answer["data_sources"],
        json!({
            "bids_per_pub_available": true, "adx_metrics_available": true, "publishers_count": 3, "geos_count": 2, "creatives_count": 2,
        })
    );
    assert_eq!(dashboard.get("/analytics/rtb-funnel?days=1")["funnel"]["total_bid_requests"], 800_000);
    let publishers = dashboard.get("/analytics/rtb-funnel/publishers?limit=1");
    assert_eq!((publishers["publishers"].as_array().unwrap().len(), &publishers["count"]), (1, &json!(3)));
    let geos = dashboard.get("/analytics/rtb-funnel/geos?limit=1");
    assert_eq!((&geos["geos"][0], &geos["count"]), (&answer["geos"][0], &json!(2)));
    for path in
        ["publishers?limit=0", "publishers?limit=101", "geos?limit=101", "creatives?limit=201", "creatives?days=31"]
    {
        dashboard.refused("GET", &format!("/analytics/rtb-funnel/{path}"), None, 422);
    }
}

#[test]
fn a_missing_report_is_named_and_nothing_takes_its_place() {
    let store = bidder();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let nothing = dashboard.get("/analytics/rtb-funnel")["funnel"].clone();
    assert_eq!(nothing["has_data"], false);
    assert!(nothing["message"].as_str().unwrap().contains("funnel_geo and a performance report"), "{nothing}");
    import(&store, "default", "performance.csv", &reports::performance(&ROWS));
    let without_funnel = dashboard.get("/analytics/rtb-funnel");
    let funnel = &without_funnel["funnel"];
    assert_eq!(
        (&funnel["has_data"], &funnel["total_bid_requests"], &funnel["total_reached_queries"]),
        (&json!(false), &json!(0), &json!(106_000))
    );
    assert!(funnel["message"].as_str().unwrap().contains("funnel_geo"), "{funnel}");
    assert_eq!((&without_funnel["publishers"], &without_funnel["geos"]), (&json!([]), &json!([])));
    assert_eq!(without_funnel["data_sources"]["bids_per_pub_available"], false);
    assert_eq!(dashboard.get("/analytics/bid-filtering")["count"], 0);
    assert_eq!(dashboard.get("/analytics/hourly-patterns")["hourly_patterns"], json!([]));
    let empty = dashboard.get("/analytics/qps-optimization")["summary"].clone();
    assert_eq!((&empty["total_bid_requests"], &empty["overall_efficiency_pct"]), (&json!(0), &json!(0.0)));
}

#[test]
fn configs_are_there_with_and_without_traffic_under_both_sets_of_names() {
    let store = week();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    dashboard.post("/settings/pretargeting/158/name", &json!({"user_name": "Mine"}));
    let report = dashboard.get("/analytics/rtb-funnel/configs");
    let configs = report["configs"].as_array().unwrap();
    // 157: 98,000 reached, 10,000 won: 10.2 %. 158: 7,000 and none. 999 has no config.
    let told: Vec<_> = configs
        .iter()
        .map(|config| {
            (
                config["billing_id"].as_str().unwrap(),
                config["name"].as_str().unwrap(),
                config["config_name"].clone(),
                config["reached"].clone(),
                config["win_rate"].clone(),
                config["waste_pct"].clone(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("157", "India", json!("India"), json!(98_000), json!(10.2), json!(89.8)),
            ("158", "Mine", json!("Mine"), json!(7_000), json!(0.0), json!(100.0)),
            ("999", "999", Value::Null, json!(1_000), json!(10.0), json!(90.0)),
        ]
    );
    assert_eq!(
        (&configs[0]["reached_queries"], &configs[0]["size_count"], &configs[0]["bids"]),
        (&json!(98_000), &json!(3), &json!(0))
    );
    assert_eq!(
        configs[0]["settings"],
        json!({"format": "HTML, VAST", "geos": ["India", "1014044"], "platforms": ["PHONE"], "qps_limit": 500, "budget_usd": null})
    );
    assert_eq!(
        configs[0]["sizes"][1],
        json!({"size": "300x250", "reached": 21_000, "impressions": 9_000, "win_rate_pct": 42.86, "waste_pct": 57.14})
    );
    assert_eq!(
        (
            &report["total_configs"],
            &report["total_reached"],
            &report["overall_win_rate_pct"],
            &report["overall_waste_pct"]
        ),
        (&json!(3), &json!(106_000), &json!(9.53), &json!(90.47))
    );
    // Yesterday 158 had no traffic: nothing is reached and nothing is wasted.
    let yesterday = dashboard.get("/analytics/rtb-funnel/configs?days=1");
    let quiet = yesterday["configs"].as_array().unwrap().iter().find(|config| config["billing_id"] == "158").unwrap();
    assert_eq!((&quiet["win_rate_pct"], &quiet["waste_pct"], &quiet["sizes"]), (&json!(0.0), &json!(0.0), &json!([])));

    let breakdown =
        |by: &str| dashboard.get(&format!("/analytics/rtb-funnel/configs/157/breakdown?by={by}"))["breakdown"].clone();
    assert_eq!(
        breakdown("size")[1],
        json!({"name": "300x250", "reached": 21_000, "win_rate": 42.9, "waste_rate": 57.1})
    );
    assert_eq!(
        breakdown("geo"),
        json!([
            {"name": "India", "reached": 91_000, "win_rate": 8.8, "waste_rate": 91.2},
            {"name": "United States", "reached": 7_000, "win_rate": 28.6, "waste_rate": 71.4},
        ])
    );
    assert_eq!(breakdown("publisher")[0]["name"], "P1");
    assert_eq!(breakdown("creative")[2], json!({"name": "v1", "reached": 7_000, "win_rate": 14.3, "waste_rate": 85.7}));
    assert_eq!(
        dashboard.get("/analytics/rtb-funnel/configs/nobody/breakdown"),
        json!({"billing_id": "nobody", "breakdown_by": "size", "breakdown": []})
    );
    dashboard.refused("GET", "/analytics/rtb-funnel/configs/157/breakdown?by=hour", None, 422);
    dashboard.refused("GET", "/analytics/rtb-funnel/configs/157/breakdown?days=31", None, 422);
    dashboard.refused("GET", "/analytics/rtb-funnel/configs?days=31", None, 422);
}

#[test]
fn creatives_are_judged_by_what_they_win_of_what_they_reach() {
    let store = week();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let answer = dashboard.get("/analytics/rtb-funnel/creatives?limit=2");
    // h2 won nothing of 70,000; h1 9,000 of 21,000 is 42.86 %; v1 14.29 %; h9 100 of 8,000.
    assert_eq!(
        answer["creatives"],
        json!([
            {"creative_id": "h2", "reached": 70_000, "bids": 0, "impressions": 0, "win_rate_pct": 0.0, "waste_pct": 100.0, "status": "review"},
            {"creative_id": "h1", "reached": 21_000, "bids": 12_000, "impressions": 9_000, "win_rate_pct": 42.86, "waste_pct": 57.14, "status": "ok"},
        ])
    );
    assert_eq!(
        answer["summary"],
        json!({"total_creatives": 4, "great_performers": 0, "ok_performers": 1, "underperformers": 3})
    );
}
