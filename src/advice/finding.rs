//! What the rules found, as the questions `advice_*` give it.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::entities::recommendations::{AdviceSeverity, Comparison, Confidence, ConfigShare, TargetType};

/// One rule that speaks of one target: a row of a question `advice_*`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Finding {
    /// A name of `schema/advice/rules.toml`.
    pub rule: String,
    /// How much the rule says that it weighs.
    pub rule_severity: Option<AdviceSeverity>,
    /// How sure the rule says that it is.
    pub rule_confidence: Option<Confidence>,
    /// What kind of thing it is about.
    pub target_type: TargetType,
    /// Which one.
    pub target_id: String,
    /// What people call it.
    pub target_name: Option<String>,
    /// Whether a config can name it: it has an id at Google, and is not only a name of the reports.
    pub has_id: bool,
    /// Queries that reached the auction; null where the report did not say.
    pub reached_queries: Option<i64>,
    /// Those of them that became an impression.
    pub impressions: Option<i64>,
    /// Money that was spent for nothing.
    pub wasted_spend_micros: Option<i64>,
    /// The figure's name.
    pub metric_name: String,
    /// The figure that the rule judged by.
    pub metric_value: f64,
    /// Where the rule begins to speak.
    pub threshold: f64,
    /// On which side of it the figure is.
    pub comparison: Comparison,
    /// Of how many queries, impressions or starts it was computed.
    pub sample_size: Option<i64>,
}

impl Finding {
    /// What it is about.
    pub fn target(&self) -> Target {
        (self.target_type, self.target_id.clone())
    }

    /// Queries that became no impression, where the report said how many there were.
    pub fn wasted(&self) -> Option<i64> {
        Some(self.reached_queries?.saturating_sub(self.impressions.unwrap_or(0)))
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        self.target_name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&self.target_id)
    }
}

/// Type and id of what is to be acted on.
pub type Target = (TargetType, String);

/// Where the waste of a target is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// In which configs, the most first.
    pub configs: Vec<ConfigShare>,
    /// Of which creatives, the most first.
    pub creatives: Vec<String>,
}

/// Where the waste of each target is.
pub type Places = BTreeMap<Target, Place>;

/// What rules found in the days before, for trends: the figure by rule and target.
pub type Before = BTreeMap<(String, TargetType, String), f64>;
