//! `catscan creatives`: what creatives show, where they ran, what they cost.

mod list;
mod new;
mod show;

use std::process::ExitCode;

use chrono::Utc;
use clap::{Args, Subcommand, ValueEnum};

use super::AccountChoice;
use super::entity;
use super::failure::{Failure, OrFail};
use super::session::{Globals, Session};
use crate::creatives::thumbnails::Media;
use crate::creatives::{Creatives, Period, Sort};
use crate::jobs::{CreativeRequest, Job, resolve};
use crate::model::{AccountId, CampaignId};
use crate::query::Days;
use crate::telemetry::Level;

/// List creatives with their spend, look at one, make thumbnails
///
/// A period is exactly its days and ends yesterday (UTC). Money of different currencies is never added up.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan creatives list --sort spend --period 30d
  catscan creatives list --format video --status disapproved --active
  catscan creatives show cr-1001
  catscan creatives new --days 3        what reports named for the first time
  catscan creatives thumbnails          frames of videos; needs ffmpeg")]
pub struct CreativesArgs {
    #[command(subcommand)]
    command: CreativesCommand,
}

#[derive(Debug, Subcommand)]
enum CreativesCommand {
    /// Show creatives, newest update first
    #[command(after_help = "Examples:
  catscan creatives list --sort spend --period yesterday --limit 10
  catscan creatives list --campaign 3 --json")]
    List(ListArgs),
    /// Show all that is known of one
    #[command(after_help = "Example:\n  catscan creatives show cr-1001 --period all")]
    Show {
        /// The creative
        #[arg(value_name = "ID")]
        creative_id: String,
        /// The days of its figures
        #[arg(long, value_name = "yesterday|7d|30d|all", default_value_t = Period::Last(7))]
        period: Period,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        account: AccountChoice,
    },
    /// Show what reports named for the first time, whether or not a sync brought it
    #[command(after_help = "Example:\n  catscan creatives new --days 3")]
    New {
        /// Imports of so many days, today included
        #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=3660))]
        days: u16,
        /// Print one JSON object per creative
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        account: AccountChoice,
    },
    /// Remove one; its facts stay
    ///
    /// Where Google still lists it, the next sync brings it back.
    #[command(after_help = "Example:\n  catscan creatives delete cr-1001")]
    Delete {
        /// The creative
        #[arg(value_name = "ID")]
        creative_id: String,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        account: AccountChoice,
    },
    /// Make thumbnails of videos, which needs ffmpeg, or of the images in HTML
    #[command(after_help = "Examples:
  catscan creatives thumbnails
  catscan creatives thumbnails --force    also those that could not be made before
  catscan creatives thumbnails --html     the first image of each HTML creative")]
    Thumbnails {
        /// How many at most
        #[arg(long, value_name = "N", default_value_t = 500)]
        limit: usize,
        /// Also those that could not be made before
        #[arg(long)]
        force: bool,
        /// Of HTML creatives
        #[arg(long)]
        html: bool,
        /// Only of this seat
        #[arg(long, value_name = "BUYER")]
        seat: Option<String>,
        /// Print one JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        account: AccountChoice,
    },
}

#[derive(Debug, Args)]
struct ListArgs {
    /// Only those of this seat
    #[arg(long, value_name = "BUYER")]
    seat: Option<String>,
    /// Only of this format
    #[arg(long, value_name = "html|video|native")]
    format: Option<String>,
    /// Only with this approval, for example disapproved
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only those of this campaign
    #[arg(long, value_name = "NUMBER")]
    campaign: Option<CampaignId>,
    /// Only those with impressions, clicks or spend in the period
    #[arg(long)]
    active: bool,
    /// What comes first
    #[arg(long, value_name = "updated|spend|impressions", default_value = "updated", hide_possible_values = true)]
    sort: SortBy,
    /// The days of the figures
    #[arg(long, value_name = "yesterday|7d|30d|all", default_value_t = Period::Last(7))]
    period: Period,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// After how many
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: usize,
    /// Print one JSON object per creative
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountChoice,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SortBy {
    /// The newest update
    Updated,
    /// The most spend
    Spend,
    /// The most impressions
    Impressions,
}

impl From<SortBy> for Sort {
    fn from(by: SortBy) -> Self {
        match by {
            SortBy::Updated => Self::Updated,
            SortBy::Spend => Self::Spend,
            SortBy::Impressions => Self::Impressions,
        }
    }
}

pub fn run(globals: &Globals, args: CreativesArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    match args.command {
        CreativesCommand::List(args) => list::run(&session, args),
        CreativesCommand::Show { creative_id, period, json, account } => {
            let (creatives, account) = open(&session, &account)?;
            let shown = creatives.show(account, &creative_id, days(period)).or_fail()?;
            show::print(shown, period, json)
        }
        CreativesCommand::New { days, json, account } => {
            let (creatives, account) = open(&session, &account)?;
            new::run(
                &session,
                &creatives.new_in_reports(account, days, Utc::now().date_naive().into()).or_fail()?,
                json,
            )
        }
        CreativesCommand::Delete { creative_id, json, account } => {
            let job = Job::Creatives(CreativeRequest::Delete { creative_id, account: account.account });
            entity::change(&session, "creatives", &job, json, |answer| {
                let id = answer["creative_id"].as_str().unwrap_or_default();
                format!("deleted creative {id}; where Google still lists it, the next sync brings it back")
            })
        }
        CreativesCommand::Thumbnails { limit, force, html, seat, json, account } => {
            let what = if html { Media::Html } else { Media::Video };
            let account = account.account;
            let request = CreativeRequest::Thumbnails { what, limit, force, buyer_id: seat, account };
            entity::change(&session, "creatives", &Job::Creatives(request), json, |answer| {
                let count = |key: &str| answer[key].as_u64().unwrap_or(0);
                let (made, failed, skipped) = (count("success"), count("failed"), count("skipped"));
                format!("made {made} thumbnails; {failed} failed, {skipped} have nothing to show")
            })
        }
    }
}

/// The creatives of the session's store, and the account that is meant.
fn open(session: &Session, account: &AccountChoice) -> Result<(Creatives, AccountId), Failure> {
    let store = entity::reader(session)?;
    let account = resolve(&store.db, account.account.as_deref()).or_fail()?;
    Ok((store.creatives(store.engine().or_fail()?, store.owner_limits()), account))
}

fn days(period: Period) -> Option<Days> {
    period.days(Utc::now().date_naive().into())
}
