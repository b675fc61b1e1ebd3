//! Clustering on the command line: what would be made, making it, and what is left.

use std::io::Write;
use std::process::ExitCode;

use chrono::Utc;
use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::list::ask;
use super::{Shared, request};
use crate::campaigns::clustering::{self, Clustering};
use crate::campaigns::suggest::{Suggestion, Wish, suggest as suggestions};
use crate::cli::AccountChoice;
use crate::cli::entity::{self, numbers, words};
use crate::cli::failure::{Failure, OrFail};
use crate::cli::numbers::counted;
use crate::cli::session::Session;
use crate::entities::campaigns::members;
use crate::jobs::{CampaignChange, resolve};

#[derive(Debug, Args)]
pub(super) struct ClusterArgs {
    /// Say what would change and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Creatives that a new campaign must have; the setting campaigns.min_creatives where absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    min: Option<u32>,
    /// Only creatives of this seat
    #[arg(long, value_name = "BUYER")]
    seat: Option<String>,
    #[command(flatten)]
    shared: Shared,
}

pub(super) fn cluster(session: &Session, args: ClusterArgs) -> Result<ExitCode, Failure> {
    let ClusterArgs { dry_run, min, seat, shared } = args;
    if !dry_run {
        let change = CampaignChange::Cluster { min_creatives: min.map(|min| min as usize), buyer_id: seat };
        return request(session, change, shared, told);
    }
    let store = entity::reader(session)?;
    let account = resolve(&store.db, shared.account.account.as_deref()).or_fail()?;
    let min_creatives = min.unwrap_or(store.config.campaigns.min_creatives) as usize;
    let asked = Clustering { min_creatives, buyer_id: seat, dry_run };
    let planned = store.db.read(|tx| clustering::cluster(tx, account, &asked, Utc::now())).or_fail()?;
    let answer = serde_json::to_value(&planned).or_fail()?;
    let text = if shared.json { answer.to_string() } else { told(&answer) };
    writeln!(std::io::stdout(), "{text}")?;
    Ok(ExitCode::SUCCESS)
}

/// One line per campaign that gets creatives, then the sums.
fn told(answer: &Value) -> String {
    let would = if answer["dry_run"] == true { "would make " } else { "made " };
    let mut lines = Vec::new();
    for campaign in answer["campaigns"].as_array().into_iter().flatten() {
        let name = campaign["name"].as_str().unwrap_or_default();
        let creatives = counted(campaign["creative_ids"].as_array().map_or(0, Vec::len) as u64, "creative");
        lines.push(if campaign["is_new"] == true {
            let method = campaign["clustering_method"].as_str().unwrap_or_default();
            let confidence = campaign["ai_confidence"].as_f64().unwrap_or_default();
            format!("new  {name}: {creatives}, by {method}, confidence {confidence:.2}")
        } else {
            format!("into {name}: {creatives}")
        });
    }
    for campaign in answer["small"].as_array().into_iter().flatten() {
        let creatives = counted(campaign["creatives"].as_u64().unwrap_or(0), "creative");
        lines.push(format!("note: {} has only {creatives}", campaign["name"].as_str().unwrap_or_default()));
    }
    let number = |key: &str, noun: &str| counted(answer[key].as_u64().unwrap_or(0), noun);
    lines.push(format!(
        "{would}{}; {} placed, {} taken out, {} in no campaign",
        number("campaigns_created", "campaign"),
        number("creatives_placed", "creative"),
        answer["creatives_taken_out"],
        answer["creatives_unclustered"],
    ));
    lines.join("\n")
}

#[derive(Debug, Args)]
pub(super) struct SuggestArgs {
    /// Group by advertiser instead of where creatives lead
    #[arg(long)]
    by_advertiser: bool,
    /// Divide groups by the country where a creative cost most
    #[arg(long)]
    by_country: bool,
    /// Creatives that a group must have; the setting campaigns.min_creatives where absent
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    min: Option<u32>,
    /// Only creatives of this seat
    #[arg(long, value_name = "BUYER")]
    seat: Option<String>,
    /// One JSON object per suggestion
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountChoice,
}

pub(super) fn suggest(session: &Session, args: SuggestArgs) -> Result<ExitCode, Failure> {
    let store = entity::reader(session)?;
    let account = resolve(&store.db, args.account.account.as_deref()).or_fail()?;
    let wish = Wish {
        by_url: !args.by_advertiser,
        by_country: args.by_country,
        buyer_id: args.seat,
        min_creatives: args.min.unwrap_or(store.config.campaigns.min_creatives) as usize,
    };
    let found = ask(&store, account, |facts| suggestions(&store.db, facts, &wish))?;
    let columns = [
        words("name", |one: &Suggestion| Some(one.suggested_name.clone())),
        numbers("creatives", |one| Some(one.creative_ids.len().to_string())),
        words("leads to", |one| one.domain.clone()),
        words("country", |one| one.country.clone()),
    ];
    let none = format!("no suggestions; {} in no campaign", counted(found.unclustered_count as u64, "creative"));
    entity::list(&found.suggestions, args.json, &columns, &none)
}

#[derive(Debug, Args)]
pub(super) struct UnclusteredArgs {
    /// Only those of this seat
    #[arg(long, value_name = "BUYER")]
    seat: Option<String>,
    /// One JSON object per creative
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountChoice,
}

#[derive(Serialize)]
struct Free {
    creative_id: String,
}

pub(super) fn unclustered(session: &Session, args: UnclusteredArgs) -> Result<ExitCode, Failure> {
    let store = entity::reader(session)?;
    let account = resolve(&store.db, args.account.account.as_deref()).or_fail()?;
    let ids = store.db.read(|tx| members::unclustered(tx, account, args.seat.as_deref())).or_fail()?;
    let free: Vec<Free> = ids.into_iter().map(|creative_id| Free { creative_id }).collect();
    let columns = [words("creative", |one: &Free| Some(one.creative_id.clone()))];
    entity::list(&free, args.json, &columns, "every creative is in a campaign")
}
