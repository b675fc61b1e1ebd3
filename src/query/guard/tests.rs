//! What passes the guard and what does not.

use super::*;

fn verdict(sql: &str) -> Result<Checked, QueryError> {
    check(sql, &Limits::default())
}

fn code(sql: &str) -> &'static str {
    verdict(sql).err().map_or("allowed", |error| error.code())
}

#[test]
fn questions_pass() {
    for sql in [
        "SELECT 1",
        "select sum(spend_micros) from rtb_daily where metric_date >= '2026-11-01';",
        "WITH a AS (SELECT 1 AS x) SELECT * FROM a JOIN a AS b USING (x)",
        "EXPLAIN SELECT * FROM rtb_daily",
        "EXPLAIN ANALYZE SELECT * FROM rtb_daily",
        "SHOW TABLES",
        "SHOW COLUMNS FROM rtb_daily",
        "DESCRIBE rtb_daily",
        "SELECT count(*) FILTER (WHERE clicks > 0) FROM rtb_daily",
        "SELECT creative_id || '-' || country, row_number() OVER (ORDER BY clicks) FROM rtb_daily",
        "-- why\n(SELECT 1) UNION ALL VALUES (2)",
        "SELECT $days",
    ] {
        assert_eq!(code(sql), "allowed", "{sql}: {:?}", verdict(sql).err());
    }
}

#[test]
fn anything_but_a_question_is_refused_and_told_what_is_allowed() {
    for sql in [
        "COPY rtb_daily TO '/tmp/x.csv'",
        "COPY (SELECT 1) TO '/tmp/x.parquet' STORED AS PARQUET",
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
        "CREATE TABLE t AS SELECT 1",
        "CREATE VIEW v AS SELECT 1",
        "INSERT INTO rtb_daily VALUES (1)",
        "UPDATE rtb_daily SET clicks = 1",
        "DELETE FROM rtb_daily",
        "DROP TABLE rtb_daily",
        "SET datafusion.execution.batch_size = 1",
        "RESET datafusion.execution.batch_size",
        "SHOW ALL",
        "ATTACH 'x.db'",
        "PRAGMA table_info('accounts')",
        "EXPLAIN INSERT INTO rtb_daily VALUES (1)",
        "EXPLAIN COPY rtb_daily TO 'x'",
        "BEGIN",
        "PREPARE p AS SELECT 1",
        "EXECUTE p",
        "SELECT 1; SELECT 2",
        "",
    ] {
        assert_eq!(code(sql), "refused", "{sql}: {:?}", verdict(sql));
        assert!(verdict(sql).unwrap_err().to_string().contains("SELECT"), "{sql}");
    }
}

#[test]
fn dangerous_forms_are_refused() {
    for sql in [
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT * FROM n",
        "SELECT * FROM generate_series(1, 1000000000000)",
        "SELECT * FROM range(1, 10)",
        "SELECT range(1, 1000000000000)",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT unnest([1, 2])",
        "SELECT * FROM unnest([1, 2])",
        "SELECT [1, 2]",
        "SELECT {'a': 1}",
        "SELECT * INTO t FROM rtb_daily",
        "SELECT * FROM rtb_daily FOR UPDATE",
        "SELECT input_file_name() FROM rtb_daily",
        "SELECT (SELECT max(x) FROM (SELECT array_repeat('x', 10) AS x))",
        "SELECT ?",
    ] {
        assert_eq!(code(sql), "refused", "{sql}: {:?}", verdict(sql));
    }
}

#[test]
fn slips_are_syntax_errors_and_unknown_functions_are_named() {
    assert_eq!(code("SELEC 1"), "syntax");
    assert_eq!(code("SELECT 'open"), "syntax");
    assert_eq!(code("SELECT 1 FROM a WHERE"), "syntax");
    assert_eq!(code("SELECT cuont(1)"), "unknown_function");
}

#[test]
fn size_is_counted_before_anything_is_planned() {
    let ors = format!("SELECT 1 WHERE {}", vec!["1 = 2"; 10_000].join(" OR "));
    let deep = format!("SELECT {}1{}", "(".repeat(5_000), ")".repeat(5_000));
    let nots = format!("SELECT {} true", "NOT ".repeat(50_000));
    let long = format!("SELECT '{}'", "x".repeat(300_000));
    let wide = format!("SELECT {}", vec!["1"; 5_000].join(","));
    let unions = vec!["SELECT 1"; 3_000].join(" UNION ALL ");
    for sql in [&ors, &deep, &nots, &long, &wide, &unions] {
        let asked = std::time::Instant::now();
        assert_eq!(code(sql), "too_large", "{}", &sql[..40]);
        assert!(asked.elapsed() < std::time::Duration::from_secs(1), "{}", &sql[..40]);
    }
    let ids = (0..5_000).map(|id| format!("'{id}'")).collect::<Vec<_>>().join(",");
    assert_eq!(code(&format!("SELECT count(*) FROM rtb_daily WHERE creative_id IN ({ids})")), "allowed");
}

#[test]
fn steps_that_double_are_counted_as_what_they_stand_for() {
    let mut steps = vec!["s0 AS (SELECT 1 AS x)".to_owned()];
    for step in 1..30 {
        steps.push(format!("s{step} AS (SELECT a.x FROM s{0} AS a, s{0} AS b)", step - 1));
    }
    assert_eq!(code(&format!("WITH {} SELECT * FROM s29", steps.join(", "))), "too_large");
    let few = steps[..6].join(", ");
    assert_eq!(code(&format!("WITH {few} SELECT * FROM s5")), "allowed");
    // The same name at each depth is a new step each time.
    let mut nested = "SELECT 1 AS x".to_owned();
    for _ in 0..12 {
        nested = format!("WITH a AS ({nested}) SELECT p.x FROM a AS p, a AS q");
    }
    assert_eq!(code(&nested), "too_large");
    // A step that has the name of a table reads that table, once.
    assert_eq!(code("WITH rtb_daily AS (SELECT * FROM rtb_daily) SELECT * FROM rtb_daily"), "allowed");
}
