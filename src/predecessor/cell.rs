//! A value of the old database as the cell of a report.

use rusqlite::types::ValueRef;

use super::description::Money;
use super::spend;
use crate::model::Micros;

/// What a cell of money came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    /// The amount, where it is one.
    pub micros: Option<i64>,
    /// Whether digits were lost.
    pub rounded: bool,
}

/// Whether the value says something; with `zero_is_unsaid`, 0 does not.
pub(super) fn is_said(value: ValueRef<'_>, zero_is_unsaid: bool) -> bool {
    match value {
        ValueRef::Null => false,
        ValueRef::Integer(number) => number != 0 || !zero_is_unsaid,
        ValueRef::Real(number) => number != 0.0 || !zero_is_unsaid,
        ValueRef::Text(b"0") => !zero_is_unsaid,
        ValueRef::Text(text) => !text.is_empty(),
        ValueRef::Blob(_) => true,
    }
}

/// Writes the value. An amount that is none becomes a cell that the reader of reports rejects, because as a number of
/// another unit it would be a million times too much.
pub(super) fn cell(line: &mut Vec<u8>, value: ValueRef<'_>, money: Option<Money>) -> Cell {
    if let Some(money) = money {
        return amount(line, value, money);
    }
    match value {
        ValueRef::Null => {}
        ValueRef::Integer(number) => line.extend_from_slice(number.to_string().as_bytes()),
        ValueRef::Real(number) => line.extend_from_slice(number.to_string().as_bytes()),
        ValueRef::Text(text) | ValueRef::Blob(text) => quote(line, text, ""),
    }
    Cell::default()
}

fn amount(line: &mut Vec<u8>, value: ValueRef<'_>, money: Money) -> Cell {
    let number = match value {
        ValueRef::Null | ValueRef::Text(b"") => return Cell::default(),
        ValueRef::Integer(number) if money == Money::Micros => Some((number, false)),
        ValueRef::Integer(number) => number.checked_mul(1_000_000).map(|micros| (micros, false)),
        ValueRef::Real(number) => spend::micros(number, money),
        ValueRef::Text(text) => std::str::from_utf8(text).ok().and_then(|text| match money {
            Money::Micros => Some((text.parse().ok()?, false)),
            Money::Units => spend::micros(text.parse().ok()?, money),
        }),
        ValueRef::Blob(_) => None,
    };
    match (number, value) {
        (Some((micros, rounded)), _) => {
            line.extend_from_slice(Micros(micros).to_string().as_bytes());
            Cell { micros: Some(micros), rounded }
        }
        (None, ValueRef::Text(text) | ValueRef::Blob(text)) => {
            quote(line, text, " is no amount");
            Cell::default()
        }
        (None, ValueRef::Real(number)) => {
            quote(line, number.to_string().as_bytes(), " is no amount");
            Cell::default()
        }
        (None, _) => {
            line.extend_from_slice(b"\"no amount\"");
            Cell::default()
        }
    }
}

fn quote(line: &mut Vec<u8>, text: &[u8], after: &str) {
    if text.is_empty() {
        return;
    }
    line.push(b'"');
    for byte in text {
        if *byte == b'"' {
            line.push(b'"');
        }
        line.push(*byte);
    }
    line.extend_from_slice(after.as_bytes());
    line.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: ValueRef<'_>, money: Option<Money>) -> String {
        let mut line = Vec::new();
        cell(&mut line, value, money);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn money_is_exact_and_what_is_none_cannot_be_read_as_another_unit() {
        let micros = |value| written(value, Some(Money::Micros));
        assert_eq!(micros(ValueRef::Integer(12_500_001)), "12.500001");
        assert_eq!(micros(ValueRef::Integer(-5)), "-0.000005");
        assert_eq!(micros(ValueRef::Real(3.0)), "0.000003");
        assert_eq!(micros(ValueRef::Text(b"42")), "0.000042");
        assert_eq!(micros(ValueRef::Text(b"n/a")), "\"n/a is no amount\"");
        let units = |value| written(value, Some(Money::Units));
        assert_eq!(units(ValueRef::Integer(3)), "3.000000");
        assert_eq!(units(ValueRef::Real(0.25)), "0.250000");
        assert_eq!(units(ValueRef::Real(f64::INFINITY)), "\"inf is no amount\"");
    }

    #[test]
    fn null_and_empty_say_nothing_and_text_keeps_its_marks() {
        assert_eq!(written(ValueRef::Null, None), "");
        assert_eq!(written(ValueRef::Text(b""), None), "");
        assert_eq!(written(ValueRef::Text(b"a,\"b\"\n"), None), "\"a,\"\"b\"\"\n\"");
        assert_eq!(written(ValueRef::Integer(0), None), "0");
        assert!(!is_said(ValueRef::Integer(0), true) && is_said(ValueRef::Integer(0), false));
        assert!(!is_said(ValueRef::Text(b""), false));
    }
}
