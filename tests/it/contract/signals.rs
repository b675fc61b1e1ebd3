//! Signs of waste in creatives, problem formats and invalid traffic, as the dashboard asks for them.

use std::fs;

use serde_json::{Value, json};

use super::Dashboard;
use crate::campaigns::days_ago;
use crate::serve::Server;
use crate::store::TestStore;

/// Yesterday's rows of creatives: reached queries, impressions, clicks, spend.
const CREATIVES: [(&str, i64, i64, i64, &str); 6] = [
    ("disapproved", 10, 5, 0, "0.01"),
    // 60.00 and no click.
    ("dear", 2_000, 900, 0, "60.00"),
    // Waste, and no sign of it in a creative: 1,000 reached, 9 won.
    ("low", 1_000, 9, 1, "0.10"),
    ("zero", 1_000, 0, 0, "0.00"),
    ("far", 100, 50, 1, "0.10"),
    ("good", 100_000, 60_000, 600, "300.00"),
];

/// A store whose signals are known, and an account beside it that has none.
fn store() -> TestStore {
    let store = TestStore::new();
    store.succeed(&["account", "add", "other", "--bidder-id", "7"]);
    let entities = store.beside("entities");
    fs::create_dir(&entities).unwrap();
    let creatives = json!({"creatives": [
        creative("disapproved", "DISAPPROVED", 300),
        creative("far", "APPROVED", 311),
        creative("good", "APPROVED", 300),
    ]});
    fs::write(entities.join("creatives.json"), creatives.to_string()).unwrap();
    store.sync(&entities);
    let mut report =
        "Day,Billing ID,Creative ID,Reached queries,Impressions,Clicks,Spend (buyer currency)\n".to_owned();
    for (creative, reached, impressions, clicks, spend) in CREATIVES {
        report += &format!("{},b1,{creative},{reached},{impressions},{clicks},US${spend}\n", days_ago(1));
    }
    import(&store, "performance.csv", &report);
    store
}

fn import(store: &TestStore, name: &str, text: &str) {
    let file = store.beside(name);
    fs::write(&file, text).unwrap();
    store.import(&file);
}

fn creative(id: &str, status: &str, width: i64) -> Value {
    json!({
        "name": format!("buyers/299038253/creatives/{id}"),
        "accountId": "299038253",
        "creativeId": id,
        "creativeFormat": "HTML",
        "html": {"snippet": "<b>ad</b>", "width": width, "height": 250},
        "creativeServingDecision": {"networkPolicyCompliance": {"status": status}},
    })
}

fn types(signals: &Value) -> Vec<&str> {
    signals.as_array().unwrap().iter().map(|signal| signal["signal_type"].as_str().unwrap()).collect()
}

#[test]
fn signals_are_found_listed_and_resolved() {
    let store = store();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let of_dear = "/analytics/waste-signals/dear";
    assert_eq!(dashboard.get(of_dear), json!([]), "nothing was looked for yet");

    let by_type = json!({"disapproved": 1, "high_spend_low_performance": 1});
    let tried = dashboard.post("/analytics/waste-signals/analyze?save_to_db=false", &json!({}));
    assert_eq!((&tried["by_type"], &tried["signals_generated"]), (&by_type, &json!(2)));
    assert_eq!(dashboard.get(of_dear), json!([]), "and nothing was kept");

    let found = dashboard.post("/analytics/waste-signals/analyze", &json!({}));
    assert_eq!((&found["by_type"], &found["new"], &found["days_with_rows"]), (&by_type, &json!(2), &json!(1)));
    let open = dashboard.get(of_dear);
    assert_eq!(types(&open), ["high_spend_low_performance"]);
    let signal = &open[0];
    assert_eq!((&signal["confidence"], &signal["resolved_at"]), (&json!("high"), &Value::Null));
    assert_eq!(signal["observation"], "it cost 60 USD and had no click");
    assert_eq!((&signal["evidence"]["spend"], &signal["evidence"]["impressions"]), (&json!(60.0), &json!(900)));

    let id = signal["id"].as_i64().unwrap();
    let path = format!("/analytics/waste-signals/{id}/resolve");
    let resolved = dashboard.post(&format!("{path}?notes=paused"), &json!({}));
    assert_eq!(resolved, json!({"status": "resolved", "signal_id": id}));
    assert_eq!(dashboard.get(of_dear), json!([]));
    let with_resolved = dashboard.get(&format!("{of_dear}?include_resolved=true"));
    assert_eq!((types(&with_resolved).len(), &with_resolved[0]["resolution_notes"]), (1, &json!("paused")));
    assert!(with_resolved[0]["resolved_at"].is_string());
    dashboard.refused("POST", &path, Some(&json!({})), 404);

    let again = dashboard.post("/analytics/waste-signals/analyze?days=14", &json!({}));
    assert_eq!((&again["new"], &again["left_resolved"]), (&json!(0), &json!(1)), "the same reports say nothing new");
    assert_eq!(dashboard.get(of_dear), json!([]));
}

#[test]
fn what_is_gone_is_resolved_by_the_analysis_and_comes_back_when_found_anew() {
    let store = store();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let analyze = || dashboard.post("/analytics/waste-signals/analyze", &json!({}));
    let all = || dashboard.get("/analytics/waste-signals/dear?include_resolved=true");
    analyze();
    let restate = |clicks: i64| {
        let header = "Day,Billing ID,Creative ID,Reached queries,Impressions,Clicks,Spend (buyer currency)";
        let text = format!("{header}\n{},b1,dear,2000,900,{clicks},US$60.00\n", days_ago(1));
        import(&store, &format!("restated-{clicks}.csv"), &text);
    };
    restate(90);
    assert_eq!(analyze()["resolved"], 1);
    let resolved = all();
    assert_eq!((types(&resolved).len(), &resolved[0]["resolved_by"]), (1, &json!("analysis")));
    restate(0);
    assert_eq!(analyze()["new"], 1);
    assert_eq!(types(&all()).len(), 2, "what was resolved stays as it was");
}

#[test]
fn signals_of_one_account_are_no_other_accounts() {
    let store = store();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    dashboard.post("/analytics/waste-signals/analyze", &json!({}));
    let id = dashboard.get("/analytics/waste-signals/dear")[0]["id"].as_i64().unwrap();
    assert_eq!(dashboard.get("/analytics/waste-signals/dear?account=other"), json!([]));
    let theirs = dashboard.post("/analytics/waste-signals/analyze?account=other", &json!({}));
    assert_eq!((&theirs["signals_generated"], &theirs["resolved"]), (&json!(0), &json!(0)));
    dashboard.refused("POST", &format!("/analytics/waste-signals/{id}/resolve?account=other"), Some(&json!({})), 404);
    assert_eq!(types(&dashboard.get("/analytics/waste-signals/dear")).len(), 1, "it is open still");
    assert_eq!(dashboard.get("/analytics/problem-formats?account=other"), json!([]));
}

#[test]
fn problem_formats_come_with_the_worst_first() {
    let store = store();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let problems = |path: &str| {
        let found = dashboard.get(path);
        let of = |one: &Value| {
            ["creative_id", "problem_type", "severity"].map(|key| one[key].as_str().unwrap().to_owned()).join(" ")
        };
        found.as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    let all =
        ["zero zero_bids high", "disapproved disapproved high", "low low_bid_rate medium", "far non_standard medium"];
    assert_eq!(problems("/analytics/problem-formats"), all);
    assert_eq!(problems("/analytics/problem-formats?size_tolerance=11"), all[..3], "311x250 is 11 px from 300x250");
    let tight = problems("/analytics/problem-formats?size_tolerance=10");
    assert_eq!(tight, all, "and more than 10");
    assert_eq!(problems("/analytics/problem-formats?buyer_id=299038253"), [all[1], all[3]], "creatives of the seat");
    assert_eq!(problems("/analytics/problem-formats?buyer_id=1"), [""; 0]);

    let found = dashboard.get("/analytics/problem-formats?days=7&size_tolerance=5");
    let of =
        |creative: &str| found.as_array().unwrap().iter().find(|one| one["creative_id"] == creative).unwrap().clone();
    assert_eq!(of("far")["evidence"]["nearest_standard_size"], "300x250");
    assert_eq!(
        (&of("low")["evidence"]["reached_queries"], &of("low")["evidence"]["win_rate_pct"]),
        (&json!(1_000), &json!(0.9))
    );
    for wrong in ["size_tolerance=21", "size_tolerance=-1", "days=0", "days=91"] {
        dashboard.refused("GET", &format!("/analytics/problem-formats?{wrong}"), None, 422);
    }
    dashboard.refused("GET", "/analytics/problem-formats?account=nobody", None, 404);
}

#[test]
fn fraud_risk_lists_publishers_with_invalid_traffic() {
    let store = store();
    let mut report =
        "Day,Publisher ID,Publisher name,Impressions,Pre-filtered impressions,IVT credited impressions\n".to_owned();
    for (publisher, invalid) in [("pub-high", 100), ("pub-medium", 50), ("pub-below", 49)] {
        report += &format!("{},{publisher},,1000,1020,{invalid}\n", days_ago(1));
    }
    import(&store, "quality.csv", &report);
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let risk = dashboard.get("/analytics/fraud-risk");
    assert_eq!((&risk["period_days"], &risk["ivt_threshold_pct"], &risk["count"]), (&json!(7), &json!(5.0), &json!(2)));
    let high = json!({
        "publisher_id": "pub-high", "publisher_name": "pub-high", "impressions": 1_000, "ivt_impressions": 100,
        "pre_filtered": 1_020, "ivt_rate_pct": 10.0, "risk_level": "high",
    });
    assert_eq!(risk["fraud_risk_publishers"][0], high);
    assert_eq!(risk["fraud_risk_publishers"][1]["risk_level"], "medium");
    assert_eq!(dashboard.get("/analytics/fraud-risk?threshold_pct=4.9")["count"], 3);
    assert_eq!(dashboard.get("/analytics/fraud-risk?bidder_id=7")["count"], 0, "another account's bidder");
    dashboard.refused("GET", "/analytics/fraud-risk?bidder_id=8", None, 404);
    for wrong in ["threshold_pct=101", "threshold_pct=-1", "threshold_pct=x", "days=31", "days=0"] {
        dashboard.refused("GET", &format!("/analytics/fraud-risk?{wrong}"), None, 422);
    }
    for wrong in ["days=91", "days=0", "save_to_db=maybe"] {
        dashboard.refused("POST", &format!("/analytics/waste-signals/analyze?{wrong}"), Some(&json!({})), 422);
    }
    dashboard.refused("POST", "/analytics/waste-signals/nine/resolve", Some(&json!({})), 404);
    dashboard.refused("GET", "/analytics/waste-signals/x?include_resolved=maybe", None, 422);
}
