//! `catscan jobs`: what is being done and what was done, in a list and one by one.

mod list;
mod show;

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};

use super::failure::{Failure, OrFail};
use super::session::Globals;
use crate::jobs::{self, JobFilter, JobState, Store};
use crate::model::JobId;
use crate::telemetry::Level;

/// List imports that wait, run or are over, or look at one
///
/// Each file that is imported is a job, whoever asked for it: the command line, an upload, the inbox. A job whose
/// process died has failed. Without a subcommand: the list, newest first.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:
  catscan jobs --state running
  catscan jobs show 12        its stages and what came of it")]
pub struct JobsArgs {
    #[command(subcommand)]
    command: Option<JobsCommand>,
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Account by name or number, or all; not needed while there is only one
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Only jobs in this state
    #[arg(long, value_enum, value_name = "queued|running|done|failed", hide_possible_values = true)]
    state: Option<State>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u32,
    /// Only jobs older than this one
    #[arg(long, value_name = "JOB")]
    before: Option<JobId>,
    /// Print one JSON object per job
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum JobsCommand {
    /// Show all that is known of one job
    #[command(after_help = "Example:\n  catscan jobs show 12")]
    Show {
        /// The job's number
        #[arg(value_name = "JOB")]
        job: JobId,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
    },
}

/// What a job is.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum State {
    Queued,
    Running,
    Done,
    Failed,
}

impl From<State> for JobState {
    fn from(state: State) -> Self {
        match state {
            State::Queued => Self::Queued,
            State::Running => Self::Running,
            State::Done => Self::Done,
            State::Failed => Self::Failed,
        }
    }
}

pub fn run(globals: &Globals, args: JobsArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    session.require_store()?;
    let store = Store::open_reader(session.dir.clone(), session.config.clone()).or_fail()?;
    let mut out = std::io::stdout().lock();
    let Some(JobsCommand::Show { job, json }) = args.command else {
        let account = match args.list.account.as_deref() {
            Some("all") => None,
            named => Some(jobs::resolve(&store.db, named).or_fail()?),
        };
        let filter = JobFilter { account, state: args.list.state.map(JobState::from), before: args.list.before };
        let records = jobs::list(&store.db, &filter, args.list.limit).or_fail()?;
        if args.list.json {
            for record in &records {
                serde_json::to_writer(&mut out, record).map_err(std::io::Error::from)?;
                writeln!(out)?;
            }
        } else {
            write!(out, "{}", list::table(&records, account.is_none()))?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    let Some(record) = jobs::show(&store.db, job, None).or_fail()? else {
        let message = format!("there is no job with the number {job}");
        return Err(Failure::new(message).help("`catscan jobs --account all` lists them"));
    };
    if json {
        serde_json::to_writer(&mut out, &record).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", show::words(&record))?;
    }
    Ok(ExitCode::SUCCESS)
}
