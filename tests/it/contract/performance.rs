//! Figures of creatives by day, and traffic to try the pages with.

use serde_json::{Value, json};

use super::Dashboard;
use super::reports::{self, ROWS, bidder, import};
use crate::campaigns::days_ago;
use crate::serve::Server;
use crate::store::{TestStore, integer};

#[test]
fn figures_come_newest_first_by_day_country_and_device() {
    let store = bidder();
    import(&store, "default", "performance.csv", &reports::performance(&ROWS));
    store.succeed(&["account", "add", "other", "--bidder-id", "2000"]);
    import(
        &store,
        "other",
        "performance.csv",
        &reports::performance(&[(1, "157", "h1", "300x250", "Display", "India", "Desktop", "p1", 5, 5, 5, 5)]),
    );
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let all = dashboard.get("/performance/metrics");
    // Two rows of h9 of yesterday in Brazil are one figure.
    assert_eq!(all.as_array().unwrap().len(), 8);
    assert_eq!(all[0]["metric_date"], days_ago(0).to_string());
    assert_eq!(dashboard.get("/performance/metrics?limit=1"), json!([all[0]]));
    let yesterday = days_ago(1);
    let one = dashboard.get(&format!("/performance/metrics?creative_id=h1&start_date={yesterday}&end_date={yesterday}&geography=India&device_type=phone"));
    // 14 USD: a thousand of 7,000 impressions cost 2 USD, one of 70 clicks 0.2.
    assert_eq!(
        one,
        json!([{
            "id": null, "creative_id": "h1", "metric_date": yesterday.to_string(), "impressions": 7_000, "clicks": 70, "spend_micros": 14_000_000,
            "campaign_id": null, "geography": "IN", "device_type": "PHONE", "placement": null, "cpm_micros": 2_000_000, "cpc_micros": 200_000,
            "reached_queries": 14_000,
        }])
    );
    let campaign = dashboard.post("/campaigns", &json!({"name": "Video", "creative_ids": ["v1"]}));
    let of_campaign = dashboard.get(&format!("/performance/metrics?campaign_id={}", campaign["id"].as_str().unwrap()));
    assert_eq!(
        (of_campaign.as_array().unwrap().len(), &of_campaign[0]["creative_id"], &of_campaign[0]["campaign_id"]),
        (1, &json!("v1"), &campaign["id"])
    );
    assert_eq!(dashboard.get("/performance/metrics?campaign_id=none"), json!([]));
    assert_eq!(dashboard.get("/performance/metrics?account=other").as_array().unwrap().len(), 1);
    for wrong in ["limit=1001", "limit=0", "start_date=yesterday", "start_date=2026-02-02&end_date=2026-02-01"] {
        dashboard.refused("GET", &format!("/performance/metrics?{wrong}"), None, 422);
    }
}

#[test]
fn all_figures_of_one_creative_are_asked_by_its_id() {
    let store = bidder();
    import(&store, "default", "performance.csv", &reports::performance(&ROWS));
    let server = Server::over(&store);
    let (status, found) = server.get("/api/performance/metrics/h1");
    assert_eq!((status, &found["creative_id"], &found["records"]), (200, &json!("h1"), &json!(4)));
    let days: Vec<&Value> = found["data"].as_array().unwrap().iter().map(|row| &row["metric_date"]).collect();
    assert_eq!(
        days,
        [
            &json!(days_ago(0).to_string()),
            &json!(days_ago(1).to_string()),
            &json!(days_ago(2).to_string()),
            &json!(days_ago(8).to_string())
        ]
    );
    let path = format!("/api/performance/metrics/h1?start_date={}&end_date={}&geography=US", days_ago(7), days_ago(1));
    let (_, part) = server.get(&path);
    assert_eq!((&part["records"], &part["data"][0]["spend_micros"]), (&json!(1), &json!(20_000_000)));
    assert_eq!(server.get("/api/performance/metrics/nobody").1["records"], 0);
    assert_eq!(server.ask("GET", "/api/performance/metrics/h1?end_date=x", None).0, 422);

    let dashboard = Dashboard::of(&server);
    // Yesterday and the day before: 9,000 impressions, 71 clicks, 34 USD; and 8 days ago 1, 1 and 1,000.
    assert_eq!(
        dashboard.get("/performance/creative/h1?days=7"),
        json!({
            "total_impressions": 9_000, "total_clicks": 71, "total_spend_micros": 34_000_000, "avg_cpm_micros": 3_777_778, "avg_cpc_micros": 478_873,
            "ctr_percent": 0.79, "days_with_data": 2, "earliest_date": days_ago(2).to_string(), "latest_date": days_ago(1).to_string(),
        })
    );
    assert_eq!(dashboard.get("/performance/creative/h1")["total_impressions"], 9_001);
    assert_eq!(dashboard.get("/performance/creative/nobody")["total_impressions"], Value::Null);
    dashboard.refused("GET", "/performance/creative/h1?days=366", None, 422);
}

#[test]
fn made_up_traffic_comes_only_where_there_are_no_reports_and_can_be_undone() {
    let store = bidder();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let made = dashboard.ask(
        "POST",
        "/analytics/generate-mock-traffic?days=2&base_daily_requests=10000&waste_bias=0.5",
        None,
        200,
    );
    // Two days of six sizes in three countries.
    assert_eq!((&made["status"], &made["records_imported"]), (&json!("completed"), &json!(36)));
    let coverage = dashboard.get("/analytics/size-coverage?days=2");
    // Of 300x250 are 60 % of the half that is usual: 3,000 a day.
    assert_eq!(coverage["covered_sizes"][0]["size"], "300x250");
    assert_eq!(dashboard.get("/qps/summary")["total_reached_queries"], 20_000);
    let again = dashboard.refused("POST", "/analytics/generate-mock-traffic", None, 400);
    assert!(again.contains("catscan account add test"), "{again}");
    assert_eq!(server.ask("POST", "/api/imports/1/undo", None).0, 200);
    assert_eq!(dashboard.get("/qps/summary")["total_rows"], 0);

    let upload = |csv: &str| {
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"t.csv\"\r\nContent-Type: text/csv\r\n\r\n{csv}\r\n--x--\r\n"
        );
        let (status, text) = server.post("/api/analytics/import-traffic", "multipart/form-data; boundary=x", body);
        let answer: Value = serde_json::from_str(&text).unwrap();
        super::assert_shape("POST", "/analytics/import-traffic", status, &answer);
        (status, answer)
    };
    let day = days_ago(1);
    let (status, told) = upload("size,count\n300x250,5\n");
    assert_eq!((status, told["code"].as_str()), (400, Some("missing_columns")), "{told}");
    let (status, told) = upload(&format!(
        "canonical_size,raw_size,request_count,date\n555x555,555x555,7000,{day}\n,300x250,3000,{day}\nx,x,many,{day}\n"
    ));
    assert_eq!((status, &told["records_imported"]), (200, &json!(2)), "{told}");
    assert!(told["message"].as_str().unwrap().contains("1 rows could not be read"), "{told}");
    let gaps = dashboard.get("/analytics/size-coverage?days=1")["gaps"].clone();
    assert_eq!((&gaps[0]["size"], &gaps[0]["percent_of_traffic"]), (&json!("555x555"), &json!(70.0)));
    assert_eq!(
        upload("canonical_size,request_count,date\n1x1,1,2026-02-01\n").0,
        400,
        "beside reports nothing is made up"
    );
    for wrong in ["days=31", "base_daily_requests=999", "waste_bias=1.5"] {
        dashboard.refused("POST", &format!("/analytics/generate-mock-traffic?{wrong}"), None, 422);
    }
}

#[test]
fn real_reports_are_never_mixed_with_made_up_ones() {
    let store = TestStore::with_samples();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let before = store.by_billing();
    let told = dashboard.refused("POST", "/analytics/generate-mock-traffic", None, 400);
    assert!(told.contains("performance") && told.contains("2026-02-2"), "{told}");
    assert_eq!(store.by_billing(), before);
}

#[test]
fn a_cleanup_takes_old_figures_of_one_account_out_and_the_state_before_it_keeps_them() {
    let store = bidder();
    store.succeed(&["account", "add", "other", "--bidder-id", "2000"]);
    for account in ["default", "other"] {
        import(&store, account, "performance.csv", &reports::performance(&ROWS));
        import(
            &store,
            account,
            "filtering.csv",
            &reports::report(reports::FILTERING, &[(8, "India,h1,Excluded,5,US$0.50")]),
        );
    }
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    dashboard.refused("DELETE", "/performance/cleanup?days_to_keep=6", None, 422);
    dashboard.refused("DELETE", "/performance/cleanup?days_to_keep=366", None, 422);
    dashboard.refused("DELETE", "/performance/cleanup?account=nobody", None, 404);
    let before = integer(&server.get("/api/lake/snapshots?limit=1").1["snapshots"][0]["snapshot_id"]);
    // Seven days are kept: the row of eight days ago goes, the one of seven days ago stays.
    let done = dashboard.ask("DELETE", "/performance/cleanup?days_to_keep=7", None, 200);
    assert_eq!((&done["status"], &done["records_deleted"]), (&json!("completed"), &json!(1)), "{done}");
    assert_eq!(dashboard.get("/qps/summary")["total_rows"], 8);
    assert_eq!(dashboard.get("/qps/summary?account=other")["total_rows"], 9);
    let filtered = "SELECT count(*) AS n FROM rtb_bid_filtering";
    assert_eq!(store.number(filtered), 1, "other kinds stay");
    let rows = store.sql_at(&before.to_string(), "SELECT count(*) AS n FROM rtb_daily");
    assert_eq!(integer(&rows[0]["n"]), 9);
    assert_eq!(dashboard.ask("DELETE", "/performance/cleanup", None, 200)["records_deleted"], 0);
}
