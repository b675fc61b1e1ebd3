//! The machine and the store's files.

use chrono::{DateTime, Utc};

use super::{Finding, Outcome};
use crate::jobs::Store;
use crate::lake::{self, Steps};
use crate::model::grouped;

/// Below this an import may not find the room it needs.
const LITTLE_BYTES: u64 = 5_000_000_000;
/// Below this even small writes may fail.
const NO_BYTES: u64 = 200_000_000;

/// How much can still be written beside the store.
pub(super) fn disk(store: &Store) -> Finding {
    match store.dir.free_bytes() {
        Ok(bytes) => room(bytes),
        Err(error) => Finding::new("disk_space", Outcome::Fault, format!("free space cannot be read: {error}"))
            .advised("see that the disk of the data directory is there"),
    }
}

pub(super) fn room(bytes: u64) -> Finding {
    let found = format!("{} MB are free", grouped(bytes / 1_000_000));
    let outcome = match bytes {
        ..NO_BYTES => Outcome::Fault,
        NO_BYTES..LITTLE_BYTES => Outcome::Warning,
        _ => return Finding::new("disk_space", Outcome::Ok, found),
    };
    let advice = "make room, or let `catscan lake retain` remove what is older than you need";
    Finding::new("disk_space", outcome, found).advised(advice)
}

/// The quick form of `catscan lake verify`, a finding for each of its checks.
pub(super) fn lake(store: &Store, now: DateTime<Utc>, steps: &dyn Steps) -> Vec<Finding> {
    let verified = store.lake.verify(false, now, store.config.lake.grace(), steps);
    let made = verified.checks.into_iter().filter(|check| check.outcome != lake::Outcome::Skipped);
    let told = made.map(|check| match check.findings.first() {
        None => Finding::new(&check.name, Outcome::Ok, check.promise),
        Some(first) => {
            let others = check.findings.len() as u64 - 1 + check.more_findings;
            let found = if others == 0 { first.clone() } else { format!("{first}, and {others} more") };
            // A file that nothing names takes room and does no other harm.
            let outcome = if check.name == "orphans" { Outcome::Warning } else { Outcome::Fault };
            Finding::new(&check.name, outcome, found).advised("`catscan lake repair` says what can be done")
        }
    });
    told.collect()
}
