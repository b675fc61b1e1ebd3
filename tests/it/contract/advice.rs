//! Recommendations, proposals and the evaluation, over reports that add up by hand.

use chrono::{Duration, Utc};
use serde_json::{Value, json};

use super::{Dashboard, assert_shape};
use crate::serve::Server;
use crate::store::{TestStore, repository};

const HEADER: &str = "#Day,Billing ID,Creative ID,Creative size,Creative format,Country,Publisher ID,Publisher name,\
                      Reached queries,Impressions,Clicks,Spend (buyer currency)";

/// What each day has: 390,000 queries reached, 77,000 won, 572 clicks, 77 USD.
const ROWS: [&str; 4] = [
    "157331516553,cr-1002,300x250,Display,India,pub-1,Nova,100000,50000,500,US$50.00",
    // No approved creative is of this size.
    "157331516553,cr-1001,320x480,Display,India,pub-1,Nova,200000,4000,40,US$4.00",
    // Hardly a click for much money.
    "157332516556,cr-1001,Video/Overlay,Video,Brazil,pub-3,Loja,60000,20000,2,US$20.00",
    // A publisher that wastes 90 %.
    "157332516556,cr-1001,Video/Overlay,Video,Indonesia,pub-2,Zap,30000,3000,30,US$3.00",
];

/// A report of that many days ago.
fn report(store: &TestStore, days_ago: i64, rows: &[&str]) -> std::path::PathBuf {
    let day = (Utc::now() - Duration::days(days_ago)).format("%Y-%m-%d");
    let lines: Vec<String> = rows.iter().map(|row| format!("{day},{row}")).collect();
    let path = store.beside(&format!("report-{days_ago}-{}.csv", rows.len()));
    std::fs::write(&path, format!("{HEADER}\n{}\n", lines.join("\n"))).unwrap();
    path
}

/// The samples' entities, and two days of reports.
fn store() -> TestStore {
    let store = TestStore::new();
    store.sync(&repository("data/samples/entities"));
    for days_ago in [1, 2] {
        let path = report(&store, days_ago, &ROWS);
        store.import(&path);
    }
    store
}

/// Type and target of each, in their order.
fn told(list: &Value) -> Vec<String> {
    let one = |one: &Value| {
        let target = one["actions"][0]["target_id"].as_str().unwrap();
        format!("{} {} {target}", one["severity"].as_str().unwrap(), one["type"].as_str().unwrap())
    };
    list.as_array().unwrap().iter().map(one).collect()
}

fn of<'a>(list: &'a Value, target: &str) -> &'a Value {
    let is_it = |one: &&Value| one["actions"][0]["target_id"] == target;
    list.as_array().unwrap().iter().find(is_it).unwrap_or_else(|| panic!("nothing about {target}: {list:#}"))
}

#[track_caller]
fn close_to(value: &Value, expected: f64) {
    let value = value.as_f64().unwrap();
    assert!((value - expected).abs() < 1e-9 * expected.abs().max(1.0), "{value} is not {expected}");
}

#[test]
fn recommendations_are_what_the_reports_say_the_most_wasteful_first() {
    let store = store();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let list = dashboard.get("/recommendations?days=7");
    let expected = [
        "high config_inefficiency 157331516553",
        "high publisher_block pub-1",
        "critical size_mismatch 320x480",
        "low geo_exclusion BR",
        "medium publisher_block pub-2",
    ];
    let mut found = told(&list);
    // The first two waste alike; which of them is first is up to their ids.
    found[..2].sort();
    assert_eq!(found, expected);
    let size = of(&list, "320x480");
    assert_eq!((&size["impact"]["wasted_queries_daily"], &size["status"]), (&json!(196_000), &json!("new")));
    close_to(&size["impact"]["wasted_qps"], 196_000.0 / 86_400.0);
    close_to(&size["impact"]["percent_of_total_waste"], 100.0 * 392_000.0 / 626_000.0);
    close_to(&size["impact"]["wasted_spend_usd"], 8.0);
    close_to(&size["impact"]["potential_savings_monthly"], 120.0);
    let evidence = &size["evidence"][0];
    assert_eq!((&evidence["metric_name"], &evidence["comparison"]), (&json!("reached_queries_daily"), &json!("above")));
    close_to(&evidence["metric_value"], 200_000.0);
    close_to(&evidence["threshold"], 10_000.0);
    assert_eq!((&evidence["time_period_days"], &evidence["sample_size"]), (&json!(2), &json!(400_000)));
    assert_eq!(size["confidence"], "low", "two days have data");
    let example = r#"{"includedCreativeDimensions":[{"height":"250","width":"300"}]}"#;
    assert_eq!(size["actions"][0]["api_example"], example, "a list names what stays");
    assert_eq!(size["configs"], json!([{"billing_id": "157331516553", "wasted_queries": 392_000}]));
    assert_eq!(size["affected_creatives"], json!(["cr-1001"]));
    let country = of(&list, "BR");
    close_to(&country["impact"]["wasted_spend_usd"], 40.0);
    close_to(&country["evidence"][0]["metric_value"], (2.0 / 20_000.0) / (572.0 / 77_000.0));

    assert_eq!(told(&dashboard.get("/recommendations?min_severity=critical")), [expected[2]]);
    assert_eq!(told(&dashboard.get("/recommendations?type_filter=geo_exclusion")), [expected[3]]);
    assert_eq!(told(&dashboard.get("/recommendations/by-type/size_mismatch?days=7")), [expected[2]]);
    let summary = dashboard.get("/recommendations/summary?days=7");
    assert_eq!(summary["total_queries"], 780_000);
    assert_eq!((&summary["total_impressions"], &summary["total_waste_queries"]), (&json!(154_000), &json!(626_000)));
    close_to(&summary["total_waste_rate"], 626.0 / 780.0);
    close_to(&summary["total_wasted_qps"], 313_000.0 / 86_400.0);
    close_to(&summary["total_spend_usd"], 154.0);
    assert_eq!(summary["recommendation_count"], json!({"critical": 1, "high": 2, "medium": 1, "low": 1}));
    assert_eq!(summary["total_recommendations"], 5);

    for path in ["?days=0", "?days=91", "?days=x", "?min_severity=worst", "?type_filter=magic"] {
        dashboard.refused("GET", &format!("/recommendations{path}"), None, 422);
    }
    dashboard.refused("GET", "/recommendations/summary?days=0", None, 422);
    dashboard.refused("GET", "/recommendations/by-type/magic", None, 422);
    dashboard.refused("GET", "/recommendations?account=nobody", None, 404);
    // The command line says the same.
    let lines = store.succeed(&["advice", "list", "--json"]);
    let listed: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(json!(listed), list);
}

#[test]
fn what_was_imported_a_moment_ago_is_in_it_and_what_was_closed_comes_back_with_new_evidence() {
    let store = store();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let list = || dashboard.get("/recommendations");
    let id = of(&list(), "320x480")["id"].as_str().unwrap().to_owned();
    let path = format!("/recommendations/{id}/resolve?notes=no%20creative%20planned");
    assert_eq!(dashboard.post(&path, &json!({})), json!({"status": "resolved", "id": id}));
    assert_eq!(list().as_array().unwrap().len(), 4, "it left the list");
    dashboard.refused("POST", "/recommendations/rec-0/resolve", Some(&json!({})), 404);

    store.import(&report(&store, 3, &ROWS));
    assert_eq!(list().as_array().unwrap().len(), 4, "a new day with the same picture");
    let more = ["157331516553,cr-1001,320x480,Display,India,pub-1,Nova,1000000,4000,40,US$4.00"];
    store.import(&report(&store, 4, &more));
    let back = list();
    let size = of(&back, "320x480");
    assert_eq!((&size["id"], &size["status"]), (&json!(id), &json!("new")));
    // (3 · 196,000 + 996,000) over 4 days, more than twice as much as when it was closed.
    assert_eq!(size["impact"]["wasted_queries_daily"], 396_000);

    let publisher = of(&back, "pub-2")["id"].as_str().unwrap().to_owned();
    store.succeed(&["advice", "dismiss", &publisher, "--reason", "a deal needs it", "--by", "ada"]);
    assert!(!told(&list()).iter().any(|one| one.contains("pub-2")));
    let (status, kept) = server.ask("GET", &format!("/api/recommendations/{publisher}"), None);
    assert_eq!((status, &kept["status"], &kept["notes"]), (200, &json!("dismissed"), &json!("a deal needs it")));
    store.succeed(&["advice", "acknowledge", &publisher]);
    assert_eq!(of(&list(), "pub-2")["status"], "acknowledged");
    // Its rows go, so it ends; it is kept and leaves the list.
    store.succeed(&["undo", "2"]);
    store.succeed(&["undo", "1"]);
    store.succeed(&["undo", "3"]);
    assert!(!told(&list()).iter().any(|one| one.contains("pub-2")));
    let ended = server.ask("GET", &format!("/api/recommendations/{publisher}"), None).1;
    assert!(ended["expires_at"].is_string(), "{ended:#}");
}

#[test]
fn accepting_stages_the_changes_in_the_configs_that_the_waste_is_in() {
    let store = store();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let list = dashboard.get("/recommendations");
    let accept = |target: &str, account: &str, body: Option<&Value>| {
        let id = of(&list, target)["id"].as_str().unwrap();
        server.ask("POST", &format!("/api/recommendations/{id}/accept{account}"), body)
    };
    let staged = |answer: &Value| -> Vec<String> {
        let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
        let one =
            |one: &Value| format!("{} {} {}", text(one, "billing_id"), text(one, "change_type"), text(one, "value"));
        answer["staged"].as_array().unwrap().iter().map(one).collect()
    };
    let (status, size) = accept("320x480", "", Some(&json!({"reason": "no creative planned"})));
    assert_eq!(status, 200, "{size:#}");
    assert_eq!(staged(&size), ["157331516553 remove_size 320x480"]);
    assert_eq!((&size["status"], &size["todo"]), (&json!("acknowledged"), &Value::Null));
    let (_, again) = accept("320x480", "", None);
    assert_eq!((&again["staged"][0]["was_staged"], staged(&again)), (&json!(true), staged(&size)));
    assert_eq!(staged(&accept("BR", "", None).1), ["157332516556 add_excluded_geo BR"]);
    assert_eq!(staged(&accept("pub-2", "", None).1), ["157332516556 add_publisher pub-2"]);
    let (_, review) = accept("157331516553", "", None);
    assert!(review["todo"].as_str().unwrap().starts_with("Look at which sizes"), "{review:#}");
    assert_eq!(accept("pub-1", "", Some(&json!({"config": "1"}))).0, 404);
    assert_eq!(accept("pub-1", "", Some(&json!([]))).0, 400);

    let detail = dashboard.get("/settings/pretargeting/157331516553/detail");
    assert_eq!(detail["effective_sizes"], json!(["300x250"]));
    assert_eq!(detail["pending_changes"].as_array().unwrap().len(), 1, "accepting twice stages nothing twice");
    assert!(detail["pending_changes"][0]["reason"].as_str().unwrap().starts_with("no creative planned (rec-"));
    let listed = dashboard.get("/recommendations");
    assert_eq!(
        (&of(&listed, "320x480")["status"], &of(&listed, "pub-1")["status"]),
        (&json!("acknowledged"), &json!("new"))
    );

    store.succeed(&["account", "add", "other", "--bidder-id", "7"]);
    assert_eq!(dashboard.get("/recommendations?account=other"), json!([]));
    assert_eq!(accept("BR", "?account=other", None).0, 404);
    assert_eq!(dashboard.get("/recommendations"), listed, "another account changes nothing");
    let told = store.succeed(&["advice", "accept", of(&list, "pub-1")["id"].as_str().unwrap()]);
    assert!(told.contains("staged: add_publisher pub-1"), "{told}");
}

#[test]
fn proposals_say_what_they_save_and_lose() {
    let store = store();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let proposal = dashboard.get("/analytics/pretargeting-recommendations?days=7");
    let names: Vec<&str> =
        proposal["configs"].as_array().unwrap().iter().map(|config| config["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Display", "Video", "Everything else"]);
    let display = &proposal["configs"][0];
    assert_eq!(display["targeting"]["formats"], json!(["HTML"]));
    assert_eq!(display["targeting"]["sizes"]["included"], json!(["300x250"]));
    assert_eq!(display["targeting"]["geos"]["included"], json!(["IN", "ID"]));
    assert_eq!(display["targeting"]["geos"]["excluded"], json!(["BR"]));
    assert_eq!(display["estimated_impact"]["impressions"], 100_000);
    close_to(&display["estimated_impact"]["spend_usd"], 100.0);
    assert_eq!(proposal["configs"][1]["estimated_impact"]["impressions"], 6_000);
    close_to(&proposal["total_waste_reduction_pct"], 100.0 / 3.0);
    // The size without a creative and the country that does not click, of both days.
    assert_eq!(proposal["outside"]["reached_queries"], 520_000);
    assert_eq!(proposal["outside"]["impressions"], 48_000);
    assert_eq!(proposal["outside"]["spend_micros"], 48_000_000);
    let one = dashboard.get("/analytics/pretargeting-recommendations?max_configs=1");
    assert_eq!((&one["config_limit"], one["configs"].as_array().unwrap().len()), (&json!(1), 1));
    dashboard.refused("GET", "/analytics/pretargeting-recommendations?max_configs=11", None, 422);

    let countries = dashboard.get("/analytics/geo-pretargeting-config?days=7");
    let codes = |list: &str| -> Vec<String> {
        let one = |one: &Value| format!("{} {}", one["code"].as_str().unwrap(), one["name"].as_str().unwrap());
        countries[list].as_array().unwrap().iter().map(one).collect()
    };
    assert_eq!(
        (codes("include_geos"), codes("exclude_geos")),
        (vec!["IN India".to_owned(), "ID Indonesia".to_owned()], vec!["BR Brazil".to_owned()])
    );
    close_to(&countries["estimated_monthly_savings_usd"], 40.0 * 30.0 / 7.0);
    dashboard.refused("GET", "/analytics/geo-pretargeting-config?days=0", None, 422);

    let list = dashboard.get("/qps/include-list");
    assert_eq!((&list["include_list"], &list["count"]), (&json!(["300x250"]), &json!(1)));
    assert!(list["warning"].as_str().unwrap().contains("include-only"), "{list:#}");
    let excluded =
        json!([{"size": "320x480", "reached_queries": 400_000, "impressions": 8_000, "spend_micros": 8_000_000}]);
    assert_eq!(list["excluded"], excluded);
    assert_eq!(list["outside"]["reached_queries"], 400_000);
    let told = store.succeed(&["include-list"]);
    assert!(told.contains("1 sizes: 300x250") && told.contains("400,000"), "{told}");
    let told = store.succeed(&["proposal"]);
    assert!(told.contains("3 configs would save 520,000 of 780,000 reached queries (66.7 %)"), "{told}");
    assert_eq!(dashboard.get("/recommendations").as_array().unwrap().len(), 5);
}

#[test]
fn the_evaluation_orders_advice_by_priority_and_says_what_data_is_missing() {
    let store = store();
    let server = Server::over(&store);
    let ask = |path: &str| {
        let (status, answer) = server.ask("GET", path, None);
        assert_shape("GET", "/api/evaluation", status, &answer);
        (status, answer)
    };
    let (status, evaluation) = ask("/api/evaluation?days=7");
    assert_eq!(status, 200, "{evaluation:#}");
    let quality = json!({"score": 0.7, "missing": ["troubleshooting"], "available": ["performance", "creatives"]});
    assert_eq!(evaluation["data_quality"], quality);
    assert_eq!(evaluation["summary"]["by_priority"], json!({"critical": 1, "high": 2, "medium": 1, "low": 1}));
    assert_eq!(evaluation["summary"]["by_type"], json!({"pretargeting": 4, "adops_advice": 1}));
    let first = &evaluation["recommendations"][0];
    assert_eq!((&first["priority"], &first["config_field"]), (&json!(1), &json!("included_sizes")));
    assert_eq!(first["suggested_value"], "300x250");
    assert_eq!(first["impact_estimate"], "196,000 wasted queries a day, 62.6 % of all waste");
    assert_eq!(ask("/evaluation?days=7").0, 200, "also without /api");
    assert_eq!(ask("/api/evaluation?days=0").0, 422);
    store.succeed(&["account", "add", "other", "--bidder-id", "7"]);
    let (_, empty) = ask("/api/evaluation?account=other");
    assert_eq!(
        (&empty["data_quality"]["score"], &empty["recommendations"][0]["title"]),
        (&json!(0.0), &json!("Insufficient data"))
    );
    assert_eq!(empty["summary"]["total_recommendations"], 1);
}
