//! Taking out what is older than it is kept.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;

use super::view;
use crate::cli::failure::Failure;
use crate::cli::numbers::{bytes, counted};
use crate::cli::session::Session;
use crate::jobs::Care;
use crate::lake::{ExpiredSnapshots, RetainAnswer, RetainedPartition};

/// Take out facts and earlier states that are older than they are kept
///
/// `[lake]` of config.toml says for how long: keep_facts_days (0 keeps all), keep_snapshots_days, and grace_seconds, after
/// which files that nothing holds any more are removed. An import whose earlier state is gone cannot be undone.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan lake retain --dry-run     what would go: days, rows, snapshots, files
  catscan lake retain --json")]
pub(super) struct RetainArgs {
    /// Only say what would go
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(session: &Session, args: RetainArgs) -> Result<ExitCode, Failure> {
    view::care(session, Care::Retain { dry_run: args.dry_run }, args.json, |answer: RetainAnswer| words(&answer))
}

fn words(answer: &RetainAnswer) -> String {
    let RetainAnswer { dry_run, facts, snapshots, files } = answer;
    let (went, would) = if *dry_run { ("would go", "would be ") } else { ("went", "") };
    let mut text = String::new();
    for partition in &facts.partitions {
        let RetainedPartition { day, kind, account_id, files, rows, bytes: size, .. } = partition;
        let (files, rows, size) = (counted(*files, "file"), counted(*rows, "row"), bytes(*size));
        // Writing to a String does not fail.
        let _ = writeln!(text, "{day}  {kind}, account {account_id}: {rows}, {files}, {size}");
    }
    let _ = match (facts.before, facts.files) {
        (None, _) => writeln!(text, "facts      all are kept (lake.keep_facts_days = 0)"),
        (Some(before), 0) => writeln!(text, "facts      none before {before}"),
        (Some(before), _) => {
            let days = counted(facts.partitions.len() as u64, "day");
            writeln!(
                text,
                "facts      {} of {days} before {before} {went}, {}",
                counted(facts.rows, "row"),
                bytes(facts.bytes)
            )
        }
    };
    let ExpiredSnapshots { snapshots, first, last, files: held, bytes: size } = *snapshots;
    let _ = match first.zip(last) {
        None => writeln!(text, "snapshots  none is old enough"),
        Some((first, last)) => {
            let (snapshots, held) = (counted(snapshots, "snapshot"), counted(held, "file"));
            writeln!(
                text,
                "snapshots  {snapshots} ({first} to {last}) {went}, and {held} that only they hold, {}",
                bytes(size)
            )
        }
    };
    let removed = files.expired + files.orphans + files.unfinished;
    let _ = write!(text, "files      {} {would}removed, {}", counted(removed, "file"), bytes(files.bytes));
    let _ = match (files.waiting, files.next_removal) {
        (0, _) | (_, None) => writeln!(text),
        (waiting, Some(next)) => {
            let next = next.format("%Y-%m-%d %H:%M");
            writeln!(text, "; {} may still be read, the first until {next} UTC", counted(waiting, "file"))
        }
    };
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::{RetainedFacts, UnheldFiles};
    use crate::model::{AccountId, SnapshotId};

    #[test]
    fn what_would_go_is_said_exactly() {
        let partition = RetainedPartition {
            table: "rtb_daily".to_owned(),
            account_id: AccountId::FIRST,
            kind: "performance".to_owned(),
            day: "2025-01-31".parse().unwrap(),
            files: 1,
            rows: 75_000,
            bytes: 1_450_000,
        };
        let facts = RetainedFacts {
            before: Some("2025-02-01".parse().unwrap()),
            partitions: vec![partition],
            files: 1,
            rows: 75_000,
            bytes: 1_450_000,
            snapshot_id: None,
        };
        let (first, last) = (Some(SnapshotId(3)), Some(SnapshotId(9)));
        let answer = RetainAnswer {
            dry_run: true,
            facts,
            snapshots: ExpiredSnapshots { snapshots: 7, first, last, files: 20, bytes: 2_000_000 },
            files: UnheldFiles {
                expired: 4,
                orphans: 1,
                unfinished: 0,
                bytes: 5_000,
                waiting: 2,
                next_removal: Some("2026-11-20T13:00:00Z".parse().unwrap()),
            },
        };
        insta::assert_snapshot!(words(&answer), @r"
        2025-01-31  performance, account 1: 75,000 rows, 1 file, 1.4 MB
        facts      75,000 rows of 1 day before 2025-02-01 would go, 1.4 MB
        snapshots  7 snapshots (3 to 9) would go, and 20 files that only they hold, 2.0 MB
        files      5 files would be removed, 5.0 kB; 2 files may still be read, the first until 2026-11-20 13:00 UTC
        ");
    }
}
