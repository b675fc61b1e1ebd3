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

    let campaign = dashboard.post("/campaigns", &json!({"name": "spring", "creative_ids": []}))["id"].clone();
    let body = json!({"creative_id": "cr-1001", "cluster_id": campaign});
    assert_eq!(dashboard.post("/creatives/cluster", &body), json!({"status": "updated", "creative_id": "cr-1001"}));
    let put = dashboard.get("/creatives/cr-1001");
    assert_eq!((&put["campaign_id"], &put["cluster_id"]), (&campaign, &campaign));
    let number = campaign.as_str().unwrap();
    assert_eq!(ids(&dashboard.get(&format!("/creatives?campaign_id={number}"))), ["cr-1001"]);
    assert_eq!(ids(&dashboard.get(&format!("/creatives?cluster_id={number}&campaign_id=77"))), [""; 0]);
    let taken = dashboard.ask("DELETE", "/creatives/cr-1001/campaign", None, 200);
    assert_eq!(taken, json!({"status": "removed", "creative_id": "cr-1001"}));
    assert_eq!(dashboard.get("/creatives/cr-1001")["campaign_id"], Value::Null);

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

#[test]
fn what_reports_named_first_in_the_last_days_is_new_and_an_undone_import_named_nothing() {
    let store = store_with_recent_traffic();
    let report = store.beside("new.csv");
    let row = format!("{},157331516553,fresh,728x90,Display,India,Desktop,100,50,1,US$3.25\n", ago(2));
    std::fs::write(&report, format!("{HEADER}\n{row}")).unwrap();
    let batch = store.import(&report)["batch_id"].clone();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let new = dashboard.get("/creatives/newly-uploaded?days=1");
    let found: Vec<&str> = new["creatives"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(found, ["fresh", "cr-1001", "cr-1002", "cr-1004"], "newest first");
    let fresh = &new["creatives"][0];
    assert_eq!((&fresh["name"], &fresh["format"]), (&Value::Null, &json!("HTML")), "no sync brought it yet");
    assert_eq!((&fresh["total_spend_usd"], &fresh["total_impressions"]), (&json!(3.25), &json!(50)));
    assert_eq!(fresh["first_import_batch_id"], batch.to_string());
    assert_eq!(new["creatives"][2]["canonical_size"], "300x250");
    assert_eq!(new["creatives"][3]["canonical_size"], "Non-standard");
    assert_eq!((&new["total_count"], &new["period_end"]), (&json!(4), &json!(ago(0).to_string())));
    assert_eq!(new["period_start"], new["period_end"], "one day, which is today");
    assert_eq!(dashboard.get("/creatives/newly-uploaded?format=VIDEO")["total_count"], 1);
    let one = dashboard.get("/creatives/newly-uploaded?limit=1");
    assert_eq!((one["creatives"].as_array().unwrap().len(), &one["total_count"]), (1, &json!(4)));
    let (status, _) = server.ask("POST", &format!("/api/imports/{batch}/undo"), None);
    assert_eq!(status, 200);
    assert_eq!(dashboard.get("/creatives/newly-uploaded")["total_count"], 3);
    for wrong in ["days=0", "days=91", "limit=0", "limit=1001"] {
        dashboard.refused("GET", &format!("/creatives/newly-uploaded?{wrong}"), None, 422);
    }
}

#[test]
fn the_command_line_lists_shows_and_deletes_what_http_does() {
    let store = store_with_recent_traffic();
    let lines = |arguments: &[&str]| {
        let printed = store.succeed(&[&["creatives"], arguments].concat());
        printed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>()
    };
    let spend = |period: &str| {
        let found = lines(&["list", "--sort", "spend", "--period", period, "--limit", "2", "--json"]);
        found
            .iter()
            .map(|one| format!("{} {}", one["creative_id"].as_str().unwrap(), one["spend_micros"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(spend("yesterday"), ["cr-1001 1000000", "cr-1002 500000"]);
    assert_eq!(spend("7d"), ["cr-1001 3000001", "cr-1002 500000"]);
    assert_eq!(spend("30d"), ["cr-1002 8500000", "cr-1001 7000001"]);
    assert_eq!(spend("all"), ["cr-1004 32000000", "cr-1001 23000001"]);
    let table = store.succeed(&["creatives", "list", "--format", "html", "--active"]);
    assert!(table.contains("cr-1002") && table.contains("0.50 USD") && !table.contains("cr-1003"), "{table}");
    let shown = &lines(&["show", "cr-1001", "--json"])[0];
    assert_eq!(
        (&shown["seat_name"], &shown["traffic"]["spend_micros"]),
        (&json!("Example Trading Desk"), &json!(3_000_001))
    );
    assert_eq!(shown["traffic"]["countries"][0]["name"], "United States");
    let page = store.succeed(&["creatives", "show", "cr-1003"]);
    assert!(page.contains("DESTINATION_NOT_WORKING") && page.contains("336x280"), "{page}");
    assert_eq!(lines(&["new", "--json"]).len(), 3);
    let unknown = store.run(&["creatives", "show", "nobody"]);
    assert!(unknown.code == Some(1) && unknown.stderr.contains("no creative 'nobody'"), "{unknown:?}");
    assert!(store.succeed(&["creatives", "delete", "cr-1001"]).contains("next sync"));
    assert_eq!(lines(&["list", "--json"]).len(), 3);
    let none =
        store.command(&["creatives", "thumbnails"]).env("CATSCAN_CREATIVES_FFMPEG", "/nowhere/f").output().unwrap();
    assert!(!none.status.success() && String::from_utf8_lossy(&none.stderr).contains("creatives.ffmpeg"));
}

#[test]
fn the_same_creative_of_two_accounts_has_two_spends() {
    let store = store_with_recent_traffic();
    store.succeed(&["account", "add", "second", "--currency", "EUR"]);
    store.succeed(&[
        "sync",
        "--account",
        "second",
        "--from-files",
        repository("data/samples/entities").to_str().unwrap(),
    ]);
    let report = store.beside("second.csv");
    let row = format!("{},157331516553,cr-1001,300x250,Display,Brazil,Desktop,100,5,0,€7.00\n", ago(1));
    std::fs::write(&report, format!("{HEADER}\n{row}")).unwrap();
    store.succeed(&["import", "--account", "second", report.to_str().unwrap()]);
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let of = |account: &str| dashboard.get(&format!("/creatives/cr-1001?days=1&account={account}"));
    let (first, second) = (of("default"), of("second"));
    assert_eq!((&first["country"], &second["country"]), (&json!("IN"), &json!("BR")));
    let spend = |of: &Value| (of["performance"]["total_spend_micros"].clone(), of["performance"]["currency"].clone());
    assert_eq!(spend(&first), (json!(1_000_000), json!("USD")));
    assert_eq!(spend(&second), (json!(7_000_000), json!("EUR")));
    let body = json!({"creative_ids": ["cr-1001"], "period": "yesterday"});
    let figures = |account: &str| {
        dashboard.post(&format!("/performance/metrics/batch?account={account}"), &body)["performance"]["cr-1001"]
            .clone()
    };
    assert_eq!(figures("default")["total_spend_micros"], 1_000_000);
    assert_eq!(figures("second")["total_spend_micros"], 7_000_000);
    dashboard.ask("DELETE", "/creatives/cr-1001?account=second", None, 200);
    assert_eq!(of("default")["id"], "cr-1001");
}
