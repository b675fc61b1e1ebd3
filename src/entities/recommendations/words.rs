//! The words that a recommendation is told in, as the table and JSON have them.

use std::fmt;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$of])* #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// All of them, in their order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the table and in JSON.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }

            /// What that word means.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|known| known.code() == code)
            }

            /// All words, comma-separated: for sentences.
            pub fn choices() -> String {
                Self::ALL.iter().map(|known| known.code()).collect::<Vec<_>>().join(", ")
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.code())
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.code().into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                Self::from_code(value.as_str()?).ok_or(FromSqlError::InvalidType)
            }
        }
    };
}

words! {
    /// What is advised.
    AdviceKind {
        /// Queries of a size that no approved creative fits.
        SizeMismatch = "size_mismatch",
        /// A config that wins little of what it lets through.
        ConfigInefficiency = "config_inefficiency",
        /// A publisher to block.
        PublisherBlock = "publisher_block",
        /// An app to block.
        AppBlock = "app_block",
        /// A country to exclude.
        GeoExclusion = "geo_exclusion",
        /// A creative to pause.
        CreativePause = "creative_pause",
        /// A creative to look at.
        CreativeReview = "creative_review",
        /// Signs of fraud, for people to judge.
        FraudAlert = "fraud_alert",
    }
}

words! {
    /// How much it weighs; the gravest is the greatest.
    AdviceSeverity {
        /// Little.
        Low = "low",
        /// Some.
        Medium = "medium",
        /// Much.
        High = "high",
        /// Most.
        Critical = "critical",
    }
}

words! {
    /// How sure it is.
    Confidence {
        /// A hint.
        Low = "low",
        /// Likely.
        Medium = "medium",
        /// As good as certain.
        High = "high",
    }
}

words! {
    /// What kind of thing is to be acted on.
    TargetType {
        /// A creative size or its label.
        Size = "size",
        /// A publisher.
        Publisher = "publisher",
        /// A mobile app.
        App = "app",
        /// A country.
        Geo = "geo",
        /// A creative.
        Creative = "creative",
        /// A pretargeting config.
        Config = "config",
    }
}

words! {
    /// What is to be done with it.
    ActionType {
        /// No more queries of it.
        Block = "block",
        /// No more queries from there.
        Exclude = "exclude",
        /// No more bids with it.
        Pause = "pause",
        /// A person looks.
        Review = "review",
        /// One is made.
        Add = "add",
    }
}

words! {
    /// What became of a recommendation.
    RecommendationStatus {
        /// Nobody looked at it yet.
        New = "new",
        /// Somebody saw it, or accepted it.
        Acknowledged = "acknowledged",
        /// What it asks for is done.
        Resolved = "resolved",
        /// Somebody does not want it.
        Dismissed = "dismissed",
    }
}

impl RecommendationStatus {
    /// Whether it is off the list until the evidence is new.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Resolved | Self::Dismissed)
    }
}

words! {
    /// How a figure stands to its threshold.
    Comparison {
        /// At it or above.
        Above = "above",
        /// Below it.
        Below = "below",
        /// It is exactly that.
        Equals = "equals",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_read_as_it_is_written_and_severities_have_an_order() {
        for kind in AdviceKind::ALL {
            assert_eq!(AdviceKind::from_code(kind.code()), Some(*kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.code());
        }
        assert!(AdviceSeverity::Critical > AdviceSeverity::High && AdviceSeverity::Medium > AdviceSeverity::Low);
        assert_eq!(AdviceSeverity::choices(), "low, medium, high, critical");
        assert_eq!(AdviceKind::from_code("size"), None);
    }
}
