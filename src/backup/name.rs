//! The name of a backup is the time at which it was begun, so that the order of names is the order of time.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::BackupError;

/// No colons, because some file systems refuse them.
const FORM: &str = "%Y-%m-%dT%H-%M-%SZ";

/// The name of one backup: `2026-11-20T13-35-01Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BackupName(DateTime<Utc>);

impl BackupName {
    /// The name of a backup that begins now, after all others whatever the clock did.
    pub(super) fn after(last: Option<Self>, now: DateTime<Utc>) -> Self {
        let now = now.trunc_subsecs(0);
        Self(last.map_or(now, |last| now.max(last.0 + TimeDelta::seconds(1))))
    }

    /// When it was begun, to the second.
    pub fn time(self) -> DateTime<Utc> {
        self.0
    }
}

impl fmt::Display for BackupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format(FORM).fmt(f)
    }
}

impl FromStr for BackupName {
    type Err = BackupError;

    fn from_str(text: &str) -> Result<Self, BackupError> {
        let time = NaiveDateTime::parse_from_str(text, FORM).map(|time| Self(time.and_utc()));
        // One spelling each: a name is also a directory's.
        time.ok().filter(|name| name.to_string() == text).ok_or_else(|| BackupError::Name { text: text.to_owned() })
    }
}

impl TryFrom<String> for BackupName {
    type Error = BackupError;

    fn try_from(text: String) -> Result<Self, BackupError> {
        text.parse()
    }
}

impl From<BackupName> for String {
    fn from(name: BackupName) -> Self {
        name.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_time_of_one_spelling() {
        let name: BackupName = "2026-11-20T13-35-01Z".parse().unwrap();
        assert_eq!(name.to_string(), "2026-11-20T13-35-01Z");
        assert_eq!(name.time().to_rfc3339(), "2026-11-20T13:35:01+00:00");
        for other in ["", "..", "2026-11-20", "2026-11-20T13:35:01Z", "2026-11-20T3-35-01Z", "2026-11-20T13-35-01Z/.."]
        {
            assert!(other.parse::<BackupName>().is_err(), "{other}");
        }
    }

    #[test]
    fn names_grow_whatever_the_clock_does() {
        let now = DateTime::parse_from_rfc3339("2026-11-20T13:35:01.9Z").unwrap().to_utc();
        let first = BackupName::after(None, now);
        assert_eq!(first.to_string(), "2026-11-20T13-35-01Z");
        assert_eq!(BackupName::after(Some(first), now).to_string(), "2026-11-20T13-35-02Z");
        let earlier = now - TimeDelta::days(1);
        assert!(BackupName::after(Some(first), earlier) > first);
    }
}
