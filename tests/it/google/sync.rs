//! Whole syncs through the program: what is read, what stays, and that a second one finds nothing to do.

use serde_json::{Value, json};

use super::{Entities, LocalGoogle, Shape};
use crate::serve::Server;
use crate::store::{TestStore, integer, repository};

/// Runs a sync that must succeed; its answer.
#[track_caller]
pub fn synced(store: &TestStore, arguments: &[&str]) -> Value {
    let arguments = [&["sync", "--json"], arguments].concat();
    serde_json::from_str(&store.succeed(&arguments)).unwrap()
}

/// added, changed, unchanged and vanished of a kind.
#[track_caller]
pub fn counts(answer: &Value, kind: &str) -> [i64; 4] {
    ["added", "changed", "unchanged", "vanished"].map(|word| integer(&answer[kind][word]))
}

/// What the store has of entities, as SQL sees it, without the times at which syncs looked.
#[track_caller]
pub fn entities(store: &TestStore) -> Vec<String> {
    let tables = [
        ("buyer_seats", "buyer_id, bidder_id, display_name, user_name, active, vanished_at IS NULL AS there, raw_data"),
        ("rtb_endpoints", "endpoint_id, url, maximum_qps, trading_location, raw_data"),
        (
            "pretargeting_configs",
            "config_id, billing_id, display_name, user_name, state, vanished_at IS NULL AS there, raw_data",
        ),
        ("creatives", "creative_id, buyer_id, format, approval_status, vanished_at IS NULL AS there, raw_data"),
    ];
    let database = store.sqlite();
    let mut rows = Vec::new();
    for (table, columns) in tables {
        let sql = format!("SELECT account_id, json_array({}) FROM {table} ORDER BY 1, 2", values(columns));
        let mut statement = database.prepare(&sql).unwrap();
        let found = statement
            .query_map([], |row| Ok(format!("{table} {} {}", row.get::<_, i64>(0)?, row.get::<_, String>(1)?)));
        rows.extend(found.unwrap().map(Result::unwrap));
    }
    rows
}

fn values(columns: &str) -> String {
    columns.split(", ").map(|column| column.split(" AS ").next().unwrap()).collect::<Vec<_>>().join(", ")
}

fn history(store: &TestStore) -> i64 {
    store.sqlite().query_row("SELECT count(*) FROM pretargeting_history", [], |row| row.get(0)).unwrap()
}

#[test]
fn a_full_sync_brings_everything_page_by_page_and_a_second_one_finds_nothing_to_do() {
    let google = LocalGoogle::start(Entities::of(7_000, Shape::SMALL));
    google.largest_page(2);
    let store = google.store();
    let first = synced(&store, &["all"]);
    assert_eq!((&first["bidder_id"], &first["notes"]), (&json!("7000"), &json!([])), "{first:#}");
    assert_eq!(counts(&first, "seats"), [3, 0, 0, 0]);
    assert_eq!(counts(&first, "endpoints"), [3, 0, 0, 0]);
    assert_eq!(counts(&first, "configs"), [4, 0, 0, 0]);
    assert_eq!(counts(&first, "creatives"), [15, 0, 0, 0]);
    let asked: Vec<_> = google.calls();
    let of = |path: &str| asked.iter().filter(|call| call.path == path).collect::<Vec<_>>();
    assert_eq!(of("v1/bidders").len(), 1, "the bidder is learnt");
    assert_eq!(of("v1/bidders/7000/pretargetingConfigs").len(), 2);
    let pages = of("v1/buyers/7001/creatives");
    let tokens: Vec<_> = pages.iter().map(|page| page.parameter("pageToken")).collect();
    assert_eq!(tokens, [None, Some("p2"), Some("p4")]);
    assert!(
        pages.iter().all(|page| page.parameter("view") == Some("FULL") && page.parameter("pageSize") == Some("1000"))
    );

    let before = entities(&store);
    let again = synced(&store, &["all"]);
    assert_eq!((counts(&again, "seats"), counts(&again, "endpoints")), ([0, 0, 3, 0], [0, 0, 3, 0]));
    assert_eq!((counts(&again, "configs"), counts(&again, "creatives")), ([0, 0, 4, 0], [0, 0, 15, 0]));
    assert_eq!((entities(&store), history(&store)), (before, 0));
    assert!(google.calls().iter().all(|call| call.path != "v1/bidders"), "the bidder is known");
}

#[test]
fn a_kind_alone_is_asked_for_alone() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let store = google.store();
    let answer = synced(&store, &["endpoints"]);
    assert_eq!((counts(&answer, "endpoints"), &answer["seats"]["state"]), ([3, 0, 0, 0], &json!("not_asked")));
    let paths: Vec<_> = google.calls().into_iter().map(|call| call.path).collect();
    assert_eq!(paths, ["v1/bidders", "v1/bidders/7/endpoints"]);

    let ran = store.run(&["sync", "creatives"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("no seats are known") && ran.stdout.contains("catscan sync seats"), "{ran:#?}");
    synced(&store, &["seats"]);
    let one = synced(&store, &["creatives", "--buyer", "8", "--filter", "creativeFormat:VIDEO"]);
    assert_eq!(counts(&one, "creatives"), [2, 0, 0, 0], "{one:#}");
    let all = synced(&store, &["creatives", "--buyer", "8"]);
    assert_eq!(counts(&all, "creatives"), [3, 0, 2, 0], "a filtered list makes nothing vanish");
    let part = synced(&store, &["creatives", "--buyer", "8", "--filter", "creativeFormat:VIDEO"]);
    assert_eq!(counts(&part, "creatives"), [0, 0, 2, 0]);
    let ran = store.run(&["sync", "creatives", "--buyer", "999"]);
    assert!(ran.code == Some(1) && ran.stdout.contains("has no seat '999'"), "{ran:#?}");
}

#[test]
fn differences_become_history_and_what_users_entered_survives() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let store = google.store();
    synced(&store, &[]);
    store.succeed(&["configs", "rename", "157000000", "My config"]);
    store.succeed(&["seats", "rename", "8", "My seat"]);
    let named = history(&store);
    google.change(|kept| {
        kept.configs[0]["displayName"] = json!("Renamed there");
        kept.configs[0]["maximumQps"] = json!("77");
        kept.configs[0]["includedFormats"] = json!(["HTML"]);
        kept.configs.remove(3);
        kept.endpoints.remove(0);
        kept.buyers.remove(2);
        let creatives = kept.creatives.get_mut("8").unwrap();
        creatives.remove(0);
        creatives[0]["creativeServingDecision"]["networkPolicyCompliance"]["status"] = json!("DISAPPROVED");
    });
    let answer = synced(&store, &[]);
    assert_eq!((counts(&answer, "seats"), counts(&answer, "endpoints")), ([0, 0, 2, 1], [0, 0, 2, 1]));
    assert_eq!((counts(&answer, "configs"), counts(&answer, "creatives")), ([0, 1, 2, 1], [0, 1, 8, 1]));
    let changes = "SELECT config_id || ' ' || change_type || ' ' || coalesce(old_value, '-') || ' > ' || coalesce(new_value, '-') \
                   FROM pretargeting_history WHERE change_source = 'api_sync' ORDER BY 1";
    let database = store.sqlite();
    let mut statement = database.prepare(changes).unwrap();
    let found: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(
        found,
        [
            "148000 change_name Config no. 0 > Renamed there",
            "148000 change_qps 1000 > 77",
            "148000 remove_format [\"HTML\",\"VAST\"] > [\"HTML\"]",
            "148003 remove_config Config no. 3 > -",
        ]
    );
    assert_eq!(history(&store), named + 4);
    let one = |sql: &str| database.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(one("SELECT user_name FROM pretargeting_configs WHERE config_id = '148000'"), "My config");
    assert_eq!(one("SELECT user_name FROM buyer_seats WHERE buyer_id = '8'"), "My seat");
    assert_eq!(one("SELECT count(*) || '' FROM rtb_endpoints"), "2", "a vanished endpoint is removed");
    assert_eq!(one("SELECT config_id FROM pretargeting_configs WHERE vanished_at IS NOT NULL"), "148003");
    assert_eq!(one("SELECT buyer_id || active FROM buyer_seats WHERE vanished_at IS NOT NULL"), "90");
    assert_eq!(one("SELECT creative_id FROM creatives WHERE vanished_at IS NOT NULL"), "cr-8-0");
    synced(&store, &[]);
    assert_eq!(history(&store), named + 4);
}

#[test]
fn two_accounts_share_ids_and_nothing_else() {
    let (first, second) =
        (LocalGoogle::start(Entities::of(7, Shape::SMALL)), LocalGoogle::start(Entities::of(7, Shape::SMALL)));
    let mut store = first.store();
    synced(&store, &[]);
    let before = entities(&store);
    store.succeed(&["account", "add", "second"]);
    store.set("CATSCAN_GOOGLE_BASE_URL", &second.url());
    second.change(|kept| kept.configs[0]["displayName"] = json!("Theirs"));
    second.add_service_account(&store, "second", "theirs");
    let answer = synced(&store, &["--account", "second"]);
    assert_eq!(counts(&answer, "configs"), [4, 0, 0, 0]);
    let after = entities(&store);
    assert_eq!(after.len(), 2 * before.len());
    assert!(before.iter().all(|row| after.contains(row)), "the first account's rows are as they were");
    assert!(first.calls().iter().all(|call| !call.path.is_empty()) && !second.calls().is_empty());
}

#[test]
fn several_bidders_are_named_and_none_is_guessed() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    google.change(|kept| {
        kept.bidders.push(json!({"name": "bidders/8"}));
        kept.buyers.push(json!({"name": "buyers/99", "bidder": "bidders/8", "displayName": "Elsewhere"}));
    });
    let store = google.store();
    let ran = store.run(&["sync"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stdout.contains("sees the bidders 7, 8") && ran.stdout.contains("--bidder-id"), "{ran:#?}");
    assert!(ran.stdout.contains("creatives  not tried, and stay as they are"), "{ran:#?}");
    store.succeed(&["account", "set", "1", "--bidder-id", "7"]);
    let answer = synced(&store, &[]);
    assert_eq!(
        (counts(&answer, "seats"), &answer["notes"]),
        ([3, 0, 0, 0], &json!(["1 seats of other bidders are left out"]))
    );
}

#[test]
fn a_server_syncs_for_the_command_and_lists_it_as_a_job() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let store = google.store();
    let server = Server::over(&store);
    let answer = synced(&store, &[]);
    assert_eq!(counts(&answer, "creatives"), [15, 0, 0, 0]);
    let (_, jobs) = server.get("/api/jobs");
    let job = &jobs["jobs"][0];
    assert_eq!((&job["kind"], &job["state"], &job["what"]), (&json!("sync"), &json!("done"), &json!("all entities")));
    let (_, job) = server.get(&format!("/api/jobs/{}", job["job_id"]));
    let stages: Vec<_> = job["stages"].as_array().unwrap().iter().map(|stage| stage["name"].clone()).collect();
    assert_eq!(stages, ["seats", "endpoints", "pretargeting", "creatives"]);
}

#[test]
fn calls_and_limits_are_kept_and_shown() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let store = google.store();
    let none: Value = serde_json::from_str(&store.succeed(&["sync", "--status", "--json"])).unwrap();
    assert_eq!(
        (&none["limits"], &none["calls_today"], &none["kinds"][0]["last_done_at"]),
        (&Value::Null, &json!([]), &Value::Null)
    );
    synced(&store, &[]);
    let status: Value = serde_json::from_str(&store.succeed(&["sync", "--status", "--json"])).unwrap();
    let calls = status["calls_today"].as_array().unwrap();
    let of = |route: &str| calls.iter().find(|call| call["route"] == route).unwrap_or_else(|| panic!("{status:#}"));
    assert_eq!(of("v1/buyers/{buyer}/creatives")["calls"], 3);
    assert_eq!((&of("v1/buyers")["calls"], &of("v1/buyers")["errors"]), (&json!(1), &json!(0)));
    assert!(integer(&of("v1/buyers/{buyer}/creatives")["bytes_received"]) > 10_000);
    assert!(integer(&status["limits"]["remaining"]) > 0 && status["limits"]["resets_at"].is_string(), "{status:#}");
    assert!(status["kinds"].as_array().unwrap().iter().all(|kind| kind["last_done_at"].is_string()), "{status:#}");
    let words = store.succeed(&["sync", "--status"]);
    assert!(
        words.contains("pretargeting")
            && words.contains("calls left")
            && words.contains("GET v1/buyers/{buyer}/creatives"),
        "{words}"
    );
}

#[test]
fn files_and_google_give_the_same_store() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let (asked, read) = (google.store(), TestStore::new());
    synced(&asked, &[]);
    let kept = google.entities();
    let dir = read.beside("answers");
    std::fs::create_dir(&dir).unwrap();
    let write = |name: &str, answer: Value| std::fs::write(dir.join(name), answer.to_string()).unwrap();
    write("buyers.json", json!({"buyers": kept.buyers}));
    write("endpoints-1.json", json!({"endpoints": kept.endpoints[..2], "nextPageToken": "p2"}));
    write("endpoints-2.json", json!({"endpoints": kept.endpoints[2..]}));
    write("pretargetingConfigs.json", json!({"pretargetingConfigs": kept.configs}));
    for (buyer, creatives) in &kept.creatives {
        write(&format!("creatives-{buyer}.json"), json!({"creatives": creatives}));
    }
    let files = dir.to_str().unwrap();
    let one = synced(&read, &["endpoints", "--from-files", files]);
    assert_eq!(
        (counts(&one, "endpoints"), &one["files"]),
        ([3, 0, 0, 0], &json!(["endpoints-1.json", "endpoints-2.json"]))
    );
    synced(&read, &["--from-files", files]);
    assert_eq!(entities(&read), entities(&asked));
    let samples = repository("data/samples/entities-paged");
    let paged = TestStore::new();
    let answer = synced(&paged, &["--from-files", samples.to_str().unwrap()]);
    assert_eq!((counts(&answer, "seats"), counts(&answer, "configs")), ([3, 0, 0, 0], [3, 0, 0, 0]), "{answer:#}");
    assert_eq!((counts(&answer, "endpoints"), counts(&answer, "creatives")), ([3, 0, 0, 0], [5, 0, 0, 0]));
    assert_eq!(answer["notes"], json!([]));
}
