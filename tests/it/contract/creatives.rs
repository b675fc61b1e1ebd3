//! Creatives: lists, figures by window, campaigns, and what is asked of the system around them.

use chrono::{Days, NaiveDate, Utc};
use serde_json::{Value, json};

use super::Dashboard;
use crate::serve::Server;
use crate::store::{TestStore, repository};

const HEADER: &str = "#Day,Billing ID,Creative ID,Creative size,Creative format,Country,Platform,Reached queries,\
                      Impressions,Clicks,Spend (buyer currency)";

/// A day so many days ago, in UTC.
fn ago(days: u64) -> NaiveDate {
    Utc::now().date_naive().checked_sub_days(Days::new(days)).unwrap()
}

/// The samples' creatives, with traffic on the days at both sides of each window.
pub fn store_with_recent_traffic() -> TestStore {
    let store = TestStore::new();
    store.sync(&repository("data/samples/entities"));
    let row = |days: u64, creative: &str, country: &str, figures: &str| {
        format!("{},157331516553,{creative},300x250,Display,{country},Desktop,{figures}\n", ago(days))
    };
    let rows = [
        row(1, "cr-1001", "India", "100,10,1,US$1.00"),
        row(1, "cr-1002", "India", "100,20,2,US$0.50"),
        row(7, "cr-1001", "United States", "100,30,0,US$2.000001"),
        row(8, "cr-1001", "India", "100,40,0,US$4.00"),
        row(30, "cr-1002", "India", "5000,2000,0,US$8.00"),
        row(31, "cr-1001", "India", "100,60,0,US$16.00"),
        row(200, "cr-1004", "Indonesia", "100,70,7,US$32.00"),
    ];
    let report = store.beside("recent.csv");
    std::fs::write(&report, format!("{HEADER}\n{}", rows.concat())).unwrap();
    store.import(&report);
    store
}

fn ids(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|creative| creative["id"].as_str().unwrap()).collect()
}

#[test]
fn creatives_are_listed_newest_update_first_and_filters_come_before_paging() {
    let store = store_with_recent_traffic();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let all = dashboard.get("/creatives?limit=1000");
    assert_eq!(ids(&all), ["cr-1004", "cr-1003", "cr-1001", "cr-1002"]);
    assert_eq!(ids(&dashboard.get("/creatives?active_only=true&limit=1&offset=1")), ["cr-1002"]);
    assert_eq!(ids(&dashboard.get("/creatives?active_only=true&days=365")), ["cr-1004", "cr-1001", "cr-1002"]);
    assert_eq!(ids(&dashboard.get("/creatives?format=HTML")), ["cr-1003", "cr-1002"]);
    assert_eq!(ids(&dashboard.get("/creatives?buyer_id=299038253")).len(), 4);
    assert_eq!(ids(&dashboard.get("/creatives?buyer_id=1")), [""; 0]);
    assert_eq!(ids(&dashboard.get("/creatives?campaign_id=1")), [""; 0]);
    assert_eq!(ids(&dashboard.get("/creatives?sort=spend&period=30d")), ["cr-1002", "cr-1001", "cr-1004", "cr-1003"]);
    assert_eq!(ids(&dashboard.get("/creatives?sort=spend&period=all"))[0], "cr-1004");

    let page = dashboard.get("/creatives/v2?active_only=true&limit=1");
    let meta = json!({"timeframe_days": 7, "total": 2, "returned": 1, "limit": 1, "offset": 0, "has_more": true});
    assert_eq!(page["meta"], meta);
    let page = dashboard.get("/creatives/v2?active_only=true&limit=1&offset=1");
    assert_eq!((&page["meta"]["has_more"], &page["data"][0]["id"]), (&json!(false), &json!("cr-1002")));

    for wrong in ["limit=0", "limit=1001", "days=0", "days=366", "slim=maybe", "offset=-1", "sort=price", "period=3w"] {
        dashboard.refused("GET", &format!("/creatives?{wrong}"), None, 422);
    }
    dashboard.refused("GET", "/creatives/v2?limit=201", None, 422);
    dashboard.refused("GET", "/creatives?account=nobody", None, 404);
}

#[test]
fn a_creative_says_what_it_shows_where_it_ran_and_what_it_cost() {
    let store = store_with_recent_traffic();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let video = dashboard.get("/creatives/cr-1001");
    assert_eq!(video["video"]["video_url"], "https://cdn.example/cr-1001/vast.xml");
    assert_eq!(
        (&video["video"]["duration"], &video["html"], &video["native"]),
        (&json!("15s"), &Value::Null, &Value::Null)
    );
    assert_eq!(video["country"], "US", "the most spend of the seven days");
    assert_eq!(video["performance"]["total_spend_micros"], 3_000_001);
    assert_eq!(
        (&video["performance"]["total_impressions"], &video["performance"]["currency"]),
        (&json!(40), &json!("USD"))
    );
    assert_eq!((&video["seat_name"], &video["buyer_id"]), (&json!("Example Trading Desk"), &json!("299038253")));
    assert_eq!(video["waste_flags"], json!({"broken_video": false, "zero_engagement": false}));
    assert_eq!(dashboard.get("/creatives/cr-1001?days=8")["country"], "IN");

    let html = dashboard.get("/creatives/cr-1002?days=30");
    assert!(html["html"]["snippet"].as_str().unwrap().contains("cdn.example/cr-1002.png"));
    assert_eq!(html["html"]["thumbnail_url"], "https://cdn.example/cr-1002.png");
    assert_eq!((&html["html"]["width"], &html["height"]), (&json!(300), &json!(250)));
    assert_eq!(html["waste_flags"]["zero_engagement"], false, "two clicks");
    let listed = dashboard.get("/creatives?format=HTML&days=30");
    assert_eq!(listed[1]["html"]["snippet"], Value::Null, "lists are slim");
    assert!(dashboard.get("/creatives?format=HTML&slim=false")[1]["html"]["snippet"].is_string());

    let native = dashboard.get("/creatives/cr-1004?days=365");
    assert_eq!(native["native"]["headline"], "Music without breaks");
    assert_eq!(
        native["native"]["image"],
        json!({"url": "https://cdn.example/cr-1004.jpg", "width": 1200, "height": 627})
    );
    assert_eq!((&native["country"], &native["width"]), (&json!("ID"), &json!(1200)));
    let refused = dashboard.get("/creatives/cr-1003");
    assert_eq!(refused["raw_data"]["rejectionReason"], "DESTINATION_NOT_WORKING");
    assert_eq!(refused["raw_data"]["declaredClickThroughUrls"], json!(["https://cafe.example/"]));
    assert_eq!((&refused["country"], &refused["performance"]["total_impressions"]), (&Value::Null, &json!(0)));
    dashboard.refused("GET", "/creatives/no%2Fsuch", None, 404);
    dashboard.refused("GET", "/creatives/cr-1001?days=none", None, 422);
}

#[test]
fn spend_is_told_for_yesterday_seven_days_thirty_days_and_all_time() {
    let store = store_with_recent_traffic();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let asked = ["cr-1001", "cr-1002", "cr-1004", "nobody"];
    let figures = |period: &str| {
        let body = json!({"creative_ids": asked, "period": period});
        let answer = dashboard.post("/performance/metrics/batch", &body);
        assert_eq!((&answer["count"], &answer["period"]), (&json!(4), &json!(period)));
        asked.map(|id| {
            let of = &answer["performance"][id];
            assert_eq!(of["creative_id"], id);
            (of["total_spend_micros"].as_i64().unwrap(), of["days_with_data"].as_i64().unwrap())
        })
    };
    assert_eq!(figures("yesterday"), [(1_000_000, 1), (500_000, 1), (0, 0), (0, 0)]);
    assert_eq!(figures("7d"), [(3_000_001, 2), (500_000, 1), (0, 0), (0, 0)]);
    assert_eq!(figures("30d"), [(7_000_001, 3), (8_500_000, 2), (0, 0), (0, 0)]);
    assert_eq!(figures("all_time"), [(23_000_001, 4), (8_500_000, 2), (32_000_000, 1), (0, 0)]);

    let answer = dashboard.post("/performance/metrics/batch", &json!({"creative_ids": ["cr-1002", "nobody"]}));
    let expected = json!({
        "creative_id": "cr-1002", "total_impressions": 20, "total_clicks": 2, "total_spend_micros": 500_000,
        "avg_cpm_micros": 25_000_000, "avg_cpc_micros": 250_000, "ctr_percent": 10.0, "days_with_data": 1,
        "has_data": true,
    });
    assert_eq!((&answer["performance"]["cr-1002"], &answer["period"]), (&expected, &json!("7d")));
    let nothing = &answer["performance"]["nobody"];
    assert_eq!((&nothing["has_data"], &nothing["avg_cpm_micros"]), (&json!(false), &Value::Null));
    let many: Vec<String> = (0..3000).map(|number| format!("creative-{number}")).collect();
    assert_eq!(dashboard.post("/performance/metrics/batch", &json!({"creative_ids": many}))["count"], 3000);
    for wrong in [json!({"period": "7d"}), json!({"creative_ids": [1]}), json!({"creative_ids": [], "period": "1y"})] {
        dashboard.refused("POST", "/performance/metrics/batch", Some(&wrong), 422);
    }
}

#[test]
fn a_creative_is_put_into_a_campaign_taken_out_and_deleted() {
    let store = store_with_recent_traffic();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let body = json!({"creative_id": "cr-1001", "cluster_id": "99"});
    dashboard.refused("POST", "/creatives/cluster", Some(&body), 404);
    dashboard.refused("POST", "/creatives/cluster", Some(&json!({"creative_id": "x", "cluster_id": "a"})), 404);
    dashboard.refused("POST", "/creatives/cluster", Some(&json!({"creative_id": "x"})), 422);
    dashboard.refused("DELETE", "/creatives/cr-1001/campaign", None, 404);
    dashboard.refused("DELETE", "/creatives/nobody/campaign", None, 404);

    let gone = dashboard.ask("DELETE", "/creatives/cr-1001", None, 200);
    assert_eq!(gone, json!({"status": "deleted", "id": "cr-1001"}));
    dashboard.refused("DELETE", "/creatives/cr-1001", None, 404);
    dashboard.refused("GET", "/creatives/cr-1001", None, 404);
    assert_eq!(store.number("SELECT sum(impressions) FROM rtb_daily WHERE creative_id = 'cr-1001'"), 140);
    store.sync(&repository("data/samples/entities"));
    assert_eq!(dashboard.get("/creatives/cr-1001")["id"], "cr-1001", "Google still lists it");
}

#[test]
fn the_system_tells_sizes_counts_and_what_the_machine_has() {
    let store = store_with_recent_traffic();
    let server = Server::with(&store, &[("CATSCAN_CREATIVES_FFMPEG", "/nowhere/ffmpeg")]);
    let dashboard = Dashboard::of(&server);
    assert_eq!(dashboard.get("/sizes"), json!({"sizes": ["300x250", "336x280", "1200x627"]}));
    let stats = dashboard.get("/stats");
    assert_eq!((&stats["creative_count"], &stats["campaign_count"]), (&json!(4), &json!(0)));
    assert_eq!(stats["formats"], json!({"HTML": 2, "NATIVE": 1, "VIDEO": 1}));
    let status = dashboard.get("/system/status");
    assert_eq!((&status["ffmpeg_available"], &status["ffmpeg_version"]), (&json!(false), &Value::Null));
    assert_eq!((&status["creatives_count"], &status["videos_count"]), (&json!(4), &json!(1)));
    assert!(status["database_size_mb"].as_f64().unwrap() > 0.0 && status["disk_space_gb"].as_f64().unwrap() > 0.0);
    dashboard.refused("GET", "/stats?account=nobody", None, 404);
}
