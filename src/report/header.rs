//! The first record of a report: its delimiter, and which field is which column.

use std::collections::HashSet;

use super::columns::comparable;
use super::{Refusal, ReportKind, ReportRules, quoting};
use crate::model::Day;
use crate::model::facts::Role;

/// A report's header, mapped to fact columns.
#[derive(Clone, Debug)]
pub struct Header {
    /// The byte between fields: comma, tab or semicolon.
    pub delimiter: u8,
    /// The day of all rows, where the report has no column for it and the user said so.
    pub day: Option<Day>,
    /// What its names are read by.
    pub(super) rules: &'static ReportRules,
    fields: Vec<Field>,
    /// Bytes of the header record with its line end.
    pub(super) bytes: usize,
    /// Physical lines of the header record.
    pub(super) lines: u64,
}

#[derive(Clone, Debug)]
struct Field {
    name: String,
    column: Option<&'static str>,
}

impl Header {
    /// Reads the first record of `start` (the beginning of the file; `whole` where that is all of it).
    pub fn read(start: &[u8], whole: bool) -> Result<Self, Refusal> {
        Self::read_by(ReportRules::built_in(), start, whole)
    }

    /// The same by other rules than the program's own.
    pub fn read_by(rules: &'static ReportRules, start: &[u8], whole: bool) -> Result<Self, Refusal> {
        let (bom, text) = match start.strip_prefix(b"\xef\xbb\xbf") {
            Some(text) => (3, text),
            None => (0, start),
        };
        refuse_other_formats(text)?;
        let end = match quoting::record_end(text) {
            Some(end) => end,
            None if whole => text.len(),
            None => return Err(Refusal::new("not_csv", "the first line has no end: this is not a CSV report")),
        };
        let record = &text[..end];
        if record.contains(&0) {
            return Err(Refusal::new("not_csv", "this is a binary file, not a CSV report"));
        }
        let delimiter = delimiter(record);
        let mut fields = Vec::new();
        for raw in quoting::fields(trim_line_end(record), delimiter) {
            let name = String::from_utf8(raw.into_owned()).map_err(|_| {
                Refusal::new("not_csv", "the first line is not UTF-8 text: export the report as CSV (UTF-8)")
            })?;
            fields.push(Field { name: name.trim().to_owned(), column: None });
        }
        if fields.len() > COLUMNS_CAP {
            let message =
                format!("the first line has {} columns, more than {COLUMNS_CAP}: no report has", fields.len());
            return Err(Refusal::new("too_many_columns", message));
        }
        let lines = quoting::lines(record);
        let mut header = Self { delimiter, day: None, rules, fields, bytes: bom + end, lines };
        header.refuse_duplicates()?;
        header.map();
        Ok(header)
    }

    /// The header of a report of one day that has no column for it.
    pub fn of_day(self, day: Day) -> Result<Self, Refusal> {
        if self.has(DAY_COLUMN) {
            let message =
                format!("the report says itself which days its rows are of, so not all are of {day}: leave out --day");
            return Err(Refusal::new("has_days", message));
        }
        Ok(Self { day: Some(day), ..self })
    }

    fn refuse_duplicates(&self) -> Result<(), Refusal> {
        let mut seen = HashSet::new();
        for field in &self.fields {
            if !field.name.is_empty() && !seen.insert(comparable(&field.name)) {
                let message = format!("the header '{}' stands twice: remove one of the two columns", field.name);
                return Err(Refusal { columns_found: self.names(), ..Refusal::new("duplicate_header", message) });
            }
        }
        Ok(())
    }

    /// Gives each column the field of its most preferred header.
    fn map(&mut self) {
        let comparable: Vec<String> = self.fields.iter().map(|field| comparable(&field.name)).collect();
        for (column, rules) in &self.rules.columns {
            let field = rules.comparable.iter().find_map(|header| comparable.iter().position(|name| name == header));
            if let Some(field) = field {
                self.fields[field].column = Some(column);
            }
        }
    }

    /// The header of a report of that kind: columns that its table does not have are ignored.
    ///
    /// # Errors
    /// A dimension that the table does not have: rows that differ only there would replace each other.
    pub fn of_kind(mut self, kind: &ReportKind) -> Result<Self, Refusal> {
        for field in &mut self.fields {
            let Some(column) = field.column.filter(|column| kind.table().column(column).is_none()) else { continue };
            let roles = crate::model::facts::tables().iter().filter_map(|table| table.column(column));
            if roles.map(|column| column.role).any(|role| matches!(role, Role::Dimension | Role::Attribute)) {
                let message = format!(
                    "a {} has no place for '{}', and rows that differ only there would replace each other: take the \
                     column out of the report",
                    kind.title, field.name
                );
                let fix = Some(kind.fix.clone());
                return Err(Refusal { fix, columns_found: self.names(), ..Refusal::new("foreign_column", message) });
            }
            field.column = None;
        }
        Ok(self)
    }

    /// Whether the report says that column, in a field or for all its rows.
    pub fn has(&self, column: &str) -> bool {
        (self.day.is_some() && column == DAY_COLUMN) || self.fields.iter().any(|field| field.column == Some(column))
    }

    /// What reports most often call a column; several columns may be joined with "or".
    pub(super) fn as_reports_say(&self, columns: &str) -> String {
        columns.split(" or ").map(|column| self.rules.header_of(column)).collect::<Vec<_>>().join(" or ")
    }

    /// Column of each field, in the order of the file; None where the field is ignored.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = Option<&'static str>> {
        self.fields.iter().map(|field| field.column)
    }

    /// The headers as they came.
    pub fn names(&self) -> Vec<String> {
        self.fields.iter().map(|field| field.name.clone()).collect()
    }

    /// (header, column) of each field that is read.
    pub fn mapped(&self) -> impl Iterator<Item = (&str, &'static str)> {
        self.fields.iter().filter_map(|field| Some((field.name.as_str(), field.column?)))
    }

    /// Headers that no column stands for.
    pub fn ignored(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(|field| field.column.is_none()).map(|field| field.name.as_str())
    }

    /// (ignored header, header that it nearly is and that the report lacks).
    pub fn near_misses(&self) -> Vec<(&str, &'static str)> {
        let absent = || self.rules.columns.iter().filter(|(column, _)| !self.has(column));
        let known = || absent().flat_map(|(_, rules)| rules.headers.iter().zip(&rules.comparable));
        let nearest = |name: &str| {
            let name = comparable(name);
            if name.len() > LONGEST_MISSPELT_BYTES {
                return None;
            }
            let allowed = (name.chars().count() / 4).clamp(1, 3);
            let distances = known().map(|(header, comparable)| (distance(&name, comparable), header));
            distances.filter(|(distance, _)| (1..=allowed).contains(distance)).min_by_key(|(distance, _)| *distance)
        };
        self.ignored().filter_map(|name| Some((name, nearest(name)?.1.as_str()))).collect()
    }
}

/// Columns of a report; a first line with more is something else.
const COLUMNS_CAP: usize = 1_000;
/// No header of a report is near a longer name.
const LONGEST_MISSPELT_BYTES: usize = 100;

/// The column of the day.
pub(super) const DAY_COLUMN: &str = "metric_date";

fn refuse_other_formats(text: &[u8]) -> Result<(), Refusal> {
    let refuse = |code, message: &str| Err(Refusal::new(code, message));
    match text {
        [] => refuse("empty_file", "the file is empty: export the report again"),
        [0x1f, 0x8b, ..] => refuse("not_csv", "the file is packed twice: unpack it once (gunzip)"),
        [b'P', b'K', 3, 4, ..] => refuse("not_csv", "the file is packed twice: unpack it once (unzip)"),
        _ if text.trim_ascii_start().starts_with(b"<") => refuse(
            "not_csv",
            "this is a web page, not a CSV report: the download link may have expired; export it again",
        ),
        _ if text.iter().all(u8::is_ascii_whitespace) => {
            refuse("empty_file", "the file holds nothing but white space: export the report again")
        }
        _ => Ok(()),
    }
}

/// The delimiter that occurs most often outside quotes; comma where none does.
fn delimiter(record: &[u8]) -> u8 {
    let count = |delimiter| quoting::fields(record, delimiter).len();
    [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

fn trim_line_end(record: &[u8]) -> &[u8] {
    let record = record.strip_suffix(b"\n").unwrap_or(record);
    record.strip_suffix(b"\r").unwrap_or(record)
}

/// Levenshtein distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Header {
        Header::read(text.as_bytes(), true).unwrap()
    }

    fn refusal(text: &[u8]) -> &'static str {
        Header::read(text, true).unwrap_err().code
    }

    #[test]
    fn the_production_header_maps_to_columns() {
        let header = header("\u{feff}#Day,Billing ID,\"Creative ID\",spend _buyer currency_,Made up\r\n1,2,3,4,5\n");
        let columns: Vec<_> = header.columns().collect();
        assert_eq!(columns, [Some("metric_date"), Some("billing_id"), Some("creative_id"), Some("spend_micros"), None]);
        assert_eq!(header.ignored().collect::<Vec<_>>(), ["Made up"]);
        assert_eq!((header.delimiter, header.lines), (b',', 1));
    }

    #[test]
    fn buyer_currency_is_preferred_where_both_stand() {
        let header = header("Spend (bidder currency),Spend (buyer currency)\n");
        assert_eq!(header.columns().collect::<Vec<_>>(), [None, Some("spend_micros")]);
    }

    #[test]
    fn tab_and_semicolon_are_seen_from_the_header() {
        assert_eq!(header("Day\tBilling ID\tCreative ID\n").delimiter, b'\t');
        assert_eq!(header("Day;Billing ID;Creative ID\n").delimiter, b';');
    }

    #[test]
    fn what_is_no_csv_is_refused_by_name() {
        assert_eq!(refusal(b""), "empty_file");
        assert_eq!(refusal(b" \n \n"), "empty_file");
        assert_eq!(refusal(b"<!DOCTYPE html><html>"), "not_csv");
        assert_eq!(refusal(b"\x1f\x8b\x08"), "not_csv");
        assert_eq!(refusal(b"Day,Clicks,day\n"), "duplicate_header");
    }

    #[test]
    fn a_header_that_another_column_stands_for_is_no_near_miss() {
        assert_eq!(header("Spend (bidder currency),Spend (buyer currency)\n").near_misses(), []);
    }

    #[test]
    fn a_metric_without_a_place_is_ignored_and_a_dimension_refused() {
        let funnel = ReportRules::built_in().kind("funnel_geo").unwrap();
        let settled = header("Day,Country,Bid requests,Video starts\n").of_kind(funnel).unwrap();
        assert_eq!(settled.ignored().collect::<Vec<_>>(), ["Video starts"]);
        let refusal = header("Day,Country,Bid requests,Mobile app ID\n").of_kind(funnel).unwrap_err();
        assert_eq!(refusal.code, "foreign_column");
        assert!(refusal.message.contains("'Mobile app ID'"), "{}", refusal.message);
    }

    #[test]
    fn a_first_line_of_very_many_columns_is_no_header() {
        let names = |count| (0..count).map(|i| format!("C{i}")).collect::<Vec<_>>().join(",");
        assert_eq!(header(&names(COLUMNS_CAP)).columns().len(), COLUMNS_CAP);
        assert_eq!(refusal(names(COLUMNS_CAP + 1).as_bytes()), "too_many_columns");
        assert_eq!(header(&"x".repeat(200_000)).near_misses(), []);
    }

    #[test]
    fn a_near_miss_is_suggested() {
        assert_eq!(header("Day,Creatve ID\n").near_misses(), [("Creatve ID", "Creative ID")]);
    }
}
