//! What one account is answered does not change when another account's data comes: every view and every named question,
//! over reports of every kind, with ids that are the same in both accounts.

use std::collections::BTreeMap;

use catscan::analytics::{self, Ask};
use catscan::config::{Config, DataDir};
use catscan::jobs::Store;
use catscan::model::AccountId;
use catscan::query::format::{Format, Style, write};
use catscan::query::{AccountScope, Answer, Days, Engine, Question};

use super::kinds::store_with_every_kind;
use super::store::{TestStore, repository};

const KINDS: &[&str] =
    &["performance", "quality", "quality-ivt", "bids", "funnel_geo", "funnel_publisher", "bid_filtering", "bidder"];

/// The lines of an answer, in any order.
fn lines(mut answer: Answer) -> Vec<String> {
    let mut text = Vec::new();
    write(&mut answer, Format::Ndjson, Style::default(), &mut text).unwrap();
    let mut lines: Vec<String> = String::from_utf8(text).unwrap().lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

fn views(engine: &Engine, accounts: &AccountScope) -> Vec<String> {
    let sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'VIEW'";
    let named = lines(engine.ask_blocking(Question::new(sql, accounts.clone())).unwrap());
    let name = |line: &String| serde_json::from_str::<serde_json::Value>(line).unwrap()["table_name"].clone();
    named.iter().map(|line| name(line).as_str().unwrap().to_owned()).collect()
}

/// Everything that the account can be told, by view and question.
fn everything(store: &TestStore, account: AccountId) -> BTreeMap<String, Vec<String>> {
    let dir = DataDir::at(&store.data_dir()).unwrap();
    let engine = Store::open_reader(dir, Config::default()).unwrap().engine().unwrap();
    let scope = AccountScope::one(account);
    let mut told = BTreeMap::new();
    for view in views(&engine, &scope) {
        let sql = format!("SELECT * FROM {view}");
        told.insert(view, lines(engine.ask_blocking(Question::new(sql, scope.clone())).unwrap()));
    }
    let last = "2026-02-27".parse().unwrap();
    for question in analytics::questions() {
        let given = |name: &str| match name {
            "billing_id" => Some("157331516553"),
            "creative_id" | "creative" => Some("cr-1001"),
            _ => None,
        };
        let params = question
            .parameters
            .iter()
            .filter_map(|parameter| given(parameter.name).map(|value| (parameter.name.to_owned(), value.to_owned())));
        let ask = Ask { params: params.collect(), ..Ask::new(scope.clone()) }.over(Days::ending(last, 7));
        let report = analytics::report_blocking(&engine, question.name, ask)
            .unwrap_or_else(|error| panic!("{}: {error}", question.name));
        let newest = format!("{:?}", report.newest_day);
        let mut answer = lines(report.answer);
        answer.push(newest);
        told.insert(question.name.to_owned(), answer);
    }
    told
}

#[test]
fn what_one_account_is_told_stays_when_another_has_data() {
    let store = store_with_every_kind();
    store.import(&repository("data/samples/bidder.csv"));
    store.succeed(&["campaigns", "create", "Spring", "cr-1001"]);
    let before = everything(&store, AccountId::FIRST);
    let silent: Vec<&String> = before.iter().filter(|(_, lines)| lines.len() < 2).map(|(name, _)| name).collect();
    assert!(silent.len() * 3 < before.len(), "too little is answered to compare: {silent:?}");

    store.succeed(&["account", "add", "second"]);
    store.succeed(&[
        "sync",
        "--account",
        "second",
        "--from-files",
        repository("data/samples/entities").to_str().unwrap(),
    ]);
    for kind in KINDS {
        let file = repository(&format!("data/samples/{kind}.csv"));
        store.succeed(&["import", "--account", "second", file.to_str().unwrap()]);
    }
    let restated = repository("data/samples/performance-restated.csv");
    store.succeed(&["import", "--account", "second", restated.to_str().unwrap()]);
    store.succeed(&["campaigns", "create", "Spring", "cr-1001", "cr-1002", "--account", "second"]);
    assert!(store.number("SELECT count(*) FROM rtb_daily") > 0);

    let after = everything(&store, AccountId::FIRST);
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
    for (name, lines) in &before {
        assert_eq!(lines, &after[name], "{name} changed when another account got data");
    }
    let other = everything(&store, AccountId(2));
    assert_ne!(other["v_waste_by_size"], Vec::<String>::new());
    assert_ne!(other["v_waste_by_size"], after["v_waste_by_size"], "the other account restated a day");
}
