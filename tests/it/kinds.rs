//! Every kind of report: recognised from its header, imported into its table, totals as added by hand in the README of
//! the samples; and no kind changes what another says.

use std::fs;

use serde_json::{Value, json};

use super::store::{TestStore, integer, repository};

/// One sample: file, kind, table, rows, and totals by column.
struct Sample {
    file: &'static str,
    kind: &'static str,
    table: &'static str,
    rows: i64,
    totals: &'static [(&'static str, i64)],
}

const SAMPLES: &[Sample] = &[
    Sample {
        file: "quality.csv",
        kind: "quality",
        table: "rtb_quality",
        rows: 5,
        totals: &[
            ("reached_queries", 12_660),
            ("impressions", 1_596),
            ("active_view_viewable", 750),
            ("active_view_measurable", 1_045),
            ("spend_micros", 1_236_178_002),
        ],
    },
    Sample {
        file: "quality-ivt.csv",
        kind: "quality",
        table: "rtb_quality",
        rows: 3,
        totals: &[
            ("impressions", 1_901),
            ("pre_filtered_impressions", 1_976),
            ("ivt_credited_impressions", 75),
            ("billed_impressions", 1_826),
        ],
    },
    Sample {
        file: "bids.csv",
        kind: "bids",
        table: "rtb_daily",
        rows: 5,
        totals: &[
            ("bids", 91_850),
            ("bids_in_auction", 89_500),
            ("auctions_won", 24_160),
            ("reached_queries", 23_050),
            ("impressions", 2_290),
            ("spend_micros", 199_100_001),
        ],
    },
    Sample {
        file: "funnel_geo.csv",
        kind: "funnel_geo",
        table: "rtb_funnel",
        rows: 6,
        totals: &[
            ("bid_requests", 3_600_010),
            ("inventory_matches", 4_850_020),
            ("successful_responses", 3_568_000),
            ("bids", 247_000),
            ("bids_in_auction", 242_400),
            ("auctions_won", 17_800),
            ("impressions", 7_200),
            ("clicks", 61),
        ],
    },
    Sample {
        file: "funnel_publisher.csv",
        kind: "funnel_publisher",
        table: "rtb_funnel",
        rows: 7,
        totals: &[
            ("bid_requests", 3_500_030),
            ("inventory_matches", 4_700_050),
            ("successful_responses", 3_469_010),
            ("reached_queries", 17_200),
            ("bids", 242_001),
            ("bids_in_auction", 237_501),
            ("auctions_won", 17_500),
            ("impressions", 7_100),
            ("clicks", 60),
        ],
    },
    Sample {
        file: "bid_filtering.csv",
        kind: "bid_filtering",
        table: "rtb_bid_filtering",
        rows: 6,
        totals: &[("bids", 1_660)],
    },
    Sample {
        file: "bidder.csv",
        kind: "bidder",
        table: "rtb_daily",
        rows: 4,
        totals: &[
            ("impressions", 1_690),
            ("clicks", 18),
            ("spend_micros", 2_948_000),
            ("conversions", 4),
            ("revenue_micros", 10_750_001),
        ],
    },
];

impl Sample {
    fn import(&self, store: &TestStore) -> Value {
        store.import(&repository("data/samples").join(self.file))
    }

    /// Compares the rows of this import with the totals.
    #[track_caller]
    fn assert_adds_up(&self, store: &TestStore, batch: i64) {
        let sums: Vec<String> = self.totals.iter().map(|(column, _)| format!("sum({column}) AS {column}")).collect();
        let rows = store.sql(&format!(
            "SELECT count(*) AS row_count, {} FROM {} WHERE report = '{}' AND import_batch_id = {batch}",
            sums.join(", "),
            self.table,
            self.kind
        ));
        assert_eq!(integer(&rows[0]["row_count"]), self.rows, "{}", self.file);
        for (column, total) in self.totals {
            assert_eq!(integer(&rows[0][column]), *total, "{}: {column}", self.file);
        }
    }
}

/// Every kind beside the performance report and the entities.
pub fn store_with_every_kind() -> TestStore {
    let store = TestStore::with_samples();
    for sample in SAMPLES {
        sample.import(&store);
    }
    store
}

#[test]
fn each_sample_is_recognised_and_adds_up() {
    let store = TestStore::with_samples();
    for sample in SAMPLES {
        let answer = sample.import(&store);
        assert_eq!(answer["kind"], sample.kind, "{}", sample.file);
        let counts = ["rows_read", "rows_imported", "rows_rejected"].map(|name| integer(&answer[name]));
        assert_eq!(counts, [sample.rows, sample.rows, 0], "{answer:#}");
        sample.assert_adds_up(&store, integer(&answer["batch_id"]));
    }
}

#[test]
fn no_kind_changes_what_the_views_say() {
    let alone = TestStore::with_samples();
    let together = store_with_every_kind();
    for view in ["v_config_performance", "v_waste_by_size", "v_waste_by_country"] {
        let rows = |store: &TestStore| {
            let mut rows: Vec<String> =
                store.sql(&format!("SELECT * FROM {view}")).iter().map(ToString::to_string).collect();
            rows.sort();
            rows
        };
        assert_eq!(rows(&together), rows(&alone), "{view}");
    }
    for check in fs::read_dir(repository("sql/checks")).unwrap() {
        let check = check.unwrap().path();
        let found = together.succeed(&["sql", "--format", "ndjson", "--file", check.to_str().unwrap()]);
        assert_eq!(found, "", "{}", check.display());
    }
}

#[test]
fn the_same_sample_again_is_a_duplicate_and_a_changed_one_restates() {
    for sample in SAMPLES {
        let store = TestStore::new();
        let first = sample.import(&store);
        let again = sample.import(&store);
        assert_eq!(
            (&again["status"], &again["batch_id"]),
            (&json!("duplicate"), &first["batch_id"]),
            "{}",
            sample.file
        );
        let text = fs::read_to_string(repository("data/samples").join(sample.file)).unwrap();
        let reversed: Vec<&str> =
            text.lines().take(1).chain(text.lines().skip(1).collect::<Vec<_>>().into_iter().rev()).collect();
        let restated = store.beside("restated.csv");
        fs::write(&restated, reversed.join("\n")).unwrap();
        let answer = store.import(&restated);
        let counts = ["rows_imported", "rows_replaced", "rows_duplicate"].map(|name| integer(&answer[name]));
        assert_eq!(counts, [0, 0, sample.rows], "{}: each key is found again", sample.file);
        sample.assert_adds_up(&store, integer(&first["batch_id"]));
    }
}

#[test]
fn hours_and_missing_ids_come_back_as_they_were() {
    let store = store_with_every_kind();
    let hours =
        "SELECT hour, sum(bid_requests) AS n FROM rtb_funnel WHERE report = 'funnel_geo' GROUP BY hour ORDER BY hour";
    let hours: Vec<(i64, i64)> =
        store.sql(hours).iter().map(|row| (integer(&row["hour"]), integer(&row["n"]))).collect();
    assert_eq!(hours, [(0, 2_600_000), (7, 10), (13, 900_000), (23, 100_000)]);
    let unnamed =
        "SELECT publisher_name FROM rtb_funnel WHERE report = 'funnel_publisher' AND publisher_id IS NULL ORDER BY 1";
    let unnamed: Vec<_> = store.sql(unnamed).into_iter().map(|row| row["publisher_name"].clone()).collect();
    assert_eq!(unnamed, ["Lumière Jeux", "東京ニュース"], "a name is the key where its id is null");
    let any_creative = "SELECT count(*) AS n FROM rtb_bid_filtering WHERE creative_id IS NULL";
    assert_eq!(store.number(any_creative), 1);
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_bid_filtering WHERE currency IS NOT NULL"), 0);
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily WHERE report = 'bids' AND currency = 'USD'"), 5);
}

#[test]
fn the_bidders_own_export_is_strict() {
    let store = TestStore::new();
    let good = (0..40).map(|i| format!("good{i},2026-02-25,10,10,5,{}\n", i % 24)).collect::<String>();
    let report = store.beside("own.csv");
    let bad = "more,2026-02-25,10,11,1,0\nsoon,2999-01-01,10,1,1,0\n";
    fs::write(&report, format!("creative_id,date,impressions,clicks,spend,hour\n{good}{bad}")).unwrap();
    let answer = store.import(&report);
    assert_eq!((integer(&answer["rows_imported"]), integer(&answer["rows_rejected"])), (40, 2), "{answer:#}");
    let fault = |at: usize| {
        let fault = &answer["faults"][at];
        (integer(&fault["line"]), fault["column"].as_str().unwrap(), fault["reason"].as_str().unwrap())
    };
    assert_eq!(fault(0), (42, "clicks", "clicks_exceed_impressions"));
    assert_eq!(fault(1), (43, "metric_date", "bad_date"));
    assert_eq!(answer["warnings"], json!({"currency_unknown": 40}), "Google's warnings are not for it");
    fs::write(&report, format!("creative_id,date,impressions,clicks,spend,hour\n{good}late,2026-02-25,1,1,1,24\n"))
        .unwrap();
    assert_eq!(store.import(&report)["faults"][0]["reason"], "bad_hour");
}

#[test]
fn a_header_of_no_kind_is_told_what_each_kind_lacks() {
    let store = TestStore::new();
    let report = store.beside("own.csv");
    fs::write(&report, "#Day,Billing ID,Creatve ID,Country,Reached queries,Impressions,Colour\n").unwrap();
    let answer = store.import_answer(&report);
    assert_eq!(answer["error"]["code"], "unknown_report");
    let said =
        format!("{}\n{}", answer["error"]["message"].as_str().unwrap(), answer["error"]["fix"].as_str().unwrap());
    insta::assert_snapshot!(said);
    fs::write(&report, "name,email\nAda,ada@example.com\n").unwrap();
    let foreign = store.import_answer(&report);
    let said =
        format!("{}\n{}", foreign["error"]["message"].as_str().unwrap(), foreign["error"]["fix"].as_str().unwrap());
    insta::assert_snapshot!(said);
}

/// Makes the catalog that of a program which had rtb_daily only.
fn forget_other_tables(store: &TestStore) {
    let database = rusqlite::Connection::open(store.data_dir().join("catscan.db")).unwrap();
    let others = "table_id IN (SELECT table_id FROM ducklake_table WHERE table_name <> 'rtb_daily')";
    let mappings = format!("mapping_id IN (SELECT mapping_id FROM ducklake_column_mapping WHERE {others})");
    database.execute(&format!("DELETE FROM ducklake_name_mapping WHERE {mappings}"), []).unwrap();
    for table in
        ["column_mapping", "schema_versions", "partition_column", "partition_info", "table_stats", "column", "table"]
    {
        database.execute(&format!("DELETE FROM ducklake_{table} WHERE {others}"), []).unwrap();
    }
}

#[test]
fn a_store_of_an_earlier_version_gains_the_tables() {
    let store = TestStore::with_samples();
    forget_other_tables(&store);
    let before = store.by_billing();
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_funnel"), 0, "asked before anything is written");
    for sample in SAMPLES {
        let answer = sample.import(&store);
        sample.assert_adds_up(&store, integer(&answer["batch_id"]));
    }
    let performance = "SELECT count(*) AS n FROM rtb_daily WHERE report = 'performance'";
    assert_eq!(store.number(performance), before.values().map(|totals| totals.rows).sum::<i64>());
}

#[test]
fn creatives_that_nobody_synced_are_warned_of_in_the_bidders_export() {
    let rows = "cr-1001,2026-02-25,10,1,1\ncr-9,2026-02-25,10,1,1\ncr-9,2026-02-26,10,1,1\n";
    let report = format!("creative_id,date,impressions,clicks,spend\n{rows}");
    let warned = |store: &TestStore| {
        let file = store.beside("own.csv");
        fs::write(&file, &report).unwrap();
        store.import(&file)["warnings"]["creative_id_unknown"].clone()
    };
    assert_eq!(warned(&TestStore::with_samples()), 2);
    assert_eq!(warned(&TestStore::new()), Value::Null, "where no creatives are known, none is unknown");
}

#[test]
fn a_dimension_that_the_kind_has_no_place_for_is_refused() {
    let store = TestStore::new();
    let report = store.beside("own.csv");
    fs::write(&report, "Day,Country,Mobile app ID,Bid requests\n2026-02-25,IN,a,1\n2026-02-25,IN,b,2\n").unwrap();
    let answer = store.import_answer(&report);
    assert_eq!(answer["error"]["code"], "foreign_column", "{answer:#}");
}
