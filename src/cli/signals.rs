//! `catscan signals`: signs of waste in creatives, and what people did about them.

use std::process::ExitCode;

use chrono::Utc;
use clap::{Args, Subcommand};
use serde_json::Value;

use super::AccountChoice;
use super::entity::{self, author, minute, words};
use super::failure::{Failure, OrFail};
use super::numbers::counted;
use super::session::Globals;
use crate::entities::waste_signals::WasteSignal;
use crate::jobs::{Job, SignalRequest, SignalStep, resolve};
use crate::model::Day;
use crate::query::Days;
use crate::signals;
use crate::telemetry::Level;

/// Find signs of waste in creatives, and keep track of them
///
/// An analysis opens a signal for what it finds, brings open ones up to date, and resolves those that it no longer finds.
/// A signal that you resolve comes back only when something is new. Signals are for people to look at: nothing is
/// paused, changed or blocked by them. docs/rules.md says what each one means.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan signals analyze --days 14
  catscan signals list
  catscan signals resolve 12 --notes \"paused\"")]
pub struct SignalsArgs {
    #[command(subcommand)]
    command: SignalsCommand,
}

#[derive(Debug, Subcommand)]
enum SignalsCommand {
    /// Show open signals, the newest first
    #[command(
        after_help = "Examples:\n  catscan signals list\n  catscan signals list --creative cr-1003 --resolved --json"
    )]
    List {
        /// Only those of this creative
        #[arg(long, value_name = "ID")]
        creative: Option<String>,
        /// Also those that are resolved
        #[arg(long)]
        resolved: bool,
        /// One JSON object per signal
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        account: AccountChoice,
    },
    /// Look for signals in the reports of some days
    #[command(
        after_help = "Examples:\n  catscan signals analyze\n  catscan signals analyze --days 14 --until 2026-02-26 --dry-run"
    )]
    Analyze {
        /// So many days, which end yesterday (UTC) or with --until
        #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=90))]
        days: u16,
        /// The last of the days
        #[arg(long, value_name = "DAY")]
        until: Option<Day>,
        /// Keep nothing of what is found
        #[arg(long)]
        dry_run: bool,
        /// One JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        account: AccountChoice,
    },
    /// Say that a signal was dealt with
    #[command(after_help = "Example:\n  catscan signals resolve 12 --notes \"paused\"")]
    Resolve {
        /// The signal's number
        #[arg(value_name = "SIGNAL")]
        signal: i64,
        /// What was done
        #[arg(long, value_name = "TEXT")]
        notes: Option<String>,
        /// Who did it [default: your user name]
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// One JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        account: AccountChoice,
    },
}

pub fn run(globals: &Globals, args: SignalsArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    match args.command {
        SignalsCommand::List { creative, resolved, json, account } => {
            let store = entity::reader(&session)?;
            let account = resolve(&store.db, account.account.as_deref()).or_fail()?;
            let found = signals::list(&store.db, account, creative.as_deref(), resolved).or_fail()?;
            let columns = [
                words("signal", |one: &WasteSignal| Some(one.signal_id.to_string())),
                words("creative", |one| Some(one.creative_id.clone())),
                words("type", |one| Some(one.signal_type.clone())),
                words("confidence", |one| Some(one.confidence.clone())),
                words("what was seen", |one| Some(one.observation.clone())),
                words("what to do", |one| Some(one.recommendation.clone())),
                words("found (UTC)", |one| Some(minute(one.detected_at))),
                words("resolved", resolution),
            ];
            // Without resolved ones the last column would be empty.
            let shown = if resolved { &columns[..] } else { &columns[..columns.len() - 1] };
            entity::list(&found, json, shown, "no signals; `catscan signals analyze` looks for them")
        }
        SignalsCommand::Analyze { days, until, dry_run, json, account } => {
            let today = Utc::now().date_naive().into();
            let window = until.map_or_else(|| Days::before(today, days), |last| Days::ending(last, days));
            let step = SignalStep::Analyze { first: window.first, last: window.last, save: !dry_run };
            let job = Job::Signals(SignalRequest { account: account.account, step });
            entity::change(&session, "signals", &job, json, analysis)
        }
        SignalsCommand::Resolve { signal, notes, by, json, account } => {
            let step = SignalStep::Resolve { signal, by: author(by), notes };
            let job = Job::Signals(SignalRequest { account: account.account, step });
            entity::change(&session, "signals", &job, json, |answer| {
                format!("signal {} is resolved; it comes back when something is new", answer["signal_id"])
            })
        }
    }
}

fn resolution(signal: &WasteSignal) -> Option<String> {
    let at = minute(signal.resolved_at?);
    let by = signal.resolved_by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    let notes = signal.resolution_notes.as_ref().map(|notes| format!(": {notes}")).unwrap_or_default();
    Some(format!("{at}{by}{notes}"))
}

/// What an analysis found, in words.
fn analysis(answer: &Value) -> String {
    let number = |name: &str| answer[name].as_u64().unwrap_or_default();
    let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
    let (start, end) = (text("start"), text("end"));
    if number("days_with_rows") == 0 {
        return format!(
            "no performance report has rows in {start} to {end}, so nothing was looked for; add --until DAY"
        );
    }
    let types = answer["by_type"].as_object().into_iter().flatten().map(|(name, count)| format!("{name} {count}"));
    let types: Vec<String> = types.collect();
    let types = if types.is_empty() { String::new() } else { format!(" ({})", types.join(", ")) };
    let found = counted(number("signals_generated"), "signal");
    let kept = match answer["saved"].as_bool() {
        Some(true) => "",
        _ => "; nothing was kept",
    };
    format!(
        "{found}{types} in {start} to {end}: {} new, {} left resolved; {} no longer found and resolved{kept}",
        number("new"),
        number("left_resolved"),
        number("resolved"),
    )
}
