//! The effective config: what it is, with its pending changes made.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ChangeError;
use super::fields::{Fields, criteria_id, path};
use crate::entities::changes::ChangeType;
use crate::entities::changes::pending::PendingChange;
use crate::entities::configs::Config;

/// What a config is once its changes are made. Lists are sorted; an empty one restricts nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Effective {
    /// ACTIVE or SUSPENDED.
    pub state: String,
    /// Most bid requests per second; none where there is no limit.
    pub maximum_qps: Option<i64>,
    /// `WxH`; naming one excludes all others.
    pub sizes: Vec<String>,
    /// Places: criteria ids, and countries that were staged by their two letters.
    pub geos: Vec<String>,
    /// Likewise.
    pub excluded_geos: Vec<String>,
    /// HTML, VAST, NATIVE.
    pub formats: Vec<String>,
    /// Publisher ids.
    pub publishers: Targets,
    /// App ids.
    pub apps: Targets,
}

/// Values that are allowed (INCLUSIVE) or blocked (EXCLUSIVE).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Targets {
    /// None where there are no values.
    pub mode: Option<String>,
    /// Sorted.
    pub values: Vec<String>,
}

/// A config with what is staged for it.
#[derive(Clone, Debug)]
pub struct Staged {
    /// The config as it is stored.
    pub config: Config,
    /// What it is now: as stored, with what was marked as applied since the last sync.
    pub base: Fields,
    /// What is pending, oldest first.
    pub pending: Vec<PendingChange>,
    /// What it shall be.
    pub target: Fields,
}

impl Staged {
    /// What it is with `marked` made already, and what it shall be with `pending` made too.
    pub fn new(config: Config, marked: &[PendingChange], pending: Vec<PendingChange>) -> Result<Self, ChangeError> {
        let mut base = Fields::of(&config.google)?;
        for change in marked {
            base.change(change.change_type, &change.value);
        }
        let mut target = base.clone();
        for change in &pending {
            target.change(change.change_type, &change.value);
        }
        Ok(Self { config, base, pending, target })
    }

    /// Whether that change would make the config another one than it is now, pending changes aside.
    pub fn would_change(&self, kind: ChangeType, value: &str) -> bool {
        self.base.clone().change(kind, value)
    }

    /// What it shall be, as people read it.
    pub fn effective(&self) -> Effective {
        Effective::of(&self.target, &self.base, &self.pending)
    }
}

impl Effective {
    /// A country that was staged by its letters is shown by them.
    pub(super) fn of(target: &Fields, base: &Fields, pending: &[PendingChange]) -> Self {
        let places = |kind: ChangeType| {
            let known = base.list(path(kind));
            let typed: BTreeMap<String, &str> = pending
                .iter()
                .filter(|change| change.change_type == kind)
                .map(|change| (criteria_id(&change.value), change.value.as_str()))
                .collect();
            let shown = |place: String| match typed.get(&place) {
                Some(typed) if !known.contains(&place) => (*typed).to_owned(),
                _ => place,
            };
            sorted(target.list(path(kind)).into_iter().map(shown).collect())
        };
        Self {
            state: target.text(&["state"]).unwrap_or_else(|| "STATE_UNSPECIFIED".to_owned()),
            maximum_qps: target.text(&["maximumQps"]).and_then(|qps| qps.parse().ok()).filter(|qps| *qps != 0),
            sizes: sorted(target.list(path(ChangeType::AddSize))),
            geos: places(ChangeType::AddGeo),
            excluded_geos: places(ChangeType::AddExcludedGeo),
            formats: sorted(target.list(path(ChangeType::AddFormat))),
            publishers: Targets::of(target, ChangeType::AddPublisher),
            apps: Targets::of(target, ChangeType::AddApp),
        }
    }
}

impl Targets {
    pub(super) fn of(fields: &Fields, kind: ChangeType) -> Self {
        let path = path(kind);
        let values = sorted(fields.list(path));
        let mut mode: Vec<&str> = path[..path.len() - 1].to_vec();
        mode.push("targetingMode");
        Self { mode: fields.text(&mode).filter(|_| !values.is_empty()), values }
    }
}

fn sorted(mut values: Vec<String>) -> Vec<String> {
    values.sort();
    values.dedup();
    values
}
