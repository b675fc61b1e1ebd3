//! Texts about queries per second, and what the performance reports hold in all; the figures are those of `reports::ROWS`.

use serde_json::json;

use super::Dashboard;
use super::reports::{self, ROWS, bidder, import};
use crate::campaigns::days_ago;
use crate::serve::Server;

#[test]
fn the_texts_say_what_there_is_and_what_to_do() {
    let store = bidder();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    let text = |path: &str| dashboard.get(path)["report"].as_str().unwrap().to_owned();
    assert!(text("/qps/size-coverage").contains("There is no performance report of these days"));
    import(&store, "default", "performance.csv", &reports::performance(&ROWS));
    let sizes = text("/qps/size-coverage");
    let line = |text: &str, word: &str| text.lines().find(|line| line.starts_with(word)).unwrap().to_owned();
    assert!(
        sizes.starts_with(&format!("SIZE COVERAGE, 7 days ({} to {})\n=====", days_ago(7), days_ago(1))),
        "{sizes}"
    );
    assert!(
        sizes.contains(
            "2 of 6 sizes have an approved creative; of the queries whose size is known, 26.49 % are in them."
        ),
        "{sizes}"
    );
    assert_eq!(line(&sizes, "320x50"), "320x50         DISPLAY   70,000  10,000  block");
    assert_eq!(line(&sizes, "Video/Overlay"), "Video/Overlay  VIDEO      7,000   1,000  covered");
    assert!(sizes.ends_with("Make a creative of: 728x93\n"), "{sizes}");
    let configs = text("/qps/config-performance");
    // 157 wins 10,000 of 98,000, less than 60 %.
    assert_eq!(line(&configs, "157"), "157         India   98,000       10,000  10.20  review");
    assert!(configs.contains("- Review India (157): it wins 10.20 % of what it reaches"), "{configs}");
    let fraud = dashboard.get("/qps/fraud-signals");
    assert_eq!(fraud["analysis_days"], 14);
    assert!(fraud["report"].as_str().unwrap().contains("No app shows a sign of fraud"), "{fraud}");
    let all = text("/qps/report?days=5");
    for heading in ["SIZE COVERAGE, 5 days", "CONFIG PERFORMANCE, 5 days", "FRAUD SIGNALS, 10 days"] {
        assert!(all.contains(heading), "{heading}: {all}");
    }
    for path in ["size-coverage", "config-performance", "fraud-signals", "report"] {
        dashboard.refused("GET", &format!("/qps/{path}?days=91"), None, 422);
    }
}

#[test]
fn an_app_is_suspect_by_its_rate_of_clicks_and_by_days_with_more_clicks_than_impressions() {
    let store = bidder();
    // odd: 3 days with more clicks than impressions, one of them without any; 206 impressions, 11 clicks: 5.34 %. even: 3.5 % of 200.
    let header = "Billing ID,Creative ID,Country,Mobile app ID,Mobile app name,Reached queries,Impressions,Clicks";
    let text = reports::report(
        header,
        &[
            (1, "157,h1,India,odd,Odd,10,1,3"),
            (2, "157,h1,India,odd,Odd,10,0,2"),
            (3, "157,h1,India,odd,Odd,10,5,6"),
            (4, "157,h1,India,odd,Odd,300,200,0"),
            (4, "157,h1,India,even,Even,300,200,7"),
            (4, "157,h1,India,good,Good,3000,2000,7"),
        ],
    );
    import(&store, "default", "apps.csv", &text);
    let server = Server::over(&store);
    let text = Dashboard::of(&server).get("/qps/fraud-signals")["report"].as_str().unwrap().to_owned();
    let signs: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.starts_with("high") || line.starts_with("medium"))
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    assert_eq!(
        signs,
        [
            vec!["high", "odd", "Odd", "206", "11", "CTR 5.34 %"],
            vec!["medium", "odd", "Odd", "206", "11", "clicks above impressions on 3 days"],
            vec!["medium", "even", "Even", "200", "7", "CTR 3.50 %"],
        ],
        "{text}"
    );
    assert!(text.contains("before you block any"), "{text}");
}

#[test]
fn the_summary_is_over_all_days_of_the_account() {
    let store = bidder();
    let server = Server::over(&store);
    let dashboard = Dashboard::of(&server);
    assert_eq!(dashboard.get("/qps/summary")["date_range"], json!({"start": null, "end": null}));
    import(&store, "default", "performance.csv", &reports::performance(&ROWS));
    store.succeed(&["account", "add", "other", "--bidder-id", "2000"]);
    import(&store, "other", "performance.csv", &reports::performance(&ROWS[..1]));
    // All nine rows: 106,000 and two of a million; 10,100 impressions and two; 35.5 and twice 1,000 USD; days 0, 1, 2, 7 and 8 back.
    assert_eq!(
        dashboard.get("/qps/summary"),
        json!({
            "total_rows": 9, "unique_dates": 5, "unique_billing_ids": 3, "unique_sizes": 6,
            "date_range": {"start": days_ago(8).to_string(), "end": days_ago(0).to_string()},
            "total_reached_queries": 2_106_000, "total_impressions": 10_102, "total_spend_usd": 2035.5,
        })
    );
    assert_eq!(dashboard.get("/qps/summary?account=other")["total_rows"], 1);
}
