//! The dashboard's analytics, with figures that the comments add up by hand.
//!
//! The week of `reports::ROWS`: reached 14,000 + 7,000 + 7,000 + 70,000 + 7,000 + 700 + 300 = 106,000, impressions 7,000 + 2,000 +
//! 1,000 + 99 + 1 = 10,100, clicks 81, spend 14 + 20 + 1 + 0.5 = 35.5.

use serde_json::{Value, json};

use super::Dashboard;
use super::reports::{self, BIDS, FILTERING, FUNNEL_GEO, FUNNEL_PUBLISHER, ROWS, VIEWABILITY, bidder, import};
use crate::serve::Server;
use crate::store::TestStore;

/// One week of every kind of report.
fn week() -> TestStore {
    let store = bidder();
    let import = |name: &str, text: &str| {
        let answer = import(&store, "default", name, text);
        assert_eq!(answer["status"], "complete", "{name}: {answer:#}");
    };
    import("performance.csv", &reports::performance(&ROWS));
    // 1,000,000 requests, 2,000,000 matches, 60,000 bids, 50,000 in auction, 20,000 won.
    import(
        "funnel.csv",
        &reports::report(
            FUNNEL_GEO,
            &[
                (1, "India,0,600000,1000000,590000,40000,35000,15000,700,7"),
                (2, "India,13,200000,500000,190000,10000,8000,4000,200,2"),
                (1, "United States,13,200000,500000,190000,10000,7000,1000,100,1"),
                (8, "India,0,99999999,1,1,1,1,1,1,1"),
            ],
        ),
    );
    import(
        "publishers.csv",
        &reports::report(
            FUNNEL_PUBLISHER,
            &[
                (1, "0,India,p1,P1,600000,1000000,590000,8000,40000,35000,1000,4000,7"),
                (2, "0,India,p1,P1,200000,500000,190000,2000,10000,8000,1000,1000,2"),
                (1, "0,United States,p2,P2,100000,500000,90000,0,0,0,0,0,0"),
                (1, "0,United States,,Unnamed,50000,60000,50000,500,100,100,100,100,0"),
            ],
        ),
    );
    import(
        "bids.csv",
        &reports::report(
            BIDS,
            &[
                (1, "India,h1,1001,8000,3000,10000,4000,1000,US$5.00"),
                (1, "India,v1,1001,500,100,1000,400,50,US$1.00"),
                (2, "United States,h1,1001,1500,900,2000,1000,300,US$3.00"),
            ],
        ),
    );
    import(
        "filtering.csv",
        &reports::report(
            FILTERING,
            &[
                (1, "India,h1,App excluded by publisher,700,US$1.50"),
                (1, "United States,h1,App excluded by publisher,50,US$0.25"),
                (2, "India,h1,Excluded sensitive category detected,250,US$0.50"),
            ],
        ),
    );
    import(
        "quality.csv",
        &reports::report(
            VIEWABILITY,
            &[
                (1, "p1,P1,1000,US$10.00,300,1000,60,1100,900"),
                (1, "p2,P2,1000,US$20.00,800,1000,200,1300,800"),
                (1, "p3,P3,1000,US$30.00,0,1000,0,1000,1000"),
            ],
        ),
    );
    store
}

#[test]
fn sizes_without_a_creative_are_gaps_and_the_home_page_has_the_same_numbers() {
    let store = week();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let coverage = dashboard.get("/analytics/size-coverage");
    let gap = |size: &str, reached: i64, daily: i64, share: f64, advice: &str| {
        json!({"size": size, "format": "DISPLAY", "queries_received": reached, "daily_estimate": daily,
               "percent_of_traffic": share, "recommendation": advice})
    };
    // 100 · 70,000 / 106,000 = 66.04; of 7,000 6.6; of 700 0.66.
    assert_eq!(
        coverage["gaps"],
        json!([
            gap("320x50", 70_000, 10_000, 66.04, "BLOCK_IN_PRETARGETING"),
            gap("728x93", 7_000, 1_000, 6.6, "CONSIDER_ADDING_CREATIVE"),
            gap("555x555", 700, 100, 0.66, "LOW_PRIORITY"),
        ])
    );
    assert_eq!(
        coverage["covered_sizes"][0],
        json!({
            "size": "300x250", "format": "DISPLAY", "impressions": 9_000, "spend_usd": 34.0, "creative_count": 1, "ctr_pct": 0.79
        })
    );
    assert_eq!(coverage["covered_sizes"][1]["size"], "Video/Overlay");
    // Of 105,700 that are known, 28,000 are covered: 26.49 %. Six sizes, one of them Dynamic.
    assert_eq!(
        [
            "total_sizes_in_traffic",
            "sizes_with_creatives",
            "sizes_without_creatives",
            "coverage_rate_pct",
            "wasted_queries_daily"
        ]
        .map(|key| coverage[key].clone()),
        [json!(6), json!(2), json!(3), json!(26.49), json!(11_100)]
    );
    let qps = coverage["wasted_qps"].as_f64().unwrap();
    assert!((qps - 11_100.0 / 86_400.0).abs() < 1e-9, "{qps}");

    let geos = dashboard.get("/analytics/geo-waste");
    // India 8,000 impressions, 80 clicks, 15 USD: CTR 1 of an average of 0.80, ok. The United States: 1 click of 2,000 is 0.05 %, below
    // half of the average, and 20 USD: exclude. Brazil has 100 impressions and no click, and less than 10 USD: monitor.
    let listed: Vec<_> = geos["geos"]
        .as_array()
        .unwrap()
        .iter()
        .map(|geo| {
            (
                geo["code"].clone(),
                geo["country"].clone(),
                geo["spend_usd"].clone(),
                geo["ctr_pct"].clone(),
                geo["creative_count"].clone(),
                geo["recommendation"].clone(),
            )
        })
        .collect();
    assert_eq!(
        listed,
        [
            (json!("US"), json!("United States"), json!(20.0), json!(0.05), json!(1), json!("EXCLUDE")),
            (json!("IN"), json!("India"), json!(15.0), json!(1.0), json!(4), json!("OK")),
            (json!("BR"), json!("Brazil"), json!(0.5), json!(0.0), json!(1), json!("MONITOR")),
        ]
    );
    // 20 of 35.5 are 56.34 %.
    assert_eq!(
        [
            "total_geos",
            "geos_to_exclude",
            "geos_to_monitor",
            "geos_performing_well",
            "total_spend_usd",
            "wasted_spend_usd",
            "estimated_waste_pct"
        ]
        .map(|key| geos[key].clone()),
        [json!(3), json!(1), json!(1), json!(1), json!(35.5), json!(20.0), json!(56.34)]
    );

    let summary = dashboard.get("/analytics/qps-summary");
    assert_eq!(
        summary,
        json!({
            "period_days": 7,
            "size_coverage": {"coverage_rate_pct": coverage["coverage_rate_pct"], "sizes_covered": 2, "sizes_missing": 3,
                              "wasted_qps": coverage["wasted_qps"]},
            "geo_efficiency": {"geos_analyzed": 3, "geos_to_exclude": 1, "geos_to_monitor": 1,
                               "waste_pct": geos["estimated_waste_pct"], "wasted_spend_usd": geos["wasted_spend_usd"]},
            "action_items": {"sizes_to_block": 1, "sizes_to_consider": 1, "geos_to_exclude": 1},
            // 20 · 30 / 7.
            "estimated_savings": {"geo_waste_monthly_usd": 85.71},
        })
    );
    let one = dashboard.get("/analytics/size-coverage?billing_id=158&days=7");
    assert_eq!(
        (&one["billing_id"], &one["total_sizes_in_traffic"], &one["gaps"][0]["percent_of_traffic"]),
        (&json!("158"), &json!(1), &json!(100.0))
    );
    for (path, days) in
        [("size-coverage", 91), ("geo-waste", 0), ("qps-summary", -1), ("spend-stats", 91), ("waste", 91)]
    {
        let told = dashboard.refused("GET", &format!("/analytics/{path}?days={days}"), None, 422);
        assert!(told.contains("1 to 90"), "{told}");
    }
    dashboard.refused("GET", "/analytics/qps-summary?days=week", None, 422);
}

#[test]
fn spend_is_that_of_the_window_and_of_one_config() {
    let store = week();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    // 35.5 · 1,000 / 10,100 = 3.5149.
    assert_eq!(
        dashboard.get("/analytics/spend-stats"),
        json!({
            "period_days": 7, "total_impressions": 10_100, "total_spend_usd": 35.5, "avg_cpm_usd": 3.5149, "has_spend_data": true
        })
    );
    // Yesterday: 14 + 1 + 0.5.
    assert_eq!(dashboard.get("/analytics/spend-stats?days=1")["total_spend_usd"], 15.5);
    assert_eq!(dashboard.get("/analytics/spend-stats?days=8")["total_spend_usd"], 1035.5);
    let quiet = dashboard.get("/analytics/spend-stats?billing_id=158");
    assert_eq!((&quiet["avg_cpm_usd"], &quiet["has_spend_data"]), (&Value::Null, &json!(false)));
}

#[test]
fn waste_of_sizes_says_what_to_do_about_each() {
    let store = week();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let waste = dashboard.get("/analytics/waste");
    let gaps: Vec<_> = waste["size_gaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| {
            (
                gap["canonical_size"].as_str().unwrap(),
                gap["recommendation"].as_str().unwrap(),
                gap["closest_iab_size"].clone(),
            )
        })
        .collect();
    // 728x93 is 3 pixels from 728x90; 320x50 is a standard size itself.
    assert_eq!(
        gaps,
        [
            ("320x50", "Block", Value::Null),
            ("728x93", "Use Flexible", json!("728x90")),
            ("555x555", "Monitor", Value::Null),
        ]
    );
    // 77,700 of 106,000; 10,000 · 30 / 1,000 · 0.002 = 0.6.
    assert_eq!(
        (
            &waste["total_requests"],
            &waste["total_waste_requests"],
            &waste["waste_percentage"],
            &waste["size_gaps"][0]["potential_savings_usd"]
        ),
        (&json!(106_000), &json!(77_700), &json!(73.3), &json!(0.6))
    );
    let qps = waste["potential_savings_qps"].as_f64().unwrap();
    assert!((qps - 77_700.0 / 7.0 / 86_400.0).abs() < 1e-9, "{qps}");
    assert_eq!(waste["recommendations_summary"]["top_savings_size"], "320x50");
    assert_eq!(waste["recommendations_summary"]["use_flexible"], 1);
    let status = |size: &str| {
        let found =
            waste["size_coverage"].as_array().unwrap().iter().find(|row| row["canonical_size"] == size).unwrap();
        (found["coverage_status"].clone(), found["formats"].clone())
    };
    assert_eq!(status("300x250"), (json!("low"), json!({"HTML": 1})), "one creative is few for 21,000 queries");
    assert_eq!(status("320x50"), (json!("none"), json!({})), "a disapproved creative serves nothing");
    assert_eq!(status("200x200"), (json!("excess"), json!({"HTML": 1})));
    assert_eq!(status("Dynamic"), (json!("unknown"), json!({})));
    // Of seat 1001 are the rows of billing id 157: 98,000.
    assert_eq!(dashboard.get("/analytics/waste?buyer_id=1001")["total_requests"], 98_000);
    dashboard.refused("GET", "/analytics/waste?buyer_id=7", None, 404);
    let untold = dashboard.refused("GET", "/analytics/waste?buyer_id=1002", None, 400);
    assert!(untold.contains("billing ids"), "{untold}");
}

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

#[test]
fn facts_of_another_account_with_the_same_ids_change_nothing() {
    const PATHS: [&str; 18] = [
        "qps-summary",
        "spend-stats",
        "size-coverage",
        "geo-waste",
        "waste",
        "rtb-funnel",
        "rtb-funnel/publishers",
        "rtb-funnel/geos",
        "rtb-funnel/creatives",
        "rtb-funnel/configs",
        "rtb-funnel/configs/157/breakdown",
        "publisher-waste",
        "platform-efficiency",
        "hourly-patterns",
        "bid-filtering",
        "viewability-waste",
        "qps-optimization",
        "spend-stats?billing_id=157",
    ];
    let store = week();
    let asked = |store: &TestStore| {
        let server = Server::over(store);
        let ask = |path: &&str| {
            let mut answer = server.get(&format!("/api/analytics/{path}")).1;
            answer.as_object_mut().unwrap().remove("generated_at");
            answer
        };
        PATHS.iter().map(ask).collect::<Vec<_>>()
    };
    let before = asked(&store);
    store.succeed(&["account", "add", "other", "--bidder-id", "2000"]);
    let theirs: Vec<_> = ROWS
        .iter()
        .map(|row| (row.0, row.1, row.2, row.3, row.4, row.5, row.6, row.7, row.8 * 3, row.9 * 2, row.10, row.11 + 7))
        .collect();
    import(&store, "other", "performance.csv", &reports::performance(&theirs));
    import(&store, "other", "funnel.csv", &reports::report(FUNNEL_GEO, &[(1, "India,0,5,5,5,5,5,5,5,5")]));
    import(
        &store,
        "other",
        "publishers.csv",
        &reports::report(FUNNEL_PUBLISHER, &[(1, "0,India,p1,Theirs,5,5,5,5,5,5,5,5,5")]),
    );
    import(&store, "other", "bids.csv", &reports::report(BIDS, &[(1, "India,h1,1001,5,5,5,5,5,US$5.00")]));
    for ((path, before), after) in PATHS.iter().zip(before).zip(asked(&store)) {
        assert_eq!(after, before, "{path}");
    }
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let theirs = dashboard.get("/analytics/rtb-funnel?account=other")["funnel"].clone();
    assert_eq!((&theirs["total_bid_requests"], &theirs["total_reached_queries"]), (&json!(5), &json!(318_000)));
    assert_eq!(dashboard.get("/analytics/publisher-waste?bidder_id=2000")["publishers"][0]["publisher_name"], "Theirs");
}
