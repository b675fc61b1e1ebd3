//! The header of a question's file: `-- key: value` lines before the SQL.
//!
//! Keys: `name`, `topic` (one of [`TOPICS`](super::TOPICS); without one it is for programs), `answers` (or `finds` for a
//! check), `by` (`day`: a check that is asked day by day), `reads` (any number: a fact table and the report kind, with
//! `or` where another will do), `days` (how many it is about where the asker does not say, else 7; `fraud_days`: as
//! that setting says; `all`: it has no window), `parameter` (any number: `name kind = default: what it is`), `columns`, `cost`.
//!
//! The kind of a parameter is `int64`, `float64`, `text`, `date` or its values as `spend|clicks`. The default of a date
//! may be [`FIRST_DAY`] or [`LAST_DAY`] of the window.

use datafusion::common::ScalarValue;

use serde::Serialize;

use super::error::AnalyticsError;
use crate::model::Day;

/// A default that stands for the first day of the window.
pub(super) const FIRST_DAY: &str = "first day of the window";
/// A default that stands for its last day.
pub(super) const LAST_DAY: &str = "last day of the window";

/// A parameter of a question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Parameter {
    /// Its name; `$name` in the SQL.
    pub name: &'static str,
    /// What a value is.
    #[serde(rename = "type")]
    pub kind: ValueKind,
    /// The value where the asker gives none, as text, or a day of the window in words.
    pub default: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

/// The kind of a parameter's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// A whole number.
    Int64,
    /// A number.
    Float64,
    /// Text.
    Text,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// One of these words.
    OneOf(Vec<&'static str>),
}

impl std::fmt::Display for ValueKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int64 => f.write_str("a whole number"),
            Self::Float64 => f.write_str("a number"),
            Self::Text => f.write_str("text"),
            Self::Date => f.write_str("a day like 2026-11-20"),
            Self::OneOf(words) => write!(f, "one of {}", words.join(", ")),
        }
    }
}

impl Parameter {
    /// The value to bind, read from text.
    pub fn value(&self, text: &str) -> Result<ScalarValue, AnalyticsError> {
        let wrong = || AnalyticsError::ParameterValue {
            name: self.name,
            value: text.to_owned(),
            expected: self.kind.to_string(),
        };
        Ok(match &self.kind {
            ValueKind::Int64 => ScalarValue::Int64(Some(text.parse().map_err(|_| wrong())?)),
            ValueKind::Float64 => ScalarValue::Float64(Some(text.parse().map_err(|_| wrong())?)),
            ValueKind::Text => ScalarValue::from(text),
            ValueKind::Date => {
                let day: Day = text.parse().map_err(|_| wrong())?;
                ScalarValue::Date32(Some(day.epoch_days()))
            }
            ValueKind::OneOf(words) if words.contains(&text) => ScalarValue::from(text),
            ValueKind::OneOf(_) => return Err(wrong()),
        })
    }
}

/// The values of a key, in the order of the file.
pub(super) fn values<'a>(sql: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    let lines = sql.lines().map_while(|line| line.strip_prefix("-- "));
    lines.filter_map(move |line| line.strip_prefix(key)?.strip_prefix(": "))
}

/// The first value of a key, or nothing.
pub(super) fn value<'a>(sql: &'a str, key: &'a str) -> &'a str {
    values(sql, key).next().unwrap_or_default()
}

/// `limit int64 = 20: rows of the answer`.
pub(super) fn parameter(text: &'static str) -> Option<Parameter> {
    let (declared, meaning) = text.split_once(": ")?;
    let (declared, default) = declared.split_once(" = ")?;
    let (name, kind) = declared.split_once(' ')?;
    let kind = match kind {
        "int64" => ValueKind::Int64,
        "float64" => ValueKind::Float64,
        "text" => ValueKind::Text,
        "date" => ValueKind::Date,
        words if words.contains('|') => ValueKind::OneOf(words.split('|').collect()),
        _ => return None,
    };
    Some(Parameter { name, kind, default, meaning })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_declared_in_one_line_and_read_by_its_kind() {
        let limit = parameter("limit int64 = 20: rows of the answer").unwrap();
        assert_eq!((limit.name, limit.default, limit.meaning), ("limit", "20", "rows of the answer"));
        assert_eq!(limit.value("7").unwrap(), ScalarValue::Int64(Some(7)));
        assert_eq!(limit.value("many").unwrap_err().code(), "parameter_value");
        assert_eq!(parameter("limit number = 20: rows"), None);
        let by = parameter("by app|size = app: what is ranked").unwrap();
        assert_eq!(by.value("size").unwrap(), ScalarValue::from("size"));
        let told = by.value("sizes").unwrap_err().to_string();
        assert_eq!(told, "the parameter 'by' is 'sizes', which is not one of app, size");
    }
}
