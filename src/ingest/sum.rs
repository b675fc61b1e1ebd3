//! Adding up the rows of one key, where a file says that they are parts of one row.

use super::file_rows::Arrival;
use super::key::NaturalKey;
use super::rows::Rows;
use crate::model::facts::Role;
use crate::report::{NULL_WORD, Refusal, RowLayout, Words};

/// One row per key. A number that none of the parts gives stays null.
pub(super) fn equal_keys(
    rows: &Rows,
    arrival: &Arrival,
    layout: &RowLayout,
    words: &mut Words,
) -> Result<Rows, Refusal> {
    let key = NaturalKey::of(layout);
    let row = |index: &u32| rows.row(*index as usize);
    let mut order: Vec<u32> = arrival.iter().cloned().flatten().map(|index| index as u32).collect();
    order.sort_by(|a, b| key.compare(row(a), row(b)));
    let metrics: Vec<usize> = roles(layout, Role::Metric);
    let units: Vec<usize> = roles(layout, Role::Unit);
    let mut summed = Rows::new(rows.width());
    let mut sum = Vec::with_capacity(rows.width());
    for parts in order.chunk_by(|a, b| key.same(row(a), row(b))) {
        sum.clear();
        sum.extend_from_slice(row(&parts[0]));
        for part in &parts[1..] {
            let part = row(part);
            for metric in &metrics {
                sum[*metric] = added(sum[*metric], part[*metric], words)?;
            }
            for unit in &units {
                // Only one of the parts may have money, and so its currency.
                sum[*unit] = if sum[*unit] == 0 { part[*unit] } else { sum[*unit] };
            }
        }
        summed.push(&sum);
    }
    Ok(summed)
}

fn roles(layout: &RowLayout, role: Role) -> Vec<usize> {
    (0..layout.width()).filter(|word| layout.columns()[*word].role == role).collect()
}

fn added(sum: u32, part: u32, words: &mut Words) -> Result<u32, Refusal> {
    match (words.value(sum), words.value(part)) {
        (None, None) => Ok(NULL_WORD),
        (Some(_), None) => Ok(sum),
        (None, Some(_)) => Ok(part),
        (Some(a), Some(b)) => a.checked_add(b).map(|total| words.word(total)).ok_or_else(|| {
            Refusal::new("sum_too_large", "the rows of one key add up to more than 9.2 × 10^18: check their numbers")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    /// creative, billing id; impressions and spend, null or not.
    type Row = (u32, u32, Option<i64>, Option<i64>);

    fn sums(rows: &[Row]) -> BTreeMap<(u32, u32), (Option<i64>, Option<i64>)> {
        let table = facts::table("rtb_daily").unwrap();
        let layout = RowLayout::new(table, ["creative_id", "billing_id", "impressions", "spend_micros", "currency"]);
        let at = |name| layout.position(name).unwrap();
        let mut words = Words::default();
        let mut all = Rows::new(layout.width());
        for (creative, billing, impressions, spend) in rows {
            let mut row = vec![0; layout.width()];
            (row[at("creative_id")], row[at("billing_id")]) = (*creative, *billing);
            row[at("impressions")] = impressions.map_or(NULL_WORD, |value| words.word(value));
            row[at("spend_micros")] = spend.map_or(NULL_WORD, |value| words.word(value));
            row[at("currency")] = u32::from(spend.is_some());
            all.push(&row);
        }
        let summed = equal_keys(&all, &std::iter::once(0..all.len()).collect(), &layout, &mut words).unwrap();
        let mut found = BTreeMap::new();
        for row in summed.iter() {
            let (impressions, spend) = (words.value(row[at("impressions")]), words.value(row[at("spend_micros")]));
            assert_eq!(row[at("currency")], u32::from(spend.is_some()), "a currency where there is money");
            let before = found.insert((row[at("creative_id")], row[at("billing_id")]), (impressions, spend));
            assert_eq!(before, None, "one row per key");
        }
        found
    }

    proptest! {
        #[test]
        fn rows_of_a_key_add_up_and_what_nobody_said_stays_null(
            rows in prop::collection::vec((1..4_u32, 0..3_u32, prop::option::of(0..9_i64), prop::option::of(0..1_i64 << 40)), 0..60)
        ) {
            let mut expected: BTreeMap<(u32, u32), (Option<i64>, Option<i64>)> = BTreeMap::new();
            let plus = |a: Option<i64>, b: Option<i64>| if a.is_none() && b.is_none() { None } else { Some(a.unwrap_or(0) + b.unwrap_or(0)) };
            for (creative, billing, impressions, spend) in &rows {
                let sum = expected.entry((*creative, *billing)).or_default();
                *sum = (plus(sum.0, *impressions), plus(sum.1, *spend));
            }
            prop_assert_eq!(sums(&rows), expected);
        }
    }
}
