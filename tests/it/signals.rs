//! `catscan signals`: found, listed, resolved; and questions about fraud over the days of the setting.

use serde_json::Value;

use super::store::{TestStore, repository};

/// The creatives of the script of their rule, in the first week of February.
fn store() -> TestStore {
    let store = TestStore::new();
    let folder = repository("tests/slt/rules/creative_signals");
    store.sync(&folder.join("entities"));
    store.import(&folder.join("performance.csv"));
    store
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn signals_are_found_listed_and_resolved() {
    let store = store();
    assert!(store.succeed(&["signals", "list"]).contains("`catscan signals analyze` looks for them"));
    let tried = store.succeed(&["signals", "analyze", "--until", "2026-02-07", "--dry-run"]);
    assert!(
        tried.starts_with("14 signals (broken_video 1, click_fraud 4") && tried.contains("nothing was kept"),
        "{tried}"
    );
    assert_eq!(lines(&store.succeed(&["signals", "list", "--json"])), Vec::<Value>::new());

    let found = lines(&store.succeed(&["signals", "analyze", "--until", "2026-02-07", "--json"]));
    assert_eq!((found[0]["new"].as_u64(), found[0]["by_type"]["low_ctr"].as_u64()), (Some(14), Some(2)));
    let dear = lines(&store.succeed(&["signals", "list", "--creative", "dear-at", "--json"]));
    assert_eq!(dear[0]["observation"], "it cost 60 USD, and a click cost 3 times the account's average");
    let table = store.succeed(&["signals", "list"]);
    assert!(table.contains("no click in 1,000 impressions on 7 days"), "{table}");

    let id = dear[0]["signal_id"].to_string();
    let resolved = store.succeed(&["signals", "resolve", &id, "--notes", "bids lowered", "--by", "ada"]);
    assert_eq!(resolved.trim(), format!("signal {id} is resolved; it comes back when something is new"));
    let shown = store.succeed(&["signals", "list", "--creative", "dear-at", "--resolved"]);
    assert!(shown.contains("by ada: bids lowered"), "{shown}");
    let again = store.run(&["signals", "resolve", &id]);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains(&format!("open waste signal '{id}'")), "{}", again.stderr);
}

#[test]
fn only_a_look_that_would_show_a_signal_resolves_it() {
    let store = store();
    let analyze = |arguments: &[&str]| {
        let answer = store.succeed(&[&["signals", "analyze", "--json"], arguments].concat());
        lines(&answer).remove(0)
    };
    analyze(&["--until", "2026-02-07"]);
    assert_eq!(analyze(&["--days", "1", "--until", "2026-02-07"])["resolved"], 0, "a day is less than a week");
    let empty = store.succeed(&["signals", "analyze", "--until", "2026-03-07"]);
    assert!(empty.starts_with("no performance report has rows in 2026-03-01 to 2026-03-07"), "{empty}");
    assert_eq!(lines(&store.succeed(&["signals", "list", "--json"])).len(), 14, "what was not looked for is not gone");
    // Of the week that begins on the 7th, the report has the last day of one creative.
    assert_eq!(analyze(&["--until", "2026-02-13"])["resolved"], 14);
}

#[test]
fn questions_about_fraud_are_about_the_days_of_the_setting() {
    let mut store = store();
    let asked = |store: &TestStore| store.run(&["report", "fraud_scores", "--until", "2026-02-07"]).stderr;
    assert!(asked(&store).contains("14 days, 2026-01-25 to 2026-02-07"), "{}", asked(&store));
    store.set("CATSCAN_THRESHOLDS_FRAUD_DAYS", "3");
    assert!(asked(&store).contains("3 days, 2026-02-05 to 2026-02-07"), "{}", asked(&store));
}
