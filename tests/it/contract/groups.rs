//! All calls of the contract's groups about entities and figures: each is there, and none shows one account to another.

use serde_json::{Value, json};

use super::{CONTRACT, assert_shape, reports};
use crate::serve::Server;
use crate::store::{TestStore, repository};

/// The groups about what Google has, what users make of it, and what the reports say.
const GROUPS: [&str; 13] = [
    "config",
    "seats",
    "creatives",
    "campaigns",
    "ai-campaigns",
    "settings",
    "thumbnails",
    "analytics",
    "qps",
    "recommendations",
    "performance",
    "collect",
    "troubleshooting",
];

/// Method and path of every call of the groups.
fn calls() -> Vec<(String, String)> {
    let mut calls = Vec::new();
    for (path, methods) in CONTRACT["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let tag = operation["tags"][0].as_str();
            if tag.is_some_and(|tag| GROUPS.contains(&tag)) {
                calls.push((method.to_uppercase(), path.clone()));
            }
        }
    }
    calls
}

/// The path with this in the place of each parameter.
fn filled(path: &str, with: &str) -> String {
    let segments = path.split('/').map(|segment| match segment.split_once('}') {
        Some((_, extension)) => format!("{with}{extension}"),
        None => segment.to_owned(),
    });
    segments.collect::<Vec<_>>().join("/")
}

#[test]
fn every_call_is_there_at_the_top_and_below_api_and_answers_in_its_shape() {
    let store = TestStore::with_samples();
    let server = Server::over(&store);
    let calls = calls();
    assert!(calls.len() >= 110, "the contract lost its groups: {calls:?}");
    let mut missing = Vec::new();
    for (method, path) in calls {
        for prefix in ["", "/api"] {
            let asked = filled(&path, "987654321");
            let (status, answer) = server.ask(&method, &format!("{prefix}{asked}"), Some(&json!({})));
            let detail = answer["detail"].as_str().unwrap_or_default();
            if status == 405 || status >= 500 && status != 503 || detail.contains("nothing at this address") {
                missing.push(format!("{method} {prefix}{path}: {status} {answer}"));
            } else if answer["detail"].is_string() || path != "/thumbnails/{creative_id}.jpg" {
                assert_shape(&method, &asked, status, &answer);
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn no_call_shows_one_account_to_another() {
    const OURS: &str = "Zebrafish";
    let store = TestStore::new();
    store.succeed(&["account", "add", "other", "--bidder-id", "7"]);
    // Everything that has a name has ours in it; ids are the samples' own, so that paths can name them.
    let entities = store.beside("entities");
    std::fs::create_dir(&entities).unwrap();
    for file in ["buyers", "creatives", "endpoints", "pretargetingConfigs"] {
        let text = std::fs::read_to_string(repository(&format!("data/samples/entities/{file}.json"))).unwrap();
        let mut page: Value = serde_json::from_str(&text).unwrap();
        rename(&mut page, OURS);
        std::fs::write(entities.join(format!("{file}.json")), page.to_string()).unwrap();
    }
    store.sync(&entities);
    store.import(&repository("data/samples/performance.csv"));
    facts(&store, OURS);
    let server = Server::over(&store);
    let (status, made) =
        server.ask("POST", "/api/campaigns", Some(&json!({"name": OURS, "creative_ids": ["cr-1001"]})));
    assert_eq!(status, 200, "{made}");
    let (status, _) = server.ask(
        "POST",
        "/api/settings/pretargeting/snapshot",
        Some(&json!({"billing_id": "157331516553", "snapshot_name": OURS})),
    );
    assert_eq!(status, 200);
    let change = json!({"billing_id": "157331516553", "change_type": "add_size", "field_name": "included_sizes", "value": "728x90", "reason": OURS});
    assert_eq!(server.ask("POST", "/api/settings/pretargeting/pending-change", Some(&change)).0, 200);

    let mut shown = 0;
    for (method, path) in calls() {
        if method != "GET" {
            continue;
        }
        for id in ["157331516553", "299038253", "cr-1001", made["id"].as_str().unwrap(), "1"] {
            let path = filled(&path, id);
            let ask = |account: &str| server.ask("GET", &format!("/api{path}?account={account}"), None).1.to_string();
            shown += usize::from(ask("default").contains(OURS));
            // The answer may name what it was asked for.
            let theirs = ask("other").replacen(&format!("\"billing_id\":\"{id}\","), "", 1);
            assert!(!theirs.contains(OURS) && !theirs.contains("157331516553\","), "GET {path}: {theirs}");
        }
    }
    assert!(shown > 30, "too little is shown to its own account: {shown}");
}

/// Reports of yesterday in which everything that has a name has this one.
fn facts(store: &TestStore, word: &'static str) {
    let import =
        |name: &str, text: &str| assert_eq!(reports::import(store, "default", name, text)["status"], "imported");
    let row = (1, "157331516553", word, word, "Display", word, word, word, 90_000, 2_000, 0, 90_000_000);
    import("performance.csv", &reports::performance(&[row]));
    let publisher = format!("0,{word},{word},{word},600000,1000000,590000,8000,40000,35000,1000,4000,7");
    import("publishers.csv", &reports::report(reports::FUNNEL_PUBLISHER, &[(1, &publisher)]));
    let country = format!("{word},0,600000,1000000,590000,40000,35000,15000,700,7");
    import("funnel.csv", &reports::report(reports::FUNNEL_GEO, &[(1, &country)]));
    import(
        "bids.csv",
        &reports::report(reports::BIDS, &[(1, &format!("{word},{word},1001,8000,3000,10000,4000,1000,US$5.00"))]),
    );
    import("filtering.csv", &reports::report(reports::FILTERING, &[(1, &format!("{word},{word},{word},700,US$1.50"))]));
    let quality = format!("{word},{word},1000,US$10.00,300,1000,60,1100,900");
    import("quality.csv", &reports::report(reports::VIEWABILITY, &[(1, &quality)]));
}

/// Puts the word before each text that people gave.
fn rename(value: &mut Value, word: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, word)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if ["displayName", "advertiserName", "url"].contains(&name.as_str()) => {
                        *text = format!("{text}#{word}");
                    }
                    other => rename(other, word),
                }
            }
        }
        _ => {}
    }
}
