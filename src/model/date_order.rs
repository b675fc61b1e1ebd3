//! How a date such as 3/4/2026 is read where nothing in its file decides it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The order of the first two numbers in `3/4/2026`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 3/4 is March 4.
    MonthFirst,
    /// 3/4 is 3 April.
    DayFirst,
}

impl DateOrder {
    /// The name in the database and on the command line.
    pub fn code(self) -> &'static str {
        match self {
            Self::MonthFirst => "month_first",
            Self::DayFirst => "day_first",
        }
    }
}

impl fmt::Display for DateOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for DateOrder {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.replace('-', "_").as_str() {
            "month_first" => Ok(Self::MonthFirst),
            "day_first" => Ok(Self::DayFirst),
            _ => Err(format!("'{text}' is no date format: write month-first or day-first")),
        }
    }
}
