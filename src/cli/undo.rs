//! `catscan undo`: takes an import back.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::numbers::{count, counted};
use super::session::Globals;
use super::{AccountChoice, work};
use crate::ingest::UndoAnswer;
use crate::jobs::{Event, Job, UndoRequest};
use crate::model::BatchId;
use crate::telemetry::Level;

/// Undo an import: its days are as they were before it
///
/// Only the newest import of its days can be undone; otherwise the later ones are named, to be undone first. Its file
/// can be imported again afterwards. Earlier states stay: `catscan sql --at` still shows the rows.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan imports        lists the imports with their numbers
  catscan undo 12
  catscan undo 12 --json")]
pub struct UndoArgs {
    /// The import's number
    #[arg(value_name = "BATCH")]
    batch: BatchId,
    /// Refuse unless the import is of this account (name or number)
    #[command(flatten)]
    account: AccountChoice,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(globals: &Globals, args: UndoArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    session.require_store()?;
    let request = UndoRequest { batch: args.batch, account: args.account.account };
    let ok = work::perform(&session, "undo", &Job::Undo(request), &|event| show(event, args.json))?;
    Ok(ExitCode::from(u8::from(!ok)))
}

fn show(event: Event, json: bool) {
    match event {
        Event::Undone { answer } => {
            let text = if json { serde_json::to_string(&answer).unwrap_or_default() + "\n" } else { words(&answer) };
            // A reader that left early has seen enough.
            let _ = write!(std::io::stdout(), "{text}");
        }
        other => work::tell_plainly(other),
    }
}

fn words(answer: &UndoAnswer) -> String {
    let mut text = format!("{}: batch {} is undone; it can be imported again\n", answer.file, answer.batch_id);
    if answer.days.is_empty() {
        text.push_str("  it had brought nothing new, so no row changed\n");
    }
    for day in &answer.days {
        let gone = format!("{} with it, ", counted(day.rows_before, "row"));
        text.push_str(&format!("  {}  {gone}{} as before it\n", day.day, count(day.rows_after)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::DayChange;
    use crate::model::{AccountId, SnapshotId};

    #[test]
    fn each_day_says_its_rows_with_the_import_and_without() {
        let day = DayChange {
            day: "2026-11-19".parse().unwrap(),
            files_before: 1,
            rows_before: 75_120,
            files_after: 1,
            rows_after: 75_000,
        };
        let answer = UndoAnswer {
            batch_id: BatchId(12),
            account_id: AccountId::FIRST,
            kind: "performance".to_owned(),
            file: "a.csv".to_owned(),
            snapshot_id: SnapshotId(14),
            days: vec![day],
            elapsed_ms: 4,
        };
        insta::assert_snapshot!(words(&answer), @r"
        a.csv: batch 12 is undone; it can be imported again
          2026-11-19  75,120 rows with it, 75,000 as before it
        ");
    }
}
