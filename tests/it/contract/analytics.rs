//! What sizes and countries waste, and that no other account changes it; the figures are those of `week`.

use serde_json::{Value, json};

use super::Dashboard;
use super::reports::{self, BIDS, FUNNEL_GEO, FUNNEL_PUBLISHER, ROWS, import};
use super::week::week;
use crate::serve::Server;
use crate::store::TestStore;

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
