//! The named questions against a naive computation.

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::util::display::array_value_to_string;

use super::*;
use crate::model::AccountId;
use crate::query::fixture::{Memory, Row, day};

fn rows(mut report: Report) -> Vec<Vec<String>> {
    let batches: Vec<RecordBatch> = std::iter::from_fn(|| report.answer.next_blocking()).map(Result::unwrap).collect();
    let all = concat_batches(&report.answer.schema, &batches).unwrap();
    let cells = |row| all.columns().iter().map(move |column| array_value_to_string(column, row).unwrap());
    (0..all.num_rows()).map(|row| cells(row).collect()).collect()
}

fn store() -> Memory {
    let usd = Row::reached("11", 1_000, 333);
    let mut memory = Memory::of(vec![
        usd.clone(),
        Row { day: "2026-11-18", reached: Some(500), impressions: Some(0), spend: Some(0), ..usd.clone() },
        Row { currency: Some("EUR"), reached: Some(8), impressions: Some(1), spend: Some(1), ..usd.clone() },
        // Another kind carries the same queries and money; they count once.
        Row { report: "bids", billing: None, ..usd.clone() },
        // No config has this billing id.
        Row { billing: Some("99"), country: Some("IN"), ..usd.clone() },
        // The report did not say.
        Row { billing: Some("12"), impressions: None, clicks: None, spend: None, currency: None, ..usd.clone() },
        // Another account with the same billing id.
        Row { account: 2, reached: Some(7_777), ..usd },
    ]);
    memory.configs = vec![(1, "101", "11", "India"), (1, "102", "12", "Silent"), (1, "103", "13", "Idle")];
    memory
}

fn ask() -> Ask {
    Ask::new(AccountScope::one(AccountId(1)))
}

#[test]
fn configs_are_one_row_per_config_and_currency_and_hide_no_query() {
    let report = report_blocking(&store().engine(), "configs", ask()).unwrap();
    assert_eq!(report.newest_day, Some(day("2026-11-19")));
    let short: Vec<String> = rows(report)
        .into_iter()
        .map(|row| {
            let [_, config, currency, billing, name, _, state, _, _, measures @ ..] = row.as_slice() else { panic!() };
            format!("{config}|{currency}|{billing}|{name}|{state}|{}", measures.join("|"))
        })
        .collect();
    assert_eq!(
        short,
        [
            // 333 impressions of 1500; 0.333 USD.
            "101|USD|11|India|ACTIVE|1500|333|0|0.333|22.2|77.8",
            "102||12|Silent|ACTIVE|1000|||||",
            "|USD|99|unattributed||1000|333|0|0.333|33.3|66.7",
            "101|EUR|11|India|ACTIVE|8|1|0|1e-6|12.5|87.5",
            "103||13|Idle|ACTIVE|0|0|0|0.0|0.0|0.0",
        ]
    );
}

#[test]
fn a_window_counts_its_days_only_and_still_names_the_newest_day() {
    let days = Days::ending(day("2026-11-18"), 1);
    let report = report_blocking(&store().engine(), "configs", ask().over(days)).unwrap();
    let entries = Value::from(report.entries());
    assert_eq!(entries["window"], json!({"start": "2026-11-18", "end": "2026-11-18", "days": 1}));
    assert_eq!(entries["newest_day"], "2026-11-19");
    let rows = rows(report);
    assert_eq!(rows.iter().map(|row| row[9].as_str()).collect::<Vec<_>>(), ["500", "0", "0"]);
    assert_eq!((rows[0][13].as_str(), rows[0][14].as_str()), ("0.0", "100.0"));
}

#[test]
fn waste_is_ranked_and_cut_to_the_limit() {
    let engine = store().engine();
    // Key, reached, impressions, wasted, win and waste rate, share of the waste.
    let short = |name: &str| -> Vec<String> {
        let rows = rows(report_blocking(&engine, name, ask()).unwrap());
        rows.iter().map(|row| [1, 2, 3, 4, 8, 9, 12].map(|at| row[at].as_str()).join("|")).collect()
    };
    // The silent config's impressions are unknown: they add to the reached queries and to nothing else.
    assert_eq!(short("waste_by_country"), ["US|2508|334|2174|13.32|86.68|76.52", "IN|1000|333|667|33.3|66.7|23.48"]);
    assert_eq!(short("waste_by_size"), ["300x250|3508|667|2841|19.01|80.99|100.0"]);
    let one = Ask { params: vec![("limit".to_owned(), "1".to_owned())], ..ask() };
    assert_eq!(rows(report_blocking(&engine, "waste_by_country", one).unwrap()).len(), 1);
}

#[test]
fn a_wrong_name_or_value_is_told_with_the_right_ones() {
    let engine = store().engine();
    let code = |name: &str, params: &[(&str, &str)]| {
        let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        report_blocking(&engine, name, Ask { params, ..ask() }).unwrap_err().code()
    };
    assert_eq!(code("config", &[]), "unknown_question");
    assert_eq!(code("configs", &[("limit", "1")]), "unknown_parameter");
    assert_eq!(code("waste_by_size", &[("limit", "1; DROP TABLE x")]), "parameter_value");
}
