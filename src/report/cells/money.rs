//! Money: decimal text → exact micros, and the currency its symbol names. No float on the way.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::super::FaultReason;
use super::count::groups;
use super::{is_none, trimmed};
use crate::model::{Currency, Micros};

/// The highest amount of one row: 10^9 currency units; sums of 9,000 such rows still fit 64 bits.
pub const MONEY_CAP: Micros = Micros(1_000_000_000_000_000);

/// An amount as a cell gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// Exact, or rounded half to even from more than six decimals.
    pub micros: Micros,
    /// Whether digits beyond the sixth decimal were lost.
    pub rounded: bool,
    /// The currencies that the symbol can mean, the likeliest first; empty where the cell has no symbol.
    pub symbol: &'static [Currency],
}

static SYMBOLS: LazyLock<Vec<(String, Vec<Currency>)>> = LazyLock::new(|| {
    let text = include_str!("../../../schema/reports/currencies.toml");
    let symbols: BTreeMap<String, Vec<Currency>> =
        toml::from_str(text).expect("schema/reports/currencies.toml is part of the program and read by a unit test");
    let mut symbols: Vec<_> = symbols.into_iter().collect();
    // `US$` must be tried before `$`.
    symbols.sort_by_key(|(symbol, _)| std::cmp::Reverse(symbol.len()));
    symbols
});

/// Reads an amount; None where the report did not say.
pub fn parse(text: &str) -> Result<Option<Amount>, FaultReason> {
    let text = trimmed(text);
    if is_none(text) {
        return Ok(None);
    }
    if text.contains('(') || text.contains('-') || text.contains('−') {
        return Err(FaultReason::Negative);
    }
    let (number, symbol) = without_symbol(text);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let (whole, fraction) = match (whole, fraction) {
        ("", "") => return Err(FaultReason::BadMoney),
        ("", fraction) => ("0", fraction),
        parts => parts,
    };
    let mut micros: i64 = 0;
    for digit in groups(whole).ok_or(FaultReason::BadMoney)?.flat_map(str::bytes) {
        micros = micros * 10 + i64::from(digit - b'0');
        if micros > MONEY_CAP.0 / 1_000_000 {
            return Err(FaultReason::BadMoney);
        }
    }
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(FaultReason::BadMoney);
    }
    for place in 0..6 {
        let digit = fraction.as_bytes().get(place).map_or(0, |digit| digit - b'0');
        micros = micros * 10 + i64::from(digit);
    }
    let beyond = fraction.get(6..).unwrap_or("").trim_end_matches('0');
    if rounds_up(beyond, micros) {
        micros += 1;
    }
    if micros > MONEY_CAP.0 {
        return Err(FaultReason::BadMoney);
    }
    Ok(Some(Amount { micros: Micros(micros), rounded: !beyond.is_empty(), symbol }))
}

/// Half to even: `beyond` are the digits after the sixth decimal, without trailing zeros.
fn rounds_up(beyond: &str, micros: i64) -> bool {
    match beyond.as_bytes() {
        [] | [b'0'..=b'4', ..] => false,
        [b'5'] => micros % 2 == 1,
        _ => true,
    }
}

fn without_symbol(text: &str) -> (&str, &'static [Currency]) {
    let starts_or_ends_plain = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || c == '.');
    if starts_or_ends_plain(text.chars().next()) && starts_or_ends_plain(text.chars().last()) {
        return (text, &[]);
    }
    for (symbol, currencies) in SYMBOLS.iter() {
        if let Some(number) = text.strip_prefix(symbol.as_str()).or_else(|| text.strip_suffix(symbol.as_str())) {
            return (trimmed(number), currencies);
        }
    }
    (text, &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn micros(text: &str) -> i64 {
        parse(text).unwrap().unwrap().micros.0
    }

    #[test]
    fn amounts_are_exact_to_the_micro() {
        assert_eq!(micros("0.054694"), 54_694);
        assert_eq!(micros("$0.10"), 100_000);
        assert_eq!(micros("US$0.00"), 0);
        assert_eq!(micros("CA$1,234.50"), 1_234_500_000);
        assert_eq!(micros("12\u{a0}€"), 12_000_000);
        assert_eq!(micros(".5"), 500_000);
        assert_eq!(micros("1000000000"), MONEY_CAP.0);
    }

    #[test]
    fn more_than_six_decimals_round_half_to_even() {
        assert_eq!(micros("0.0000005"), 0);
        assert_eq!(micros("0.0000015"), 2);
        assert_eq!(micros("0.00000150001"), 2);
        assert_eq!(micros("0.0000025"), 2);
        assert_eq!(micros("0.00000250"), 2);
        assert!(parse("0.0000015").unwrap().unwrap().rounded);
        assert!(!parse("0.1234560000").unwrap().unwrap().rounded);
    }

    #[test]
    fn the_symbol_names_the_currency() {
        let symbol = |text| parse(text).unwrap().unwrap().symbol.first().map(ToString::to_string);
        assert_eq!(symbol("1.00"), None);
        assert_eq!(symbol("$1.00").as_deref(), Some("USD"));
        assert_eq!(symbol("CA$1.00").as_deref(), Some("CAD"));
        assert_eq!(symbol("€1.00").as_deref(), Some("EUR"));
    }

    #[test]
    fn what_is_no_amount_is_a_fault() {
        for (text, reason) in [
            ("(0.10)", FaultReason::Negative),
            ("-0.10", FaultReason::Negative),
            ("1,23", FaultReason::BadMoney),
            ("0,054", FaultReason::BadMoney),
            ("1.2.3", FaultReason::BadMoney),
            (".", FaultReason::BadMoney),
            ("$", FaultReason::BadMoney),
            ("1e5", FaultReason::BadMoney),
            ("1000000000.000001", FaultReason::BadMoney),
            ("99999999999999999999", FaultReason::BadMoney),
        ] {
            assert_eq!(parse(text), Err(reason), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_amount_reads_back(value in 0..=MONEY_CAP.0) {
            prop_assert_eq!(micros(&Micros(value).to_string()), value);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = parse(&text);
        }
    }
}
