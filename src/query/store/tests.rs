//! The door over the real store: imported files, synced entities, two accounts, an older snapshot, a damaged file.

mod damaged_database;
mod damaged_files;

use std::path::Path;

use chrono::{DateTime, Utc};
use tempfile::TempDir;

use super::super::fixture::show_for;
use super::super::{AccountScope, Capacity, Days, Engine, Question};
use super::*;
use crate::entities::accounts::{self, AccountFields};
use crate::ingest::{ImportLimits, ImportOptions, Importer, NoProgress, Source};
use crate::model::{Clock, SnapshotId};
use crate::sync;

struct Directory {
    engine: Engine,
    db: Db,
    lake: Lake,
    importer: Importer,
    directory: TempDir,
}

fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-03-01T12:00:00Z").unwrap().to_utc()
}

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/samples").join(name)
}

impl Directory {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let db = Db::open(&at("catscan.db")).unwrap();
        let lake = Lake::open(db.clone(), &at("lake"), &at("tmp"), now()).unwrap();
        let clock = Clock::fixed(now());
        let importer = Importer::new(db.clone(), lake.clone(), at("tmp"), clock, ImportLimits::default());
        let tables = Arc::new(Store::new(db.clone(), lake.clone(), Default::default()));
        let engine = Engine::new(tables, Capacity::new(2, at("tmp"))).unwrap();
        Self { engine, db, lake, importer, directory }
    }

    fn import(&self, name: &str, account: AccountId) {
        let options = ImportOptions { account, ..ImportOptions::default() };
        let answer = self.importer.import(&Source::received(sample(name), name), &options, &NoProgress).unwrap();
        assert!(answer.error.is_none(), "{:?}", answer.error);
    }

    fn sync(&self) {
        sync::from_files(&self.db, AccountId::FIRST, &sample("entities"), &[], now()).unwrap();
    }

    fn second_account(&self) -> AccountId {
        let fields = AccountFields { name: Some("second".to_owned()), ..AccountFields::default() };
        self.db.write(|tx| accounts::add(tx, &fields, now())).unwrap().account_id
    }

    fn ask(&self, question: Question) -> Result<String, QueryError> {
        let shown = show_for(&self.engine, question)?;
        assert!(!shown.contains(self.directory.path().to_str().unwrap()), "a path is shown:\n{shown}");
        Ok(shown)
    }

    fn first(&self, sql: &str) -> String {
        self.ask(Question::new(sql, AccountScope::one(AccountId::FIRST))).unwrap()
    }
}

fn cells(shown: &str) -> Vec<Vec<String>> {
    let rows = shown.lines().skip(3).filter(|line| line.starts_with('|'));
    rows.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

#[test]
fn config_performance_is_that_of_the_samples() {
    let store = Directory::new();
    store.import("performance.csv", AccountId::FIRST);
    store.sync();
    let shown = store.first(
        "SELECT billing_id, display_name, total_reached, total_impressions, total_clicks, total_spend_usd, \
         win_rate_pct, waste_rate_pct FROM v_config_performance ORDER BY billing_id",
    );
    assert_eq!(
        cells(&shown),
        [
            ["157331516553", "India app interstitials", "3320", "1310", "14", "1.842694", "39.5", "60.5"],
            ["157332516556", "Asia video", "21000", "950", "9", "1234.905", "4.5", "95.5"],
            ["157333516559", "Retargeting", "0", "0", "0", "0.0", "0.0", "0.0"],
            ["157335516565", "unattributed", "110", "11", "1", "3e-6", "10.0", "90.0"],
        ]
    );
    let created = store.first("SELECT count(*), count(created_at) FROM v_rtb_daily");
    assert_eq!(cells(&created), [["12", "12"]]);
}

#[test]
fn a_restatement_shows_at_once_and_the_older_snapshot_stays() {
    let store = Directory::new();
    store.import("performance.csv", AccountId::FIRST);
    let spend = "SELECT count(*), sum(spend_micros) FROM rtb_daily";
    assert_eq!(cells(&store.first(spend)), [["12", "1236747697"]]);
    let before = store.lake.snapshot(&At::Latest).unwrap().id;
    store.import("performance-restated.csv", AccountId::FIRST);
    assert_eq!(cells(&store.first(spend)), [["13", "1236909697"]]);
    let old = |at| Question { at, ..Question::new(spend, AccountScope::All) };
    assert_eq!(cells(&store.ask(old(At::Snapshot(before))).unwrap()), [["12", "1236747697"]]);
    assert_eq!(store.ask(old(At::Snapshot(SnapshotId(99)))).unwrap_err().code(), "unknown_snapshot");
    let imports = store.first("SELECT filename, rows_imported FROM import_history ORDER BY batch_id");
    assert_eq!(cells(&imports)[1][0], "performance-restated.csv");
}

#[test]
fn an_entity_write_shows_in_the_next_question() {
    let store = Directory::new();
    assert_eq!(cells(&store.first("SELECT count(*) FROM pretargeting_configs")), [["0"]]);
    store.sync();
    assert_eq!(cells(&store.first("SELECT count(*) FROM pretargeting_configs")), [["3"]]);
    assert_eq!(cells(&store.first("SELECT count(*) FROM creatives")), [["4"]]);
}

#[test]
fn one_account_sees_nothing_of_the_other_in_any_table() {
    let store = Directory::new();
    store.import("performance.csv", AccountId::FIRST);
    store.sync();
    let second = store.second_account();
    let theirs = |sql: &str| store.ask(Question::new(sql, AccountScope::one(second))).unwrap();
    let tables = theirs("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'");
    let names: Vec<String> = cells(&tables).into_iter().map(|row| row[0].clone()).collect();
    assert!(names.len() > 15 && names.contains(&"v_config_performance".to_owned()), "{names:?}");
    for name in names {
        // Thresholds and what sizes mean are of no account.
        let expected = match name.as_str() {
            "accounts" | "thresholds" => 1,
            "size_labels" => 10,
            "standard_sizes" => 15,
            _ => 0,
        };
        assert_eq!(cells(&theirs(&format!("SELECT * FROM {name}"))).len(), expected, "{name}");
        let columns = theirs(&format!("SELECT * FROM information_schema.columns WHERE table_name = '{name}'"));
        assert!(!columns.contains("credential") && !columns.contains("raw_data"), "{name}");
    }
    for hidden in ["api_keys", "service_accounts", "settings", "ducklake_data_file", "sqlite_master", "jobs"] {
        let asked = store.ask(Question::new(format!("SELECT * FROM {hidden}"), AccountScope::All));
        assert_eq!(asked.unwrap_err().code(), "unknown_table", "{hidden}");
    }
    let nobody = Question::new("SELECT 1", AccountScope::one(AccountId(77)));
    assert_eq!(store.ask(nobody).unwrap_err().code(), "unknown_account");
    let all = store.ask(Question::new("SELECT count(*) FROM accounts", AccountScope::All)).unwrap();
    assert_eq!(cells(&all), [["2"]]);
}

#[test]
fn a_window_opens_only_the_files_of_its_days() {
    let store = Directory::new();
    store.import("performance.csv", AccountId::FIRST);
    let days = Some(Days::ending("2026-02-26".parse().unwrap(), 1));
    let asked = |sql: &str| Question { days, ..Question::new(sql, AccountScope::All) };
    assert_eq!(cells(&store.ask(asked("SELECT count(*) FROM rtb_daily")).unwrap()), [["4"]]);
    let plan = store.ask(asked("EXPLAIN SELECT sum(clicks) FROM rtb_daily")).unwrap();
    assert!(plan.contains("metric_date=2026-02-26") && !plan.contains("metric_date=2026-02-25"), "{plan}");
    let answer = store.engine.ask_blocking(asked("SELECT 1")).unwrap();
    assert_eq!(answer.newest_day["performance"].to_string(), "2026-02-26");
}

#[test]
fn a_damaged_file_is_named_and_never_a_wrong_number() {
    let store = Directory::new();
    store.import("performance.csv", AccountId::FIRST);
    let file = store.lake.snapshot(&At::Latest).unwrap().files()[0].clone();
    let mut bytes = std::fs::read(file.local_path().unwrap()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(file.local_path().unwrap(), bytes).unwrap();
    let error = store.ask(Question::new("SELECT * FROM rtb_daily", AccountScope::All)).unwrap_err();
    assert_eq!(error.code(), "store", "{error}");
    let told = error.to_string();
    assert!(told.contains(&file.relative), "{told}");
    assert!(!told.contains(store.directory.path().to_str().unwrap()), "{told}");
}
