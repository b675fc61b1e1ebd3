//! Dry runs, rows at fault, kills and databases that cannot be taken over.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use rusqlite::Connection;
use serde_json::json;

use super::super::serve::Server;
use super::super::store::{TestStore, integer};
use super::{SUMS, fold, migrate, old, refusal};

#[test]
fn rows_at_fault_are_named_by_table_and_rowid_and_their_money_is_accounted_for() {
    let store = TestStore::new();
    let faults = "UPDATE rtb_daily SET creative_id = '' WHERE id = 7; \
                  UPDATE rtb_daily SET impressions = 'many' WHERE id = 130; \
                  UPDATE rtb_daily SET spend_micros = 'free' WHERE id = 131; \
                  UPDATE rtb_daily SET publisher_name = 'two' || char(10) || 'lines' WHERE id IN (3, 129); \
                  INSERT INTO rtb_daily (id, account_id, import_batch_id, metric_date, creative_id, billing_id, \
                      impressions, spend_micros) VALUES (900, 1, 'b9', '', 'cr-1', '72245759413', 3, 44), \
                      (901, 1, 'b9', 'soon', 'cr-1', '72245759413', 3, 55)";
    let old = old(&store, "v40", faults);
    let answer = migrate(&store, &old, &[]);
    let named: Vec<(i64, &str)> = answer["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (integer(&fault["row"]), fault["reason"].as_str().unwrap()))
        .collect();
    let expected =
        [(900, "no_date"), (7, "no_creative_id"), (130, "bad_number"), (131, "bad_money"), (901, "bad_date")];
    assert_eq!(named, expected);
    let counts = &answer["facts"]["rtb_daily"];
    assert_eq!((integer(&counts["imported"]), integer(&counts["rejected"])), (357, 5));
    let refused: Vec<&str> =
        answer["refused"].as_array().unwrap().iter().map(|r| r["import"].as_str().unwrap()).collect();
    assert_eq!(refused, ["old.db:rtb_daily:", "old.db:rtb_daily:soon"], "a day that is none is refused as a whole");
    let rejected = "SELECT json_object('s', sum(spend_micros)) FROM rtb_daily \
                    WHERE id IN (7, 130, 900, 901) AND typeof(spend_micros) = 'integer'";
    assert_eq!(answer["spend"]["unknown"]["rejected_micros"], fold(&old, rejected)[0]["s"]);
    let kept: Vec<(i64, String)> = {
        let db = store.sqlite();
        let mut statement = db.prepare("SELECT line, reason FROM import_faults ORDER BY line").unwrap();
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert_eq!(kept.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [7, 130, 131, 900, 901]);
    // The same accounting when it is all known already, but for what is refused anew.
    let again = migrate(&store, &old, &[]);
    assert_eq!(again["spend"], answer["spend"]);
    assert_eq!(
        (integer(&again["facts"]["rtb_daily"]["duplicate"]), integer(&again["facts"]["rtb_daily"]["rejected"])),
        (357, 5)
    );
}

#[test]
fn killed_in_the_middle_it_goes_on_where_it_stopped() {
    let whole = TestStore::new();
    migrate(&whole, &old(&whole, "v40", ""), &[]);
    for point in ["after_claim", "before_commit", "after_commit"] {
        let store = TestStore::new();
        let old = old(&store, "v40", "");
        let mut command = store.command(&["migrate-from", old.to_str().unwrap()]);
        command.env("CATSCAN_KILL_AT", point).stdout(Stdio::null()).stderr(Stdio::null());
        assert_eq!(command.status().unwrap().signal(), Some(9), "{point} was not reached");
        let committed = i64::from(point == "after_commit");
        assert_eq!(store.number("SELECT count(DISTINCT metric_date) AS n FROM rtb_daily"), committed);
        let answer = migrate(&store, &old, &[]);
        assert_eq!(integer(&answer["facts"]["rtb_daily"]["known"]), committed, "{point}: {answer:#}");
        assert_eq!(store.sql(SUMS), whole.sql(SUMS), "{point}");
        let left = fs::read_dir(store.data_dir().join("tmp")).unwrap().map(|entry| entry.unwrap().file_name());
        let left: Vec<_> = left.filter(|name| name.to_string_lossy().contains("migration")).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn what_cannot_be_taken_over_is_refused_with_what_was_found() {
    let store = TestStore::new();
    let path = store.beside("wrong.db");
    assert!(refusal(&store, &path).contains("no such file"));
    fs::write(&path, "creative_id,date\n").unwrap();
    assert!(refusal(&store, &path).contains("is not a SQLite database"));
    fs::remove_file(&path).unwrap();
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE tea (cups); CREATE TABLE pots (size)").unwrap();
    let unknown = refusal(&store, &path);
    assert!(unknown.contains("it has pots, tea") && unknown.contains("rtb_daily, performance_metrics"), "{unknown}");
    connection.execute_batch("CREATE TABLE rtb_daily (metric_date)").unwrap();
    assert!(refusal(&store, &path).contains("table rtb_daily lacks the column creative_id"));
    connection.execute_batch("PRAGMA user_version = 41").unwrap();
    assert!(refusal(&store, &path).contains("schema version 41, and this program knows"));
    let own = TestStore::new();
    assert!(refusal(&store, &own.data_dir().join("catscan.db")).contains("store of this program"));
    let other = TestStore::new();
    other.succeed(&["account", "set", "default", "--bidder-id", "1"]);
    assert!(refusal(&other, &old(&other, "v40", "")).contains("is about bidder 299038253, but account 'default'"));
}

#[test]
fn a_running_server_does_it_for_the_command() {
    let store = TestStore::new();
    let old = old(&store, "v40", "");
    let server = Server::over(&store);
    let answer = migrate(&store, &old, &["--currency", "USD"]);
    assert_eq!(answer["facts"]["rtb_daily"]["imported"], 360);
    assert_eq!(server.get("/api/imports?status=complete").1["rows"].as_array().unwrap().len(), 3);
}

#[test]
fn a_dry_run_answers_the_same_and_changes_nothing() {
    let store = TestStore::new();
    let old = old(&store, "v40", "");
    let digest = store.digest();
    let mut dry = migrate(&store, &old, &["--dry-run"]);
    assert_eq!(store.digest(), digest);
    let rows = "SELECT (SELECT count(*) FROM creatives) + (SELECT count(*) FROM import_history) \
                + (SELECT count(*) FROM campaigns) + (SELECT count(*) FROM accounts WHERE bidder_id IS NOT NULL)";
    assert_eq!(store.sqlite().query_row(rows, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    let real = migrate(&store, &old, &[]);
    dry["dry_run"] = json!(false);
    assert_eq!(dry, real);
}
