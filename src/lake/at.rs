//! Which state of the lake a question is asked of.

use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::LakeError;
use crate::model::SnapshotId;

/// A state of the lake: the newest, one by number, or the one that was the newest at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum At {
    /// The newest snapshot.
    #[default]
    Latest,
    /// That snapshot.
    Snapshot(SnapshotId),
    /// The newest snapshot committed at or before that time.
    Time(DateTime<Utc>),
}

/// An integer is a snapshot; anything else is a time: RFC 3339, or `YYYY-MM-DD[ HH:MM[:SS]]` in UTC.
impl FromStr for At {
    type Err = LakeError;

    fn from_str(text: &str) -> Result<Self, LakeError> {
        let text = text.trim();
        if let Ok(snapshot) = text.parse() {
            return Ok(Self::Snapshot(snapshot));
        }
        if let Ok(time) = DateTime::parse_from_rfc3339(text) {
            return Ok(Self::Time(time.to_utc()));
        }
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Ok(Self::Time(date.and_time(chrono::NaiveTime::MIN).and_utc()));
        }
        ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .map(|time| Self::Time(time.and_utc()))
            .ok_or_else(|| LakeError::At { text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_snapshot_and_the_rest_is_a_time_in_utc() {
        let time = |text: &str| At::Time(DateTime::parse_from_rfc3339(text).unwrap().to_utc());
        assert_eq!("12".parse::<At>().unwrap(), At::Snapshot(SnapshotId(12)));
        assert_eq!("2026-11-20".parse::<At>().unwrap(), time("2026-11-20T00:00:00Z"));
        assert_eq!("2026-11-20 14:30".parse::<At>().unwrap(), time("2026-11-20T14:30:00Z"));
        assert_eq!("2026-11-20T14:30:05.25".parse::<At>().unwrap(), time("2026-11-20T14:30:05.25Z"));
        assert_eq!("2026-11-20T14:30:05+02:00".parse::<At>().unwrap(), time("2026-11-20T12:30:05Z"));
        let refused = "yesterday".parse::<At>().unwrap_err().to_string();
        assert!(refused.starts_with("'yesterday' is neither a snapshot number nor a time"), "{refused}");
    }
}
