//! CSV text, written straight into a byte buffer: days, fields, counts and money as the reports show them.

use chrono::Datelike;

use super::Shape;
use crate::model::Day;

/// A day: `M/D/YY` in the real shape, as Google writes it; `YYYY-MM-DD` in the wide one.
pub(super) fn date(shape: Shape, day: Day) -> String {
    let date = day.date();
    match shape {
        Shape::Real => format!("{}/{}/{:02}", date.month(), date.day(), date.year() % 100),
        Shape::Wide => day.to_string(),
    }
}

/// Appends a field, quoted by RFC 4180 only where it must be.
pub(super) fn field(out: &mut Vec<u8>, text: &str) {
    if !text.contains([',', '"', '\n', '\r']) {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    out.push(b'"');
}

/// Appends a count.
pub(super) fn count(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends micros as units with six decimals.
pub(super) fn money(out: &mut Vec<u8>, micros: u64) {
    count(out, micros / 1_000_000);
    out.push(b'.');
    let mut decimals = [b'0'; 6];
    let mut rest = micros % 1_000_000;
    for digit in decimals.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
    out.extend_from_slice(&decimals);
}

/// Appends micros as US dollars with two to six decimals: `US$0.054694`, `US$0.10`.
pub(super) fn dollars(out: &mut Vec<u8>, micros: u64) {
    out.extend_from_slice(b"US$");
    money(out, micros);
    for _ in 0..4 {
        if out.last() == Some(&b'0') {
            out.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #[test]
        fn fields_read_back_as_written(fields in proptest::collection::vec("[^\r\u{feff}]*", 2..6)) {
            let mut line = Vec::new();
            for (at, text) in fields.iter().enumerate() {
                if at > 0 {
                    line.push(b',');
                }
                field(&mut line, text);
            }
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_slice());
            let read: Vec<String> = reader.records().next().unwrap().unwrap().iter().map(str::to_owned).collect();
            prop_assert_eq!(read, fields);
        }

        #[test]
        fn money_reads_back_to_the_micro(micros in 0u64..1 << 60) {
            let text = written(|o| dollars(o, micros));
            let (units, decimals) = text.strip_prefix("US$").unwrap().split_once('.').unwrap();
            prop_assert!((2..=6).contains(&decimals.len()), "{}", text);
            let digits = format!("{units}{decimals:0<6}");
            prop_assert_eq!(digits.parse::<u64>().unwrap(), micros);
        }
    }

    #[test]
    fn fields_are_quoted_only_where_needed() {
        assert_eq!(written(|o| field(o, "AdMob + AdSense")), "AdMob + AdSense");
        assert_eq!(written(|o| field(o, "Nova, Inc.")), "\"Nova, Inc.\"");
        assert_eq!(written(|o| field(o, "\"Zap\" Games")), "\"\"\"Zap\"\" Games\"");
    }

    #[test]
    fn numbers_and_money_are_exact() {
        assert_eq!(written(|o| count(o, 0)), "0");
        assert_eq!(written(|o| count(o, u64::MAX)), u64::MAX.to_string());
        assert_eq!(written(|o| money(o, 1_000_042)), "1.000042");
        assert_eq!(written(|o| dollars(o, 54_694)), "US$0.054694");
        assert_eq!(written(|o| dollars(o, 100_000)), "US$0.10");
        assert_eq!(written(|o| dollars(o, 0)), "US$0.00");
        assert_eq!(written(|o| dollars(o, 12_000_500)), "US$12.0005");
    }
}
