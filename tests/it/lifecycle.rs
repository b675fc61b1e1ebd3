//! The life of a store: made, filled, several accounts kept apart, emptied again.

use std::fs;

use serde_json::json;

use super::import::generated;
use super::store::{TestStore, repository};

#[test]
fn init_is_not_needed_twice_and_loses_nothing() {
    let store = TestStore::with_samples();
    let before = store.digest();
    store.succeed(&["init"]);
    assert_eq!(store.digest(), before);
}

#[test]
fn the_first_account_is_there_from_the_start() {
    let store = TestStore::new();
    assert_eq!(store.number("SELECT count(*) AS n FROM accounts"), 1);
    assert!(store.succeed(&["account", "list"]).contains("default"));
}

#[test]
fn accounts_keep_their_facts_and_entities_apart() {
    let store = TestStore::with_samples();
    let first = store.digest();
    store.succeed(&["account", "add", "globex", "--currency", "USD"]);
    let sample = repository("data/samples/performance-restated.csv");
    store.succeed(&["import", "--account", "globex", sample.to_str().unwrap()]);
    let rows = |account: &str| {
        let printed =
            store.succeed(&["sql", "--account", account, "--format", "ndjson", "SELECT count(*) AS n FROM rtb_daily"]);
        printed.trim().to_owned()
    };
    assert_eq!((rows("default"), rows("globex")), ("{\"n\":12}".to_owned(), "{\"n\":3}".to_owned()));
    let names = ["sql", "--account", "globex", "--format", "ndjson", "SELECT count(*) AS n FROM pretargeting_configs"];
    assert_eq!(store.succeed(&names).trim(), "{\"n\":0}", "the other account's configs do not exist here");

    store.succeed(&["account", "remove", "globex", "--confirm"]);
    assert_eq!(store.digest(), first, "the first account is as before");
}

#[test]
fn a_sync_of_the_same_entities_changes_nothing() {
    let store = TestStore::with_samples();
    let configs =
        "SELECT config_id, display_name, state, included_sizes, included_geos FROM pretargeting_configs ORDER BY 1";
    let before = store.sql(configs);
    store.sync(&repository("data/samples/entities"));
    assert_eq!(store.sql(configs), before);
    assert_eq!(before.len(), 3);
}

#[test]
fn a_changed_config_is_seen_after_the_sync() {
    let store = TestStore::with_samples();
    let entities = store.beside("entities");
    fs::create_dir(&entities).unwrap();
    for name in ["buyers.json", "creatives.json", "endpoints.json"] {
        fs::copy(repository("data/samples/entities").join(name), entities.join(name)).unwrap();
    }
    let configs = fs::read_to_string(repository("data/samples/entities/pretargetingConfigs.json")).unwrap();
    fs::write(entities.join("pretargetingConfigs.json"), configs.replace("Asia video", "Asia and Oceania video"))
        .unwrap();
    store.sync(&entities);
    let rows = store.sql("SELECT display_name FROM v_config_performance WHERE billing_id = '157332516556'");
    assert_eq!(rows, [json!({"display_name": "Asia and Oceania video"})]);
}

#[test]
fn reset_says_what_it_would_delete_and_deletes_only_when_confirmed() {
    let store = TestStore::with_samples();
    let before = store.digest();
    let said = store.succeed(&["reset"]);
    assert!(said.contains("--confirm"), "{said}");
    assert_eq!(store.digest(), before);

    fs::write(store.data_dir().join("lake/notes.txt"), "mine").unwrap();
    store.succeed(&["reset", "--confirm"]);
    assert!(!store.data_dir().join("catscan.db").exists());
    assert!(store.data_dir().join("lake/notes.txt").exists(), "what Cat-Scan did not write stays");
    store.succeed(&["init"]);
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 0);
    store.import(&repository("data/samples/performance.csv"));
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 12);
}

#[test]
fn asking_where_there_is_no_store_says_how_to_make_one() {
    let store = TestStore::new();
    let ran = store.run(&["--data-dir", store.beside("elsewhere").to_str().unwrap(), "sql", "SELECT 1"]);
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    assert!(ran.stderr.contains("catscan init"), "{ran:#?}");
}

#[test]
fn an_older_snapshot_gives_the_older_facts() {
    let store = TestStore::new();
    let reports = generated(&store.beside("reports"), 200, 2, 4);
    store.import(&reports[0]);
    let older = store.number("SELECT max(snapshot_id) AS id FROM import_history").to_string();
    let count = "SELECT count(*) AS n FROM rtb_daily";
    store.import(&reports[1]);
    assert_eq!(store.number(count), 400);
    assert_eq!(store.sql_at(&older, count), [json!({"n": 200})]);
}

#[test]
fn generate_on_the_command_line_gives_the_same_bytes() {
    let store = TestStore::new();
    let (dir, again) = (store.beside("a"), store.beside("b"));
    for place in [&dir, &again] {
        let options = ["--rows-per-day", "50", "--days", "2", "--end", "2026-03-24", "--seed", "4", "--shape", "wide"];
        store.succeed(&[&["generate", place.to_str().unwrap()], &options[..]].concat());
    }
    for name in ["performance-2026-03-23.csv", "performance-2026-03-24.csv", "entities/creatives.json"] {
        assert_eq!(fs::read(dir.join(name)).unwrap(), fs::read(again.join(name)).unwrap(), "{name}");
    }
    assert_eq!(store.import(&dir.join("performance-2026-03-24.csv"))["rows_imported"], 50);
}

#[test]
fn generate_leaves_a_directory_with_reports_alone_unless_forced() {
    let store = TestStore::new();
    let dir = store.beside("mail");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("performance-2026-03-24.csv"), "my own").unwrap();
    fs::write(dir.join("other.csv"), "my own").unwrap();
    let generate = ["generate", dir.to_str().unwrap(), "--rows-per-day", "5", "--days", "1", "--end", "2026-03-24"];
    let ran = store.run(&generate);
    assert!(ran.code == Some(1) && ran.stderr.contains("--force"), "{ran:#?}");
    assert_eq!(fs::read(dir.join("performance-2026-03-24.csv")).unwrap(), b"my own");
    let ran = store.run(&[&generate[..], &["--force"]].concat());
    assert!(ran.code == Some(0) && ran.stderr.contains("1 other report"), "{ran:#?}");
    assert_ne!(fs::read(dir.join("performance-2026-03-24.csv")).unwrap(), b"my own");
    assert_eq!(fs::read(dir.join("other.csv")).unwrap(), b"my own");
}

#[test]
fn without_a_command_the_help_is_shown_wherever_the_store_is_named() {
    let store = TestStore::new();
    let ran = store.run(&[]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("Fill the store") && !ran.stderr.contains("error:"), "{ran:#?}");
    let ran = store.run(&["serve", "--listen", "8000"]);
    assert_eq!(ran.code, Some(2), "{ran:#?}");
    assert!(ran.stderr.contains("127.0.0.1:8000"), "{ran:#?}");
}
