//! What is told beside the rows: windows, missing reports, names, formats; and that every question runs over every store.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::kinds::store_with_every_kind;
use crate::serve::Server;
use crate::store::TestStore;

#[test]
fn an_answer_says_its_window_and_a_missing_report_is_named() {
    let store = TestStore::with_samples();
    let known = store.run(&["report", "configs", "--until", "2026-02-26"]);
    assert_eq!(known.stderr, "7 days, 2026-02-20 to 2026-02-26; newest day with data: 2026-02-26\n");
    assert!(known.stdout.contains("  39.5 ") && known.stdout.contains(" – "), "{}", known.stdout);
    let later = store.run(&["report", "configs", "--until", "2026-03-26", "--limit", "1"]);
    assert!(later.stderr.contains("has no parameter 'limit'"), "{later:?}");
    let later = store.run(&["report", "waste_by_size", "--until", "2026-03-26"]);
    assert!(later.stderr.ends_with("no rows in these days: add --until 2026-02-26\n"), "{}", later.stderr);

    let missing = store.run(&["report", "funnel", "--until", "2026-02-26", "--quiet"]);
    assert_eq!(
        missing.stderr,
        "missing: no funnel_geo report was imported, so what it would say is not known; how to set it up: docs/reports.md\n"
    );
    let mut answer: Value =
        serde_json::from_str(&store.succeed(&["report", "funnel", "--until", "2026-02-26", "--json"])).unwrap();
    assert_eq!((answer["missing_report"].take(), answer["rows"].take()), (json!("funnel_geo"), json!([])));
    let partly = store.succeed(&["report", "funnel_by_creative", "--until", "2026-02-26", "--json"]);
    let partly: Value = serde_json::from_str(&partly).unwrap();
    assert_eq!((partly["missing_report"].as_str(), partly["rows"].as_array().unwrap().len()), (Some("bids"), 36));
    let whole: Value =
        serde_json::from_str(&store.succeed(&["report", "configs", "--until", "2026-02-26", "--json"])).unwrap();
    assert_eq!(whole["window"], json!({"start": "2026-02-20", "end": "2026-02-26", "days": 7}));
    assert_eq!((&whole["missing_report"], &whole["newest_day"]), (&Value::Null, &json!("2026-02-26")));
}

#[test]
fn questions_are_listed_described_and_found_by_a_slip() {
    let store = TestStore::new();
    let list = store.succeed(&["report"]);
    assert!(list.starts_with("Pretargeting configs:\n  configs "), "{list}");
    let about = store.succeed(&["report", "changes", "--about"]);
    assert!(about.contains("length  ") && about.contains("[last day of the window]"), "{about}");
    let slip = store.run(&["report", "waste_by_contry"]);
    assert!(slip.stderr.contains("did you mean 'waste_by_country'?"), "{slip:?}");
    let described = store.succeed(&["describe", "v_waste_by_size"]);
    assert!(described.contains("of reached queries, those that became no impression; percent"), "{described}");
    assert!(store.succeed(&["describe", "cpm"]).contains("formula"), "metrics are described");
    assert!(
        store.succeed(&["describe", "win_great_pct"]).starts_with("win_great_pct = 50.0"),
        "thresholds are described"
    );
    let lines = store.succeed(&["describe", "--json"]);
    let kinds: BTreeSet<String> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["kind"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["entities", "facts", "metric", "settings", "threshold", "view"]);
}

#[test]
fn every_question_runs_over_every_store_and_names_what_is_missing() {
    for (store, has) in [
        (TestStore::new(), None),
        (TestStore::with_samples(), Some("performance")),
        (store_with_every_kind(), Some("all")),
    ] {
        let server = Server::over(&store);
        let (status, questions) = server.get("/api/reports");
        assert_eq!(status, 200);
        for question in questions.as_array().unwrap() {
            let name = question["name"].as_str().unwrap();
            let (status, answer) = server.get(&format!("/api/reports/{name}?days=2&until=2026-02-26"));
            assert_eq!(status, 200, "{name}: {answer:#}");
            let needs = question["reads"].as_array().unwrap().iter().map(|reads| reads["reports"].as_array().unwrap());
            let lacks = needs.filter(|kinds| match has {
                None => !kinds.is_empty(),
                Some("all") => false,
                Some(known) => !kinds.is_empty() && !kinds.iter().any(|kind| kind == known),
            });
            let lacks: Vec<&str> = lacks.map(|kinds| kinds[0].as_str().unwrap()).collect();
            let expected = if lacks.is_empty() { Value::Null } else { json!(lacks.join(", ")) };
            assert_eq!(answer["missing_report"], expected, "{name} over {has:?}");
            // Other commands read questions of one row that counts, and say themselves what they know.
            if has.is_none() && !lacks.is_empty() && question["topic"] != "programs" {
                assert_eq!(answer["rows"], json!([]), "{name} counts what it cannot know");
            }
        }
    }
}

#[test]
fn http_answers_in_every_format_and_says_what_is_wrong() {
    let store = TestStore::with_samples();
    let server = Server::over(&store);
    let path = "/api/reports/waste_by_country?days=2&until=2026-02-26&limit=1";
    let (_, answer) = server.get(path);
    assert_eq!(answer["rows"][0]["wasted_queries"], 19_920);
    assert_eq!(
        (&answer["question"], &answer["window"]["days"], &answer["row_count"]),
        (&json!("waste_by_country"), &json!(2), &json!(1))
    );
    let csv = server.text(&format!("{path}&format=csv"));
    assert!(csv.starts_with("account_id,country,") && csv.lines().count() == 2, "{csv}");
    for (accept, media) in
        [("text/csv", "text/csv"), ("application/vnd.apache.parquet", "parquet"), ("application/x-ndjson", "ndjson")]
    {
        let (status, headers, body) = server.fetch(path, &[("accept", accept)]);
        assert!(status == 200 && headers["content-type"].contains(media) && !body.is_empty(), "{accept}: {headers:?}");
    }
    let refused = |path: &str| {
        let (status, answer) = server.get(path);
        (status, answer["detail"].as_str().unwrap().to_owned())
    };
    let (status, detail) = refused("/api/reports/waste_by_contry");
    assert!(status == 404 && detail.contains("did you mean 'waste_by_country'?"), "{detail}");
    let (status, detail) = refused("/api/reports/waste_by_country?colour=red");
    assert!(status == 422 && detail.contains("it has: limit"), "{detail}");
    assert_eq!(refused("/api/reports/waste_by_country?limit=many").0, 422);
    assert_eq!(refused("/api/reports/waste_by_country?days=0").0, 422);
    assert_eq!(refused("/api/reports/waste_by_country?format=xls").0, 422);
    assert_eq!(refused("/api/reports/waste_by_country?at=99").0, 404);

    let (_, catalog) = server.get("/api/catalog");
    let named = |list: &str, name: &str| {
        catalog[list].as_array().unwrap().iter().find(|found| found["name"] == name).unwrap().clone()
    };
    let spend = &named("tables", "rtb_daily")["columns"]
        .as_array()
        .unwrap()
        .iter()
        .find(|column| column["name"] == "spend_micros")
        .unwrap()
        .clone();
    assert_eq!(
        (&spend["type"], &spend["nullable"], &spend["comment"]),
        (&json!("int64"), &json!(true), &json!("millionths of the currency unit"))
    );
    assert_eq!(named("metrics", "cpm")["arguments"], json!(["spend_micros", "impressions"]));
    assert_eq!(
        (named("functions", "sum")["kind"].take(), named("thresholds", "win_ok_pct")["value"].take()),
        (json!("aggregate"), json!(20.0))
    );
}
