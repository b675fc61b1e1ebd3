//! What became of bids, and collecting.

use serde_json::json;

use super::Dashboard;
use super::reports::{self, FILTERING, FUNNEL_GEO, VIEWABILITY, bidder, import};
use crate::google::{Entities, LocalGoogle, Shape};
use crate::serve::Server;

#[test]
fn bids_are_told_from_their_submission_to_what_was_seen() {
    let store = bidder();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let nothing = dashboard.get("/api/troubleshooting/funnel");
    assert_eq!(
        (&nothing["bids_submitted"], nothing.get("win_rate")),
        (&json!(0), None),
        "a rate of nothing is left out"
    );
    assert_eq!(dashboard.get("/api/troubleshooting/filtered-bids"), json!([]));
    import(
        &store,
        "default",
        "funnel.csv",
        &reports::report(
            FUNNEL_GEO,
            &[
                (1, "India,0,600000,1000000,590000,40000,35000,15000,700,7"),
                (2, "India,13,200000,500000,190000,10000,5000,1000,200,2"),
            ],
        ),
    );
    import(
        &store,
        "default",
        "quality.csv",
        &reports::report(
            VIEWABILITY,
            &[(1, "p1,P1,1000,US$10.00,300,1000,60,1100,900"), (2, "p2,P2,1000,US$20.00,800,1000,200,1300,800")],
        ),
    );
    import(
        &store,
        "default",
        "filtering.csv",
        &reports::report(
            FILTERING,
            &[
                (1, "India,h1,App excluded by publisher,750,US$1.50"),
                (2, "India,h1,Excluded sensitive category detected,250,US$0.50"),
            ],
        ),
    );
    // 40,000 of 50,000 bids came into the auction; 16,000 of them won. 900 + 800 billed, 300 + 800 seen.
    assert_eq!(
        dashboard.get("/api/troubleshooting/funnel"),
        json!({
            "bids_submitted": 50_000, "bids_in_auction": 40_000, "impressions_won": 16_000, "billed_impressions": 1_700, "viewable_impressions": 1_100,
            "to_auction_rate": 80.0, "win_rate": 40.0,
        })
    );
    assert_eq!(
        dashboard.get("/api/troubleshooting/filtered-bids"),
        json!([
            {"status_name": "App excluded by publisher", "total_bids": 750, "total_impressions": 0, "pct_of_filtered": 75.0},
            {"status_name": "Excluded sensitive category detected", "total_bids": 250, "total_impressions": 0, "pct_of_filtered": 25.0},
        ])
    );
    assert_eq!(dashboard.get("/api/troubleshooting/filtered-bids?days=1").as_array().unwrap().len(), 1);
    store.succeed(&["account", "add", "other", "--bidder-id", "2000"]);
    assert_eq!(dashboard.get("/api/troubleshooting/funnel?account=other")["bids_submitted"], 0);
    dashboard.refused("GET", "/api/troubleshooting/funnel?days=91", None, 422);
    let queued = dashboard.ask("POST", "/api/troubleshooting/collect?days=3&environment=APP", None, 200);
    assert_eq!(
        (&queued["status"], &queued["days"], &queued["environment"]),
        (&json!("collection_queued"), &json!(3), &json!("APP"))
    );
    assert!(queued["message"].as_str().unwrap().contains("imported reports"), "{queued}");
    dashboard.refused("POST", "/api/troubleshooting/collect?environment=TV", None, 422);
    dashboard.refused("POST", "/api/troubleshooting/collect?days=31", None, 422);
}

#[test]
fn creatives_are_collected_by_seat_or_bidder() {
    let google = LocalGoogle::start(Entities::of(7, Shape::SMALL));
    let store = google.store();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let unknown = dashboard.refused("POST", "/collect/sync", Some(&json!({"account_id": "4"})), 404);
    assert!(unknown.contains("'4'"), "{unknown}");
    dashboard.refused("POST", "/collect", Some(&json!({"filter_query": "x"})), 422);
    dashboard.post("/seats/discover", &json!({"bidder_id": "7"}));
    let done = dashboard.post("/collect/sync", &json!({"account_id": "8"}));
    assert_eq!(
        (&done["status"], &done["account_id"], &done["creatives_collected"]),
        (&json!("completed"), &json!("8"), &json!(5))
    );
    let begun = dashboard.post("/collect", &json!({"account_id": "7", "filter_query": "creativeFormat:VIDEO"}));
    assert_eq!((&begun["status"], &begun["creatives_collected"]), (&json!("started"), &json!(null)));
    assert!(begun["message"].as_str().unwrap().contains("/api/jobs/"), "{begun}");
}

#[test]
fn without_credentials_nothing_can_be_collected() {
    let store = bidder();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    for path in ["/collect", "/collect/sync"] {
        let told = dashboard.refused("POST", path, Some(&json!({"account_id": "1001"})), 400);
        assert!(told.contains("service account"), "{path}: {told}");
    }
}
