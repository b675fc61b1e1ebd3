//! `catscan seats`: the buyer seats of an account.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::AccountChoice;
use super::entity::{self, minute, numbers, words};
use super::failure::{Failure, OrFail};
use super::numbers::{count, counted};
use super::session::Globals;
use crate::entities::{EntityError, seats};
use crate::jobs::{Job, SeatRequest, resolve};
use crate::telemetry::Level;

/// List and name buyer seats
///
/// A name that you give a seat is shown before Google's and survives every sync.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan seats list
  catscan seats rename 299038253 \"Trading desk\"
  catscan seats populate")]
pub struct SeatsArgs {
    #[command(subcommand)]
    command: SeatsCommand,
}

#[derive(Debug, Subcommand)]
enum SeatsCommand {
    /// Show all seats with their creatives
    #[command(after_help = "Example:\n  catscan seats list --json")]
    List {
        /// One JSON object per seat
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        account: AccountChoice,
    },
    /// Give a seat a name of your own
    #[command(
        after_help = "Examples:\n  catscan seats rename 299038253 \"Trading desk\"\n  catscan seats rename 299038253      goes back to Google's name"
    )]
    Rename {
        /// The buyer id
        #[arg(value_name = "BUYER")]
        buyer_id: String,
        /// The name; Google's where absent
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// One JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        account: AccountChoice,
    },
    /// Add a seat for each buyer that owns creatives and has none
    #[command(after_help = "Example:\n  catscan seats populate")]
    Populate {
        /// One JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        account: AccountChoice,
    },
}

/// A seat and how many creatives it has now.
#[derive(Serialize)]
struct Counted {
    #[serde(flatten)]
    seat: seats::Seat,
    creative_count: i64,
}

pub fn run(globals: &Globals, args: SeatsArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    match args.command {
        SeatsCommand::List { json, account } => {
            let store = entity::reader(&session)?;
            let account = resolve(&store.db, account.account.as_deref()).or_fail()?;
            let found = store.db.read(|tx| {
                let counts = seats::creative_counts(tx, account)?;
                let count = |seat: &seats::Seat| counts.get(&seat.google.buyer_id).copied().unwrap_or(0);
                let counted = |seat| Counted { creative_count: count(&seat), seat };
                Ok::<_, EntityError>(seats::list(tx, account)?.into_iter().map(counted).collect::<Vec<_>>())
            });
            let columns = [
                words("buyer", |one: &Counted| Some(one.seat.google.buyer_id.clone())),
                words("name", |one| one.seat.shown_name().map(str::to_owned)),
                words("bidder", |one| one.seat.google.bidder_id.clone()),
                numbers("creatives", |one| Some(count(one.creative_count.unsigned_abs()))),
                words("active", |one| Some(if one.seat.active { "yes" } else { "no" }.to_owned())),
                words("synced (UTC)", |one| one.seat.last_synced.map(minute)),
            ];
            entity::list(&found.or_fail()?, json, &columns, "no seats; `catscan sync seats` reads them from Google")
        }
        SeatsCommand::Rename { buyer_id, name, json, account } => {
            let job = Job::Seats(SeatRequest::RenameSeat { buyer_id, name, account: account.account });
            entity::change(&session, "seats", &job, json, |answer| {
                let text = |key: &str| answer[key].as_str().unwrap_or("without a name").to_owned();
                format!("seat {} is {}", text("buyer_id"), text("display_name"))
            })
        }
        SeatsCommand::Populate { json, account } => {
            let job = Job::Seats(SeatRequest::Populate { account: account.account });
            entity::change(&session, "seats", &job, json, |answer| {
                format!("added {}", counted(answer["seats_created"].as_u64().unwrap_or(0), "seat"))
            })
        }
    }
}
