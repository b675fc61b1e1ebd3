//! `catscan doctor`: a line for each check, what to do where something is not well, and an exit code for programs.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::kinds::store_with_every_kind;
use super::store::TestStore;

/// What it says of each check, by name, and its exit code.
fn examined(store: &TestStore, arguments: &[&str]) -> (BTreeMap<String, Value>, i32) {
    let ran = store.run(&[&["doctor", "--json"], arguments].concat());
    let lines = ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let by_name = lines.map(|finding| (finding["check"].as_str().unwrap().to_owned(), finding));
    (by_name.collect(), ran.code.unwrap())
}

#[test]
fn a_store_that_is_well_has_no_faults_and_is_told_what_it_lacks() {
    let store = store_with_every_kind();
    let (found, code) = examined(&store, &[]);
    let faults: Vec<&Value> = found.values().filter(|finding| finding["outcome"] == "fault").collect();
    assert_eq!((faults, code), (vec![], 0));
    for check in ["settings", "disk_space", "database", "file_lengths", "entities", "currency", "one_row_per_key"] {
        assert!(found.contains_key(check), "{check} is not among {:?}", found.keys());
    }
    assert_eq!(found["entities"]["account"], "default");
    assert_eq!(found["entities"]["found"], "3 pretargeting configs and 4 creatives of a sync");
    // The samples are of February 2026 and name a billing id that no config has.
    assert_eq!(found["newest_performance"]["outcome"], "warning");
    assert_eq!(found["billing_ids"]["found"], "of no known config: 157335516565 (110 reached)");
    let advice = found.values().filter(|finding| finding["outcome"] != "ok" && finding["advice"].is_null()).count();
    assert_eq!(advice, 0, "what is not well says what to do");
    let shown = store.succeed(&["doctor", "--quick"]);
    assert!(shown.contains("ok       database: ") && shown.contains(" checks: "), "{shown}");
    assert!(!shown.contains("one_row_per_key"), "{shown}");
}

#[test]
fn a_new_store_is_told_where_to_begin() {
    let (found, code) = examined(&TestStore::new(), &[]);
    assert_eq!(code, 0);
    for check in ["entities", "reports"] {
        assert_eq!(found[check]["outcome"], "warning");
    }
    assert!(found["reports"]["advice"].as_str().unwrap().contains("`catscan import FILE`"));
}

#[test]
fn a_fault_is_told_its_rows_are_shown_and_the_exit_code_is_1() {
    let store = TestStore::with_samples();
    let database = rusqlite::Connection::open(store.data_dir().join("catscan.db")).unwrap();
    database.execute("UPDATE import_history SET status = 'failed'", []).unwrap();
    drop(database);
    let (found, code) = examined(&store, &[]);
    assert_eq!((&found["rows_have_a_complete_import"]["outcome"], code), (&Value::from("fault"), 1));
    let rows = store.succeed(&["doctor", "--rows", "rows_have_a_complete_import", "--json"]);
    let row: Value = serde_json::from_str(rows.lines().next().unwrap()).unwrap();
    assert_eq!(row["status"], "failed");

    fs::write(store.data_dir().join("config.toml"), "[query]\nmemory = \"much\"\n").unwrap();
    let (found, code) = examined(&store, &[]);
    assert_eq!((found.len(), &found["settings"]["outcome"], code), (1, &Value::from("fault"), 1));
    assert!(found["settings"]["found"].as_str().unwrap().contains("config.toml"));
}

#[test]
fn a_check_that_does_not_exist_is_refused_with_those_that_do() {
    let ran = TestStore::new().run(&["doctor", "--rows", "one_row"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("one_row_per_key"), "{}", ran.stderr);
}
