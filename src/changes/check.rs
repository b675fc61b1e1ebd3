//! What is wrong with changes before they are applied: pure.

use serde::Serialize;

use super::fields::{Fields, criteria_id, path, same};
use super::rules::{Severity, rules};
use crate::entities::changes::ChangeType;
use crate::entities::changes::approved::Approved;
use crate::entities::changes::pending::PendingChange;

/// Something to know before changes are applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// Which rule found it: a name of `schema/changes/rules.toml`.
    pub rule: &'static str,
    /// In a sentence.
    pub message: String,
    /// The changes that it is about.
    pub change_ids: Vec<i64>,
    /// Whether it does not help to insist.
    pub refused_by_google: bool,
}

/// What changes are looked at with.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// What the config is called.
    pub name: &'a str,
    /// What it is.
    pub base: &'a Fields,
    /// What it shall be.
    pub target: &'a Fields,
    /// The changes in their order; none for a rollback.
    pub changes: &'a [PendingChange],
    /// What can be served.
    pub approved: &'a Approved,
    /// How many configs Google lists.
    pub configs: usize,
    /// Whether Google no longer lists this one.
    pub is_gone: bool,
}

/// Everything that is to be said, the gravest first.
pub fn check(situation: &Situation<'_>) -> Vec<Finding> {
    let mut findings = Findings { situation, found: Vec::new() };
    findings.surroundings();
    findings.lists();
    findings.blocked_lists();
    findings.servable();
    findings.limits();
    findings.one_by_one();
    findings.contradictions();
    let mut found = findings.found;
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found
}

struct Findings<'a> {
    situation: &'a Situation<'a>,
    found: Vec<Finding>,
}

impl Findings<'_> {
    fn find(&mut self, rule: &'static str, values: &[String], change_ids: Vec<i64>) {
        self.count(rule, values, change_ids, 0, 0);
    }

    fn count(&mut self, rule: &'static str, values: &[String], change_ids: Vec<i64>, count: usize, limit: usize) {
        let Some(words) = rules().rule.get(rule) else { return };
        let message = words
            .message
            .replace("{config}", self.situation.name)
            .replace("{values}", &shortened(values))
            .replace("{count}", &count.to_string())
            .replace("{limit}", &limit.to_string());
        let (severity, refused_by_google) = (words.severity, words.refused_by_google);
        self.found.push(Finding { severity, rule, message, change_ids, refused_by_google });
    }

    fn ids(&self, kinds: &[ChangeType]) -> Vec<i64> {
        let changes = self.situation.changes.iter();
        changes.filter(|change| kinds.contains(&change.change_type)).map(|change| change.change_id).collect()
    }

    fn surroundings(&mut self) {
        let Situation { base, target, configs, is_gone, .. } = *self.situation;
        if is_gone {
            self.find("config_is_gone", &[], Vec::new());
        }
        let state = |fields: &Fields| fields.text(&["state"]);
        if state(target).as_deref() == Some("SUSPENDED") && state(base).as_deref() != Some("SUSPENDED") {
            self.find("suspended", &[], self.ids(&[ChangeType::ChangeState]));
        }
        let limit = rules().limits.configs;
        if configs > limit {
            self.count("too_many_configs", &[], Vec::new(), configs, limit);
        }
    }

    /// Lists of what is included: the first value excludes all others, without the last one everything comes.
    fn lists(&mut self) {
        for (add, remove, first, last) in [
            (ChangeType::AddSize, ChangeType::RemoveSize, "first_size", "last_size"),
            (ChangeType::AddGeo, ChangeType::RemoveGeo, "first_geo", "last_geo"),
            (ChangeType::AddFormat, ChangeType::RemoveFormat, "first_format", "last_format"),
        ] {
            let (old, new) = (self.situation.base.list(path(add)), self.situation.target.list(path(add)));
            if old.is_empty() && !new.is_empty() {
                self.find(first, &new, self.ids(&[add]));
            } else if !old.is_empty() && new.is_empty() {
                self.find(last, &old, self.ids(&[remove]));
            }
        }
        let places = |kind| -> Vec<String> {
            self.situation.target.list(path(kind)).iter().map(|place| criteria_id(place)).collect()
        };
        let excluded = places(ChangeType::AddExcludedGeo);
        let mut both = places(ChangeType::AddGeo);
        both.retain(|place| excluded.contains(place));
        if !both.is_empty() {
            self.find("place_both_ways", &both, self.ids(&[ChangeType::AddGeo, ChangeType::AddExcludedGeo]));
        }
    }

    /// Lists of publishers and apps, which allow or block.
    fn blocked_lists(&mut self) {
        for (add, remove, blocks, last) in [
            (ChangeType::AddPublisher, ChangeType::RemovePublisher, "blocks_publisher", "last_allowed_publisher"),
            (ChangeType::AddApp, ChangeType::RemoveApp, "blocks_app", "last_allowed_app"),
        ] {
            let old = super::effective::Targets::of(self.situation.base, add);
            let new = super::effective::Targets::of(self.situation.target, add);
            let added = self.ids(&[add]);
            if old.values.is_empty() && new.mode.as_deref() == Some("EXCLUSIVE") && !added.is_empty() {
                self.find(blocks, &new.values, added);
            }
            if old.mode.as_deref() == Some("INCLUSIVE") && new.values.is_empty() {
                self.find(last, &old.values, self.ids(&[remove]));
            }
        }
    }

    /// A list of sizes that no approved creative has. Video and native creatives have no size to compare.
    fn servable(&mut self) {
        let Situation { base, target, approved, .. } = *self.situation;
        let sizes = target.list(path(ChangeType::AddSize));
        let changed = sizes != base.list(path(ChangeType::AddSize));
        let formats = target.list(path(ChangeType::AddFormat));
        let only_html = !formats.is_empty() && formats.iter().all(|format| format == "HTML");
        let known = !approved.sizes.is_empty() && (only_html || !approved.without_size);
        if changed && known && !sizes.is_empty() && !sizes.iter().any(|size| approved.sizes.contains(size)) {
            self.find("no_servable_size", &sizes, self.ids(&[ChangeType::AddSize, ChangeType::RemoveSize]));
        }
    }

    fn limits(&mut self) {
        let limits = rules().limits;
        for (rule, path, limit, kinds) in [
            ("too_many_publishers", path(ChangeType::AddPublisher), limits.publishers, &[ChangeType::AddPublisher][..]),
            ("too_many_apps", path(ChangeType::AddApp), limits.apps, &[ChangeType::AddApp]),
            ("too_many_sites", &["webTargeting", "values"], limits.sites, &[]),
        ] {
            let count = self.situation.target.list(path).len();
            if count > limit {
                self.count(rule, &[], self.ids(kinds), count, limit);
            }
        }
    }

    /// Changes that do nothing.
    fn one_by_one(&mut self) {
        let Situation { base, changes, .. } = *self.situation;
        let mut fields = base.clone();
        for change in changes {
            let rule = match change.change_type {
                kind if kind.is_add() => "there_already",
                kind if kind.is_remove() => "not_there",
                _ => "is_so_already",
            };
            let value = match change.change_type {
                ChangeType::ChangeQps => format!("at a maximum of {}", change.value),
                _ => change.value.clone(),
            };
            if !fields.change(change.change_type, &change.value) {
                self.find(rule, &[value], vec![change.change_id]);
            } else if change.change_type == ChangeType::ChangeQps && change.value == "0" {
                self.find("no_maximum", &[], vec![change.change_id]);
            }
        }
    }

    /// Two changes of one field's value, or of the same value in opposite ways.
    fn contradictions(&mut self) {
        let changes = self.situation.changes;
        for (at, later) in changes.iter().enumerate() {
            let earlier = changes[..at].iter().rfind(|earlier| contradict(earlier, later));
            if let Some(earlier) = earlier {
                let one_value = later.change_type.is_add() || later.change_type.is_remove();
                let values = if one_value {
                    vec![later.value.clone()]
                } else {
                    vec![earlier.value.clone(), later.value.clone()]
                };
                self.find("contradiction", &values, vec![earlier.change_id, later.change_id]);
            }
        }
    }
}

fn contradict(a: &PendingChange, b: &PendingChange) -> bool {
    if path(a.change_type) != path(b.change_type) {
        return false;
    }
    let same_value = same(a.change_type, &a.value) == same(b.change_type, &b.value);
    if a.change_type.is_add() || a.change_type.is_remove() {
        same_value && a.change_type != b.change_type
    } else {
        !same_value
    }
}

/// As many as fit a sentence.
fn shortened(values: &[String]) -> String {
    const SHOWN: usize = 5;
    let mut text = values.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if values.len() > SHOWN {
        text.push_str(&format!(" and {} more", values.len() - SHOWN));
    }
    text
}

#[cfg(test)]
mod tests;
