//! `catscan sync`: brings seats, endpoints, configs and creatives to what Google says.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use clap::{Args, ValueEnum};
use serde_json::{Map, Value};

use super::failure::Failure;
use super::session::{Globals, Session, is_watched};
use super::{AccountChoice, sync_status, work};
use crate::jobs::{Event, Job, SyncRequest};
use crate::sync::Kind;
use crate::telemetry::Level;

/// Bring seats, endpoints, pretargeting configs and creatives to what Google says
///
/// Google is asked with the account's service account (`catscan service-account add`). Each kind is stored as soon as its
/// list is complete, so what came stays when the rest fails. Names that you gave survive.
///
/// With --from-files the same answers are read from files: buyers*.json, endpoints*.json, pretargetingConfigs*.json and
/// creatives*.json, as the Real-time Bidding API v1 writes them; missing ones are left out.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan sync                                      all kinds, from Google
  catscan sync pretargeting --account acme
  catscan sync creatives --buyer 299038253
  catscan sync --status                             when each kind was brought up, calls of today, limits
  catscan sync --from-files reports/entities
  catscan sync endpoints --from-files answers")]
pub struct SyncArgs {
    /// Which kind
    #[arg(value_name = "KIND", default_value = "all")]
    kind: KindArg,
    /// Read the answers from the JSON files of this directory
    #[arg(long, value_name = "DIR", conflicts_with_all = ["service_account", "buyer", "filter"])]
    from_files: Option<PathBuf>,
    /// Only the creatives of this seat
    #[arg(long, value_name = "ID")]
    buyer: Option<String>,
    /// Only the creatives of that seat that Google lets through this filter, in Google's own language
    #[arg(long, value_name = "FILTER", requires = "buyer")]
    filter: Option<String>,
    /// Ask with this service account, not with the account's first
    #[arg(long, value_name = "ID")]
    service_account: Option<String>,
    /// Only say how things stand, and ask nobody
    #[arg(long, conflicts_with_all = ["kind", "from_files", "buyer", "filter", "service_account"])]
    status: bool,
    /// The answer as one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountChoice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum KindArg {
    Seats,
    Endpoints,
    Pretargeting,
    Creatives,
    All,
}

impl KindArg {
    fn kinds(self) -> Vec<Kind> {
        match self {
            Self::Seats => vec![Kind::Seats],
            Self::Endpoints => vec![Kind::Endpoints],
            Self::Pretargeting => vec![Kind::Pretargeting],
            Self::Creatives => vec![Kind::Creatives],
            Self::All => Vec::new(),
        }
    }
}

pub fn run(globals: &Globals, args: SyncArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    if args.status {
        return sync_status::run(&session, args.account.account.as_deref(), args.json);
    }
    if args.buyer.is_some() && args.kind != KindArg::Creatives {
        return Err(Failure::usage("--buyer is for creatives: write `catscan sync creatives --buyer ID`"));
    }
    let from_files = args.from_files.map(std::path::absolute).transpose().map_err(Failure::usage)?;
    let request = SyncRequest {
        kinds: args.kind.kinds(),
        account: args.account.account,
        from_files,
        buyer_id: args.buyer,
        filter: args.filter,
        service_account_id: args.service_account,
    };
    let view = SyncView::new(&session, args.json);
    let ok = work::perform(&session, "sync", &Job::Sync(request), &|event| view.show(event))?;
    Ok(ExitCode::from(u8::from(!ok)))
}

/// Shows a sync: how far it is, and what came of it.
pub struct SyncView {
    json: bool,
    quiet: bool,
    /// A line is written over and over where a person watches.
    watched: bool,
    /// The stage and the items so far.
    stage: Mutex<Option<(String, u64)>>,
}

impl SyncView {
    /// A view; with `json` the answer is one object.
    pub fn new(session: &Session, json: bool) -> Self {
        Self { json, quiet: session.quiet, watched: is_watched(), stage: Mutex::new(None) }
    }

    /// Shows one event.
    pub fn show(&self, event: Event) {
        match event {
            Event::Stage { name, .. } => {
                self.end_stage();
                *self.stage() = Some((name, 0));
            }
            Event::Listed { items } => {
                if let Some((name, listed)) = self.stage().as_mut() {
                    *listed += items;
                    if self.watched && !self.quiet {
                        eprint!("\r{name}: {listed} listed so far");
                    }
                }
            }
            Event::Answered { answer } => {
                self.end_stage();
                let text = if self.json { format!("{answer}\n") } else { words(&answer) };
                // A reader that left early has seen enough.
                let _ = std::io::stdout().write_all(text.as_bytes());
            }
            other => work::tell_plainly(other),
        }
    }

    fn end_stage(&self) {
        if let Some((name, listed)) = self.stage().take()
            && !self.quiet
        {
            // A shorter line than the one it is written over leaves nothing of it.
            let (over, rest) = if self.watched { ("\r", "       ") } else { ("", "") };
            eprintln!("{over}{name}: {listed} listed{rest}");
        }
    }

    fn stage(&self) -> std::sync::MutexGuard<'_, Option<(String, u64)>> {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One line per kind of entity, then what failed and what to know.
fn words(answer: &Value) -> String {
    let mut text = String::new();
    for kind in ["seats", "endpoints", "configs", "creatives"] {
        let Some(told) = answer[kind].as_object() else { continue };
        let line = match answer[kind]["state"].as_str() {
            Some("done") => counts(told),
            Some("failed") if answer[kind]["failed_seats"].is_array() => {
                format!("{}; failed: {}", counts(told), reason(told))
            }
            Some("failed") => format!("failed, and stay as they are: {}", reason(told)),
            Some("not_tried") => "not tried, and stay as they are".to_owned(),
            _ => continue,
        };
        text.push_str(&format!("{kind:<11}{line}\n"));
        for seat in answer[kind]["failed_seats"].as_array().into_iter().flatten().filter_map(Value::as_object) {
            let buyer = seat.get("buyer_id").and_then(Value::as_str).unwrap_or_default();
            let why = seat.get("reason").and_then(Value::as_str).unwrap_or_default();
            text.push_str(&format!("  seat {buyer} stays as it is: {why}\n"));
        }
    }
    for note in answer["notes"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        text.push_str(&format!("note: {note}\n"));
    }
    if let Some(next) = answer["next"].as_str() {
        text.push_str(&format!("next: {next}\n"));
    }
    text
}

/// `2 added, 0 changed, …`
fn counts(told: &Map<String, Value>) -> String {
    let words = ["added", "changed", "unchanged", "vanished"];
    let count = |word: &&str| format!("{} {word}", told.get(*word).unwrap_or(&Value::Null));
    words.iter().map(count).collect::<Vec<_>>().join(", ")
}

fn reason(told: &Map<String, Value>) -> &str {
    told.get("failure").and_then(|failure| failure["reason"].as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_done_what_failed_and_what_was_not_tried_are_told_apart() {
        let done = json!({"state": "done", "added": 1, "changed": 2, "unchanged": 3, "vanished": 0});
        let failed = json!({"state": "failed", "added": 0, "changed": 0, "unchanged": 0, "vanished": 0,
            "failure": {"code": "busy", "reason": "Google is busy"}});
        let partly = json!({"state": "failed", "added": 5, "changed": 0, "unchanged": 0, "vanished": 0,
            "failure": {"code": "seats_failed", "reason": "1 of 2 seats: seat 8: cut"},
            "failed_seats": [{"buyer_id": "8", "code": "no_answer", "reason": "cut"}]});
        let answer = json!({"seats": done, "endpoints": failed, "configs": {"state": "not_tried"}, "creatives": partly,
            "notes": ["a note"], "next": "run it again"});
        let lines = [
            "seats      1 added, 2 changed, 3 unchanged, 0 vanished",
            "endpoints  failed, and stay as they are: Google is busy",
            "configs    not tried, and stay as they are",
            "creatives  5 added, 0 changed, 0 unchanged, 0 vanished; failed: 1 of 2 seats: seat 8: cut",
            "  seat 8 stays as it is: cut",
            "note: a note",
            "next: run it again",
        ];
        assert_eq!(words(&answer).lines().collect::<Vec<_>>(), lines);
    }
}
