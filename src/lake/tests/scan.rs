//! Scans: pruning never drops a row, statistics are exact, other accounts are absent.

use datafusion::common::stats::Precision;
use datafusion::physical_plan::displayable;
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;
use proptest::prelude::*;

use super::fixture::{ALL, Row, TestLake, row, scope};
use crate::lake::At;

#[tokio::test]
async fn partition_columns_come_from_the_catalog_and_missing_columns_are_null() {
    let lake = TestLake::new();
    lake.put(&scope(1, 1), &["creative_id", "impressions", "import_batch_id"], &[row("-", "c1", 7)]);
    lake.put(&scope(2, 2), ALL, &[row("b", "c2", 8)]);
    let session = lake.session(At::Latest, &[1, 2], 2);
    let sql = "SELECT account_id, report, metric_date, billing_id, creative_id, impressions, clicks \
               FROM rtb_daily ORDER BY account_id";
    let rows = lake.ask(&session, sql).await.unwrap();
    assert_eq!(rows, ["1|performance|2026-11-01||c1|7|", "2|performance|2026-11-02|b|c2|8|"]);
    let star = session.sql("SELECT * FROM rtb_daily").await.unwrap();
    let names: Vec<&str> = star.schema().fields().iter().map(|field| field.name().as_str()).collect();
    let table: Vec<&str> = super::fixture::table().columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, table);
    assert_eq!(star.count().await.unwrap(), 2);
}

#[tokio::test]
async fn rows_of_another_account_are_not_in_the_table() {
    let lake = TestLake::new();
    lake.put(&scope(1, 1), ALL, &[row("b", "mine", 1)]);
    lake.put(&scope(2, 1), ALL, &[row("b", "theirs", 2)]);
    let session = lake.session(At::Latest, &[1], 2);
    assert_eq!(lake.ask(&session, "SELECT creative_id FROM rtb_daily").await.unwrap(), ["mine"]);
    let asked = "SELECT count(*) FROM rtb_daily WHERE account_id = 2 OR true";
    assert_eq!(lake.ask(&session, asked).await.unwrap(), ["1"]);
    assert_eq!(lake.ask(&lake.session(At::Latest, &[], 2), "SELECT count(*) FROM rtb_daily").await.unwrap(), ["0"]);
}

async fn plan(session: &SessionContext, sql: &str) -> String {
    let plan = session.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
    displayable(plan.as_ref()).indent(false).to_string()
}

#[tokio::test]
async fn a_plan_shows_the_days_that_it_reads_and_no_path_of_the_machine() {
    let lake = TestLake::new();
    for day in 1..=9 {
        lake.put(&scope(1, day), ALL, &[row(&format!("b{day}"), "c", 1)]);
    }
    let session = lake.session(At::Latest, &[1], 2);
    let shown = plan(&session, "SELECT impressions FROM rtb_daily WHERE metric_date = '2026-11-04'").await;
    assert!(shown.contains("metric_date=2026-11-04/") && shown.matches(".parquet").count() == 1, "{shown}");
    assert!(!shown.contains(lake.directory.path().to_str().unwrap()), "{shown}");
    assert!(!shown.contains("FilterExec"), "a filter on the partition leaves nothing to filter: {shown}");
    let shown = plan(&session, "SELECT impressions FROM rtb_daily WHERE billing_id = 'b7'").await;
    assert!(shown.contains("metric_date=2026-11-07/") && shown.matches(".parquet").count() == 1, "{shown}");
    let shown = plan(&session, "SELECT creative_id FROM rtb_daily LIMIT 2").await;
    assert!(shown.contains("metric_date=2026-11-09/") && shown.matches(".parquet").count() == 2, "{shown}");
    assert!(!shown.contains("output_ordering") || shown.contains("file_groups={2 groups"), "{shown}");
}

#[tokio::test]
async fn an_order_is_declared_only_where_each_group_has_one_file() {
    let lake = TestLake::new();
    for day in 1..=3 {
        lake.put(&scope(1, day), ALL, &[row("b2", "c", 1), row("b1", "c", 1)]);
    }
    let sql = "SELECT billing_id FROM rtb_daily";
    assert!(plan(&lake.session(At::Latest, &[1], 3), sql).await.contains("output_ordering=[billing_id"));
    assert!(!plan(&lake.session(At::Latest, &[1], 2), sql).await.contains("output_ordering"));
}

#[tokio::test]
async fn counts_and_bounds_are_answered_from_the_catalog_when_they_are_exact() {
    let lake = TestLake::new();
    let long = "x".repeat(200);
    lake.put(&scope(1, 1), ALL, &[row("b1", "c1", 3), row("b1", &long, 50)]);
    lake.put(&scope(1, 2), &["creative_id", "impressions", "import_batch_id"], &[row("", "c0", -4)]);
    let provider_session = lake.session(At::Latest, &[1], 2);
    let scan = provider_session.sql("SELECT creative_id, billing_id, impressions, metric_date FROM rtb_daily");
    let plan = scan.await.unwrap().create_physical_plan().await.unwrap();
    let statistics = StatisticsContext::new().compute(plan.as_ref(), &StatisticsArgs::new()).unwrap();
    let [creative, billing, impressions, day] = &statistics.column_statistics[..] else { panic!("four columns") };

    assert_eq!(statistics.num_rows, Precision::Exact(3));
    assert_eq!(creative.min_value, Precision::Exact(ScalarValue::Utf8View(Some("c0".into()))));
    assert!(matches!(creative.max_value, Precision::Inexact(_)), "a shortened bound is not a value");
    assert_eq!(billing.null_count, Precision::Exact(1), "the file without the column is one row of nulls");
    assert_eq!(impressions.min_value, Precision::Exact(ScalarValue::Int64(Some(-4))));
    assert_eq!(impressions.max_value, Precision::Exact(ScalarValue::Int64(Some(50))));
    assert_eq!(day.max_value, Precision::Exact(ScalarValue::Date32(Some(super::fixture::day(2).epoch_days()))));

    let sql = "SELECT count(*), count(billing_id), min(impressions), max(creative_id) FROM rtb_daily";
    assert_eq!(lake.ask(&provider_session, sql).await.unwrap(), [format!("3|2|-4|{long}")]);
}

/// Rows of a few days, some of which lack columns.
fn days() -> impl Strategy<Value = Vec<(bool, Vec<Row>)>> {
    let text = prop_oneof![
        Just("a".to_owned()),
        Just("b".to_owned()),
        Just("é".to_owned()),
        Just(String::new()),
        Just("z".repeat(70)),
        Just(format!("{}a", "z".repeat(70))),
        Just("\u{10ffff}".repeat(20)),
    ];
    let row = (
        proptest::option::weighted(0.8, text.clone()),
        text.clone(),
        proptest::option::of(text),
        proptest::option::of(0..24_i32),
        proptest::option::weighted(0.7, -3..9_i64),
    );
    let row = row.prop_map(|(billing, creative, country, hour, impressions)| Row {
        billing,
        creative,
        country,
        hour,
        impressions,
    });
    proptest::collection::vec((any::<bool>(), proptest::collection::vec(row, 1..6)), 1..7)
}

const CONDITIONS: &[&str] = &[
    "billing_id = 'b'",
    "billing_id <> 'b'",
    "billing_id IS NULL",
    "billing_id IS NOT NULL",
    "billing_id IN ('a', 'q')",
    "NOT (billing_id IN ('a', 'é'))",
    "creative_id > 'y'",
    "creative_id = repeat('z', 70)",
    "creative_id <= 'a'",
    "creative_id LIKE 'z%'",
    "creative_id NOT LIKE 'z%'",
    "country IS NULL",
    "country = '' OR hour = 3",
    "hour >= 12",
    "hour IS NULL AND impressions > 2",
    "impressions = 0",
    "impressions <> 3",
    "impressions BETWEEN -2 AND 0",
    "coalesce(country, 'x') = 'x'",
    "impressions IS NOT DISTINCT FROM NULL",
    "clicks IS NULL",
    "clicks = 1",
    "metric_date = '2026-11-02'",
    "metric_date > '2026-11-02' AND billing_id = 'a'",
    "account_id = 1 AND hour < 5",
    "metric_date = '2026-11-01' OR impressions = 5",
    "report = 'performance' AND country IS NOT NULL",
    "report LIKE 'perf%' AND metric_date IN ('2026-11-01', '2026-11-03')",
    "report = 'bids'",
    "billing_id < creative_id",
    "impressions = hour",
    "(hour = 1) IS NOT TRUE",
    "metric_date = '2026-11-01' AND metric_date IS NULL",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn a_pruned_scan_gives_the_rows_of_a_full_one(days in days(), partitions in 1_usize..4) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let lake = TestLake::new();
            for (day, (whole, rows)) in (1..).zip(&days) {
                let columns = if *whole { ALL } else { &["creative_id", "impressions", "import_batch_id"][..] };
                lake.put(&scope(1, day), columns, rows);
            }
            let session = lake.session(At::Latest, &[1], partitions);
            // The same rows without files: nothing to prune.
            let all = session.sql("SELECT * FROM rtb_daily").await.unwrap().collect().await.unwrap();
            let schema = session.table_provider("rtb_daily").await.unwrap().schema();
            let memory = datafusion::datasource::MemTable::try_new(schema, vec![all]).unwrap();
            session.register_table("everything", std::sync::Arc::new(memory)).unwrap();
            for condition in CONDITIONS {
                let ask = |table: &str| {
                    format!("SELECT metric_date, billing_id, creative_id, country, hour, impressions FROM {table} \
                             WHERE {condition} ORDER BY 1, 2, 3, 4, 5, 6")
                };
                let pruned = lake.ask(&session, &ask("rtb_daily")).await.unwrap();
                let full = lake.ask(&session, &ask("everything")).await.unwrap();
                assert_eq!(pruned, full, "{condition}");
            }
            let grouped = |table: &str| {
                format!("SELECT billing_id, sum(impressions), count(*) FROM {table} GROUP BY 1 ORDER BY 1")
            };
            assert_eq!(
                lake.ask(&session, &grouped("rtb_daily")).await.unwrap(),
                lake.ask(&session, &grouped("everything")).await.unwrap()
            );
            let bounds = "min(billing_id), max(billing_id), min(creative_id), max(creative_id), max(impressions), \
                          min(hour), count(hour), count(*), max(metric_date)";
            let ask = |table: &str| format!("SELECT {bounds} FROM {table}");
            assert_eq!(
                lake.ask(&session, &ask("rtb_daily")).await.unwrap(),
                lake.ask(&session, &ask("everything")).await.unwrap()
            );
        });
    }
}
