//! Seats, endpoints and configs as the dashboard lists them, and the names that users give them.

use serde_json::{Value, json};

use super::Dashboard;
use crate::serve::Server;
use crate::store::{TestStore, repository};

#[test]
fn seats_are_listed_renamed_and_made_for_creatives_that_have_none() {
    let store = TestStore::with_samples();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let seats = dashboard.get("/seats?active_only=false");
    let creatives = store.number("SELECT count(*) AS n FROM creatives WHERE buyer_id = '299038253'");
    assert_eq!(
        (&seats[0]["buyer_id"], &seats[0]["bidder_id"], &seats[0]["creative_count"]),
        (&json!("299038253"), &json!("299038253"), &json!(creatives))
    );
    assert_eq!(dashboard.get("/seats?bidder_id=1"), json!([]));
    let renamed = dashboard.ask("PATCH", "/seats/299038253", Some(&json!({"display_name": "Desk"})), 200);
    assert_eq!(renamed["display_name"], "Desk");
    store.sync(&repository("data/samples/entities"));
    assert_eq!(dashboard.get("/seats/299038253")["display_name"], "Desk", "a sync leaves a user's name alone");
    dashboard.refused("GET", "/seats/1", None, 404);
    dashboard.refused("PATCH", "/seats/1", Some(&json!({"display_name": "x"})), 404);
    dashboard.refused("GET", "/seats?active_only=perhaps", None, 422);
    assert_eq!(dashboard.ask("POST", "/seats/populate", None, 200)["seats_created"], 0);
    let back = store.succeed(&["seats", "rename", "299038253"]);
    assert_eq!(back, "seat 299038253 is Example Trading Desk\n");
}

#[test]
fn endpoints_say_what_they_may_take_and_what_came() {
    let store = TestStore::with_samples();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let before = dashboard.get("/settings/endpoints");
    assert_eq!((&before["total_qps_allocated"], &before["qps_current"]), (&json!(50_000), &Value::Null));
    let locations: Vec<_> =
        before["endpoints"].as_array().unwrap().iter().map(|one| one["trading_location"].clone()).collect();
    assert_eq!(locations, ["ASIA", "US_WEST"]);
    // 8,640,000 requests on the newest day are 100 a second; the day before does not count.
    let report = "#Day,Country,Hour,Bid requests,Inventory matches\n2026-02-24,India,1,99999999,100\n2026-02-25,India,1,8000000,100\n2026-02-25,Brazil,2,640000,100\n";
    let file = store.beside("funnel.csv");
    std::fs::write(&file, report).unwrap();
    store.import(&file);
    assert_eq!(dashboard.get("/settings/endpoints")["qps_current"], 100);
    dashboard.refused("GET", "/settings/endpoints?service_account_id=nobody", None, 404);
}

#[test]
fn configs_are_listed_by_billing_id_and_renamed_with_history() {
    let store = TestStore::with_samples();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let configs = dashboard.get("/settings/pretargeting");
    let ids: Vec<_> = configs.as_array().unwrap().iter().map(|one| one["billing_id"].clone()).collect();
    assert_eq!(ids, ["157331516553", "157332516556", "157333516559"]);
    assert_eq!(
        (&configs[0]["included_sizes"], &configs[2]["included_sizes"]),
        (&json!(["300x250", "320x480"]), &Value::Null)
    );
    let rename = |config: &str, name: &str| {
        dashboard.post(&format!("/settings/pretargeting/{config}/name"), &json!({ "user_name": name }))
    };
    assert_eq!(rename("157331516553", "India")["user_name"], "India");
    // Its config id does as well, and the same name is no change.
    rename("148000001", "India");
    let history = "SELECT change_type, new_value, change_source, changed_by FROM pretargeting_history";
    assert_eq!(
        store.sql(history),
        [json!({"change_type": "change_name", "new_value": "India", "change_source": "user", "changed_by": "http"})]
    );
    store.sync(&repository("data/samples/entities"));
    assert_eq!(dashboard.get("/settings/pretargeting")[0]["user_name"], "India", "a sync leaves a user's name alone");
    dashboard.refused("POST", "/settings/pretargeting/1/name", Some(&json!({"user_name": "x"})), 404);
    let printed = store.succeed(&["configs", "rename", "157331516553", "--by", "dana"]);
    assert_eq!(printed, "config 148000001 is India app interstitials\n");
}

#[test]
fn another_account_sees_and_changes_nothing_of_this_one() {
    let store = TestStore::with_samples();
    store.succeed(&["account", "add", "other", "--bidder-id", "7"]);
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    assert_eq!(dashboard.get("/seats?active_only=false&account=other"), json!([]));
    assert_eq!(dashboard.get("/settings/pretargeting?account=other"), json!([]));
    assert_eq!(dashboard.get("/settings/endpoints?account=other")["endpoints"], json!([]));
    dashboard.refused("GET", "/seats/299038253?account=other", None, 404);
    let name = json!({"display_name": "theirs", "user_name": "theirs"});
    dashboard.refused("PATCH", "/seats/299038253?account=other", Some(&name), 404);
    dashboard.refused("POST", "/settings/pretargeting/157331516553/name?account=other", Some(&name), 404);
    assert!(!dashboard.get("/seats").to_string().contains("theirs"));
}
