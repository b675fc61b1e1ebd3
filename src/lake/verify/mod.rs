//! Is the store what it says it is? Named checks of database, catalog and files; tests and the schedule call the same.
//!
//! Without `full` it costs one look at the database and one at the names and lengths of the files; with it every byte of
//! every kept snapshot is read. Nothing is changed.

mod catalog;
mod contents;
mod files;
mod report;
#[cfg(test)]
mod tests;

use std::time::Duration;

use chrono::{DateTime, Utc};

pub(super) use self::files::{damaged, orphans};
pub use self::report::{Check, Outcome, Verification};
use super::{At, Lake, Steps};

/// Named promises of the lake; those about rows are in `sql/checks`.
const DATABASE: (&str, &str) = ("database", "catscan.db is sound by SQLite's own checks");
const SCHEMA: (&str, &str) = ("schema", "its tables are those of this version");
const SNAPSHOTS: (&str, &str) = ("snapshots", "each snapshot has the files it was committed with");
const CATALOG: (&str, &str) = ("catalog", "what DuckDB reads of the files is what we read");
const TOTALS: (&str, &str) = ("table_totals", "the totals of each table are those of its live files");
const LIVE_ONCE: (&str, &str) = ("live_once", "no bytes are live twice in a partition");
const LENGTHS: (&str, &str) = ("file_lengths", "every file of every snapshot is there with its length");
const ORPHANS: (&str, &str) = ("orphans", "every file older than an hour belongs to a snapshot or is to be removed");
const BYTES: (&str, &str) = ("file_bytes", "every file of every snapshot has the bytes that were written");
const CONTENTS: (&str, &str) = ("file_contents", "footers, bounds and the order of rows are what the catalog says");

impl Lake {
    /// Checks the store; what stops a check is a finding of it.
    pub fn verify(&self, full: bool, now: DateTime<Utc>, grace: Duration, steps: &dyn Steps) -> Verification {
        let mut found = Verification { full, ..Verification::default() };
        let db = &self.shared.db;
        let told = |error: String| vec![error];
        steps.stage("database", 0);
        found.add(DATABASE.0, DATABASE.1, db.check(full).unwrap_or_else(|error| told(error.to_string())));
        let schema = db.check_schema();
        found.add(SCHEMA.0, SCHEMA.1, schema.err().map(|error| error.to_string()).into_iter().collect());

        steps.stage("catalog", 0);
        found.snapshot_id = self.snapshot(&At::Latest).ok().map(|snapshot| snapshot.id);
        found.add(SNAPSHOTS.0, SNAPSHOTS.1, catalog::snapshots(self, full));
        for (check, sql) in [
            (CATALOG, include_str!("../../../sql/lake/verify/rows_that_differ.sql")),
            (TOTALS, include_str!("../../../sql/lake/verify/totals_that_differ.sql")),
            (LIVE_ONCE, include_str!("../../../sql/lake/verify/live_twice.sql")),
        ] {
            found.add(check.0, check.1, catalog::lines(db, sql).unwrap_or_else(|error| told(error.to_string())));
        }

        let kept = catalog::kept(self);
        (found.files, found.bytes) = (kept.len() as u64, kept.iter().map(|file| file.bytes).sum());
        steps.stage("files", 0);
        let lengths = files::lengths(self, &kept);
        found.add(LENGTHS.0, LENGTHS.1, lengths.iter().map(ToString::to_string).collect());
        let orphans = orphans(self, now, grace).map_or_else(
            |error| told(error.to_string()),
            |orphans| orphans.iter().map(|file| format!("{}, {} bytes", file.name, file.bytes)).collect(),
        );
        found.add(ORPHANS.0, ORPHANS.1, orphans);

        if !full {
            for check in [BYTES, CONTENTS] {
                found.skip(check.0, check.1, "only with --full");
            }
            return found;
        }
        steps.stage("bytes", found.bytes);
        let there: Vec<_> = kept.iter().filter(|file| !lengths.iter().any(|it| it.file == file.relative)).collect();
        let (mut bytes, mut contents) = (Vec::new(), Vec::new());
        let mut stopped = false;
        for file in there {
            stopped = steps.is_stopping();
            if stopped {
                break;
            }
            match super::check::whole(file) {
                Ok(()) => contents.extend(contents::faults(file).err()),
                Err(damage) => bytes.push(damage.to_string()),
            }
            steps.done(file.bytes);
        }
        for (check, findings) in [(BYTES, bytes), (CONTENTS, contents)] {
            if stopped && findings.is_empty() {
                found.skip(check.0, check.1, "the process was asked to stop");
            } else {
                found.add(check.0, check.1, findings);
            }
        }
        found
    }
}
