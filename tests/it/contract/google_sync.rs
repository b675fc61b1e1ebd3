//! What the dashboard has read from Google: seats, the creatives of a seat, endpoints and configs.

use serde_json::json;

use super::Dashboard;
use crate::google::{Entities, LocalGoogle, Misbehaviour, Shape};
use crate::serve::Server;
use crate::store::TestStore;

#[test]
fn without_credentials_each_call_says_what_to_do() {
    let store = TestStore::with_samples();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let body = json!({"bidder_id": "7"});
    for (path, body) in [
        ("/seats/discover", Some(&body)),
        ("/seats/299038253/sync", None),
        ("/settings/endpoints/sync", None),
        ("/settings/pretargeting/sync", None),
    ] {
        let told = dashboard.refused("POST", path, body, 400);
        assert!(told.contains("service account"), "{path}: {told}");
    }
}

#[test]
fn seats_are_discovered_also_where_a_project_is_named_in_the_place_of_the_bidder() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let store = google.store();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let found = dashboard.post("/seats/discover", &json!({"bidder_id": "test-project"}));
    assert_eq!((&found["bidder_id"], &found["seats_discovered"]), (&json!("7"), &json!(3)));
    let seats: Vec<_> = found["seats"].as_array().unwrap().iter().map(|seat| seat["display_name"].clone()).collect();
    assert_eq!(seats, ["Desk 7", "Desk 8", "Desk 9"]);
    assert_eq!(dashboard.get("/config/credentials")["account_id"], "7", "the bidder is known from now on");
    let same = dashboard.post("/seats/discover", &json!({"bidder_id": "7"}));
    assert_eq!(same["seats"], dashboard.get("/seats"));

    google.change(|kept| kept.bidders.push(json!({"name": "bidders/8"})));
    let other = dashboard.refused("POST", "/seats/discover", Some(&json!({"bidder_id": "8"})), 400);
    assert!(other.contains("bidder 8") && other.contains("is bidder 7"), "{other}");
    dashboard.refused("POST", "/seats/discover", Some(&json!({"bidder_id": 7})), 422);
    let nobody = json!({"bidder_id": "7", "service_account_id": "nobody"});
    dashboard.refused("POST", "/seats/discover", Some(&nobody), 404);
}

#[test]
fn several_bidders_are_named_where_none_is_meant() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    google.change(|kept| kept.bidders.push(json!({"name": "bidders/8"})));
    let store = google.store();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let told = dashboard.refused("POST", "/seats/discover", Some(&json!({"bidder_id": "test-project"})), 400);
    assert!(told.contains("sees the bidders 7, 8"), "{told}");
    assert_eq!(dashboard.post("/seats/discover", &json!({"bidder_id": "7"}))["seats_discovered"], 3);
}

#[test]
fn the_creatives_of_a_seat_are_read_with_a_filter_where_one_is_given() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let store = google.store();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let unknown = dashboard.refused("POST", "/seats/8/sync", None, 404);
    assert!(unknown.contains("seat '8'"), "{unknown}");
    dashboard.post("/seats/discover", &json!({"bidder_id": "7"}));
    let part = dashboard.ask("POST", "/seats/8/sync?filter_query=creativeFormat%3AVIDEO", None, 200);
    assert_eq!((&part["creatives_synced"], &part["buyer_id"]), (&json!(2), &json!("8")));
    let whole = dashboard.ask("POST", "/seats/8/sync", None, 200);
    assert_eq!(whole["creatives_synced"], 5);
    assert_eq!(whole["message"], "3 creatives are new, 0 changed, 2 are as they were, 0 vanished");
    assert_eq!(dashboard.get("/seats/8")["creative_count"], 5);
    google.misbehave("v1/buyers/8/creatives", 1, Misbehaviour::Status(403, "No permission"));
    let told = dashboard.refused("POST", "/seats/8/sync", None, 500);
    assert_eq!(told, "Google refused GET v1/buyers/8/creatives: 403 No permission (TOLD)");
}

#[test]
fn endpoints_and_configs_are_read_with_history_and_without_touching_names() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let store = google.store();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let endpoints = dashboard.ask("POST", "/settings/endpoints/sync", None, 200);
    assert_eq!((&endpoints["endpoints_synced"], &endpoints["bidder_id"]), (&json!(3), &json!("7")));
    let configs = dashboard.ask("POST", "/settings/pretargeting/sync", None, 200);
    assert_eq!((&configs["configs_synced"], &configs["bidder_id"]), (&json!(4), &json!("7")));
    dashboard.post("/settings/pretargeting/157000000/name", &json!({"user_name": "Mine"}));
    google.change(|kept| {
        kept.endpoints.remove(0);
        kept.configs[0]["state"] = json!("SUSPENDED");
    });
    assert_eq!(dashboard.ask("POST", "/settings/endpoints/sync", None, 200)["endpoints_synced"], 2);
    assert_eq!(
        dashboard.get("/settings/endpoints")["endpoints"].as_array().unwrap().len(),
        2,
        "the vanished one is gone"
    );
    dashboard.ask("POST", "/settings/pretargeting/sync", None, 200);
    let config = &dashboard.get("/settings/pretargeting")[0];
    assert_eq!((&config["user_name"], &config["state"]), (&json!("Mine"), &json!("SUSPENDED")));
    let change = "SELECT change_source || ' ' || field_changed || ' ' || old_value || ' > ' || new_value \
                  FROM pretargeting_history ORDER BY history_id DESC LIMIT 1";
    let found: String = store.sqlite().query_row(change, [], |row| row.get(0)).unwrap();
    assert_eq!(found, "api_sync state ACTIVE > SUSPENDED");

    google.misbehave("endpoints", 6, Misbehaviour::Unavailable);
    let told = dashboard.refused("POST", "/settings/endpoints/sync", None, 500);
    assert!(told.contains("503") && told.contains("try again later"), "{told}");
    google.behave();
    google.misbehave("pretargetingConfigs", 2, Misbehaviour::Expired);
    let told = dashboard.refused("POST", "/settings/pretargeting/sync", None, 400);
    assert!(told.contains("tester@test-project"), "{told}");
    let wrong = dashboard.refused("POST", "/settings/endpoints/sync?service_account_id=nobody", None, 404);
    assert!(wrong.contains("nobody"), "{wrong}");
    let (status, answer) = server.get("/api/sync/status");
    assert_eq!((status, &answer["bidder_id"]), (200, &json!("7")));
    assert_eq!(
        (&answer["kinds"][1]["kind"], &answer["kinds"][1]["failure"]["code"]),
        (&json!("endpoints"), &json!("busy"))
    );
    assert!(answer["limits"]["remaining"].is_number() && !answer["calls_today"].as_array().unwrap().is_empty());
}
