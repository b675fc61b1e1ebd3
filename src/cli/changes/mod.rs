//! `catscan changes`: what a pretargeting config lets through, changed step by step and undone.

mod history;
mod plan;
mod read;
mod words;

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};

use super::AccountChoice;
use super::entity::{self, author};
use super::failure::Failure;
use super::session::{Globals, Session};
use crate::changes::Selection;
use crate::jobs::{ChangeRequest, ChangeStep, Job};
use crate::model::Day;
use crate::telemetry::Level;

/// Stage, check, apply, compare and undo changes of pretargeting configs
///
/// A change is staged here first and sent to Google only by `apply`, which takes a snapshot before. CONFIG is a billing id
/// or a config id. docs/changes.md is a walk through all of it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan changes add 157331516553 remove-size 320x480 --reason \"no creative\"
  catscan changes show 157331516553           the config with its changes made, and what is wrong with them
  catscan changes plan 157331516553           the requests as they would be sent
  catscan changes apply 157331516553
  catscan changes compare finish              once the reports of the days after are there
  catscan changes rollback 3                  back to a snapshot")]
pub struct ChangesArgs {
    #[command(subcommand)]
    command: ChangesCommand,
}

#[derive(Debug, Subcommand)]
enum ChangesCommand {
    /// Stage a change for each value, all of them or none
    ///
    /// Types: add-size, remove-size (300x250), add-geo, remove-geo, add-excluded-geo, remove-excluded-geo (a criteria id
    /// or a country's two letters), add-format, remove-format (HTML, VAST, NATIVE), add-publisher, remove-publisher,
    /// add-app, remove-app, change-state (ACTIVE, SUSPENDED), change-qps (a number). A first publisher or app is blocked;
    /// others join the list that is there, whether it allows or blocks.
    #[command(after_help = "Examples:
  catscan changes add 157331516553 add-size 300x250 320x50 --reason \"approved creatives\"
  catscan changes add 157331516553 add-excluded-geo US --qps-impact -120
  catscan changes add 157331516553 change-state SUSPENDED")]
    Add {
        /// Billing id or config id
        #[arg(value_name = "CONFIG")]
        config: String,
        /// What to do, for example add-size
        #[arg(value_name = "TYPE")]
        change_type: String,
        /// What to add, remove or set
        #[arg(value_name = "VALUE", required = true)]
        values: Vec<String>,
        /// Bid requests per second that you expect more or less of each
        #[arg(long, value_name = "QPS", allow_hyphen_values = true)]
        qps_impact: Option<f64>,
        #[command(flatten)]
        who: Who,
    },
    /// Show staged changes, the newest first
    #[command(
        after_help = "Examples:\n  catscan changes list\n  catscan changes list --config 157331516553 --status all --json"
    )]
    List {
        /// Only those of this config (billing id or config id)
        #[arg(long, value_name = "CONFIG")]
        config: Option<String>,
        /// Which ones
        #[arg(long, value_enum, default_value = "pending")]
        status: Status,
        #[command(flatten)]
        shown: Shown,
    },
    /// Show a config with its pending changes made, and what is to be said of them
    #[command(after_help = "Example:\n  catscan changes show 157331516553")]
    Show {
        /// Billing id or config id
        #[arg(value_name = "CONFIG")]
        config: String,
        #[command(flatten)]
        shown: Shown,
    },
    /// Show the requests that `apply` would send; needs no network and no credentials
    #[command(after_help = "Examples:\n  catscan changes plan 157331516553\n  catscan changes plan --all --json")]
    Plan {
        #[command(flatten)]
        what: What,
        #[command(flatten)]
        shown: Shown,
    },
    /// Send pending changes to Google: all that are named, or none
    ///
    /// Google is asked first, so that the plan is made on what is there. Where a later request is refused, what was done
    /// before it is put back. What the rule check calls an error is applied only with --force.
    #[command(after_help = "Examples:
  catscan changes apply 157331516553 --reason \"sizes that we serve\"
  catscan changes apply --change 4 --change 7
  catscan changes apply --all --dry-run         the same as plan --all")]
    Apply {
        #[command(flatten)]
        what: What,
        /// Show the requests and send none
        #[arg(long)]
        dry_run: bool,
        /// Apply also what the rule check calls an error
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        who: Who,
    },
    /// End what a killed process or a lost answer left open
    #[command(after_help = "Example:\n  catscan changes resume")]
    Resume {
        #[command(flatten)]
        who: Who,
    },
    /// Say that changes were made at Google by hand
    ///
    /// The config shows them after the next sync; until then `show` counts them in.
    #[command(after_help = "Example:\n  catscan changes mark-applied 4 7")]
    MarkApplied {
        /// The changes' numbers
        #[arg(value_name = "CHANGE", required = true)]
        changes: Vec<i64>,
        #[command(flatten)]
        who: Who,
    },
    /// Take back changes that are pending
    #[command(after_help = "Example:\n  catscan changes cancel 4 --reason \"a deal needs it\"")]
    Cancel {
        /// The changes' numbers
        #[arg(value_name = "CHANGE", required = true)]
        changes: Vec<i64>,
        #[command(flatten)]
        who: Who,
    },
    /// Keep a config as it is, with its traffic so far
    #[command(after_help = "Example:\n  catscan changes snapshot 157331516553 --name \"before the sale\"")]
    Snapshot {
        /// Billing id or config id
        #[arg(value_name = "CONFIG")]
        config: String,
        /// What to call it
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// What to write about it
        #[arg(long, value_name = "TEXT")]
        notes: Option<String>,
        #[command(flatten)]
        who: Who,
    },
    /// Show snapshots, the newest first; an apply and a rollback take one each
    #[command(after_help = "Example:\n  catscan changes snapshots --config 157331516553")]
    Snapshots {
        /// Only those of this config (billing id or config id)
        #[arg(long, value_name = "CONFIG")]
        config: Option<String>,
        #[command(flatten)]
        shown: Shown,
    },
    /// Compare the traffic before and after a change; an apply begins a comparison by itself
    #[command(subcommand)]
    Compare(CompareCommand),
    /// Bring a config at Google back to a snapshot
    #[command(
        after_help = "Examples:\n  catscan changes rollback 3 --dry-run\n  catscan changes rollback 3 --reason \"win rate fell\""
    )]
    Rollback {
        /// The snapshot's number
        #[arg(value_name = "SNAPSHOT")]
        snapshot: i64,
        /// Show the requests and send none
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        who: Who,
    },
    /// Show every change of configs and every step of staged ones, the newest first
    #[command(after_help = "Example:\n  catscan changes history --config 157331516553 --days 7 --source api-sync")]
    History(history::HistoryArgs),
}

#[derive(Debug, Subcommand)]
enum CompareCommand {
    /// Show comparisons, the newest first
    #[command(after_help = "Example:\n  catscan changes compare list")]
    List {
        /// Only those of this config (billing id or config id)
        #[arg(long, value_name = "CONFIG")]
        config: Option<String>,
        #[command(flatten)]
        shown: Shown,
    },
    /// Begin a comparison with a window before
    #[command(
        after_help = "Example:\n  catscan changes compare begin 157331516553 --snapshot 3 --first 2026-11-01 --last 2026-11-07"
    )]
    Begin {
        /// Billing id or config id
        #[arg(value_name = "CONFIG")]
        config: String,
        /// The config before
        #[arg(long, value_name = "SNAPSHOT")]
        snapshot: i64,
        /// First day before
        #[arg(long, value_name = "DAY")]
        first: Day,
        /// Last day before
        #[arg(long, value_name = "DAY")]
        last: Day,
        /// What to call it
        #[arg(long, value_name = "NAME", default_value = "before and after")]
        name: String,
        #[command(flatten)]
        who: Who,
    },
    /// Complete a comparison once the reports of the days after are there; without a number, all that are due
    #[command(after_help = "Examples:\n  catscan changes compare finish\n  catscan changes compare finish 2 --days 7")]
    Finish {
        /// The comparison's number
        #[arg(value_name = "COMPARISON")]
        comparison: Option<i64>,
        /// How many days after to read, from the day after the change on
        #[arg(long, value_name = "N", requires = "comparison", value_parser = clap::value_parser!(u16).range(1..=366))]
        days: Option<u16>,
        #[command(flatten)]
        who: Who,
    },
}

/// Which pending changes.
#[derive(Debug, Args)]
struct What {
    /// All pending changes of these configs (billing ids or config ids)
    #[arg(value_name = "CONFIG", required_unless_present_any = ["change", "all"])]
    configs: Vec<String>,
    /// Only this change; can be given several times
    #[arg(long, value_name = "CHANGE", conflicts_with_all = ["configs", "all"])]
    change: Vec<i64>,
    /// All pending changes of the account
    #[arg(long, conflicts_with = "configs")]
    all: bool,
}

impl What {
    fn selection(&self) -> Selection {
        match (self.all, self.change.is_empty()) {
            (true, _) => Selection::All,
            (_, false) => Selection::Changes(self.change.clone()),
            _ => Selection::Configs(self.configs.clone()),
        }
    }
}

/// Who does it, and why.
#[derive(Debug, Args)]
struct Who {
    /// Why, for the history
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Who does it, for the history [default: your user name]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    #[command(flatten)]
    shown: Shown,
}

/// Of which account, and how it is printed.
#[derive(Debug, Args)]
struct Shown {
    /// JSON: one object, or one a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountChoice,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Status {
    Pending,
    Applied,
    Cancelled,
    All,
}

pub fn run(globals: &Globals, args: ChangesArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    match args.command {
        ChangesCommand::Add { config, change_type, values, qps_impact, who } => {
            let step = ChangeStep::Stage { config, change_type, values, estimated_qps_impact: qps_impact };
            take(&session, step, who)
        }
        ChangesCommand::List { config, status, shown } => read::list(&session, config.as_deref(), status, &shown),
        ChangesCommand::Show { config, shown } => read::show(&session, &config, &shown),
        ChangesCommand::Plan { what, shown } => plan::show(&session, &what.selection(), &shown),
        ChangesCommand::Apply { what, dry_run: true, who, .. } => plan::show(&session, &what.selection(), &who.shown),
        ChangesCommand::Apply { what: What { configs, change, all }, force, who, .. } => {
            take(&session, ChangeStep::Apply { configs, changes: change, all, force }, who)
        }
        ChangesCommand::Resume { who } => take(&session, ChangeStep::Resume, who),
        ChangesCommand::MarkApplied { changes, who } => take(&session, ChangeStep::MarkApplied { changes }, who),
        ChangesCommand::Cancel { changes, who } => take(&session, ChangeStep::Cancel { changes }, who),
        ChangesCommand::Snapshot { config, name, notes, who } => {
            take(&session, ChangeStep::Snapshot { config, name, notes }, who)
        }
        ChangesCommand::Snapshots { config, shown } => read::snapshots(&session, config.as_deref(), &shown),
        ChangesCommand::Compare(command) => compare(&session, command),
        ChangesCommand::Rollback { snapshot, dry_run: true, who } => plan::rollback(&session, snapshot, &who.shown),
        ChangesCommand::Rollback { snapshot, who, .. } => take(&session, ChangeStep::Rollback { snapshot }, who),
        ChangesCommand::History(args) => history::run(&session, &args),
    }
}

fn compare(session: &Session, command: CompareCommand) -> Result<ExitCode, Failure> {
    match command {
        CompareCommand::List { config, shown } => read::comparisons(session, config.as_deref(), &shown),
        CompareCommand::Begin { config, snapshot, first, last, name, who } => {
            take(session, ChangeStep::Compare { config, name, before_snapshot: snapshot, first, last }, who)
        }
        CompareCommand::Finish { comparison, days, who } => {
            take(session, ChangeStep::FinishComparison { comparison, days }, who)
        }
    }
}

/// Has the step taken, here or by the server that holds the store.
fn take(session: &Session, step: ChangeStep, who: Who) -> Result<ExitCode, Failure> {
    session.require_store()?;
    let Who { reason, by, shown } = who;
    let request = ChangeRequest { step, account: shown.account.account, by: author(by), reason };
    entity::change(session, "changes", &Job::Changes(request), shown.json, words::told)
}
