//! What is right and what is wrong with some rows, said at once: by the rules by which they are imported later.

use std::io;

use crate::model::{Day, Micros};
use crate::report::{self, FaultReason, Header, ParseError, Refusal, ReportKind, RowSink, Terms};

use super::rows::{Columns, RowTexts, keys_by_fact_column, rules};

/// The outcome of looking at some rows.
#[derive(Debug)]
pub struct Checked {
    /// How many rows there are.
    pub rows: u64,
    /// How many of them are at fault.
    pub rejected: u64,
    /// The first of those.
    pub faults: Vec<RowFault>,
    /// First and last day of the others.
    pub days: Option<(Day, Day)>,
    /// Σ spend of the others, exact.
    pub spend: Option<Micros>,
}

/// A row that will not be imported.
#[derive(Debug)]
pub struct RowFault {
    /// Its place among the rows, from 1.
    pub row: u64,
    /// The key at fault; none where it is the row.
    pub field: Option<String>,
    /// Why.
    pub reason: FaultReason,
    /// What stands there.
    pub value: Option<String>,
}

/// Looks at the rows; a refusal is about all of them.
pub(super) fn check(rows: &RowTexts, terms: &Terms) -> Result<Checked, Refusal> {
    let mut text = (Columns::all().header().join(",") + "\n").into_bytes();
    text.extend_from_slice(rows.text());
    let header = Header::read(&text, true)?;
    let kind = ReportKind::made_as(rules().kind, &header)?;
    let header = header.of_kind(kind)?;
    let parsed = report::parse(text.as_slice(), &header, kind, terms, &mut Nowhere).map_err(|error| match error {
        ParseError::Refused(refusal) => refusal,
        ParseError::Io(error) => Refusal::new("unreadable", error.to_string()),
    })?;
    let keys = keys_by_fact_column(&header);
    let faults = parsed.faults.kept.iter().map(|fault| RowFault {
        // The header is the first line, and a row is a line.
        row: fault.line.saturating_sub(1),
        field: fault.column.as_deref().map(|column| keys.get(column).copied().unwrap_or(column).to_owned()),
        reason: fault.reason,
        value: fault.value.clone(),
    });
    let days = || parsed.days.iter().flatten().copied();
    Ok(Checked {
        rows: rows.rows(),
        rejected: parsed.faults.count(),
        faults: faults.collect(),
        days: days().min().zip(days().max()),
        spend: parsed.spend,
    })
}

/// The rows themselves are read again when they are imported.
struct Nowhere;

impl RowSink for Nowhere {
    fn push(&mut self, _: u32, _: &[u32]) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn checked(rows: &[Value]) -> Checked {
        let mut texts = RowTexts::default();
        rows.iter().for_each(|row| texts.push(row));
        let today = "2026-11-20".parse().unwrap();
        check(&texts, &Terms { today, date_order: None, account_date_order: None, account_currency: None }).unwrap()
    }

    #[test]
    fn a_bad_row_is_named_by_its_place_key_and_value() {
        let good =
            json!({ "creative_id": "1", "date": "2026-02-01", "impressions": 5, "clicks": 1, "spend": "$1,000.50" });
        let bad_date = json!({ "creative_id": "1", "date": "2026-02-31", "impressions": 5 });
        let bad_spend = json!({ "creative_id": "1", "metric_date": "2026-02-03", "impressions": 5, "spend": -1 });
        let too_many = json!({ "creative_id": "1", "date": "2026-02-02", "impressions": 5, "clicks": 6, "spend": 1 });
        let checked = checked(&[good, bad_date, json!(null), bad_spend, too_many]);
        let faults: Vec<_> = checked
            .faults
            .iter()
            .map(|fault| (fault.row, fault.field.as_deref(), fault.reason.code(), fault.value.as_deref()))
            .collect();
        let mut by_row = faults.clone();
        by_row.sort();
        assert_eq!(
            by_row,
            [
                (2, Some("date"), "bad_date", Some("2026-02-31")),
                (3, None, "field_count", None),
                (4, Some("spend"), "negative", Some("-1")),
                (5, Some("clicks"), "clicks_exceed_impressions", Some("6")),
            ]
        );
        assert_eq!((checked.rows, checked.rejected, checked.spend), (5, 4, Some(Micros(1_000_500_000))));
        assert_eq!(checked.days.unwrap().0.to_string(), "2026-02-01");
    }
}
