//! Service accounts over HTTP and by the command, and where their keys are.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::Dashboard;
use crate::serve::Server;
use crate::store::TestStore;

const SECRET: &str = "c2VjcmV0LW9mLXRoaXMtdGVzdA";

fn key_file(email: &str) -> String {
    let key = format!("-----BEGIN PRIVATE KEY-----\n{SECRET}\n-----END PRIVATE KEY-----\n");
    json!({"type": "service_account", "project_id": "bidder-7", "client_email": email, "private_key": key,
        "token_uri": "https://oauth2.example/token"})
    .to_string()
}

#[test]
fn a_service_account_is_added_shown_and_removed_and_its_key_is_shown_by_nothing() {
    let store = TestStore::new();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    assert_eq!(dashboard.get("/config/credentials")["configured"], false);
    let body = json!({"service_account_json": key_file("sync@bidder-7.example")});
    let added = dashboard.post("/config/service-accounts", &body);
    let id = added["id"].as_str().unwrap();
    assert_eq!((&added["client_email"], &added["project_id"]), (&json!("sync@bidder-7.example"), &json!("bidder-7")));

    let keys: Vec<_> = std::fs::read_dir(store.data_dir().join("keys")).unwrap().map(Result::unwrap).collect();
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(std::fs::read_to_string(keys[0].path()).unwrap().contains(SECRET));

    let listed = dashboard.get("/config/service-accounts");
    assert_eq!((&listed["count"], &listed["accounts"][0]["display_name"]), (&json!(1), &json!("bidder-7")));
    let shown = dashboard.get(&format!("/config/service-accounts/{id}"));
    let status = dashboard.get("/config/credentials");
    assert_eq!((&status["configured"], &status["client_email"]), (&json!(true), &json!("sync@bidder-7.example")));
    let printed = store.succeed(&["service-account", "list", "--json"]);
    let database = std::fs::read(store.data_dir().join("catscan.db-wal")).unwrap();
    for said in [added.to_string(), listed.to_string(), shown.to_string(), status.to_string(), printed] {
        assert!(!said.contains(SECRET) && !said.contains(store.data_dir().to_str().unwrap()), "{said}");
    }
    assert!(!database.windows(SECRET.len()).any(|bytes| bytes == SECRET.as_bytes()), "the key is in SQLite");

    let again = dashboard.refused("POST", "/config/credentials", Some(&body), 409);
    assert!(again.contains("sync@bidder-7.example"), "{again}");
    assert_eq!(dashboard.ask("DELETE", &format!("/config/service-accounts/{id}"), None, 200)["success"], true);
    assert_eq!(std::fs::read_dir(store.data_dir().join("keys")).unwrap().count(), 0, "a removed key stays nowhere");
    dashboard.refused("GET", &format!("/config/service-accounts/{id}"), None, 404);
    dashboard.refused("DELETE", &format!("/config/service-accounts/{id}"), None, 404);
    dashboard.post("/config/credentials", &body);
    dashboard
        .post("/config/credentials", &json!({"service_account_json": key_file("b@p.example"), "display_name": "B"}));
    assert_eq!(dashboard.ask("DELETE", "/config/credentials", None, 200)["success"], true);
    assert_eq!(dashboard.get("/config/service-accounts")["count"], 0);
}

#[test]
fn what_is_no_key_file_is_refused_without_repeating_it() {
    let store = TestStore::new();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    for (text, named) in [(SECRET.to_owned(), "JSON"), (json!({"type": "authorized_user"}).to_string(), "type")] {
        let body = json!({"service_account_json": text});
        let refused = dashboard.refused("POST", "/config/service-accounts", Some(&body), 400);
        assert!(refused.contains(named) && !refused.contains(SECRET), "{refused}");
    }
    dashboard.refused("POST", "/config/service-accounts", Some(&json!({})), 422);
    assert_eq!(std::fs::read_dir(store.data_dir().join("keys")).unwrap().count(), 0);
}

#[test]
fn a_process_that_dies_between_key_and_row_leaves_nothing_that_stays() {
    let store = TestStore::new();
    let file = store.beside("key.json");
    std::fs::write(&file, key_file("sync@bidder-7.example")).unwrap();
    let add = ["service-account", "add", file.to_str().unwrap()];
    let keys = store.data_dir().join("keys");
    let killed = store.command(&add).env("CATSCAN_KILL_AT", "key-file-written").output().unwrap();
    assert_eq!(killed.status.code(), None, "killed: {killed:?}");
    assert_eq!(std::fs::read_dir(&keys).unwrap().count(), 1);
    assert_eq!(store.succeed(&["service-account", "list", "--json"]), "");
    store.succeed(&["service-account", "add", file.to_str().unwrap(), "--name", "x", "--json"]);
    assert_eq!(std::fs::read_dir(&keys).unwrap().count(), 1, "the leftover is gone");

    let remove = ["service-account", "remove", "sync@bidder-7.example"];
    let killed = store.command(&remove).env("CATSCAN_KILL_AT", "service-account-removed").output().unwrap();
    assert_eq!(killed.status.code(), None, "killed: {killed:?}");
    assert_eq!(store.succeed(&["service-account", "list", "--json"]), "");
    store.succeed(&add);
    assert_eq!(std::fs::read_dir(&keys).unwrap().count(), 1, "the leftover is gone");
}
