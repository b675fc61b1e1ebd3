//! Taking over the predecessor's database: every row and every micro is in the store or accounted for, however often and
//! however rudely it is done. The sums of the store are held against sums that SQLite makes of the old tables.

mod hardship;
mod reports;

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use serde_json::{Value, json};

use super::store::{TestStore, integer, repository};

/// A database of the predecessor, made anew.
fn old(store: &TestStore, schema: &str, more: &str) -> PathBuf {
    let path = store.beside("old.db");
    let schema = fs::read_to_string(repository(&format!("tests/it/predecessor/{schema}.sql"))).unwrap();
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(&schema).unwrap();
    connection.execute_batch(more).unwrap();
    path
}

/// Migrates; the answer as `--json` prints it.
#[track_caller]
fn migrate(store: &TestStore, old: &Path, more: &[&str]) -> Value {
    let ran = store.run(&[&["migrate-from", old.to_str().unwrap(), "--json"], more].concat());
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:#?}"));
    for counts in answer["facts"].as_object().unwrap().values() {
        let outcomes = ["imported", "replaced", "duplicate", "rejected", "skipped", "of_other_days", "unowned"];
        let sum: i64 = outcomes.iter().map(|outcome| integer(&counts[outcome])).sum();
        assert_eq!(integer(&counts["rows"]), sum, "every row has one outcome: {counts:#}");
    }
    for spend in answer["spend"].as_object().unwrap().values() {
        assert_eq!(spend["difference_micros"], 0, "every micro is accounted for: {spend:#}");
    }
    let refused = answer["facts"].as_object().unwrap().values().any(|counts| integer(&counts["refused"]) > 0);
    assert_eq!(ran.code, Some(i32::from(refused)), "{ran:#?}");
    answer
}

/// What a refused migration says.
#[track_caller]
fn refusal(store: &TestStore, old: &Path) -> String {
    let ran = store.run(&["migrate-from", old.to_str().unwrap()]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran:#?}");
    assert!(ran.stderr.starts_with("error: "), "{ran:#?}");
    ran.stderr
}

/// Rows of a question to the old database, as JSON.
fn fold(old: &Path, sql: &str) -> Vec<Value> {
    use rusqlite::OpenFlags;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(format!("file:{}?immutable=1", old.display()), flags).unwrap();
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|row| serde_json::from_str(&row.unwrap()).unwrap()).collect()
}

const SUMS: &str = "SELECT report, CAST(metric_date AS VARCHAR) AS day, billing_id, count(*) AS row_count, \
    sum(impressions) AS impressions, sum(clicks) AS clicks, sum(spend_micros) AS spend_micros, \
    sum(reached_queries) AS reached, sum(video_starts) AS starts \
    FROM rtb_daily GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";

const OLD_SUMS: &str = "SELECT json_object('report', 'performance', 'day', metric_date, 'billing_id', billing_id, \
    'row_count', count(*), 'impressions', sum(impressions), 'clicks', sum(clicks), 'spend_micros', sum(spend_micros), \
    'reached', sum(reached_queries), 'starts', sum(video_starts)) FROM rtb_daily \
    GROUP BY metric_date, billing_id ORDER BY metric_date, billing_id";

#[test]
fn v40_is_in_the_store_as_sqlite_sums_it_and_doing_it_again_changes_nothing() {
    let store = TestStore::new();
    let old = old(&store, "v40", "");
    let bytes = fs::read(&old).unwrap();
    let first = migrate(&store, &old, &["--currency", "EUR"]);
    assert_eq!(store.sql(SUMS), fold(&old, OLD_SUMS));
    assert_eq!(first["facts"]["rtb_daily"]["imported"], 360);
    assert_eq!(first["facts"]["rtb_daily"]["imports"], 3, "one commit a day");
    let spend = integer(&fold(&old, "SELECT json_object('s', sum(spend_micros)) FROM rtb_daily")[0]["s"]);
    assert_eq!(first["spend"]["EUR"]["database_micros"], spend);
    assert_eq!(first["spend"]["EUR"]["read_micros"], spend);
    // One vocabulary, whoever wrote the word; and columns that nobody filled are no columns.
    let words = "SELECT DISTINCT country, platform, environment, currency FROM rtb_daily WHERE country = 'DE' \
                 ORDER BY platform";
    let row = |platform| json!({"country": "DE", "platform": platform, "environment": "APP", "currency": "EUR"});
    assert_eq!(store.sql(words), [row("PERSONAL_COMPUTER"), row("PHONE")]);
    assert_eq!(store.number("SELECT count(bids) AS n FROM rtb_daily"), 0, "0 by default is not said");

    let digest = store.digest();
    let again = migrate(&store, &old, &["--currency", "EUR"]);
    assert_eq!(store.digest(), digest);
    assert_eq!(again["facts"]["rtb_daily"]["duplicate"], 360);
    assert_eq!(again["facts"]["rtb_daily"]["known"], 3);
    assert_eq!(again["spend"], first["spend"]);
    assert!(again["entities"].as_object().unwrap().values().all(|counts| counts["added"] == 0), "{again:#}");
    assert_eq!(fs::read(&old).unwrap(), bytes, "the old database is only read");
    let beside = fs::read_dir(old.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name());
    let beside: Vec<_> = beside.filter(|name| name.to_string_lossy().starts_with("old.db")).collect();
    assert_eq!(beside, ["old.db"], "no file was made beside it");
}

#[test]
fn entities_are_added_with_what_users_wrote_and_those_of_the_store_stay() {
    let store = TestStore::new();
    let old = old(&store, "v40", "");
    let answer = migrate(&store, &old, &[]);
    let added = |table: &str| integer(&answer["entities"][table]["added"]);
    for (table, rows) in [
        ("buyer_seats", 1),
        ("pretargeting_configs", 2),
        ("rtb_endpoints", 1),
        ("creatives", 2),
        ("campaigns", 1),
        ("creative_campaigns", 1),
        ("pretargeting_history", 1),
        ("pretargeting_pending_changes", 1),
        ("pretargeting_snapshots", 1),
    ] {
        assert_eq!(added(table), rows, "{table}: {answer:#}");
    }
    let notes = answer["notes"].to_string();
    assert!(notes.contains("creative_campaigns row 2 was not taken: its creative is not there"), "{notes}");
    assert!(notes.contains("pretargeting_pending_changes row 2 was not taken: CHECK constraint failed"), "{notes}");
    let left = json!([{"table": "recommendations", "rows": 1, "reason": "advice is made anew from the facts"}]);
    assert_eq!(answer["left"], left);
    let configs = "SELECT config_id, user_name, state, included_sizes, maximum_qps FROM pretargeting_configs \
                   ORDER BY config_id";
    let configs = store.sql(configs);
    assert_eq!(configs[0]["user_name"], "Europe, small");
    assert_eq!(configs[0]["included_sizes"].to_string().matches("300x250").count(), 1);
    assert_eq!((&configs[1]["state"], integer(&configs[1]["maximum_qps"])), (&json!("SUSPENDED"), 500));
    let db = store.sqlite();
    let text = |sql: &str| db.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(text("SELECT bidder_id FROM accounts"), "299038253");
    assert_eq!(text("SELECT assigned_by FROM campaign_creatives"), "clustering");
    let made = "SELECT changed_by || changed_at FROM pretargeting_history WHERE change_type = 'add_size'";
    assert_eq!(text(made), "jen2025-12-02T09:30:00.000Z");
    assert_eq!(text("SELECT total_spend_micros || state FROM pretargeting_snapshots"), "12345678ACTIVE");
    assert_eq!(text("SELECT approval_status FROM creatives WHERE creative_id = 'cr-2'"), "DISAPPROVED");

    // What the store knows is newer: another database of the same bidder overwrites nothing.
    let change = "UPDATE pretargeting_configs SET display_name = 'stale', user_name = 'stale', state = 'SUSPENDED'; \
                  UPDATE creatives SET advertiser_name = 'stale'";
    Connection::open(&old).unwrap().execute_batch(change).unwrap();
    let again = migrate(&store, &old, &[]);
    assert_eq!(again["entities"]["pretargeting_configs"]["kept"], 2);
    let names = "SELECT group_concat(display_name || coalesce(user_name, '-'), ';') FROM \
                 (SELECT * FROM pretargeting_configs ORDER BY config_id)";
    assert_eq!(text(names), "EU allEurope, small;US videostale", "only a missing name of the user's own is filled in");
}

#[test]
fn several_bidders_get_an_account_each_and_rows_go_to_their_own() {
    let store = TestStore::new();
    let second = "INSERT INTO accounts (id, bidder_id, display_name, credentials_path) VALUES (2, '555', 'Second', ''); \
                  UPDATE rtb_daily SET account_id = 2 WHERE id % 10 = 0; \
                  UPDATE rtb_daily SET account_id = 9, billing_id = 'nobody' WHERE id = 15";
    let old = old(&store, "v40", second);
    let dry = migrate_code(&store, &old, &["--dry-run"]);
    assert_eq!(store.sqlite().query_row("SELECT count(*) FROM accounts", [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    let answer = migrate_code(&store, &old, &[]);
    assert_eq!(dry["facts"], answer["facts"], "a dry run says what will be");
    assert_eq!(answer["facts"]["rtb_daily"]["unowned"], 1);
    let count = |account: &str| {
        let printed =
            store.succeed(&["sql", "--account", account, "--format", "csv", "SELECT count(*) FROM rtb_daily"]);
        printed.lines().last().unwrap().parse::<i64>().unwrap()
    };
    assert_eq!((count("Acme"), count("Second")), (323, 36));
    let refused = store.run(&["migrate-from", old.to_str().unwrap(), "--account", "Acme"]);
    assert!(refused.code == Some(1) && refused.stderr.contains("leave --account out"), "{refused:#?}");
}

/// Migrates where rows of nobody are left out, which is exit code 1.
#[track_caller]
fn migrate_code(store: &TestStore, old: &Path, more: &[&str]) -> Value {
    let ran = store.run(&[&["migrate-from", old.to_str().unwrap(), "--json"], more].concat());
    assert_eq!(ran.code, Some(1), "{ran:#?}");
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn a_file_that_the_predecessor_took_in_is_not_imported_twice() {
    let store = TestStore::new();
    let sample = repository("data/samples/performance.csv");
    let bytes = fs::read(&sample).unwrap();
    let hash: String =
        ring::digest::digest(&ring::digest::SHA256, &bytes).as_ref().iter().map(|b| format!("{b:02x}")).collect();
    let hashes = format!(
        "CREATE TABLE processed_files (id INTEGER PRIMARY KEY, file_hash TEXT, processed_at TIMESTAMP); \
         INSERT INTO processed_files (file_hash, processed_at) VALUES ('{}', '2026-02-26 05:00:00'), ('?', NULL)",
        hash.to_uppercase()
    );
    let old = old(&store, "v40", &hashes);
    let answer = migrate(&store, &old, &[]);
    assert_eq!(answer["hashes"]["processed_files"], json!({"rows": 2, "added": 1, "known": 0, "unusable": 1}));
    let digest = store.digest();
    let known = store.import(&sample);
    assert_eq!((&known["status"], &known["batch_id"]), (&json!("duplicate"), &Value::Null));
    assert!(known["notes"][0].as_str().unwrap().contains("at 2026-02-26T05:00:00.000Z; --again"), "{known:#}");
    assert_eq!(store.digest(), digest);
    assert!(store.succeed(&["import", sample.to_str().unwrap()]).contains("the predecessor took in this very file"));
    let again = store.run(&["import", "--again", "--json", sample.to_str().unwrap()]);
    assert!(again.code == Some(0) && again.stdout.contains("\"imported\""), "{again:#?}");
    assert_eq!(migrate(&store, &old, &[])["hashes"]["processed_files"]["known"], 1);
}

#[test]
fn people_read_a_line_per_table_and_the_money() {
    let store = TestStore::new();
    let old = old(&store, "v40", "");
    let printed = store.succeed(&["migrate-from", old.to_str().unwrap(), "--currency", "USD"]);
    assert!(printed.starts_with("took over old.db\n"), "{printed}");
    assert!(printed.contains("rtb_daily                     360 rows read: 360 imported; 3 imports\n"), "{printed}");
    assert!(printed.contains("64,620.19998 read: nothing is missing"), "{printed}");
    assert!(printed.contains("not taken: recommendations (1 row): advice is made anew from the facts\n"), "{printed}");
}

#[test]
fn an_import_after_the_migration_meets_its_rows() {
    let store = TestStore::new();
    let old = old(&store, "v40", "");
    migrate(&store, &old, &["--currency", "USD"]);
    let report = store.beside("restated.csv");
    let header = "Day,Creative ID,Billing ID,Creative size,Creative format,Country,Platform,Environment,Publisher ID,\
                  Publisher name,Reached queries,Impressions,Clicks,Spend (buyer currency)\n";
    let row = "2025-12-08,cr-1,83435423204,300x250,VIDEO,US,PERSONAL_COMPUTER,APP,pub-1,\"Publisher \"\"1\"\", Ltd.\",\
               500,60,2,9.5\n";
    fs::write(&report, [header, row].concat()).unwrap();
    let answer = store.import(&report);
    assert_eq!((integer(&answer["rows_replaced"]), integer(&answer["rows_imported"])), (1, 0), "{answer:#}");
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 360, "the same key, whoever wrote it");
    migrate(&store, &old, &["--currency", "USD"]);
    let spend = "SELECT spend_micros FROM rtb_daily WHERE metric_date = '2025-12-08' AND publisher_id = 'pub-1'";
    assert_eq!(store.number(spend), 9_500_000, "the old row does not come back");
}
