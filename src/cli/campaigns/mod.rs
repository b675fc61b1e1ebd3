//! `catscan campaigns`: groups of creatives, made by hand or by clustering, and what they cost.

mod clusters;
mod fields;
mod list;
mod performance;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::failure::Failure;
use super::numbers::counted;
use super::session::{Globals, Session};
use super::{AccountChoice, entity};
use crate::jobs::{CampaignChange, CampaignRequest, Job};
use crate::telemetry::Level;
use fields::{Changes, Details};

/// Group creatives into campaigns by where they lead, and see what each costs
///
/// A campaign is named by its number or its name. A creative is in at most one: adding it moves it. Clustering leaves
/// alone whatever you decided, and figures are computed from the reports each time.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan campaigns cluster --dry-run      what would be made, and of which creatives
  catscan campaigns cluster
  catscan campaigns list
  catscan campaigns move cr-1001 --to \"Spring shoes\"
  catscan campaigns performance --days 7")]
pub struct CampaignsArgs {
    #[command(subcommand)]
    command: CampaignsCommand,
}

#[derive(Debug, Subcommand)]
enum CampaignsCommand {
    /// Show campaigns with their creatives and spend, the last changed first
    #[command(after_help = "Examples:\n  catscan campaigns list\n  catscan campaigns list --archived --json")]
    List(list::ListArgs),
    /// Show all of one campaign
    #[command(after_help = "Example:\n  catscan campaigns show \"Spring shoes\"")]
    Show(list::ShowArgs),
    /// Make a campaign
    #[command(after_help = "Examples:
  catscan campaigns create \"Spring shoes\" cr-1001 cr-1002 --owner Ann --budget 12500.50 \\
      --start 2026-03-01 --end 2026-05-31 --platform DV360 --external-id io-17")]
    Create {
        /// What people call it
        #[arg(value_name = "NAME")]
        name: String,
        /// Creatives to put into it, out of the campaign that they are in
        #[arg(value_name = "CREATIVE")]
        creatives: Vec<String>,
        #[command(flatten)]
        details: Details,
        #[command(flatten)]
        shared: Shared,
    },
    /// Change a campaign; what is not named stays
    #[command(after_help = "Examples:
  catscan campaigns set 7 --name \"Spring boots\" --status paused
  catscan campaigns set \"Spring boots\" --budget 900 --clear owner,end-date")]
    Set {
        /// The campaign
        #[arg(value_name = "CAMPAIGN")]
        campaign: String,
        #[command(flatten)]
        changes: Changes,
        #[command(flatten)]
        details: Details,
        #[command(flatten)]
        shared: Shared,
    },
    /// Put creatives into a campaign, out of the one that they are in
    #[command(after_help = "Example:\n  catscan campaigns add \"Spring shoes\" cr-1001 cr-1002")]
    Add {
        /// The campaign
        #[arg(value_name = "CAMPAIGN")]
        campaign: String,
        /// Creatives by id
        #[arg(value_name = "CREATIVE", required = true)]
        creatives: Vec<String>,
        #[command(flatten)]
        shared: Shared,
    },
    /// Take creatives out of their campaign; clustering leaves them out for good
    #[command(after_help = "Example:\n  catscan campaigns remove cr-1001 --by Ann")]
    Remove {
        /// Creatives by id
        #[arg(value_name = "CREATIVE", required = true)]
        creatives: Vec<String>,
        /// Who does it; the user of this machine where absent
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        #[command(flatten)]
        shared: Shared,
    },
    /// Move creatives to another campaign
    #[command(after_help = "Example:\n  catscan campaigns move cr-1001 cr-1002 --to \"Spring shoes\"")]
    Move {
        /// Creatives by id
        #[arg(value_name = "CREATIVE", required = true)]
        creatives: Vec<String>,
        /// The campaign
        #[arg(long, value_name = "CAMPAIGN")]
        to: String,
        #[command(flatten)]
        shared: Shared,
    },
    /// Archive a campaign: it leaves the lists, and its creatives are free
    #[command(after_help = "Example:\n  catscan campaigns archive \"Spring shoes\"")]
    Archive {
        /// The campaign
        #[arg(value_name = "CAMPAIGN")]
        campaign: String,
        #[command(flatten)]
        shared: Shared,
    },
    /// Bring an archived campaign back, with those of its creatives that no other has
    #[command(after_help = "Example:\n  catscan campaigns restore 7")]
    Restore {
        /// The campaign
        #[arg(value_name = "CAMPAIGN")]
        campaign: String,
        #[command(flatten)]
        shared: Shared,
    },
    /// Make campaigns of creatives that lead to the same app, domain or advertiser
    #[command(after_help = "Examples:\n  catscan campaigns cluster --dry-run\n  catscan campaigns cluster --min 5")]
    Cluster(clusters::ClusterArgs),
    /// Suggest campaigns for creatives that are in none; makes nothing
    #[command(after_help = "Examples:\n  catscan campaigns suggest\n  catscan campaigns suggest --by-country --json")]
    Suggest(clusters::SuggestArgs),
    /// Show creatives that are in no campaign
    #[command(after_help = "Example:\n  catscan campaigns unclustered --seat 299038253")]
    Unclustered(clusters::UnclusteredArgs),
    /// Show what campaigns reached, won and cost; of one campaign also by day, country and device
    #[command(after_help = "Examples:
  catscan campaigns performance
  catscan campaigns performance \"Spring shoes\" --days 7
  catscan campaigns performance --all --json")]
    Performance(performance::PerformanceArgs),
}

/// Options of every change.
#[derive(Debug, Args)]
struct Shared {
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountChoice,
}

pub fn run(globals: &Globals, args: CampaignsArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    match args.command {
        CampaignsCommand::List(args) => list::list(&session, args),
        CampaignsCommand::Show(args) => list::show(&session, args),
        CampaignsCommand::Create { name, creatives, details, shared } => {
            let fields = details.fields(Changes::named(name));
            change(&session, CampaignChange::Create { fields, creatives }, shared, "made")
        }
        CampaignsCommand::Set { campaign, changes, details, shared } => {
            let fields = details.fields(changes);
            if fields == Default::default() {
                return Err(Failure::usage("nothing to set: give --name, --status, --budget or another option")
                    .help("`catscan campaigns set --help` lists them"));
            }
            change(&session, CampaignChange::Set { campaign, fields }, shared, "changed")
        }
        CampaignsCommand::Add { campaign, creatives, shared }
        | CampaignsCommand::Move { to: campaign, creatives, shared } => {
            change(&session, CampaignChange::Add { campaign, creatives }, shared, "changed")
        }
        CampaignsCommand::Remove { creatives, by, shared } => {
            let by = entity::author(by);
            request(&session, CampaignChange::Remove { creatives, by }, shared, |answer| {
                let removed = answer["removed"].as_array().map_or(0, Vec::len);
                format!("took {} out; clustering leaves them out", counted(removed as u64, "creative"))
            })
        }
        CampaignsCommand::Archive { campaign, shared } => {
            change(&session, CampaignChange::Archive { campaign }, shared, "archived")
        }
        CampaignsCommand::Restore { campaign, shared } => {
            change(&session, CampaignChange::Restore { campaign }, shared, "brought back")
        }
        CampaignsCommand::Cluster(args) => clusters::cluster(&session, args),
        CampaignsCommand::Suggest(args) => clusters::suggest(&session, args),
        CampaignsCommand::Unclustered(args) => clusters::unclustered(&session, args),
        CampaignsCommand::Performance(args) => performance::run(&session, args),
    }
}

/// A change whose answer is the campaign.
fn change(session: &Session, change: CampaignChange, shared: Shared, done: &str) -> Result<ExitCode, Failure> {
    request(session, change, shared, |answer| {
        let creatives = answer["creative_ids"].as_array().map_or(0, Vec::len);
        let name = answer["name"].as_str().unwrap_or_default();
        let creatives = counted(creatives as u64, "creative");
        format!("{done} campaign {} '{name}', {creatives}", answer["campaign_id"])
    })
}

fn request(
    session: &Session,
    change: CampaignChange,
    shared: Shared,
    words: impl Fn(&Value) -> String + Sync,
) -> Result<ExitCode, Failure> {
    let job = Job::Campaigns(CampaignRequest { account: shared.account.account, change });
    entity::change(session, "campaigns", &job, shared.json, words)
}
