//! `catscan advice`: what to do about waste, and having it done.

mod list;
mod words;

use std::process::ExitCode;

use chrono::Utc;
use clap::{Args, Subcommand};

use super::AccountChoice;
use super::entity::{self, author};
use super::failure::Failure;
use super::session::{Globals, Session};
use crate::entities::recommendations::{AdviceKind, AdviceSeverity, RecommendationStatus};
use crate::jobs::{AdviceRequest, AdviceStep, Job};
use crate::model::Day;
use crate::query::Days;
use crate::telemetry::Level;

/// See what to do about waste, and stage the changes that do it
///
/// Each recommendation names one target (a size, config, publisher, app, country or creative), the figures that speak, what
/// it costs and what to do. docs/advice.md tells about all of it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan advice list                          what holds now, over 7 days that end yesterday
  catscan advice list --days 14 --min-severity medium
  catscan advice show rec-0123456789abcdef
  catscan advice accept rec-0123456789abcdef --reason \"no creative planned\"
  catscan advice dismiss rec-0123456789abcdef --reason \"a deal needs it\"")]
pub struct AdviceArgs {
    #[command(subcommand)]
    command: AdviceCommand,
}

#[derive(Debug, Subcommand)]
enum AdviceCommand {
    /// Show recommendations, the most wasteful first; nothing is written
    #[command(after_help = "Examples:
  catscan advice list --type geo_exclusion
  catscan advice list --until 2026-11-18 --json
  catscan advice list --all                    also what was closed, and what no longer holds")]
    List {
        /// Only this severity and above: low, medium, high, critical
        #[arg(long, value_name = "SEVERITY", default_value = "low", value_parser = severity)]
        min_severity: AdviceSeverity,
        /// Only this type, for example size_mismatch
        #[arg(long = "type", value_name = "TYPE", value_parser = kind)]
        kind: Option<AdviceKind>,
        /// Also those that are resolved, dismissed or no longer found
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        window: Window,
        #[command(flatten)]
        shown: Shown,
    },
    /// Show one recommendation with its figures, configs and what to do
    #[command(after_help = "Example:\n  catscan advice show rec-0123456789abcdef")]
    Show {
        /// Its id
        #[arg(value_name = "ID")]
        id: String,
        #[command(flatten)]
        window: Window,
        #[command(flatten)]
        shown: Shown,
    },
    /// Analyse and keep what is found, with what became of it
    #[command(after_help = "Example:\n  catscan advice run --days 14")]
    Run {
        #[command(flatten)]
        window: Window,
        #[command(flatten)]
        shown: Shown,
    },
    /// Stage the changes that follow, in the configs that the waste is in
    ///
    /// Nothing is sent to Google: `catscan changes plan` shows the requests and `catscan changes apply` sends them. Where no
    /// change of a config can do it, what a person has to do is said. Accepting twice stages nothing twice.
    #[command(after_help = "Examples:
  catscan advice accept rec-0123456789abcdef
  catscan advice accept rec-0123456789abcdef --config 157331516553 --reason \"agreed with the buyer\"")]
    Accept {
        /// Its id
        #[arg(value_name = "ID")]
        id: String,
        /// Only in this config (billing id or config id)
        #[arg(long, value_name = "CONFIG")]
        config: Option<String>,
        #[command(flatten)]
        who: Who,
    },
    /// Say that somebody saw it; opens again what was closed
    #[command(after_help = "Example:\n  catscan advice acknowledge rec-0123456789abcdef")]
    Acknowledge(Which),
    /// Say that it is done: it leaves the list until the evidence is new
    #[command(
        after_help = "Example:\n  catscan advice resolve rec-0123456789abcdef --reason \"blocked in the bidder\""
    )]
    Resolve(Which),
    /// Say that nobody wants it: it leaves the list until the evidence is new
    #[command(after_help = "Example:\n  catscan advice dismiss rec-0123456789abcdef --reason \"a deal needs it\"")]
    Dismiss(Which),
}

/// Which recommendations, and who says what.
#[derive(Debug, Args)]
struct Which {
    /// Their ids
    #[arg(value_name = "ID", required = true)]
    ids: Vec<String>,
    #[command(flatten)]
    who: Who,
}

/// Who does it, and why.
#[derive(Debug, Args)]
struct Who {
    /// Why, for those who come after
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who does it [default: your user name]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    #[command(flatten)]
    window: Window,
    #[command(flatten)]
    shown: Shown,
}

/// The days that advice is made of.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Window {
    /// So many days
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=3660))]
    days: u16,
    /// The last of them [default: yesterday, UTC]
    #[arg(long, value_name = "DAY")]
    until: Option<Day>,
}

impl Window {
    pub(super) fn days(self) -> Days {
        match self.until {
            Some(last) => Days::ending(last, self.days),
            None => Days::before(Utc::now().date_naive().into(), self.days),
        }
    }
}

/// Of which account, and how it is printed.
#[derive(Debug, Args)]
pub(super) struct Shown {
    /// JSON: one object, or one a line
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) account: AccountChoice,
}

fn severity(text: &str) -> Result<AdviceSeverity, String> {
    AdviceSeverity::from_code(text).ok_or_else(|| format!("write one of {}", AdviceSeverity::choices()))
}

fn kind(text: &str) -> Result<AdviceKind, String> {
    AdviceKind::from_code(&text.replace('-', "_")).ok_or_else(|| format!("write one of {}", AdviceKind::choices()))
}

pub fn run(globals: &Globals, args: AdviceArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    session.require_store()?;
    match args.command {
        AdviceCommand::List { min_severity, kind, all, window, shown } => {
            list::list(&session, &list::Filter { min_severity, kind, all }, window, &shown)
        }
        AdviceCommand::Show { id, window, shown } => list::show(&session, &id, window, &shown),
        AdviceCommand::Run { window, shown } => {
            let who = Who { reason: None, by: None, window, shown };
            take(&session, AdviceStep::Run, who)
        }
        AdviceCommand::Accept { id, config, who } => take(&session, AdviceStep::Accept { id, config }, who),
        AdviceCommand::Acknowledge(Which { ids, who }) => set(&session, ids, RecommendationStatus::Acknowledged, who),
        AdviceCommand::Resolve(Which { ids, who }) => set(&session, ids, RecommendationStatus::Resolved, who),
        AdviceCommand::Dismiss(Which { ids, who }) => set(&session, ids, RecommendationStatus::Dismissed, who),
    }
}

fn set(session: &Session, ids: Vec<String>, status: RecommendationStatus, who: Who) -> Result<ExitCode, Failure> {
    take(session, AdviceStep::Set { ids, status }, who)
}

/// Has the step taken, here or by the server that holds the store.
fn take(session: &Session, step: AdviceStep, who: Who) -> Result<ExitCode, Failure> {
    let Who { reason, by, window, shown } = who;
    let days = window.days();
    let request =
        AdviceRequest { step, window: (days.first, days.last), account: shown.account.account, by: author(by), reason };
    entity::change(session, "advice", &Job::Advice(request), shown.json, words::told)
}
