//! What follows from a finding, read from `schema/advice/rules.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::entities::recommendations::{ActionType, AdviceKind};

/// What follows from what one rule finds.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub kind: AdviceKind,
    pub action: ActionType,
    pub title: String,
    pub description: String,
    todo: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    rule: BTreeMap<String, Rule>,
    todo: BTreeMap<String, String>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    toml::from_str(include_str!("../../schema/advice/rules.toml"))
        .expect("schema/advice/rules.toml is part of the program and read by a unit test")
});

/// The rule of that name.
pub(super) fn rule(name: &str) -> Option<&'static Rule> {
    RULES.rule.get(name)
}

/// What a person has to do about it.
pub(super) fn todo(kind: AdviceKind, rules: &[String], name: &str) -> String {
    let own = rules.iter().find_map(|name| rule(name).filter(|rule| rule.kind == kind)?.todo.as_deref());
    let text = own.or_else(|| RULES.todo.get(kind.code()).map(String::as_str)).unwrap_or_default();
    text.replace("{name}", name)
}

/// What a text's places stand for.
pub(super) struct Words<'a> {
    pub name: &'a str,
    pub value: f64,
    pub threshold: f64,
    pub daily: i64,
}

impl Words<'_> {
    /// The text with its places filled.
    pub fn fill(&self, text: &str) -> String {
        text.replace("{name}", self.name)
            .replace("{value}", &shown(self.value))
            .replace("{threshold}", &shown(self.threshold))
            .replace("{daily}", &crate::model::grouped(self.daily.unsigned_abs()))
    }
}

/// Two decimals where there are any.
fn shown(value: f64) -> String {
    let rounded = (value * 100.0).round() / 100.0;
    if rounded.fract() == 0.0 && rounded.abs() < 9e15 {
        let sign = if rounded < 0.0 { "-" } else { "" };
        // It is whole and far from the ends of the type.
        return format!("{sign}{}", crate::model::grouped(rounded.abs() as u64));
    }
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_words_and_every_type_says_what_a_person_does() {
        for (name, rule) in &RULES.rule {
            let filled = Words { name: "X", value: 92.456, threshold: 80.0, daily: 12_345 };
            let text = filled.fill(&rule.title) + &filled.fill(&rule.description);
            assert!(rule.title.contains("{name}") && !text.contains('{'), "{name}: {text}");
        }
        for kind in AdviceKind::ALL {
            assert!(RULES.todo.contains_key(kind.code()), "{kind}");
            assert!(RULES.rule.values().any(|rule| rule.kind == *kind), "{kind} follows from no rule");
            assert!(!todo(*kind, &[], "X").contains('{'));
        }
        assert_eq!(RULES.todo.len(), AdviceKind::ALL.len());
    }

    #[test]
    fn figures_are_read_by_people() {
        for (value, text) in [(92.456, "92.46"), (80.0, "80"), (1_234_567.0, "1,234,567"), (0.5, "0.5")] {
            assert_eq!(shown(value), text);
        }
    }
}
