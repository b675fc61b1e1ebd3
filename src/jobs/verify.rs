//! Verification: the lake's checks, and with `full` the questions of `sql/checks`, whose answers must be empty.

use std::collections::BTreeSet;

use chrono::Utc;

use super::Store;
use crate::analytics::{self, Check, Severity};
use crate::lake::{At, Steps, Verification};
use crate::model::Day;
use crate::query::AccountScope;

/// Checks the store; what stops a check is a finding of it.
pub(super) fn run(full: bool, store: &Store, steps: &dyn Steps) -> Verification {
    let mut found = store.lake.verify(full, Utc::now(), store.config.lake.grace(), steps);
    if !full {
        for check in faults() {
            found.skip(check.name, &promise(check), "only with --full");
        }
        return found;
    }
    let engine = match store.engine() {
        Ok(engine) => engine,
        Err(error) => {
            found.add("questions", "questions can be asked", vec![error.to_string()]);
            return found;
        }
    };
    let days: BTreeSet<Day> = match store.lake.snapshot(&At::Latest) {
        Ok(snapshot) => snapshot.files().iter().map(|file| file.scope.day).collect(),
        // The lake's own checks have found why.
        Err(_) => BTreeSet::new(),
    };
    for check in faults() {
        steps.stage(check.name, 0);
        if steps.is_stopping() {
            found.skip(check.name, &promise(check), "the process was asked to stop");
            continue;
        }
        let rows = analytics::check_blocking(&engine, &AccountScope::All, check, &days, &store.owner_limits());
        let findings = match rows {
            Ok(0) => Vec::new(),
            Ok(rows) => vec![format!("{rows} of them; `catscan doctor --rows {}` shows them", check.name)],
            Err(error) => vec![error.to_string()],
        };
        found.add(check.name, &promise(check), findings);
    }
    found
}

/// What reports say, strange as it is, is no fault of the store.
fn faults() -> impl Iterator<Item = &'static Check> {
    analytics::checks().iter().filter(|check| check.severity == Severity::Fault)
}

fn promise(check: &Check) -> String {
    format!("there are no {}", check.finds)
}
