//! Every file of data/malformed gets the verdict of data/malformed/verdicts.toml.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Deserialize;
use serde_json::Value;

use super::store::{TestStore, integer, repository};

#[derive(Deserialize)]
struct Verdicts {
    file: Vec<Verdict>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Verdict {
    name: String,
    why: String,
    /// A file that is imported first.
    after: Option<String>,
    refused: Option<String>,
    imported: Option<i64>,
    #[serde(default)]
    skipped: i64,
    #[serde(default)]
    duplicates: i64,
    #[serde(default)]
    replaced: i64,
    #[serde(default)]
    faults: Vec<Fault>,
    #[serde(default)]
    warnings: Vec<String>,
    /// Expressions over the table and the whole numbers that they must give.
    #[serde(default)]
    stored: BTreeMap<String, i64>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Fault {
    line: i64,
    column: Option<String>,
    reason: String,
}

fn verdicts() -> Vec<Verdict> {
    let text = fs::read_to_string(repository("data/malformed/verdicts.toml")).unwrap();
    toml::from_str::<Verdicts>(&text).unwrap().file
}

#[test]
fn every_malformed_file_has_one_verdict() {
    let files: BTreeSet<String> = fs::read_dir(repository("data/malformed"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "verdicts.toml")
        .collect();
    let verdicts = verdicts();
    let named: BTreeSet<String> = verdicts.iter().map(|verdict| verdict.name.clone()).collect();
    assert_eq!(named, files);
    assert_eq!(named.len(), verdicts.len(), "a file stands twice");
    for verdict in &verdicts {
        assert!(verdict.refused.is_some() != verdict.imported.is_some(), "{} is refused or imported", verdict.name);
    }
}

#[test]
fn every_malformed_file_gets_its_verdict() {
    let verdicts = verdicts();
    let (some, others) = verdicts.split_at(verdicts.len() / 2);
    let wrong_of = |verdicts: &[Verdict]| verdicts.iter().filter_map(|verdict| judge(verdict).err()).collect();
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let some = scope.spawn(|| -> Vec<String> { wrong_of(some) });
        let others: Vec<String> = wrong_of(others);
        [some.join().unwrap(), others].concat()
    });
    assert!(wrong.is_empty(), "{} verdicts differ:\n{}", wrong.len(), wrong.join("\n"));
}

fn judge(verdict: &Verdict) -> Result<(), String> {
    let store = TestStore::new();
    let file = |name: &str| repository("data/malformed").join(name);
    if let Some(first) = &verdict.after {
        store.import(&file(first));
    }
    let before = rows(&store);
    let answer = store.import_answer(&file(&verdict.name));
    let differs = |what: &str| Err(format!("{} ({}): {what}: {answer:#}", verdict.name, verdict.why));
    let Some(imported) = verdict.imported else {
        let code = answer["error"]["code"].as_str();
        if answer["status"] != "refused" || code != verdict.refused.as_deref() {
            return differs(&format!("should be refused as {:?}", verdict.refused));
        }
        if answer["error"]["message"].as_str().is_none_or(|message| message.len() < 20) {
            return differs("the refusal says too little");
        }
        return match rows(&store) - before {
            0 => Ok(()),
            rows => differs(&format!("{rows} rows of a refused file are in the store")),
        };
    };
    let outcomes = ["rows_imported", "rows_rejected", "rows_skipped", "rows_duplicate", "rows_replaced"];
    let numbers = outcomes.map(|name| integer(&answer[name]));
    if numbers != [imported, verdict.faults.len() as i64, verdict.skipped, verdict.duplicates, verdict.replaced] {
        return differs(&format!("imported, rejected, skipped, duplicate, replaced are {numbers:?}"));
    }
    if integer(&answer["rows_read"]) != numbers.iter().sum::<i64>() {
        return differs("its rows do not add up");
    }
    let faults: Vec<Fault> = answer["faults"].as_array().unwrap().iter().map(fault).collect();
    if faults != verdict.faults {
        return differs(&format!("the faults should be {:?}", verdict.faults));
    }
    let missing: Vec<_> =
        verdict.warnings.iter().filter(|warning| answer["warnings"].get(warning.as_str()).is_none()).collect();
    if !missing.is_empty() {
        return differs(&format!("should warn {missing:?}"));
    }
    for (expression, expected) in &verdict.stored {
        let found = store.number(&format!("SELECT {expression} AS n FROM rtb_daily"));
        if found != *expected {
            return differs(&format!("{expression} is {found}, not {expected}"));
        }
    }
    match rows(&store) - before {
        rows if rows == imported => Ok(()),
        rows => differs(&format!("{rows} rows are in the store")),
    }
}

fn rows(store: &TestStore) -> i64 {
    store.number("SELECT count(*) AS n FROM rtb_daily")
}

fn fault(value: &Value) -> Fault {
    Fault {
        line: integer(&value["line"]),
        column: value["column"].as_str().map(str::to_owned),
        reason: value["reason"].as_str().unwrap_or_default().to_owned(),
    }
}

#[test]
fn faults_are_kept_with_the_import() {
    let store = TestStore::new();
    let answer = store.import(&repository("data/malformed/unreadable_money.csv"));
    let connection = store.sqlite();
    let mut faults = connection
        .prepare("SELECT line, \"column\", reason, value FROM import_faults WHERE batch_id = ? ORDER BY line")
        .unwrap();
    let kept: Vec<(i64, String, String, String)> = faults
        .query_map([integer(&answer["batch_id"])], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let fault = |line, value: &str| (line, "spend_micros".to_owned(), "bad_money".to_owned(), value.to_owned());
    assert_eq!(kept, [fault(7, "free"), fault(11, "US$1.2.3")]);
}
