//! The abuse table, isolation, snapshots, deadlines and cancels, through the door.

use std::time::Instant as Clock;

use super::super::fixture::{Memory, Row, day, show, show_for};
use super::super::{AccountScope, Cut, Days};
use super::*;
use crate::model::{AccountId, SnapshotId};

fn two_accounts() -> Memory {
    let own = Row::reached("11", 100, 25);
    let foreign = Row { account: 2, billing: Some("secret-billing"), creative: "secret-creative", ..own.clone() };
    let mut memory = Memory::of(vec![own, foreign]);
    memory.configs = vec![(1, "101", "11", "mine"), (2, "202", "secret-billing", "secret-name")];
    memory
}

fn mine(sql: &str) -> Question {
    Question::new(sql, AccountScope::one(AccountId(1)))
}

/// Rows enough for a join of them with themselves to take hours.
fn many() -> Memory {
    let row = Row::reached("11", 1, 1);
    Memory::of((0..40_000).map(|number| Row { reached: Some(number), ..row.clone() }).collect())
}

fn settled(engine: &Engine) -> bool {
    let since = Clock::now();
    while since.elapsed() < Duration::from_secs(5) {
        let idle = engine.free_permits() == engine.shared.capacity.concurrent;
        if idle && engine.memory_used() == 0 && engine.running().is_empty() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    false
}

#[test]
fn an_account_never_sees_the_rows_of_another() {
    let engine = two_accounts().engine();
    for sql in [
        "SELECT * FROM rtb_daily",
        "SELECT * FROM rtb_daily WHERE account_id = 2 OR true",
        "SELECT * FROM catscan.public.rtb_daily",
        "SELECT * FROM v_rtb_daily",
        "SELECT * FROM pretargeting_configs",
        "SELECT * FROM v_config_performance",
        "SELECT * FROM v_waste_by_size",
        "SELECT * FROM information_schema.columns",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM information_schema.views",
        "SELECT string_agg(creative_id, ',') FROM rtb_daily",
        "EXPLAIN ANALYZE SELECT * FROM rtb_daily WHERE billing_id > 's'",
        "SHOW TABLES",
    ] {
        let shown = show_for(&engine, mine(sql)).unwrap();
        assert!(!shown.contains("secret"), "{sql}:\n{shown}");
        assert!(sql.contains("schema") || sql.contains("EXPLAIN") || sql.contains("SHOW") || shown.contains("1"));
    }
    assert!(show_for(&engine, mine("SELECT count(*) FROM rtb_daily WHERE account_id = 2")).unwrap().contains("| 0 "));
    let all = show(&engine, "SELECT billing_id FROM rtb_daily").unwrap();
    assert!(all.contains("secret-billing"), "the owner of the store sees all:\n{all}");
}

#[test]
fn the_tables_the_columns_and_the_plans_can_be_asked_for() {
    let engine = two_accounts().engine();
    for (sql, shown) in [
        ("SHOW TABLES", "v_config_performance"),
        ("SHOW COLUMNS FROM v_config_performance", "waste_rate_pct"),
        ("DESCRIBE rtb_daily", "spend_micros"),
        ("SHOW FUNCTIONS", "octet_length"),
        ("EXPLAIN SELECT * FROM v_waste_by_size", "physical_plan"),
        ("EXPLAIN FORMAT TREE SELECT count(*) FROM rtb_daily", "plan"),
        ("EXPLAIN ANALYZE SELECT a.hour FROM rtb_daily a JOIN rtb_daily b ON a.clicks < b.hour", "CooperativeExec"),
        ("VALUES (1, 'x')", "x"),
        ("SELECT now() >= TIMESTAMP '2020-01-01' AND today() = current_date() AS passes", "true"),
        ("SELECT creative_id AS \"Creative\", count(*) FROM rtb_daily GROUP BY ALL", "Creative"),
        ("SELECT concat(creative_id, '-', country) AS k, creative_id || '!' FROM rtb_daily", "c1-US"),
        ("SELECT regexp_replace(creative_id, '[0-9]+', '#'), replace(country, 'U', 'u') FROM rtb_daily", "c#"),
        (
            "SELECT count(*) FROM rtb_daily WHERE metric_date BETWEEN '2026-11-01' AND current_date() + INTERVAL '99 years'",
            "1",
        ),
    ] {
        let answer = show_for(&engine, mine(sql)).unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert!(answer.contains(shown), "{sql}:\n{answer}");
    }
}

#[test]
fn a_question_sees_the_snapshot_it_asks_for() {
    let row = Row::reached("11", 100, 25);
    let memory =
        Memory { snapshots: vec![vec![row.clone()], vec![Row { reached: Some(70), ..row }]], configs: Vec::new() };
    let engine = memory.engine();
    let at = |at| Question { at, ..mine("SELECT sum(reached_queries) AS reached FROM rtb_daily") };
    assert!(show_for(&engine, at(At::Snapshot(SnapshotId(1)))).unwrap().contains("| 100 "));
    assert!(show_for(&engine, at(At::Latest)).unwrap().contains("| 70 "));
    assert_eq!(show_for(&engine, at(At::Snapshot(SnapshotId(9)))).unwrap_err().code(), "unknown_snapshot");
    let answer = engine.ask_blocking(at(At::Latest)).unwrap();
    assert_eq!(answer.snapshot, SnapshotId(2));
}

#[test]
fn a_window_leaves_only_its_days_in_every_table_and_view() {
    let row = Row::reached("11", 1, 0);
    let days = ["2026-11-17", "2026-11-18", "2026-11-19"];
    let engine = Memory::of(days.map(|day| Row { day, ..row.clone() }).to_vec()).engine();
    let days = Some(Days::ending(day("2026-11-19"), 2));
    for (sql, expected) in
        [("SELECT count(*) AS n FROM rtb_daily", "| 2 "), ("SELECT total_reached FROM v_config_performance", "| 2 ")]
    {
        let shown = show_for(&engine, Question { days, ..mine(sql) }).unwrap();
        assert!(shown.contains(expected), "{sql}:\n{shown}");
    }
    let answer = engine.ask_blocking(Question { days, ..mine("SELECT 1") }).unwrap();
    assert_eq!(answer.newest_day["performance"], day("2026-11-19"));
}

#[test]
fn abuse_ends_with_its_code_and_in_time() {
    let engine = many().engine();
    let doubling = (1..40).fold("SELECT 'x' AS s".to_owned(), |inner, _| format!("SELECT s || s AS s FROM ({inner})"));
    let cross = "SELECT count(*) FROM rtb_daily a, rtb_daily b, rtb_daily c, rtb_daily d, rtb_daily e";
    let silent = "SELECT count(*) FROM rtb_daily a JOIN rtb_daily b \
                  ON a.reached_queries * b.reached_queries + a.clicks < b.clicks - 7";
    let silent_hash = "SELECT count(*) FROM rtb_daily a JOIN rtb_daily b \
                       ON a.billing_id = b.billing_id AND a.reached_queries * b.reached_queries < b.clicks - 7";
    for (sql, code) in [
        ("SELECT * FROM '/etc/passwd'", "unknown_table"),
        ("SELECT * FROM \"/etc/passwd\"", "unknown_table"),
        ("SELECT * FROM rtb_dayly", "unknown_table"),
        ("SELECT * FROM other.public.rtb_daily", "invalid"),
        ("SELECT * FROM information_schema.df_settings", "refused"),
        ("SELECT nothing FROM rtb_daily", "unknown_column"),
        ("SELECT account_id FROM rtb_daily GROUP BY report", "invalid"),
        ("SELECT repeat('x', 2000000000)", "value"),
        ("SELECT lpad('x', 2000000000)", "value"),
        ("SELECT replace(repeat('x', 60000), 'x', repeat('y', 60000))", "value"),
        ("SELECT regexp_replace(repeat('x', 60000), '.', repeat('y', 60000), 'g')", "value"),
        (&doubling, "value"),
        ("SELECT 1 / (SELECT min(clicks) FROM rtb_daily)", "value"),
        ("SELECT CAST('x' AS BIGINT)", "value"),
        ("SELECT $missing", "invalid"),
        (cross, "timeout"),
        (silent, "timeout"),
        (silent_hash, "timeout"),
    ] {
        let asked = Clock::now();
        // What waits for its deadline has a short one; the rest ends by itself long before.
        let deadline = Duration::from_secs(if code == "timeout" { 1 } else { 30 });
        let limits = Limits { deadline, ..Limits::default() };
        let error = show_for(&engine, Question { limits, ..mine(sql) }).expect_err(sql);
        assert_eq!(error.code(), code, "{sql}: {error}");
        // One second after the deadline, and another for a machine that runs all tests at once.
        let promised = if code == "timeout" { deadline + Duration::from_secs(2) } else { deadline / 2 };
        assert!(asked.elapsed() < promised, "{sql} took {:?}", asked.elapsed());
        assert!(settled(&engine), "{sql} kept a permit, memory or its place in the ledger");
    }
}

#[test]
fn an_answer_let_go_or_cancelled_by_id_ends_its_question() {
    let engine = many().engine();
    let endless = "SELECT a.reached_queries FROM rtb_daily a, rtb_daily b, rtb_daily c";
    let mut answer = engine.ask_blocking(mine(endless)).unwrap();
    assert!(answer.next_blocking().unwrap().is_ok());
    assert_eq!(engine.running().len(), 1);
    drop(answer);
    assert!(settled(&engine), "a dropped answer still runs");

    // No cap ends it: on a busy machine that could come before the cancel.
    let limits = Limits { rows: None, bytes: None, ..Limits::default() };
    let mut answer = engine.ask_blocking(Question { limits, ..mine(endless) }).unwrap();
    assert!(engine.cancel(answer.id));
    let ended = std::iter::from_fn(|| answer.next_blocking()).find_map(Result::err);
    assert_eq!(ended.unwrap().code(), "cancelled");
    assert!(settled(&engine), "a cancelled question still runs");
    assert!(!engine.cancel(answer.id));
}

#[test]
fn memory_is_capped_per_question_and_given_back() {
    let engine = many().engine();
    let within = |mib: usize| Limits { memory_bytes: mib << 20, ..Limits::default() };
    for (mib, sql) in [
        (1, "SELECT a.reached_queries, array_agg(b.creative_id) FROM rtb_daily a, rtb_daily b GROUP BY 1"),
        (8, "SELECT max(n) FROM (SELECT count(a.clicks) OVER () AS n FROM rtb_daily a, rtb_daily b)"),
        (8, "SELECT max(n) FROM (SELECT lead(a.clicks, 900000000) OVER () AS n FROM rtb_daily a, rtb_daily b)"),
    ] {
        let error = show_for(&engine, Question { limits: within(mib), ..mine(sql) }).unwrap_err();
        assert_eq!(error.code(), "resources_exhausted", "{sql}: {error}");
        assert!(settled(&engine));
    }
    let steady = "SELECT max(n) FROM (SELECT row_number() OVER () AS n FROM rtb_daily a, \
                  (SELECT 1 FROM rtb_daily LIMIT 40) b)";
    let shown = show_for(&engine, Question { limits: within(8), ..mine(steady) }).unwrap();
    assert!(shown.contains("1600000"), "a window that lets its rows go keeps nothing:\n{shown}");
    assert!(settled(&engine));
}

#[test]
fn a_sort_larger_than_its_memory_spills_and_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let spill = home.path().join("spill");
    let engine = many().engine_within(|capacity| capacity.spill_dir = spill.clone());
    let limits = Limits { memory_bytes: 40 << 20, rows: None, ..Limits::default() };
    let sql = "SELECT a.reached_queries, a.creative_id, b.n FROM rtb_daily a CROSS JOIN \
               (SELECT reached_queries AS n FROM rtb_daily LIMIT 40) b ORDER BY b.n DESC, a.reached_queries DESC";
    assert!(!spill.exists());
    let mut answer = engine.ask_blocking(Question { limits, ..mine(sql) }).unwrap();
    let rows: usize = std::iter::from_fn(|| answer.next_blocking()).map(|batch| batch.unwrap().num_rows()).sum();
    assert_eq!(rows, 40_000 * 40);
    assert!(settled(&engine));
    let files = std::fs::read_dir(&spill).unwrap().flat_map(|entry| std::fs::read_dir(entry.unwrap().path()).unwrap());
    assert_eq!(files.count(), 0, "spill files are left");
    drop((answer, engine));
}

#[test]
fn a_cut_answer_says_so() {
    let engine = many().engine();
    for (limits, expected) in [
        (Limits { rows: Some(10), ..Limits::default() }, Cut::Rows(10)),
        (Limits { bytes: Some(1_000), ..Limits::default() }, Cut::Bytes(1_000)),
    ] {
        let question = Question { limits, ..mine("SELECT reached_queries FROM rtb_daily") };
        let mut answer = engine.ask_blocking(question).unwrap();
        let rows: usize = std::iter::from_fn(|| answer.next_blocking()).map(|batch| batch.unwrap().num_rows()).sum();
        let ending = answer.ending().unwrap();
        assert_eq!((ending.cut, ending.rows), (Some(expected), rows as u64));
        assert!(rows > 0 && rows <= 125);
    }
    let whole = Limits { rows: Some(40_000), ..Limits::default() };
    let mut answer = engine.ask_blocking(Question { limits: whole, ..mine("SELECT * FROM rtb_daily") }).unwrap();
    while answer.next_blocking().is_some() {}
    assert_eq!(answer.ending().unwrap().cut, None);
}

#[test]
fn a_parameter_is_a_value_and_never_text() {
    let engine = two_accounts().engine();
    let sql = "SELECT count(*) AS n FROM rtb_daily WHERE creative_id = $id".to_owned();
    for (id, expected) in [("c1", "| 1 "), ("' OR true --", "| 0 ")] {
        let params = vec![("id".to_owned(), ScalarValue::from(id))];
        let shown = show_for(&engine, Question { params, ..mine(&sql) }).unwrap();
        assert!(shown.contains(expected), "{id}:\n{shown}");
    }
}

#[test]
fn waiting_for_a_permit_counts_towards_the_deadline() {
    let engine = many().engine_within(|capacity| capacity.concurrent = 1);
    let first = engine.ask_blocking(mine("SELECT a.clicks FROM rtb_daily a, rtb_daily b, rtb_daily c")).unwrap();
    let limits = Limits { deadline: Duration::from_millis(200), ..Limits::default() };
    let second = show_for(&engine, Question { limits, ..mine("SELECT 1") });
    assert_eq!(second.unwrap_err().code(), "timeout");
    drop(first);
    assert!(settled(&engine));
    assert!(show_for(&engine, mine("SELECT 1")).is_ok());
}

#[tokio::test]
async fn the_door_works_inside_a_runtime_and_may_be_dropped_there() {
    let engine = two_accounts().engine();
    let mut answer = engine.ask(mine("SELECT billing_id FROM rtb_daily")).await.unwrap();
    let batch = answer.next().await.unwrap().unwrap();
    assert_eq!(batch.num_rows(), 1);
    assert!(answer.next().await.is_none());
    drop((answer, engine));
}
