//! Snapshot times as DuckLake writes them: UTC, microseconds, always of the same width so that text order is time order.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::super::LakeError;

pub(super) fn text(time: DateTime<Utc>) -> String {
    format!("{}+00", time.format("%Y-%m-%d %H:%M:%S%.6f"))
}

pub(super) fn parse(text: &str) -> Result<DateTime<Utc>, LakeError> {
    text.strip_suffix("+00")
        .and_then(|text| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").ok())
        .map(|time| time.and_utc())
        .ok_or_else(|| LakeError::catalog(format!("snapshot time '{text}' is not a time")))
}

/// Times only grow, whatever the clock does: a snapshot is found by its time.
pub(super) fn after(last: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    now.max(last + TimeDelta::microseconds(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_goes_back_does_not_reorder_snapshots() {
        let last = parse("2026-11-20 06:51:05.37937+00").unwrap();
        assert_eq!(text(last), "2026-11-20 06:51:05.379370+00");
        assert_eq!(text(after(last, last - TimeDelta::hours(1))), "2026-11-20 06:51:05.379371+00");
        let later = last + TimeDelta::hours(1);
        assert_eq!(after(last, later), later);
    }
}
