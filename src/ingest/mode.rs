//! What a file means for rows that are already there.

use serde::{Deserialize, Serialize};

/// How a file meets the live rows of its days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// A row of a known key replaces it, others stay.
    #[default]
    Merge,
    /// The file is the whole truth for its account, kind and days.
    Replace,
    /// A row of a known key is left out.
    Skip,
}

impl Mode {
    /// The mode's name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Replace => "replace",
            Self::Skip => "skip",
        }
    }
}

impl std::str::FromStr for Mode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Merge, Self::Replace, Self::Skip]
            .into_iter()
            .find(|mode| mode.code() == text)
            .ok_or_else(|| format!("'{text}' is no import mode: write merge, replace or skip"))
    }
}
