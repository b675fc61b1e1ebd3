//! The limits of pretargeting and the wording of findings, as data: `schema/changes/rules.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Warning,
    /// Applied only when somebody insists.
    Error,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    pub limits: Limits,
    pub rule: BTreeMap<String, Rule>,
    pub conclusion: Words,
}

/// What a comparison concludes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    /// Less is no change, in percent.
    pub notable_pct: f64,
    pub less_waste: String,
    pub less_waste_less_won: String,
    pub more_waste: String,
    pub more_waste_more_won: String,
    pub more_won: String,
    pub less_won: String,
    pub no_change: String,
    pub no_traffic: String,
    pub no_traffic_before: String,
}

/// Of one bidder and of one config.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub configs: usize,
    pub publishers: usize,
    pub apps: usize,
    pub sites: usize,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub severity: Severity,
    #[serde(default)]
    pub refused_by_google: bool,
    pub message: String,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let text = include_str!("../../schema/changes/rules.toml");
    toml::from_str(text).expect("schema/changes/rules.toml is part of the program and tested")
});

pub(super) fn rules() -> &'static Rules {
    &RULES
}
