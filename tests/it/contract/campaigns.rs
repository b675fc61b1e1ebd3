//! Campaigns as the dashboard asks for them, under both prefixes.

use serde_json::{Value, json};

use super::Dashboard;
use crate::campaigns::{Line, days_ago, naive, report, trade};
use crate::serve::Server;

const SHOES: [&str; 3] = ["s1", "s2", "s3"];

fn ids(answer: &Value) -> Vec<&str> {
    answer["creative_ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect()
}

fn names(campaigns: &Value) -> Vec<&str> {
    campaigns.as_array().unwrap().iter().map(|campaign| campaign["name"].as_str().unwrap()).collect()
}

/// Makes a campaign; its id.
#[track_caller]
fn made(dashboard: &Dashboard<'_>, name: &str, creatives: &[&str]) -> String {
    let made = dashboard.post("/campaigns", &json!({"name": name, "creative_ids": creatives}));
    made["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_campaign_is_made_changed_archived_and_brought_back() {
    let store = trade();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    assert_eq!(dashboard.get("/campaigns"), json!([]));
    let body = json!({"name": "Shoes", "creative_ids": ["s1", "s2"], "description": "of spring"});
    let shoes = dashboard.post("/campaigns", &body);
    assert_eq!((&shoes["clustering_method"], &shoes["ai_generated"]), (&json!("manual"), &json!(false)));
    assert_eq!((&shoes["seat_id"], &shoes["status"], ids(&shoes)), (&json!(1001), &json!("active"), vec!["s1", "s2"]));
    let id = shoes["id"].as_str().unwrap();
    assert!(id.parse::<i64>().unwrap() >= 1);
    let path = format!("/campaigns/{id}");

    let other = made(&dashboard, "Other", &["s3", "x1"]);
    let patched = dashboard.ask(
        "PATCH",
        &path,
        Some(&json!({"name": "Our shoes", "add_creative_ids": ["s3"], "remove_creative_ids": ["s1", "x1"]})),
        200,
    );
    assert_eq!((patched["name"].as_str(), ids(&patched)), (Some("Our shoes"), vec!["s2", "s3"]));
    let rest = dashboard.get(&format!("/campaigns/{other}"));
    assert_eq!(ids(&rest), ["x1"], "what another campaign has is not removed by this one");
    assert_eq!(rest["seat_id"], 1002);
    dashboard.ask("PATCH", &path, Some(&json!({})), 200);
    assert_eq!(names(&dashboard.get("/campaigns")), ["Our shoes", "Other"], "the last changed first");
    assert_eq!(names(&dashboard.get("/campaigns?seat_id=1002")), ["Other"]);

    let said =
        json!({"status": "paused", "description": "", "owner": "Ann", "budget": "12.5", "end_date": "2026-12-31"});
    assert_eq!(dashboard.ask("PUT", &path, Some(&said), 200), json!({"status": "updated"}));
    let put = dashboard.get(&path);
    assert_eq!((&put["status"], &put["description"], &put["owner"]), (&json!("paused"), &Value::Null, &json!("Ann")));
    assert_eq!((&put["budget"], &put["end_date"]), (&json!("12.500000"), &json!("2026-12-31")));
    dashboard.ask("PUT", &path, Some(&json!({"owner": null, "budget": null})), 200);
    assert_eq!(dashboard.get(&path)["budget"], Value::Null);
    assert_eq!(names(&dashboard.get("/campaigns?status=paused")), ["Our shoes"]);

    assert_eq!(dashboard.ask("DELETE", &path, None, 200), json!({"status": "deleted"}));
    dashboard.refused("DELETE", &path, None, 404);
    dashboard.refused("PATCH", &path, Some(&json!({"name": "x"})), 404);
    assert_eq!(names(&dashboard.get("/campaigns")), ["Other"]);
    assert_eq!(names(&dashboard.get("/campaigns?status=archived")), ["Our shoes"]);
    let free = dashboard.get("/campaigns/unclustered");
    assert_eq!((ids(&free), &free["count"]), (vec!["a1", "a2", "a3", "s1", "s2", "s3", "x2"], &json!(7)));
    dashboard.ask("PUT", &path, Some(&json!({"status": "active"})), 200);
    assert_eq!(ids(&dashboard.get(&path)), ["s2", "s3"]);
    let of_seat = dashboard.get("/campaigns/unclustered?buyer_id=1002");
    assert_eq!(ids(&of_seat), ["a3", "x2"]);
}

#[test]
fn creatives_are_added_moved_and_removed() {
    let store = trade();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let (one, two) = (made(&dashboard, "One", &["s1"]), made(&dashboard, "Two", &[]));
    let of = |id: &str| format!("/campaigns/{id}/creatives");
    let added = dashboard.post(&of(&one), &json!({"creative_ids": ["s2", "s3", "s3"]}));
    assert_eq!(added, json!({"status": "assigned", "count": 2}));
    let moved = dashboard.post("/campaigns/creatives/s2/move", &json!({"to_campaign_id": two}));
    assert_eq!(moved, json!({"status": "moved"}));
    assert_eq!((ids(&dashboard.get(&of(&one))), ids(&dashboard.get(&of(&two)))), (vec!["s1", "s3"], vec!["s2"]));
    let removed = dashboard.ask("DELETE", &format!("{}/s3", of(&one)), None, 200);
    assert_eq!(removed, json!({"status": "removed"}));
    assert_eq!(dashboard.get(&of(&one)), json!({"creative_ids": ["s1"], "count": 1}));
    dashboard.refused("DELETE", &format!("{}/s3", of(&one)), None, 404);
    dashboard.refused("DELETE", &format!("{}/s2", of(&one)), None, 404);
}

#[test]
fn what_is_not_there_is_404_and_what_cannot_be_is_422() {
    let store = trade();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    for id in ["99", "0", "-1", "abc", "1f"] {
        let path = format!("/campaigns/{id}");
        dashboard.refused("GET", &path, None, 404);
        dashboard.refused("PATCH", &path, Some(&json!({"name": "x"})), 404);
        dashboard.refused("PUT", &path, Some(&json!({"name": "x"})), 404);
        dashboard.refused("DELETE", &path, None, 404);
        dashboard.refused("GET", &format!("{path}/creatives"), None, 404);
        dashboard.refused("GET", &format!("{path}/performance"), None, 404);
        dashboard.refused("GET", &format!("{path}/performance/daily"), None, 404);
        dashboard.refused("POST", &format!("{path}/creatives"), Some(&json!({"creative_ids": []})), 404);
        dashboard.refused("DELETE", &format!("{path}/creatives/s1"), None, 404);
        dashboard.refused("POST", &format!("/performance/campaign/{id}/refresh-cache"), None, 404);
        dashboard.refused("GET", &format!("/ai-campaigns/{id}"), None, 404);
        dashboard.refused("PUT", &format!("/ai-campaigns/{id}"), Some(&json!({"name": "x"})), 404);
        dashboard.refused("DELETE", &format!("/ai-campaigns/{id}"), None, 404);
        dashboard.refused("POST", "/campaigns/creatives/s1/move", Some(&json!({"to_campaign_id": id})), 404);
    }
    let mine = made(&dashboard, "Mine", &[]);
    dashboard.refused("POST", "/campaigns/creatives/nope/move", Some(&json!({"to_campaign_id": mine})), 404);
    for (method, path, body, said) in [
        ("POST", "/campaigns", json!({}), "'name' is missing"),
        ("POST", "/campaigns", json!({"name": " "}), "name: write 1 to 500 letters"),
        ("POST", "/campaigns", json!({"name": "x", "creative_ids": ["s1", "nope"]}), "no creative 'nope'"),
        ("POST", "/campaigns", json!({"name": "x", "budget": "-1"}), "budget: '-1' is not an amount"),
        ("PUT", &format!("/campaigns/{mine}"), json!({"status": "gone"}), "status: 'gone' is not known"),
        ("PATCH", &format!("/campaigns/{mine}"), json!({"add_creative_ids": ["nope"]}), "no creative 'nope'"),
        ("POST", "/campaigns/auto-cluster", json!({"by_url": 1}), "by_url: write true or false"),
        (
            "POST",
            "/ai-campaigns/auto-cluster",
            json!({"min_cluster_size": 0}),
            "min_cluster_size: write a whole number",
        ),
    ] {
        let refused = dashboard.refused(method, path, Some(&body), 422);
        assert!(refused.contains(said), "{method} {path} {body}: {refused}");
    }
    dashboard.refused("GET", "/campaigns?status=gone", None, 422);
    dashboard.refused("GET", "/campaigns?seat_id=x", None, 422);
    dashboard.refused("GET", &format!("/campaigns/{mine}/performance/daily?days=0"), None, 422);
    assert_eq!(names(&dashboard.get("/campaigns")), ["Mine"]);
    assert_eq!(ids(&dashboard.get("/campaigns/unclustered")).len(), 8);
}

#[test]
fn figures_are_ratios_of_sums_over_exactly_the_period() {
    let store = trade();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let id = made(&dashboard, "Shoes", &SHOES);
    let empty = made(&dashboard, "Empty", &["x2"]);
    for (period, days) in [("1d", 1), ("7d", 7), ("30d", 30), ("all", 365), ("whatever", 7)] {
        let [queries, impressions, clicks, micros] = naive(&SHOES, days, 1);
        let mut answer = dashboard.get(&format!("/campaigns/{id}/performance?period={period}"));
        assert_eq!(dashboard.get(&format!("/ai-campaigns/{id}/performance?period={period}")), answer);
        let top = ["top_country", "top_device"].map(|name| answer.as_object_mut().unwrap().remove(name));
        assert_eq!(top[0], Some(json!(if days < 31 { "US" } else { "IN" })), "{period}");
        assert!(top[1].is_some());
        let expected = [&answer["queries"], &answer["impressions"], &answer["clicks"], &answer["spend_micros"]];
        assert_eq!(expected.map(|sum| sum.as_i64().unwrap()), [queries, impressions, clicks, micros], "{period}");
        assert_eq!(answer["spend"].as_f64().unwrap(), micros as f64 / 1e6);
        // A rate is rounded, and read back with another rounding.
        let near = |name: &str, rate: f64| (answer[name].as_f64().unwrap() - rate).abs() < 1e-9;
        assert!(near("win_rate", impressions as f64 / queries as f64 * 100.0), "{period}: {answer:#}");
        assert!(near("ctr", clicks as f64 / impressions as f64 * 100.0), "{period}: {answer:#}");
        assert!(near("cpm", micros as f64 / 1e3 / impressions as f64), "{period}: {answer:#}");
        let listed = dashboard.get(&format!("/campaigns?period={period}"));
        let of = |id: &str| listed.as_array().unwrap().iter().find(|campaign| campaign["id"] == id).unwrap();
        assert_eq!(of(&id)["performance"], answer);
        let none = json!({"impressions": 0, "clicks": 0, "spend": 0.0, "queries": 0, "win_rate": null, "ctr": null,
            "cpm": null, "cpc": null, "spend_micros": 0, "currency": of(&empty)["performance"]["currency"]});
        assert_eq!(of(&empty)["performance"], none, "nulls, not absent");
    }
    let bare = dashboard.get("/campaigns?include_performance=false");
    assert!(bare.as_array().unwrap().iter().all(|campaign| campaign["performance"].is_null()));

    let trend = dashboard.get(&format!("/ai-campaigns/{id}/performance/daily?days=30"));
    let dates: Vec<&str> = trend["trend"].as_array().unwrap().iter().map(|row| row["date"].as_str().unwrap()).collect();
    assert_eq!(dates, [30, 8, 7, 2, 1].map(|ago| days_ago(ago).to_string()), "the oldest first");
    let yesterday = &trend["trend"][4];
    let [_, impressions, clicks, micros] = naive(&SHOES, 1, 1);
    assert_eq!((&yesterday["impressions"], &yesterday["clicks"]), (&json!(impressions), &json!(clicks)));
    assert_eq!(yesterday["spend"].as_f64().unwrap(), micros as f64 / 1e6);
    assert_eq!(dashboard.get(&format!("/campaigns/{id}/performance/daily"))["trend"], trend["trend"]);

    let countries = dashboard.get("/campaigns?include_country_breakdown=true&period=7d");
    let shoes = countries.as_array().unwrap().iter().find(|campaign| campaign["id"] == *id).unwrap();
    assert_eq!(
        shoes["country_breakdown"],
        json!({
            "IN": {"creative_ids": ["s1", "s2"], "spend_micros": 180_000 + 54_694, "impressions": 600},
            "US": {"creative_ids": ["s1"], "spend_micros": 1_200_001, "impressions": 150},
            "ID": {"creative_ids": ["s3"], "spend_micros": 1, "impressions": 5},
        })
    );
}

#[test]
fn an_import_and_a_moved_creative_are_in_the_next_answer() {
    let store = trade();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let (one, two) = (made(&dashboard, "One", &["s1"]), made(&dashboard, "Two", &["s2"]));
    let spend = |id: &str| dashboard.get(&format!("/campaigns/{id}/performance?period=7d"))["spend_micros"].as_i64();
    let (first, second) = (naive(&["s1"], 7, 1)[3], naive(&["s2"], 7, 1)[3]);
    assert_eq!((spend(&one), spend(&two)), (Some(first), Some(second)));
    dashboard.post("/campaigns/creatives/s1/move", &json!({"to_campaign_id": two}));
    assert_eq!((spend(&one), spend(&two)), (Some(0), Some(first + second)));
    let more: [Line; 1] = [(1, "s1", "Kenya", "Tablet", 9, 9, 9, 5)];
    let more = std::fs::read(report(&store, "more.csv", &more)).unwrap();
    let (status, imported) = server.post("/api/performance/import-csv?filename=more.csv", "text/csv", more);
    assert_eq!(status, 200, "{imported}");
    assert_eq!(spend(&two), Some(first + second + 5));
    dashboard.ask("DELETE", &format!("/campaigns/{two}"), None, 200);
    assert_eq!(names(&dashboard.get("/campaigns")), ["One"]);
    // A command changes what the server answers: the work is handed to it.
    store.succeed(&["campaigns", "restore", &two]);
    assert_eq!(names(&dashboard.get("/campaigns")), ["Two", "One"]);
}

#[test]
fn suggestions_store_nothing_and_clustering_by_the_older_prefix_does() {
    let store = trade();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let suggested = dashboard.post("/campaigns/auto-cluster", &json!({}));
    assert_eq!(suggested["unclustered_count"], 8);
    let hats =
        json!({"suggested_name": "com.hat", "creative_ids": ["a1", "a2", "a3"], "domain": "com.hat", "country": null});
    let shoes =
        json!({"suggested_name": "shoes.example", "creative_ids": SHOES, "domain": "shoes.example", "country": null});
    assert_eq!(suggested["suggestions"], json!([hats, shoes]));
    let by_country = dashboard.post("/campaigns/auto-cluster", &json!({"by_country": true, "buyer_id": "1001"}));
    let told: Vec<(&Value, &Value)> = by_country["suggestions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|suggestion| (&suggestion["suggested_name"], &suggestion["country"]))
        .collect();
    assert_eq!(told, [(&json!("shoes.example IN"), &json!("IN")), (&json!("shoes.example US"), &json!("US"))]);
    dashboard.post("/campaigns/auto-cluster", &json!({"by_url": false}));
    assert_eq!(dashboard.get("/campaigns"), json!([]));

    let done = dashboard.post("/ai-campaigns/auto-cluster", &json!({"use_ai": true, "min_cluster_size": 3}));
    assert_eq!((&done["campaigns_created"], &done["creatives_categorized"]), (&json!(2), &json!(6)));
    let id = done["campaigns"][1]["id"].as_i64().expect("here ids are integers");
    assert_eq!(done["campaigns"][1], json!({"id": id, "name": "shoes.example", "count": 3}));
    let again = dashboard.post("/ai-campaigns/auto-cluster", &json!({}));
    assert_eq!(again, json!({"campaigns_created": 0, "creatives_categorized": 0, "campaigns": []}));

    let listed = dashboard.get("/ai-campaigns?include_performance=false&period=30d");
    assert_eq!(names(&listed).len(), 2);
    let path = format!("/ai-campaigns/{id}");
    let one = dashboard.get(&path);
    assert_eq!((&one["ai_generated"], &one["clustering_method"]), (&json!(true), &json!("domain")));
    assert_eq!(one["ai_confidence"], 0.84);
    assert_eq!(dashboard.ask("PUT", &path, Some(&json!({"name": "Renamed"})), 200)["status"], "updated");
    assert_eq!(dashboard.get(&format!("{path}/creatives"))["count"], 3);
    dashboard.ask("DELETE", &format!("{path}/creatives/s1"), None, 200);
    dashboard.post("/ai-campaigns/auto-cluster", &json!({"min_cluster_size": 1, "seat_id": 1001}));
    assert_eq!(ids(&dashboard.get(&format!("{path}/creatives"))), ["s2", "s3"], "what was taken out stays out");
    assert_eq!(names(&dashboard.get("/campaigns")).len(), 2, "of the other seat nothing was asked");
    dashboard.ask("DELETE", &path, None, 200);
    dashboard.post("/ai-campaigns/auto-cluster", &json!({"min_cluster_size": 1}));
    let left = dashboard.get("/campaigns");
    assert_eq!(names(&left).len(), 3, "{left}: the app, and the two that were alone");
    let solo = left.as_array().unwrap().iter().find(|campaign| campaign["name"] == "Solo").unwrap();
    assert_eq!(solo["clustering_method"], "ai", "the dashboard knows no grouping by advertiser");
}

#[test]
fn there_is_no_cache_to_refresh_and_the_answers_say_so() {
    let store = trade();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let id = made(&dashboard, "Shoes", &SHOES);
    let all = dashboard.ask("POST", "/campaigns/refresh-summaries?seat_id=1001", None, 200);
    assert_eq!((&all["campaigns_updated"], &all["dates_processed"]), (&json!(0), &json!(0)));
    let one = dashboard.ask("POST", &format!("/performance/campaign/{id}/refresh-cache"), None, 200);
    assert_eq!(
        (&one["campaign_id"], one["message"].as_str().unwrap().starts_with("nothing is cached")),
        (&json!(id), true)
    );
    dashboard.refused("POST", "/campaigns/refresh-summaries?seat_id=x", None, 422);
}
