//! A day with more distinct values in one column than any dictionary here or in Parquet starts with room for.

use std::collections::HashSet;
use std::fmt::Write;
use std::fs;

use super::store::{TestStore, integer};

/// More creatives than 2^20, more publishers than 2^16.
const CREATIVES: u64 = 1_049_000;
const PUBLISHERS: u64 = 70_000;
/// Some creatives stand in two rows, of different publishers.
const ROWS: u64 = CREATIVES + 1_000;

#[test]
fn a_million_distinct_creatives_are_counted_and_summed_as_a_plain_loop_does() {
    let store = TestStore::new();
    let mut text = "Day,Billing ID,Creative ID,Publisher ID,Reached queries,Spend\n".to_owned();
    let (mut creatives, mut publishers, mut reached, mut micros) = (HashSet::new(), HashSet::new(), 0, 0);
    for row in 0..ROWS {
        // Not in the order of the file that is written.
        let (creative, publisher) = (row * 7_919 % CREATIVES, row % PUBLISHERS);
        // Some counts and amounts are wider than a word.
        let (queries, spend) = (if row % 1_000 == 0 { 3_000_000_000 + row } else { row % 97 }, row * 4_001);
        let (units, rest) = (spend / 1_000_000, spend % 1_000_000);
        writeln!(text, "2026-02-25,7,c{creative},p{publisher},{queries},{units}.{rest:06}").unwrap();
        creatives.insert(creative);
        publishers.insert(publisher);
        reached += queries;
        micros += spend;
    }
    let file = store.beside("many.csv");
    fs::write(&file, text).unwrap();
    let answer = store.import(&file);
    assert_eq!(integer(&answer["rows_imported"]), ROWS as i64, "{answer:#}");
    let sql = "SELECT count(*) AS rows, count(DISTINCT creative_id) AS creatives, \
               count(DISTINCT publisher_id) AS publishers, sum(reached_queries) AS reached, \
               sum(spend_micros) AS micros FROM rtb_daily";
    let counted = &store.sql(sql)[0];
    let counted = ["rows", "creatives", "publishers", "reached", "micros"].map(|name| integer(&counted[name]) as u64);
    assert_eq!(counted, [ROWS, creatives.len() as u64, publishers.len() as u64, reached, micros]);
    let last = (ROWS - 1) * 7_919 % CREATIVES;
    let sql = format!("SELECT max(spend_micros) AS n FROM rtb_daily WHERE creative_id = 'c{last}'");
    assert_eq!(store.number(&sql), (ROWS - 1) as i64 * 4_001, "one value of the million is found");
}
