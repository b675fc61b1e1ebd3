//! `catscan lake verify`: is the store what it says it is?

use std::process::ExitCode;

use clap::Args;

use super::view;
use crate::cli::failure::Failure;
use crate::cli::numbers::{bytes, counted};
use crate::cli::session::Session;
use crate::jobs::Care;
use crate::lake::{Outcome, Verification};

/// Check database, catalog and files; exit code 1 when something is not as it was written
///
/// Without --full it looks at the database, the catalog, and the name and length of every file. With --full it reads every
/// byte of every snapshot that is kept, and checks the rows: one per key, of a complete import, as many as it brought.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan lake verify
  catscan lake verify --full --json
  catscan lake repair                   says what can be done about findings")]
pub(super) struct VerifyArgs {
    /// Read every byte and check every row
    #[arg(long)]
    full: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(session: &Session, args: VerifyArgs) -> Result<ExitCode, Failure> {
    view::care(session, Care::Verify { full: args.full }, args.json, |found: Verification| words(&found))
}

fn words(found: &Verification) -> String {
    let mut text = String::new();
    for check in &found.checks {
        let outcome = match check.outcome {
            Outcome::Ok => "ok",
            Outcome::Findings => "NOT OK",
            Outcome::Skipped if found.full => "skipped",
            // The summary says it once.
            Outcome::Skipped => continue,
        };
        let reason = check.reason.as_ref().map_or_else(String::new, |reason| format!(" ({reason})"));
        text.push_str(&format!("{outcome:<8}{}: {}{reason}\n", check.name, check.promise));
        for finding in &check.findings {
            text.push_str(&format!("        - {finding}\n"));
        }
        if check.more_findings > 0 {
            text.push_str(&format!("        - and {} more\n", check.more_findings));
        }
    }
    let skipped = found.checks.iter().filter(|check| check.outcome == Outcome::Skipped).count() as u64;
    let left = if skipped > 0 && !found.full {
        format!("; {} only with --full", counted(skipped, "check"))
    } else {
        String::new()
    };
    text.push_str(&format!("{}, {}{left}\n", counted(found.files, "file"), bytes(found.bytes)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_says_what_holds_and_what_does_not() {
        let mut found = Verification { files: 2, bytes: 1_500_000, ..Verification::default() };
        found.add("database", "catscan.db is sound", Vec::new());
        found.add("file_lengths", "every file is there", vec!["a.parquet is missing".to_owned()]);
        found.skip("file_bytes", "every byte is as it was written", "only with --full");
        insta::assert_snapshot!(words(&found), @r"
        ok      database: catscan.db is sound
        NOT OK  file_lengths: every file is there
                - a.parquet is missing
        2 files, 1.5 MB; 1 check only with --full
        ");
    }
}
