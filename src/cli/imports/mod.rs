//! `catscan imports`: what was imported, in a list, one by one, and day by day.

mod freshness;
mod grid;
mod list;
mod show;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::AccountChoice;
use super::asking::Asker;
use super::failure::{Failure, OrFail};
use super::session::{Globals, Session};
use crate::jobs::Store;
use crate::model::{BatchId, Day};
use crate::telemetry::Level;

/// List imports, look at one, or see which days are there
///
/// Without a subcommand: the list, newest first.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:
  catscan imports --status failed
  catscan imports show 12     columns, warnings, faults, and what it replaced
  catscan imports grid        days by kind of report: imported, missing, anomalous
  catscan imports freshness   the newest day of each kind of report")]
pub struct ImportsArgs {
    #[command(subcommand)]
    command: Option<ImportsCommand>,
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Account by name or number, or all; not needed while there is only one
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Only reports of this kind, for example performance
    #[arg(long, value_name = "KIND", default_value = "all", hide_default_value = true)]
    kind: String,
    /// Only imports with this outcome
    #[arg(long, value_name = "complete|failed|undone|running", default_value = "all", hide_default_value = true)]
    #[arg(value_parser = ["complete", "failed", "undone", "running", "all"], hide_possible_values = true)]
    status: String,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    /// Print one JSON object per import
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum ImportsCommand {
    /// Show all that is known of one import
    #[command(after_help = "Example:\n  catscan imports show 12 --faults 1000")]
    Show {
        /// The import's number
        #[arg(value_name = "BATCH")]
        batch: BatchId,
        /// How many rejected rows to show, of the first 10,000 that are kept
        #[arg(long, value_name = "N", default_value_t = 100)]
        faults: u32,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Show which days of which reports are there
    ///
    /// A day is anomalous when it has fewer than half or more than double the rows of the days before it; the settings
    /// import.anomaly_* change that.
    #[command(after_help = "Examples:
  catscan imports grid --days 31
  catscan imports grid --until 2026-02-28")]
    Grid {
        /// How many days
        #[arg(long, value_name = "N", default_value_t = 14, value_parser = clap::value_parser!(u16).range(1..=3660))]
        days: u16,
        /// The last of them [default: yesterday, UTC]
        #[arg(long, value_name = "DAY")]
        until: Option<Day>,
        #[command(flatten)]
        account: AccountChoice,
        /// Print one JSON object per day and kind
        #[arg(long)]
        json: bool,
    },
    /// Show the newest day of each kind of report, and how far it is behind yesterday
    #[command(after_help = "Example:\n  catscan imports freshness --account acme")]
    Freshness {
        #[command(flatten)]
        account: AccountChoice,
        /// Print one JSON object per kind
        #[arg(long)]
        json: bool,
    },
}

pub fn run(globals: &Globals, args: ImportsArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    session.require_store()?;
    match args.command {
        None => list::run(&Asker::open(&session)?, args.list)?,
        Some(ImportsCommand::Show { batch, faults, json }) => show::run(&reader(&session)?, batch, faults, json)?,
        Some(ImportsCommand::Grid { days, until, account, json }) => {
            grid::run(&reader(&session)?, days, until, account.account.as_deref(), json)?;
        }
        Some(ImportsCommand::Freshness { account, json }) => {
            freshness::run(&reader(&session)?, account.account.as_deref(), json)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn reader(session: &Session) -> Result<Store, Failure> {
    Store::open_reader(session.dir.clone(), session.config.clone()).or_fail()
}
