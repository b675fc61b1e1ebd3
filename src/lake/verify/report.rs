//! What a verification says: named checks, each sound, with findings, or not made.

use serde::{Deserialize, Serialize};

use crate::model::SnapshotId;

/// Findings that are told of one check; the others are counted.
const FINDINGS_TOLD: usize = 100;

/// Every check of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// Whether every byte was read.
    pub full: bool,
    /// The newest snapshot, where the catalog still says which that is.
    pub snapshot_id: Option<SnapshotId>,
    /// Data files of all snapshots that are kept.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Findings of all checks.
    pub findings: u64,
    /// The checks, in the order in which they were made.
    pub checks: Vec<Check>,
}

/// One named check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// What holds where it finds nothing.
    pub promise: String,
    /// What came of it.
    pub outcome: Outcome,
    /// The first things it found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
    /// Things it found beyond these.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_findings: u64,
    /// Why it was not made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Ok,
    /// It does not.
    Findings,
    /// It was not looked at.
    Skipped,
}

impl Verification {
    /// Adds a check with what it found.
    pub fn add(&mut self, name: &str, promise: &str, mut findings: Vec<String>) {
        let more_findings = findings.len().saturating_sub(FINDINGS_TOLD) as u64;
        findings.truncate(FINDINGS_TOLD);
        let outcome = if findings.is_empty() { Outcome::Ok } else { Outcome::Findings };
        self.findings += findings.len() as u64 + more_findings;
        let (name, promise) = (name.to_owned(), promise.to_owned());
        self.checks.push(Check { name, promise, outcome, findings, more_findings, reason: None });
    }

    /// Adds a check that was not made.
    pub fn skip(&mut self, name: &str, promise: &str, reason: &str) {
        let (name, promise, reason) = (name.to_owned(), promise.to_owned(), Some(reason.to_owned()));
        let check = Check { name, promise, outcome: Outcome::Skipped, findings: Vec::new(), more_findings: 0, reason };
        self.checks.push(check);
    }

    /// The check of that name.
    pub fn check(&self, name: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }

    /// In one line what is wrong; nothing where all is well.
    pub fn trouble(&self) -> Option<String> {
        let names = self.checks.iter().filter(|check| check.outcome == Outcome::Findings);
        let names: Vec<&str> = names.map(|check| check.name.as_str()).collect();
        match self.findings {
            0 => None,
            1 => Some(format!(
                "verification found one fault ({}); `catscan lake repair` says what can be done",
                names[0]
            )),
            many => {
                let names = names.join(", ");
                Some(format!("verification found {many} faults ({names}); `catscan lake repair` says what can be done"))
            }
        }
    }
}
