//! The header of a question's file: `-- key: value` lines before the SQL.
//!
//! Keys: `name`, `answers` (or `finds` for a check), `by` (`day`: a check that is asked day by day), `reads` (fact table and report kind), `parameter` (any number:
//! `name kind = default: what it is`), `columns`, `cost`.

use datafusion::common::ScalarValue;

use super::error::AnalyticsError;
use crate::model::Day;

/// A parameter of a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name; `$name` in the SQL.
    pub name: &'static str,
    /// What a value is.
    pub kind: ValueKind,
    /// The value where the asker gives none, as text.
    pub default: &'static str,
    /// What it does.
    pub meaning: &'static str,
}

/// The kind of a parameter's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A whole number.
    Int64,
    /// A number.
    Float64,
    /// Text.
    Text,
    /// A day, `YYYY-MM-DD`.
    Date,
}

impl Parameter {
    /// The value to bind, read from text.
    pub fn value(&self, text: &str) -> Result<ScalarValue, AnalyticsError> {
        let wrong = |expected| AnalyticsError::ParameterValue { name: self.name, value: text.to_owned(), expected };
        Ok(match self.kind {
            ValueKind::Int64 => ScalarValue::Int64(Some(text.parse().map_err(|_| wrong("a whole number"))?)),
            ValueKind::Float64 => ScalarValue::Float64(Some(text.parse().map_err(|_| wrong("a number"))?)),
            ValueKind::Text => ScalarValue::from(text),
            ValueKind::Date => {
                let day: Day = text.parse().map_err(|_| wrong("a day like 2026-11-20"))?;
                ScalarValue::Date32(Some(day.epoch_days()))
            }
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
    }
}
