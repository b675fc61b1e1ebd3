//! The twelve cases of csv-spectrum, as reports: every cell comes back from SQL exactly as it was written.

use std::collections::BTreeSet;
use std::fs;

use serde::Deserialize;
use serde_json::Value;

use super::store::{TestStore, repository};

#[derive(Deserialize)]
struct Expected {
    file: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    kind: String,
    sql: String,
    rows: Vec<String>,
}

fn cases() -> Vec<Case> {
    let text = fs::read_to_string(repository("data/csv-spectrum/expected.toml")).unwrap();
    toml::from_str::<Expected>(&text).unwrap().file
}

#[test]
fn every_case_is_there_once() {
    let entries = fs::read_dir(repository("data/csv-spectrum")).unwrap();
    let files: BTreeSet<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".csv"))
        .collect();
    let cases = cases();
    let named: BTreeSet<String> = cases.iter().map(|case| case.name.clone()).collect();
    assert_eq!(named, files);
    assert_eq!((named.len(), cases.len()), (12, 12));
}

#[test]
fn cells_are_stored_as_they_were_written() {
    for case in cases() {
        let store = TestStore::new();
        let answer = store.import(&repository("data/csv-spectrum").join(&case.name));
        assert_eq!((answer["kind"].as_str(), &answer["rows_rejected"]), (Some(&*case.kind), &Value::from(0)));
        let expected: Vec<Value> = case.rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect();
        assert_eq!(store.sql(&case.sql), expected, "{}", case.name);
    }
}
