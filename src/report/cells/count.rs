//! Counts: whole numbers from 0 to 10^13, thousands separators accepted.

use super::super::FaultReason;
use super::{is_none, trimmed};

/// The highest count of one row; sums of 900,000 such rows still fit 64 bits.
pub const COUNT_CAP: i64 = 10_000_000_000_000;

/// Reads a count; None where the report did not say.
pub fn parse(text: &str) -> Result<Option<i64>, FaultReason> {
    let text = trimmed(text);
    if is_none(text) {
        return Ok(None);
    }
    if text.starts_with(['-', '−', '(']) {
        return Err(FaultReason::Negative);
    }
    let mut value: i64 = 0;
    for group in groups(text).ok_or(FaultReason::BadNumber)? {
        for digit in group.bytes() {
            value = value * 10 + i64::from(digit - b'0');
            if value > COUNT_CAP {
                return Err(FaultReason::BadNumber);
            }
        }
    }
    Ok(Some(value))
}

/// The digit groups of a whole number: one group, or `1,234,567` with groups of three after the first, which then has
/// no leading zero: `0,054` is a fraction with a decimal comma.
pub(super) fn groups(text: &str) -> Option<impl Iterator<Item = &str>> {
    let separator = |c: char| matches!(c, ',' | '\u{a0}' | '\u{202f}' | ' ' | '\'');
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let mut check = text.split(separator).enumerate();
    let several = text.contains(separator);
    let fits = check.all(|(i, group)| digits(group) && (!several || group.len() == 3 || (i == 0 && group.len() < 3)));
    let fits = fits && !(several && text.starts_with('0'));
    fits.then(|| text.split(separator))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_whole_numbers() {
        assert_eq!(parse("0"), Ok(Some(0)));
        assert_eq!(parse(" 1,234,567 "), Ok(Some(1_234_567)));
        assert_eq!(parse("10000000000000"), Ok(Some(COUNT_CAP)));
        for none in ["", "—", "N/A", " "] {
            assert_eq!(parse(none), Ok(None), "{none}");
        }
    }

    #[test]
    fn fractions_signs_and_words_are_faults() {
        for (text, reason) in [
            ("-1", FaultReason::Negative),
            ("1.5", FaultReason::BadNumber),
            ("+1", FaultReason::BadNumber),
            ("12,34", FaultReason::BadNumber),
            ("1,2345", FaultReason::BadNumber),
            ("0,054", FaultReason::BadNumber),
            ("012,345", FaultReason::BadNumber),
            ("ten", FaultReason::BadNumber),
            ("10000000000001", FaultReason::BadNumber),
            ("99999999999999999999999", FaultReason::BadNumber),
        ] {
            assert_eq!(parse(text), Err(reason), "{text}");
        }
    }
}
