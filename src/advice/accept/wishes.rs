//! Which changes of one config keep a target out: pure.

use crate::advice::actions::SizeField;
use crate::changes::{Staged, Wish};
use crate::entities::TextList;
use crate::entities::changes::ChangeType;
use crate::entities::recommendations::{Advice, TargetType};
use crate::model::Country;

/// A change to stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Want {
    config_id: String,
    pub(super) kind: ChangeType,
    pub(super) value: String,
}

impl Want {
    pub(super) fn wish(&self) -> Wish<'_> {
        Wish { config: &self.config_id, change_type: self.kind.code(), value: &self.value, ..Wish::default() }
    }
}

/// What a config needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// These changes.
    Stage(Vec<Want>),
    /// Nothing: it keeps the target out already.
    So(String),
    /// What no change can do, and why.
    ByHand(String),
}

/// What keeps the target of the advice out of the config; `own_sizes` are those that a list of sizes would name.
pub(super) fn of(advice: &Advice, staged: &Staged, own_sizes: &[String]) -> Answer {
    let config = Of { staged, name: staged.config.shown_name(), target: &advice.target_id };
    let google = &staged.config.google;
    if staged.config.vanished_at.is_some() {
        return Answer::So(format!("{} is no longer at Google", config.name));
    }
    if google.state == "SUSPENDED" {
        return Answer::So(format!("{} is suspended", config.name));
    }
    match advice.target_type {
        TargetType::Config => config.stage([(ChangeType::ChangeState, "SUSPENDED")]),
        TargetType::Geo => config.country(),
        TargetType::Size => match SizeField::of(&advice.target_id) {
            SizeField::Dimensions(..) => config.size(own_sizes),
            SizeField::Format(format) => config.format(format),
            SizeField::Neither => Answer::ByHand(format!("no list of {} can leave {} out", config.name, config.target)),
        },
        TargetType::Publisher => config.listed(
            (google.publisher_targeting_mode.as_deref(), &google.publisher_targeting_values),
            (ChangeType::AddPublisher, ChangeType::RemovePublisher),
            "publisher",
        ),
        TargetType::App => config.listed(
            (google.app_targeting_mode.as_deref(), &google.app_targeting_values),
            (ChangeType::AddApp, ChangeType::RemoveApp),
            "app",
        ),
        TargetType::Creative => Answer::ByHand(format!("{} has no list of creatives", config.name)),
    }
}

struct Of<'a> {
    staged: &'a Staged,
    name: String,
    target: &'a str,
}

impl Of<'_> {
    fn stage<'v>(&self, changes: impl IntoIterator<Item = (ChangeType, &'v str)>) -> Answer {
        let config_id = &self.staged.config.google.config_id;
        let want =
            |(kind, value): (ChangeType, &str)| Want { config_id: config_id.clone(), kind, value: value.to_owned() };
        Answer::Stage(changes.into_iter().map(want).collect())
    }

    fn country(&self) -> Answer {
        let google = &self.staged.config.google;
        let is_it = |place: &String| same_place(place, self.target);
        if list(&google.excluded_geos).iter().any(is_it) {
            return Answer::So(format!("{} excludes {} already", self.name, self.target));
        }
        let included = list(&google.included_geos);
        match (included.iter().any(is_it), included.len()) {
            (true, 1) => Answer::ByHand(format!(
                "{} is the only place of {}: without it every place would come; suspend the config instead",
                self.target, self.name
            )),
            // In both lists it would contradict itself.
            (true, _) => self.stage([(ChangeType::RemoveGeo, self.target)]),
            (false, _) => self.stage([(ChangeType::AddExcludedGeo, self.target)]),
        }
    }

    /// Sizes are include-only: a config that takes every size is given those that can be served.
    fn size(&self, own_sizes: &[String]) -> Answer {
        let included = list(&self.staged.config.google.included_sizes);
        let has_it = included.iter().any(|size| size == self.target);
        match (included.len(), has_it) {
            (0, _) if own_sizes.is_empty() => Answer::ByHand(format!(
                "{} takes every size, and no approved creative has one that a list could name instead",
                self.name
            )),
            (0, _) => self.stage(own_sizes.iter().map(|size| (ChangeType::AddSize, size.as_str()))),
            (1, true) => Answer::ByHand(format!(
                "{} is the only size of {}: without it every size would come; suspend the config instead",
                self.target, self.name
            )),
            (_, true) => self.stage([(ChangeType::RemoveSize, self.target)]),
            (_, false) => Answer::So(format!("{} includes other sizes only", self.name)),
        }
    }

    fn format(&self, format: &str) -> Answer {
        let included = list(&self.staged.config.google.included_formats);
        let has_it = included.iter().any(|included| included == format);
        match (included.len(), has_it) {
            (0, _) => {
                let others = ["HTML", "VAST", "NATIVE"].into_iter().filter(|other| *other != format);
                self.stage(others.map(|other| (ChangeType::AddFormat, other)))
            }
            (1, true) => Answer::ByHand(format!(
                "{format} is the only format of {}: without it every format would come; suspend the config instead",
                self.name
            )),
            (_, true) => self.stage([(ChangeType::RemoveFormat, format)]),
            (_, false) => Answer::So(format!("{} includes other formats only", self.name)),
        }
    }

    /// A list that allows loses the target, one that blocks gets it.
    fn listed(
        &self,
        (mode, values): (Option<&str>, &Option<TextList>),
        (add, remove): (ChangeType, ChangeType),
        word: &str,
    ) -> Answer {
        let values = list(values);
        let has_it = values.iter().any(|value| value == self.target);
        match (mode == Some("INCLUSIVE") && !values.is_empty(), has_it) {
            (true, true) if values.len() == 1 => Answer::ByHand(format!(
                "{} is the only {word} that {} allows; suspend the config instead",
                self.target, self.name
            )),
            (true, true) => self.stage([(remove, self.target)]),
            (true, false) => Answer::So(format!("{} allows other {word}s only", self.name)),
            (false, true) => Answer::So(format!("{} blocks {} already", self.name, self.target)),
            (false, false) => self.stage([(add, self.target)]),
        }
    }
}

fn list(list: &Option<TextList>) -> &[String] {
    list.as_ref().map_or(&[], |list| &list.0)
}

/// A country under its letters or its criteria id.
fn same_place(place: &str, country: &str) -> bool {
    place == country || Country::of_iso(country).is_some_and(|country| country.criteria_id() == place)
}
