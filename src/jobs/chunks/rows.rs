//! Rows that come as JSON, as the text of the bidder's own export (`schema/import_rows.toml`).
//!
//! Rows become text one by one while the JSON is read, so memory is that of the text. What is no row at all is kept as a
//! record of one field, which the import rejects and counts as any other.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::Micros;
use crate::report::{Header, KindName};

/// The table of `schema/import_rows.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowRules {
    /// The kind of report that the rows make.
    pub kind: KindName,
    /// The columns, in order.
    pub column: Vec<RowColumn>,
}

/// One column of the text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RowColumn {
    /// Its header in the text.
    pub header: String,
    /// The keys of a row that give it.
    pub keys: Vec<String>,
    /// The keys that give millionths of it.
    #[serde(default)]
    pub micros: Vec<String>,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and every test of rows reads it")]
static RULES: LazyLock<RowRules> =
    LazyLock::new(|| toml::from_str(include_str!("../../../schema/import_rows.toml")).expect("import_rows.toml"));

/// The rules of rows.
pub(super) fn rules() -> &'static RowRules {
    &RULES
}

/// Which of the columns stand in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Columns(pub u32);

impl Columns {
    /// Every column there is.
    pub fn all() -> Self {
        Self((1 << rules().column.len()) - 1)
    }

    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn has(self, column: usize) -> bool {
        self.0 & 1 << column != 0
    }

    /// The line of headers.
    pub fn header(self) -> Vec<&'static str> {
        let columns = rules().column.iter().enumerate().filter(|(at, _)| self.has(*at));
        columns.map(|(_, column)| column.header.as_str()).collect()
    }
}

/// By column of the fact table, the key that gives it.
pub(super) fn keys_by_fact_column(header: &Header) -> BTreeMap<&'static str, &'static str> {
    let key =
        |name: &str| rules().column.iter().find(|column| column.header == name).map(|column| column.keys[0].as_str());
    header.mapped().filter_map(|(name, column)| Some((column, key(name)?))).collect()
}

/// The text of some rows, without a header; each has all columns.
#[derive(Debug, Default)]
pub struct RowTexts {
    text: Vec<u8>,
    rows: u64,
    columns: Columns,
}

impl RowTexts {
    /// How many rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// How many bytes of text.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The columns of which any row has a key.
    pub(super) fn columns(&self) -> Columns {
        self.columns
    }

    /// Adds a row.
    pub fn push(&mut self, row: &Value) {
        self.rows += 1;
        match cells(row) {
            Some((cells, columns)) => {
                self.columns = self.columns.with(columns);
                self.record(&cells);
            }
            None => self.record(&[one_line(&row.to_string().chars().take(100).collect::<String>())]),
        }
    }

    /// Adds what could not be read as JSON.
    pub fn push_unreadable(&mut self, text: &[u8]) {
        self.rows += 1;
        let text: String = String::from_utf8_lossy(text).chars().take(100).collect();
        self.record(&[format!("not JSON: {}", one_line(&text))]);
    }

    fn record(&mut self, cells: &[String]) {
        let mut writer = csv::WriterBuilder::new().flexible(true).buffer_capacity(512).from_writer(&mut self.text);
        // Writing to memory does not fail.
        let _ = writer.write_record(cells).and_then(|()| Ok(writer.flush()?));
    }
}

/// The cells of a row by column, and which keys it has; nothing where it is no row.
fn cells(row: &Value) -> Option<(Vec<String>, Columns)> {
    let row = row.as_object()?;
    let mut columns = Columns::default();
    let mut cells = Vec::with_capacity(rules().column.len());
    for (at, column) in rules().column.iter().enumerate() {
        let plain = column.keys.iter().find_map(|key| row.get(key));
        let micros = || column.micros.iter().find_map(|key| row.get(key));
        let cell = match plain {
            Some(value) => Some(scalar(value)?),
            None => micros().map(of_micros).transpose().ok()?,
        };
        if cell.is_some() {
            columns.0 |= 1 << at;
        }
        cells.push(cell.unwrap_or_default());
    }
    Some((cells, columns))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(one_line(text)),
        // Display of a float never uses an exponent, which no report has.
        Value::Number(number) if number.is_f64() => number.as_f64().map(|number| number.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn of_micros(value: &Value) -> Result<String, ()> {
    match value {
        Value::Null => Ok(String::new()),
        value => value.as_i64().map(|micros| Micros(micros).to_string()).ok_or(()),
    }
}

/// A record is a line, so that a fault's line is its row.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

impl<'de> Deserialize<'de> for RowTexts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Rows;
        impl<'de> Visitor<'de> for Rows {
            type Value = RowTexts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of rows")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<RowTexts, A::Error> {
                let mut texts = RowTexts::default();
                while let Some(row) = rows.next_element::<Value>()? {
                    texts.push(&row);
                }
                Ok(texts)
            }
        }
        deserializer.deserialize_seq(Rows)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(row: Value) -> String {
        let mut texts = RowTexts::default();
        texts.push(&row);
        let header = Columns::all().header();
        let text = String::from_utf8(texts.text.clone()).unwrap();
        let cells: Vec<&str> = text.trim_end().split(',').collect();
        if cells.len() != header.len() {
            return text;
        }
        let said = header.iter().zip(cells).filter(|(_, cell)| !cell.is_empty());
        said.map(|(header, cell)| format!("{header}={cell} ")).collect()
    }

    #[test]
    fn each_key_goes_to_its_column_as_it_is() {
        let row = json!({
            "creative_id": "007", "date": "2026-02-01", "impressions": 5, "clicks": 1.0, "spend": 0.1, "geography": "INDIA",
            "device_type": "MOBILE", "campaign_id": "x", "app_id": "com.a", "billing_id": 157
        });
        let expected = "creative_id=007 date=2026-02-01 billing_id=157 geography=INDIA device_type=MOBILE \
                        mobile_app_id=com.a impressions=5 clicks=1 spend=0.1 ";
        assert_eq!(text(row), expected);
    }

    #[test]
    fn money_keeps_its_digits() {
        let spend = |spend: Value| text(json!({ "spend": spend }));
        assert_eq!(spend(json!(1e-7)), "spend=0.0000001 ");
        assert_eq!(spend(json!(0.054694)), "spend=0.054694 ");
        assert_eq!(text(json!({ "spend_micros": 54_694 })), "spend=0.054694 ");
        assert!(text(json!({ "spend_micros": 1.5 })).contains("spend_micros"), "half a micro is no row");
    }

    #[test]
    fn a_key_without_a_value_still_shows_the_column() {
        let mut texts = RowTexts::default();
        texts.push(&json!({ "creative_id": "1", "placement": null }));
        assert_eq!(texts.columns.header(), ["creative_id", "placement"]);
        assert!(keys_by_fact_column(&Header::read(b"creative_id,spend\n", true).unwrap()).contains_key("spend_micros"));
    }

    #[test]
    fn what_is_no_row_is_one_field() {
        for none in [json!(null), json!(5), json!([1]), json!({ "creative_id": { "a": 1 } }), json!("a\nb")] {
            let mut texts = RowTexts::default();
            texts.push(&none);
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(texts.text());
            let record = reader.records().next().unwrap().unwrap();
            assert_eq!((record.len(), texts.rows), (1, 1), "{none}");
        }
    }
}
