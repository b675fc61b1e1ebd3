//! Is the store well, and what does it lack? Every check of it in one list, each with what to do.
//!
//! Reads only: the store may be in use meanwhile. What is wrong is a fault; what is missing, or strange but as the reports
//! say, is a warning. Called by `cli`.

mod accounts;
mod machine;
mod rows;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::jobs::Store;
use crate::lake::Steps;

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All is well.
    Ok,
    /// Something is missing or strange.
    Warning,
    /// Something is wrong.
    Fault,
}

impl Outcome {
    /// As it is told.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Fault => "fault",
        }
    }
}

/// One check and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check.
    pub check: String,
    /// The account that it is about; null stands for the store.
    pub account: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
    /// What was found.
    pub found: String,
    /// What to do; null where all is well.
    pub advice: Option<String>,
}

impl Finding {
    /// A finding about the store.
    pub fn new(check: &str, outcome: Outcome, found: impl Into<String>) -> Self {
        Self { check: check.to_owned(), account: None, outcome, found: found.into(), advice: None }
    }

    /// With what to do.
    pub fn advised(self, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }

    fn of(self, account: &str) -> Self {
        Self { account: Some(account.to_owned()), ..self }
    }
}

/// How thorough to be, and when it is.
#[derive(Clone, Copy, Debug)]
pub struct Examination {
    /// Leave out the checks that read rows.
    pub quick: bool,
    /// The present.
    pub now: DateTime<Utc>,
}

/// Examines the store; what stops a check is a fault of it.
pub fn examine(store: &Store, examination: Examination, steps: &dyn Steps) -> Vec<Finding> {
    let Examination { quick, now } = examination;
    let mut findings = vec![Finding::new("settings", Outcome::Ok, "the settings can be read"), machine::disk(store)];
    findings.extend(machine::lake(store, now, steps));
    let engine = match store.engine() {
        Ok(engine) => engine,
        Err(error) => {
            findings.push(Finding::new("questions", Outcome::Fault, error.to_string()).advised("report this"));
            return findings;
        }
    };
    steps.stage("accounts", 0);
    let today = now.date_naive().into();
    match accounts::findings(store, &engine, today, quick) {
        Ok(found) => findings.extend(found),
        Err(error) => {
            let advice = "`catscan lake verify` says more; `catscan restore` brings a backup back";
            findings.push(Finding::new("accounts", Outcome::Fault, error).advised(advice));
        }
    }
    if !quick {
        findings.extend(rows::findings(store, &engine, steps));
    }
    findings
}
