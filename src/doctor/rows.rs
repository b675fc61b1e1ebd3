//! The questions of `sql/checks`, whose answers must be empty.

use std::collections::BTreeSet;

use super::{Finding, Outcome};
use crate::analytics::{self, Check, Severity};
use crate::jobs::Store;
use crate::lake::{At, Steps};
use crate::model::Day;
use crate::query::{AccountScope, Engine};

pub(super) fn findings(store: &Store, engine: &Engine, steps: &dyn Steps) -> Vec<Finding> {
    let days: BTreeSet<Day> = match store.lake.snapshot(&At::Latest) {
        Ok(snapshot) => snapshot.files().iter().map(|file| file.scope.day).collect(),
        // The lake's own checks have found why.
        Err(_) => BTreeSet::new(),
    };
    let mut findings = Vec::new();
    for check in analytics::checks() {
        steps.stage(check.name, 0);
        let rows = analytics::check_blocking(engine, &AccountScope::All, check, &days, &store.owner_limits());
        findings.push(match rows {
            Ok(rows) => told(check, rows),
            Err(error) => Finding::new(check.name, Outcome::Fault, error.to_string())
                .advised("`catscan lake verify` says whether the store can be read"),
        });
    }
    findings
}

pub(super) fn told(check: &Check, rows: u64) -> Finding {
    if rows == 0 {
        return Finding::new(check.name, Outcome::Ok, format!("there are no {}", check.finds));
    }
    let outcome = match check.severity {
        Severity::Fault => Outcome::Fault,
        Severity::Warning => Outcome::Warning,
    };
    let found = format!("{rows} rows: {}", check.finds);
    let what = match check.severity {
        Severity::Fault => "`catscan undo` takes a bad import back; else report this",
        Severity::Warning => "the reports say so: look at them",
    };
    Finding::new(check.name, outcome, found)
        .advised(format!("`catscan doctor --rows {}` shows them; {what}", check.name))
}
