//! Numbers as people read them.

use std::time::Duration;

pub use crate::model::grouped as count;

/// `count` with its noun: `1 file`, `2 files`.
pub fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(number))
}

/// Bytes in the unit that leaves one to three digits: `812 B`, `1.4 GB`.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 6] = ["B", "kB", "MB", "GB", "TB", "PB"];
    // Only for show: a rounded size is what is wanted here.
    let mut size = number as f64;
    let mut unit = 0;
    while size >= 999.5 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    match unit {
        0 => format!("{number} B"),
        _ if size < 9.95 => format!("{size:.1} {}", UNITS[unit]),
        _ => format!("{size:.0} {}", UNITS[unit]),
    }
}

/// A time somebody waited.
pub fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        ..0.9995 => format!("{} ms", time.as_millis()),
        ..99.95 => format!("{seconds:.1} s"),
        _ => format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60),
    }
}

/// Micros of a currency as exact decimal text, with no more zeros at the end than two decimals need.
pub fn money(micros: crate::model::Micros) -> String {
    let text = micros.to_string();
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), count);
    let trimmed = decimals.trim_end_matches('0');
    format!("{sign}{whole}.{trimmed:0<2}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Micros;

    #[test]
    fn numbers_have_nouns_and_units() {
        assert_eq!(counted(1, "file"), "1 file");
        assert_eq!(bytes(812), "812 B");
        assert_eq!(bytes(1_449_000_000), "1.4 GB");
        assert_eq!(bytes(999_700), "1.0 MB");
        assert_eq!(elapsed(Duration::from_millis(420)), "420 ms");
        assert_eq!(elapsed(Duration::from_millis(3_250)), "3.2 s");
        assert_eq!(elapsed(Duration::from_secs(125)), "2 min 05 s");
    }

    #[test]
    fn money_is_exact_and_short() {
        assert_eq!(money(Micros(1_234_567_890_000)), "1,234,567.89");
        assert_eq!(money(Micros(54_694)), "0.054694");
        assert_eq!(money(Micros(-2_000_000)), "-2.00");
    }
}
