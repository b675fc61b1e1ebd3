//! The name of a report kind, as people and programs write it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use super::ReportRules;

/// The name of a kind that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct KindName(&'static str);

impl KindName {
    /// The name as it stands in SQL, paths and answers.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for KindName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl FromStr for KindName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = || ReportRules::built_in().kinds().iter().map(|kind| kind.name.as_str());
        names().find(|name| *name == text).map(Self).ok_or_else(|| {
            format!("'{text}' is no kind of report: there is {}", names().collect::<Vec<_>>().join(", "))
        })
    }
}

impl<'de> Deserialize<'de> for KindName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
