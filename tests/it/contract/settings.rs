//! The change workflow as the dashboard does it: detail, history, pending changes, snapshots, comparisons.

use serde_json::{Value, json};

use super::Dashboard;
use crate::google::{Entities, LocalGoogle, Shape};
use crate::serve::Server;
use crate::store::{TestStore, integer};

const INDIA: &str = "157331516553";
const ASIA: &str = "157332516556";

fn stage(dashboard: &Dashboard<'_>, config: &str, kind: &str, field: &str, value: &str) -> Value {
    let body = json!({"billing_id": config, "change_type": kind, "field_name": field, "value": value, "reason": "why"});
    dashboard.post("/settings/pretargeting/pending-change", &body)
}

fn ids(list: &Value) -> Vec<i64> {
    list.as_array().unwrap().iter().map(|one| integer(&one["id"])).collect()
}

#[test]
fn changes_are_staged_seen_as_effective_cancelled_and_marked() {
    let store = TestStore::with_samples();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let size = stage(&dashboard, INDIA, "add_size", "included_sizes", "728 x 90");
    assert_eq!(
        (&size["value"], &size["status"], &size["created_by"]),
        (&json!("728x90"), &json!("pending"), &json!("http"))
    );
    assert_eq!(size["config_id"], "148000001");
    let same = stage(&dashboard, "148000001", "add_size", "included_sizes", "728x90");
    assert_eq!(same["id"], size["id"], "the config id names the same config, and a change is staged once");
    stage(&dashboard, INDIA, "remove_size", "included_sizes", "300x250");
    stage(&dashboard, INDIA, "add_geo", "included_geos", "us");
    let geo = stage(&dashboard, INDIA, "add_excluded_geo", "excluded_geos", "2076");
    let format = stage(&dashboard, INDIA, "remove_format", "included_formats", "VAST");
    let state = stage(&dashboard, INDIA, "change_state", "state", "SUSPENDED");

    let detail = dashboard.get(&format!("/settings/pretargeting/{INDIA}/detail"));
    assert_eq!(detail["included_sizes"], json!(["300x250", "320x480"]));
    assert_eq!(detail["effective_sizes"], json!(["320x480", "728x90"]));
    assert_eq!(detail["effective_geos"], json!(["2356", "US"]));
    assert_eq!(detail["effective_excluded_geos"], json!(["2076"]));
    assert_eq!(detail["effective_formats"], json!(["HTML"]));
    assert_eq!((&detail["state"], &detail["effective_state"]), (&json!("ACTIVE"), &json!("SUSPENDED")));
    assert_eq!(detail["pending_changes"][0]["id"], size["id"], "the oldest first");
    let plain = dashboard.get("/settings/pretargeting/148000003/detail");
    assert_eq!((&plain["included_sizes"], &plain["effective_excluded_geos"]), (&json!([]), &json!([])));

    let path = |change: &Value| format!("/settings/pretargeting/pending-change/{}", change["id"]);
    let cancelled = dashboard.ask("DELETE", &path(&state), None, 200);
    assert_eq!((&cancelled["status"], &cancelled["id"]), (&json!("cancelled"), &state["id"]));
    let marked = dashboard.ask("POST", &format!("{}/mark-applied", path(&format)), None, 200);
    assert_eq!(marked["status"], "applied");
    let again = dashboard.refused("DELETE", &path(&format), None, 400);
    assert!(again.contains("is applied already"), "{again}");
    dashboard.refused("POST", &format!("{}/mark-applied", path(&state)), None, 400);

    let pending = dashboard.get("/settings/pretargeting/pending-changes?limit=2");
    assert_eq!(pending[0]["id"], geo["id"], "the newest first");
    assert_eq!(pending.as_array().unwrap().len(), 2);
    assert_eq!(ids(&dashboard.get("/settings/pretargeting/pending-changes?status=cancelled")), [integer(&state["id"])]);
    assert_eq!(dashboard.get(&format!("/settings/pretargeting/pending-changes?billing_id={ASIA}")), json!([]));
    let detail = dashboard.get(&format!("/settings/pretargeting/{INDIA}/detail"));
    assert_eq!(detail["effective_formats"], json!(["HTML"]), "what was done by hand counts until a sync shows it");
    assert_eq!(detail["effective_state"], "ACTIVE");

    let history = dashboard.get(&format!("/settings/pretargeting/history?billing_id={INDIA}&days=1"));
    let told: Vec<_> = history
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["change_type"].as_str().unwrap(), row["step"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told[..3],
        [("remove_format", "marked_applied"), ("change_state", "cancelled"), ("change_state", "staged")]
    );
    assert_eq!(
        (told.len(), &history[0]["change_source"], &history[0]["changed_by"]),
        (8, &json!("user"), &json!("http"))
    );
    assert_eq!(history[0]["bidder_id"], "299038253");
    let by_config = dashboard.get("/settings/pretargeting/history?config_id=157331516553");
    assert_eq!(
        by_config,
        dashboard.get("/settings/pretargeting/history?billing_id=148000001"),
        "either id, either way"
    );
    assert_eq!(dashboard.get("/settings/pretargeting/history?billing_id=1"), json!([]));
}

#[test]
fn what_makes_no_sense_is_told_in_a_sentence() {
    let store = TestStore::with_samples();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let refused =
        |body: Value, status| dashboard.refused("POST", "/settings/pretargeting/pending-change", Some(&body), status);
    let body = |config: &str, kind: &str, field: &str, value: &str| json!({"billing_id": config, "change_type": kind, "field_name": field, "value": value});
    let kind = refused(body(INDIA, "add_sizes", "included_sizes", "1x1"), 400);
    assert!(kind.contains("add_size, remove_size"), "{kind}");
    let value = refused(body(INDIA, "add_geo", "included_geos", "India"), 400);
    assert!(value.contains("2356") && value.contains("IN"), "{value}");
    refused(body(INDIA, "add_geo", "included_sizes", "IN"), 400);
    refused(body("1", "add_geo", "included_geos", "IN"), 404);
    refused(json!({"billing_id": INDIA}), 422);
    for (method, path, status) in [
        ("GET", "/settings/pretargeting/1/detail", 404),
        ("GET", "/settings/pretargeting/history?days=0", 422),
        ("GET", "/settings/pretargeting/history?days=366", 422),
        ("GET", "/settings/pretargeting/pending-changes?status=done", 422),
        ("GET", "/settings/pretargeting/pending-changes?limit=501", 422),
        ("DELETE", "/settings/pretargeting/pending-change/9", 404),
        ("DELETE", "/settings/pretargeting/pending-change/nine", 422),
        ("POST", "/settings/pretargeting/pending-change/9/mark-applied", 404),
        ("GET", "/settings/pretargeting/snapshots?limit=201", 422),
        ("GET", "/settings/pretargeting/comparisons?status=done", 422),
    ] {
        dashboard.refused(method, path, None, status);
    }
    let nobody = json!({"billing_id": "1"});
    dashboard.refused("POST", "/settings/pretargeting/snapshot", Some(&nobody), 404);
    let comparison = json!({"billing_id": INDIA, "comparison_name": "c", "before_snapshot_id": 9,
        "before_start_date": "2026-02-25", "before_end_date": "2026-02-25"});
    dashboard.refused("POST", "/settings/pretargeting/comparison", Some(&comparison), 404);
    let wrong_day = json!({"billing_id": INDIA, "comparison_name": "c", "before_snapshot_id": 9,
        "before_start_date": "yesterday", "before_end_date": "2026-02-25"});
    dashboard.refused("POST", "/settings/pretargeting/comparison", Some(&wrong_day), 422);
    assert_eq!(server.get("/api/settings/pretargeting/snapshots/9/rollback").0, 405);
    let (status, answer) = server.ask("POST", "/api/settings/pretargeting/comparison/9/complete", None);
    assert_eq!(status, 404, "{answer}");
}

#[test]
fn a_snapshot_has_the_sums_of_its_billing_id_and_a_comparison_begins_on_it() {
    let store = TestStore::with_samples();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let body = json!({"billing_id": INDIA, "snapshot_name": "before", "notes": "a note"});
    let taken = dashboard.post("/settings/pretargeting/snapshot", &body);
    assert_eq!((integer(&taken["total_impressions"]), integer(&taken["total_clicks"])), (1310, 14));
    assert_eq!((&taken["total_spend_usd"], &taken["days_tracked"]), (&json!(1.842694), &json!(2)));
    assert_eq!((&taken["avg_daily_impressions"], &taken["avg_daily_spend_usd"]), (&json!(655.0), &json!(0.921347)));
    let near = |value: &Value, expected: f64| (value.as_f64().unwrap() - expected).abs() < 1e-9;
    assert!(near(&taken["ctr_pct"], 1400.0 / 1310.0) && near(&taken["cpm_usd"], 1842.694 / 1310.0), "{taken:#}");
    assert_eq!(taken["included_sizes"], r#"["300x250","320x480"]"#, "a JSON array as text");
    let empty = dashboard.post("/settings/pretargeting/snapshot", &json!({"billing_id": "148000003"}));
    assert_eq!(
        (&empty["days_tracked"], &empty["ctr_pct"], &empty["avg_daily_spend_usd"]),
        (&json!(0), &Value::Null, &Value::Null)
    );
    assert_eq!(ids(&dashboard.get("/settings/pretargeting/snapshots")), [integer(&empty["id"]), integer(&taken["id"])]);
    assert_eq!(
        ids(&dashboard.get(&format!("/settings/pretargeting/snapshots?billing_id={INDIA}"))),
        [integer(&taken["id"])]
    );

    let body = json!({"billing_id": INDIA, "comparison_name": "sale", "before_snapshot_id": taken["id"],
        "before_start_date": "2026-02-25", "before_end_date": "2026-02-26"});
    let begun = dashboard.post("/settings/pretargeting/comparison", &body);
    assert_eq!((&begun["status"], &begun["impressions_delta"]), (&json!("in_progress"), &Value::Null));
    assert_eq!(ids(&dashboard.get("/settings/pretargeting/comparisons?status=in_progress")), [integer(&begun["id"])]);
    assert_eq!(dashboard.get("/settings/pretargeting/comparisons?status=completed"), json!([]));
    let (status, early) =
        server.ask("POST", &format!("/api/settings/pretargeting/comparison/{}/complete", begun["id"]), None);
    assert_eq!(status, 400, "{early}");
    assert!(early["detail"].as_str().unwrap().contains("the newest is of 2026-02-26"), "{early}");
}

#[test]
fn publishers_and_limits_of_requests_are_staged_beside_what_the_dashboard_knows() {
    let store = TestStore::with_samples();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let body = json!({"billing_id": ASIA, "change_type": "add_publisher", "value": "pub-7"});
    let (status, staged) = server.ask("POST", "/api/settings/pretargeting/pending-change", Some(&body));
    assert_eq!((status, &staged["field_name"]), (200, &json!("publisher_targeting_values")));
    assert_eq!(dashboard.get("/settings/pretargeting/pending-changes"), json!([]));
    let (_, all) = server.get("/api/settings/pretargeting/pending-changes?all_types=true");
    assert_eq!(all[0]["change_type"], "add_publisher");
    let detail = dashboard.get(&format!("/settings/pretargeting/{ASIA}/detail"));
    assert_eq!(detail["other_pending_changes"][0]["value"], "pub-7");
    assert_eq!(
        detail["effective_publishers"],
        json!({"mode": "EXCLUSIVE", "values": ["pub-1000000000000009", "pub-7"]})
    );
    let (_, plan) = server.get(&format!("/api/settings/pretargeting/{ASIA}/plan"));
    assert_eq!(plan["calls"][0]["path"], "v1/bidders/299038253/pretargetingConfigs/148000002:addTargetedPublishers");
}

#[test]
fn an_apply_and_a_rollback_over_http_reach_google() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let store = google.store();
    super::super::changes::load(&google, &store);
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    stage(&dashboard, "157000000", "add_excluded_geo", "excluded_geos", "BR");
    let (status, act) =
        server.ask("POST", "/api/settings/pretargeting/157000000/apply", Some(&json!({"reason": "waste"})));
    assert_eq!(status, 200, "{act:#}");
    assert_eq!(google.entities().config("148000").unwrap()["geoTargeting"]["excludedIds"], json!(["2840", "2076"]));
    let history = dashboard.get("/settings/pretargeting/history");
    assert_eq!((&history[0]["change_type"], &history[0]["step"]), (&json!("add_excluded_geo"), &json!("applied")));
    assert_eq!(dashboard.get("/settings/pretargeting/snapshots")[0]["taken_for"], "before_change");
    assert_eq!(dashboard.get("/settings/pretargeting/comparisons")[0]["status"], "in_progress");
    let path = format!("/api/settings/pretargeting/snapshots/{}/rollback", act["configs"][0]["before_snapshot_id"]);
    let (status, back) = server.ask("POST", &path, None);
    assert_eq!(status, 200, "{back:#}");
    assert_eq!(google.entities().config("148000").unwrap()["geoTargeting"]["excludedIds"], json!(["2840"]));
    let history = dashboard.get("/settings/pretargeting/history");
    assert_eq!(
        (&history[0]["change_type"], &history[0]["field_changed"]),
        (&json!("rollback"), &json!("excluded_geos"))
    );
    let (status, nothing) = server.ask("POST", "/api/settings/pretargeting/157000000/apply", None);
    assert_eq!(status, 400, "{nothing:#}");
}
