//! The windows in which spend is told.

use std::fmt;
use std::str::FromStr;

use crate::model::Day;
use crate::query::Days;

/// Days that end yesterday (UTC), or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Exactly so many.
    Last(u16),
    /// Every day that there is.
    All,
}

impl Period {
    /// That day only.
    pub const YESTERDAY: Self = Self::Last(1);

    /// The days, where today is `today` (UTC); `None` is all.
    pub fn days(self, today: Day) -> Option<Days> {
        match self {
            Self::Last(count) => Some(Days::before(today, count)),
            Self::All => None,
        }
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "yesterday" => Ok(Self::YESTERDAY),
            "all" | "all_time" => Ok(Self::All),
            _ => {
                let days = text.strip_suffix('d').and_then(|days| days.parse().ok());
                days.filter(|days| (1..=3660).contains(days))
                    .map(Self::Last)
                    .ok_or_else(|| format!("'{text}' is no period: write yesterday, 7d, 30d or all"))
            }
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last(1) => f.write_str("yesterday"),
            Self::Last(days) => write!(f, "{days}d"),
            Self::All => f.write_str("all"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_exactly_its_days_and_ends_yesterday() {
        let today: Day = "2026-03-02".parse().unwrap();
        let days = |text: &str| {
            let days = text.parse::<Period>().unwrap().days(today)?;
            Some(format!("{}..{}", days.first, days.last))
        };
        assert_eq!(days("yesterday").as_deref(), Some("2026-03-01..2026-03-01"));
        assert_eq!(days("7d").as_deref(), Some("2026-02-23..2026-03-01"));
        assert_eq!(days("30d").as_deref(), Some("2026-01-31..2026-03-01"));
        assert_eq!((days("all"), days("all_time")), (None, None));
        for wrong in ["", "d", "0d", "7", "week", "-1d", "99999d"] {
            assert!(wrong.parse::<Period>().is_err(), "{wrong}");
        }
        assert_eq!(Period::YESTERDAY.to_string().parse(), Ok(Period::YESTERDAY));
    }
}
