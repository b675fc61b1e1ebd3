//! A report's way into the store: exact totals, nothing counted twice, restated rows and no others changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use catscan::generate::{self, GenerateOptions, Kinds, Shape};
use catscan::model::Day;
use serde_json::{Value, json};

use super::fold;
use super::store::{KEY, TestStore, Totals, integer, repository};

/// Reports of the real shape, ending on 24 March 2026.
pub fn generated(dir: &Path, rows_per_day: u64, days: u32, seed: u64) -> Vec<PathBuf> {
    let end = Day::from_ymd(2026, 3, 24).unwrap();
    let (dir, kinds) = (dir.to_owned(), Kinds::performance());
    let options = GenerateOptions { dir, rows_per_day, days, end, seed, shape: Shape::Real, kinds };
    generate::run(&options, &|_, _| ()).unwrap().reports
}

fn totals(rows: i64, reached: i64, impressions: i64, clicks: i64, spend_micros: i64) -> Totals {
    Totals { rows, reached, impressions, clicks, spend_micros }
}

/// The numbers of an answer that account for every row read.
#[track_caller]
fn assert_accounts_for_rows(answer: &Value) {
    let parts = ["rows_imported", "rows_replaced", "rows_duplicate", "rows_rejected", "rows_skipped"];
    let sum: i64 = parts.iter().map(|part| integer(&answer[part])).sum();
    assert_eq!(integer(&answer["rows_read"]), sum, "{answer:#}");
}

#[test]
fn the_sample_adds_up_to_the_totals_of_its_readme() {
    let store = TestStore::new();
    let answer = store.import(&repository("data/samples/performance.csv"));
    assert_eq!(answer["status"], "imported");
    assert_eq!(answer["kind"], "performance");
    assert_eq!((integer(&answer["rows_read"]), integer(&answer["rows_imported"])), (12, 12));
    assert_eq!(answer["date_range"], json!({"start": "2026-02-25", "end": "2026-02-26"}));
    assert_eq!((integer(&answer["spend_micros"]), &answer["currency"]), (1_236_747_697, &json!("USD")));
    assert_accounts_for_rows(&answer);

    let by_billing = store.by_billing();
    assert_eq!(by_billing["157331516553"], totals(7, 3_320, 1_310, 14, 1_842_694));
    assert_eq!(by_billing["157332516556"], totals(3, 21_000, 950, 9, 1_234_905_000));
    assert_eq!(by_billing["157335516565"], totals(2, 110, 11, 1, 3));
    assert_eq!(by_billing.len(), 3);
}

#[test]
fn what_the_report_did_not_say_is_null_and_names_come_back_as_written() {
    let store = TestStore::with_samples();
    let rows = store
        .sql("SELECT reached_queries, impressions, video_starts, app_id FROM rtb_daily WHERE creative_size = '320x50'");
    assert_eq!(rows, [json!({"reached_queries": null, "impressions": 10, "video_starts": null, "app_id": null})]);
    let rows = store.sql("SELECT DISTINCT publisher_name FROM rtb_daily ORDER BY publisher_name");
    let names: Vec<_> = rows.iter().map(|row| row["publisher_name"].as_str().unwrap()).collect();
    assert_eq!(names, ["\"Zap\" Games", "AdMob + AdSense", "Lumière Jeux", "Nova, Inc.", "東京ニュース"]);
    let rows = store.sql("SELECT DISTINCT country FROM rtb_daily ORDER BY country");
    assert_eq!(rows, [json!({"country": "ID"}), json!({"country": "IN"}), json!({"country": "US"})]);
}

#[test]
fn the_same_file_again_changes_no_number() {
    let store = TestStore::with_samples();
    let (before, first) = (store.digest(), store.number("SELECT max(batch_id) AS id FROM import_history"));
    let again = store.import(&repository("data/samples/performance.csv"));
    assert_eq!(again["status"], "duplicate");
    assert_eq!(integer(&again["batch_id"]), first, "the answer names the first import");
    assert_eq!(store.digest(), before);
}

#[test]
fn a_restated_day_replaces_its_rows_and_no_others() {
    let store = TestStore::with_samples();
    let answer = store.import(&repository("data/samples/performance-restated.csv"));
    let counts = ["rows_read", "rows_imported", "rows_replaced", "rows_duplicate"].map(|name| integer(&answer[name]));
    assert_eq!(counts, [3, 1, 1, 1]);
    let by_billing = store.by_billing();
    assert_eq!(by_billing["157331516553"], totals(8, 3_370, 1_332, 14, 2_004_694));
    assert_eq!(by_billing["157332516556"], totals(3, 21_000, 950, 9, 1_234_905_000));
    assert_eq!(store.number("SELECT sum(spend_micros) AS spend FROM rtb_daily"), 1_236_909_697);
}

#[test]
fn spend_equals_the_sum_of_the_text() {
    let store = TestStore::new();
    let reports = generated(&store.beside("reports"), 3_000, 3, 5);
    let mut expected = BTreeMap::new();
    for report in &reports {
        let answer = store.import(report);
        assert_accounts_for_rows(&answer);
        for (billing_id, part) in fold::by_billing(&fold::rows(report)) {
            let sum: &mut Totals = expected.entry(billing_id).or_default();
            *sum = totals(
                sum.rows + part.rows,
                sum.reached + part.reached,
                sum.impressions + part.impressions,
                sum.clicks + part.clicks,
                sum.spend_micros + part.spend_micros,
            );
        }
    }
    assert_eq!(store.by_billing(), expected);
}

#[test]
fn one_changed_row_in_a_hundred_changes_exactly_those() {
    let store = TestStore::new();
    let report = generated(&store.beside("reports"), 2_000, 1, 6).remove(0);
    store.import(&report);
    let all = format!("SELECT * FROM rtb_daily ORDER BY {KEY}");
    let before = store.sql(&all);

    let restated = store.beside("restated.csv");
    write_restated(&report, &restated, 100);
    let answer = store.import(&restated);
    let counts = ["rows_read", "rows_imported", "rows_replaced", "rows_duplicate"].map(|name| integer(&answer[name]));
    assert_eq!(counts, [2_000, 0, 20, 1_980]);

    let after = store.sql(&all);
    assert_eq!(after.len(), before.len());
    let changed: Vec<_> = before.iter().zip(&after).filter(|(old, new)| old != new).collect();
    assert_eq!(changed.len(), 20);
    for (old, new) in changed {
        let mut expected = old.clone();
        expected["clicks"] = json!(integer(&old["clicks"]) + 1_000);
        expected["import_batch_id"] = answer["batch_id"].clone();
        assert_eq!(new, &expected);
    }
}

/// The report with 1,000 clicks more in every `nth` row.
pub fn write_restated(report: &Path, restated: &Path, nth: usize) {
    let mut reader = csv::Reader::from_path(report).unwrap();
    let mut writer = csv::Writer::from_path(restated).unwrap();
    let clicks = reader.headers().unwrap().iter().position(|header| header == "Clicks").unwrap();
    writer.write_record(reader.headers().unwrap()).unwrap();
    for (at, record) in reader.records().enumerate() {
        let record = record.unwrap();
        let more = (fold::count(&record[clicks]) + 1_000).to_string();
        let cell = |(column, field)| if column == clicks && at % nth == 0 { more.as_str() } else { field };
        writer.write_record(record.iter().enumerate().map(cell)).unwrap();
    }
}

#[test]
fn several_files_of_one_command_are_answered_one_by_one() {
    let store = TestStore::new();
    let foreign = repository("data/malformed/foreign_file.csv");
    let sample = repository("data/samples/performance.csv");
    let ran = store.run(&["import", "--json", foreign.to_str().unwrap(), sample.to_str().unwrap()]);
    assert_eq!(ran.code, Some(1), "one file was refused: {ran:#?}");
    let answers: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&answers[0]["status"], &answers[1]["status"]), (&json!("refused"), &json!("imported")));
    assert_eq!(store.number("SELECT count(*) AS n FROM rtb_daily"), 12);
}

#[test]
fn another_grain_for_the_same_day_is_refused() {
    let store = TestStore::with_samples();
    let before = store.digest();
    let coarse = store.beside("coarse.csv");
    fs::write(
        &coarse,
        "Day,Billing ID,Creative ID,Reached queries,Impressions\n2026-02-25,157331516553,cr-1001,1500,500\n",
    )
    .unwrap();
    let answer = store.import_answer(&coarse);
    assert_eq!((&answer["status"], &answer["error"]["code"]), (&json!("refused"), &json!("other_grain")), "{answer:#}");
    assert_eq!(store.digest(), before);
}

#[test]
fn config_performance_equals_a_naive_computation() {
    let store = TestStore::new();
    let dir = store.beside("reports");
    let report = generated(&dir, 4_000, 1, 7).remove(0);
    store.sync(&dir.join("entities"));
    store.import(&report);

    let api: Value = serde_json::from_slice(&fs::read(dir.join("entities/pretargetingConfigs.json")).unwrap()).unwrap();
    let configs = api["pretargetingConfigs"].as_array().unwrap();
    let name_of = |billing_id: &str| {
        configs.iter().find(|config| config["billingId"] == billing_id).map(|config| config["displayName"].clone())
    };
    let mut expected: BTreeMap<String, (Option<Value>, Totals)> = BTreeMap::new();
    for config in configs {
        let billing_id = config["billingId"].as_str().unwrap().to_owned();
        expected.insert(billing_id.clone(), (name_of(&billing_id), Totals::default()));
    }
    for (billing_id, totals) in fold::by_billing(&fold::rows(&report)) {
        let name = name_of(&billing_id);
        expected.insert(billing_id, (name, totals));
    }

    let rows = store.sql("SELECT * FROM v_config_performance ORDER BY billing_id");
    assert_eq!(rows.len(), expected.len(), "one row per config, and the unattributed one");
    for (row, (billing_id, (name, totals))) in rows.iter().zip(&expected) {
        assert_eq!(row["billing_id"], *billing_id);
        match name {
            Some(name) => assert_eq!(row["display_name"], *name),
            None => assert_eq!(row["config_id"], Value::Null, "{row}"),
        }
        assert_eq!(integer(&row["total_reached"]), totals.reached, "{row}");
        assert_eq!(integer(&row["total_impressions"]), totals.impressions, "{row}");
        assert_eq!(integer(&row["total_clicks"]), totals.clicks, "{row}");
        let spend = row["total_spend_usd"].as_f64().or_else(|| row["total_spend_usd"].as_str()?.parse().ok()).unwrap();
        assert!((spend - totals.spend_micros as f64 / 1e6).abs() < 1e-6, "{row}");
        assert_rate(row, "win_rate_pct", totals.impressions, totals.reached);
        assert_rate(row, "waste_rate_pct", totals.reached - totals.impressions, totals.reached);
    }
    let whole: i64 = expected.values().map(|(_, totals)| totals.reached).sum();
    assert_eq!(rows.iter().map(|row| integer(&row["total_reached"])).sum::<i64>(), whole, "no query is hidden");
}

/// The rate in percent, rounded to one decimal; 0 where there is nothing to divide by.
#[track_caller]
fn assert_rate(row: &Value, name: &str, part: i64, whole: i64) {
    let expected = if whole == 0 { 0.0 } else { (1000.0 * part as f64 / whole as f64).round() / 10.0 };
    let rate =
        row[name].as_f64().or_else(|| row[name].as_str()?.parse().ok()).unwrap_or_else(|| panic!("{name}: {row}"));
    assert!((rate - expected).abs() < 1e-9, "{name} is {rate}, not {expected}: {row}");
}
