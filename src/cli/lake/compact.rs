//! Merging small files.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;

use super::view;
use crate::cli::AccountChoice;
use crate::cli::failure::Failure;
use crate::cli::numbers::{bytes, counted};
use crate::cli::session::Session;
use crate::jobs::Care;
use crate::lake::{CompactAnswer, MergedFiles};

/// Merge the small files of a day into one
///
/// A day of one account and kind of report is in several files where imports brought rows of different configs. They hold the
/// same rows merged; earlier states and undo work as before. `[lake] compact_*` of config.toml says what is worth merging.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan lake compact --dry-run
  catscan lake compact --account acme --json")]
pub(super) struct CompactArgs {
    /// Only say what would be merged
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    account: AccountChoice,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(session: &Session, args: CompactArgs) -> Result<ExitCode, Failure> {
    let care = Care::Compact { account: args.account.account, dry_run: args.dry_run };
    view::care(session, care, args.json, |answer: CompactAnswer| words(&answer))
}

fn words(answer: &CompactAnswer) -> String {
    let mut text = String::new();
    for merged in &answer.merged {
        let MergedFiles { day, kind, account_id, files, rows, bytes_before, bytes_after, .. } = merged;
        let after = bytes_after.map_or_else(String::new, |after| format!(", {} merged", bytes(after)));
        let (files, rows) = (counted(*files, "file"), counted(*rows, "row"));
        let before = bytes(*bytes_before);
        // Writing to a String does not fail.
        let _ = writeln!(text, "{day}  {kind}, account {account_id}: {files}, {rows}, {before}{after}");
    }
    for skipped in &answer.skipped {
        let _ = writeln!(
            text,
            "{}  {}, account {}: left as it is: {}",
            skipped.day, skipped.kind, skipped.account_id, skipped.why
        );
    }
    let verb = if answer.dry_run { "would become" } else { "became" };
    let _ = match answer.files_before {
        0 if answer.skipped.is_empty() => writeln!(text, "nothing to merge"),
        before => writeln!(text, "{} {verb} {}", counted(before, "file"), counted(answer.files_after, "file")),
    };
    if answer.stopped {
        let _ = writeln!(text, "stopped before all was merged; the next run goes on");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::SkippedFiles;
    use crate::model::{AccountId, SnapshotId};

    #[test]
    fn each_merge_is_a_line_and_the_end_adds_up() {
        let merged = MergedFiles {
            table: "rtb_daily".to_owned(),
            account_id: AccountId::FIRST,
            kind: "performance".to_owned(),
            day: "2026-11-19".parse().unwrap(),
            files: 12,
            rows: 75_120,
            bytes_before: 1_450_000,
            bytes_after: Some(1_200_000),
            snapshot_id: Some(SnapshotId(40)),
        };
        let skipped = SkippedFiles {
            table: "rtb_daily".to_owned(),
            account_id: AccountId::FIRST,
            kind: "bids".to_owned(),
            day: "2026-11-18".parse().unwrap(),
            why: "2 of its files came or went".to_owned(),
            is_damaged: false,
        };
        let answer = CompactAnswer {
            merged: vec![merged],
            skipped: vec![skipped],
            files_before: 12,
            files_after: 1,
            ..CompactAnswer::default()
        };
        insta::assert_snapshot!(words(&answer), @r"
        2026-11-19  performance, account 1: 12 files, 75,120 rows, 1.4 MB, 1.2 MB merged
        2026-11-18  bids, account 1: left as it is: 2 of its files came or went
        12 files became 1 file
        ");
        assert_eq!(words(&CompactAnswer::default()), "nothing to merge\n");
    }
}
