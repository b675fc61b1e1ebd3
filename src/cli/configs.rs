//! `catscan configs`: the pretargeting configs of an account.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::AccountChoice;
use super::entity::{self, author, minute, numbers, words};
use super::failure::{Failure, OrFail};
use super::numbers::count;
use super::session::Globals;
use crate::entities::TextList;
use crate::entities::configs::{self, Config};
use crate::jobs::{Job, SeatRequest, resolve};
use crate::telemetry::Level;

/// List and name pretargeting configs
///
/// A name that you give a config is shown before Google's and survives every sync. `catscan changes` changes what a
/// config lets through.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan configs list
  catscan configs rename 157331516553 \"India, app\"")]
pub struct ConfigsArgs {
    #[command(subcommand)]
    command: ConfigsCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigsCommand {
    /// Show all configs
    #[command(after_help = "Example:\n  catscan configs list --json")]
    List {
        /// One JSON object per config
        #[arg(long)]
        json: bool,
        /// Also those that Google no longer lists
        #[arg(long)]
        vanished: bool,
        #[command(flatten)]
        account: AccountChoice,
    },
    /// Give a config a name of your own
    #[command(
        after_help = "Examples:\n  catscan configs rename 157331516553 \"India, app\"\n  catscan configs rename 157331516553      goes back to Google's name"
    )]
    Rename {
        /// Billing id or config id
        #[arg(value_name = "CONFIG")]
        config: String,
        /// The name; Google's where absent
        #[arg(value_name = "NAME")]
        name: Option<String>,
        /// Who does it, for the history [default: your user name]
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// One JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        account: AccountChoice,
    },
}

pub fn run(globals: &Globals, args: ConfigsArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    match args.command {
        ConfigsCommand::List { json, vanished, account } => {
            let store = entity::reader(&session)?;
            let account = resolve(&store.db, account.account.as_deref()).or_fail()?;
            let mut found = store.db.read(|tx| configs::list(tx, account)).or_fail()?;
            found.retain(|config| vanished || config.vanished_at.is_none());
            let columns = [
                words("billing id", |one: &Config| one.google.billing_id.clone()),
                words("config", |one| Some(one.google.config_id.clone())),
                words("name", |one| Some(one.shown_name())),
                words("state", |one| Some(one.google.state.clone())),
                numbers("qps", |one| one.google.maximum_qps.map(|qps| count(qps.unsigned_abs()))),
                words("formats", |one| few(one.google.included_formats.as_ref())),
                words("sizes", |one| few(one.google.included_sizes.as_ref())),
                words("geos", |one| few(one.google.included_geos.as_ref())),
                words("synced (UTC)", |one| one.synced_at.map(minute)),
            ];
            entity::list(&found, json, &columns, "no configs; `catscan sync pretargeting` reads them from Google")
        }
        ConfigsCommand::Rename { config, name, by, json, account } => {
            let request = SeatRequest::RenameConfig { config, name, by: author(by), account: account.account };
            entity::change(&session, "configs", &Job::Seats(request), json, |answer| {
                let text = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
                format!("config {} is {}", text("config_id"), text("name"))
            })
        }
    }
}

/// The first few of a list; `all` where it does not restrict.
fn few(list: Option<&TextList>) -> Option<String> {
    const SHOWN: usize = 3;
    let Some(TextList(items)) = list else { return Some("all".to_owned()) };
    let more = items.len().saturating_sub(SHOWN);
    let shown = items.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    Some(if more == 0 { shown } else { format!("{shown} and {more} more") })
}
