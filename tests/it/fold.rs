//! The oracle: what a report adds up to, computed from its text with integers and nothing of the program's.

use std::collections::BTreeMap;
use std::path::Path;

use super::store::{ByBilling, Totals};

/// One row of a report by its headers.
pub type Row = BTreeMap<String, String>;

pub fn rows(report: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(report).unwrap();
    let headers = reader.headers().unwrap().clone();
    let fields =
        |record: csv::StringRecord| headers.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect();
    reader.records().map(|record| fields(record.unwrap())).collect()
}

/// Totals per billing id of reports whose keys do not meet.
pub fn by_billing<'a>(rows: impl IntoIterator<Item = &'a Row>) -> ByBilling {
    let mut totals = ByBilling::new();
    for row in rows {
        let group: &mut Totals = totals.entry(row["Billing ID"].clone()).or_default();
        group.rows += 1;
        group.reached += count(&row["Reached queries"]);
        group.impressions += count(&row["Impressions"]);
        group.clicks += count(&row["Clicks"]);
        group.spend_micros += micros(&row["Spend (buyer currency)"]);
    }
    totals
}

pub fn count(text: &str) -> i64 {
    if text.is_empty() { 0 } else { text.parse().unwrap() }
}

/// Millionths in a decimal text, digit by digit.
pub fn micros(text: &str) -> i64 {
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let (units, decimals) = digits.split_once('.').unwrap_or((&digits, ""));
    assert!(decimals.len() <= 6, "{text}");
    format!("{units}{decimals:0<6}").parse().unwrap()
}

#[test]
fn micros_are_exact() {
    assert_eq!(micros("US$1,234.50"), 1_234_500_000);
    assert_eq!(micros("0.054694"), 54_694);
    assert_eq!(micros("7"), 7_000_000);
}
