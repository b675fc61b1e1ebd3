//! `catscan sync`: loads configs, seats, endpoints and creatives.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Map, Value};

use super::failure::Failure;
use super::session::Globals;
use super::{AccountChoice, work};
use crate::jobs::{Event, Job};
use crate::telemetry::Level;

/// Load pretargeting configs, seats, endpoints and creatives, so that answers show their names
///
/// The files are pretargetingConfigs.json, buyers.json, endpoints.json and creatives.json, as the Real-time Bidding
/// API v1 answers them; missing ones are left out.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan sync --from-files reports/entities
  catscan sync --from-files answers --account acme")]
pub struct SyncArgs {
    /// Directory of the JSON files
    #[arg(long, value_name = "DIR")]
    from_files: PathBuf,
    #[command(flatten)]
    account: AccountChoice,
}

pub fn run(globals: &Globals, args: SyncArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    let dir = std::path::absolute(&args.from_files).map_err(Failure::usage)?;
    let ok = work::perform(&session, "sync", &Job::Sync { dir, account: args.account.account }, &show)?;
    Ok(ExitCode::from(u8::from(!ok)))
}

/// Prints one line per kind of entity.
pub fn show(event: Event) {
    match event {
        Event::Synced { answer } => {
            let mut out = std::io::stdout().lock();
            for (kind, counts) in answer.as_object().into_iter().flatten() {
                if let Some(counts) = counts.as_object() {
                    // A reader that left early has seen enough.
                    let _ = writeln!(out, "{kind:<11}{}", sentence(counts));
                }
            }
            for note in answer["notes"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                let _ = writeln!(out, "note: {note}");
            }
        }
        other => work::tell_plainly(other),
    }
}

/// `{"added": 2, "changed": 0}` as `2 added, 0 changed`.
fn sentence(counts: &Map<String, Value>) -> String {
    counts.iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}
