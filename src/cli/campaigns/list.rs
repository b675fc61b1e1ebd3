//! Campaigns as a list, and all of one.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use chrono::Utc;
use clap::Args;
use serde::Serialize;

use super::fields::Status;
use crate::campaigns::performance::{Facts, Spend};
use crate::cli::AccountChoice;
use crate::cli::entity::{self, minute, numbers, words};
use crate::cli::failure::{Failure, OrFail};
use crate::cli::numbers::{count, money};
use crate::cli::session::Session;
use crate::entities::campaigns::{self, Campaign, CampaignFilter, CampaignStatus, members};
use crate::entities::{EntityError, accounts};
use crate::jobs::{Store, resolve};
use crate::model::{AccountId, CampaignId, Currency, Micros};

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Those that are archived
    #[arg(long, conflicts_with = "status")]
    archived: bool,
    /// Only those of this status; without it, those that are not archived
    #[arg(long, value_name = "STATUS")]
    status: Option<Status>,
    /// Only those of this seat, or with a creative of it
    #[arg(long, value_name = "BUYER")]
    seat: Option<String>,
    /// One JSON object per campaign
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountChoice,
}

#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// The campaign, by number or name
    #[arg(value_name = "CAMPAIGN")]
    campaign: String,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountChoice,
}

/// A campaign with its creatives and its spend.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    campaign: Campaign,
    creative_count: usize,
    creative_ids: Vec<String>,
    #[serde(flatten)]
    spend: Spend,
}

/// Asks the facts of an account, without a deadline that the owner of the machine would not want.
pub(super) fn ask<T, E: std::fmt::Display>(
    store: &Store,
    account: AccountId,
    question: impl FnOnce(&Facts<'_>) -> Result<T, E>,
) -> Result<T, Failure> {
    let engine = store.engine().or_fail()?;
    let limits = store.owner_limits();
    let currency: Option<Currency> =
        store.db.read(|tx| Ok::<_, EntityError>(accounts::get(tx, account)?.currency)).or_fail()?;
    question(&Facts { engine: &engine, account, currency, limits: &limits }).or_fail()
}

fn shown(store: &Store, account: AccountId, campaigns: Vec<Campaign>) -> Result<Vec<Shown>, Failure> {
    let mut members = store.db.read(|tx| members::by_campaign(tx, account)).or_fail()?;
    let mut spend: BTreeMap<CampaignId, Spend> = match campaigns.as_slice() {
        [] => BTreeMap::new(),
        _ => ask(store, account, |facts| facts.spend(Utc::now().date_naive().into()))?,
    };
    let shown = campaigns.into_iter().map(|campaign| {
        let creative_ids = members.remove(&campaign.campaign_id).unwrap_or_default();
        let spend = spend.remove(&campaign.campaign_id).unwrap_or_default();
        Shown { creative_count: creative_ids.len(), creative_ids, spend, campaign }
    });
    Ok(shown.collect())
}

pub(super) fn list(session: &Session, args: ListArgs) -> Result<ExitCode, Failure> {
    let store = entity::reader(session)?;
    let account = resolve(&store.db, args.account.account.as_deref()).or_fail()?;
    let status = args.status.map(CampaignStatus::from).or(args.archived.then_some(CampaignStatus::Archived));
    let filter = CampaignFilter { status, buyer_id: args.seat };
    let campaigns = store.db.read(|tx| campaigns::list(tx, account, &filter)).or_fail()?;
    let shown = shown(&store, account, campaigns)?;
    let columns = [
        numbers("id", |one: &Shown| Some(one.campaign.campaign_id.to_string())),
        words("name", |one| Some(one.campaign.name.clone())),
        words("status", |one| Some(one.campaign.status.code().to_owned())),
        numbers("creatives", |one| Some(count(one.creative_count as u64))),
        words("seat", |one| one.campaign.buyer_id.clone()),
        words("made by", |one| Some(made_by(&one.campaign))),
        numbers("7 days", |one| Some(money(one.spend.spend_7d_micros))),
        numbers("30 days", |one| Some(money(one.spend.spend_30d_micros))),
        numbers("all", |one| Some(money(one.spend.spend_micros))),
        words("currency", |one| one.spend.currency.clone()),
        words("changed (UTC)", |one| Some(minute(one.campaign.updated_at))),
    ];
    let none = "no campaigns; `catscan campaigns cluster` makes some, `catscan campaigns create` one";
    entity::list(&shown, args.json, &columns, none)
}

/// Who made it, and how sure that is.
fn made_by(campaign: &Campaign) -> String {
    let method = campaign.clustering_method.as_deref().unwrap_or("hand");
    match campaign.ai_confidence {
        Some(confidence) => format!("{method} {confidence:.2}"),
        None if method == "manual" => "hand".to_owned(),
        None => method.to_owned(),
    }
}

pub(super) fn show(session: &Session, args: ShowArgs) -> Result<ExitCode, Failure> {
    let store = entity::reader(session)?;
    let account = resolve(&store.db, args.account.account.as_deref()).or_fail()?;
    let campaign = store.db.read(|tx| campaigns::find(tx, account, &args.campaign));
    let campaign =
        campaign.or_help("`catscan campaigns list` shows the campaigns, --archived those that are archived")?;
    let mut found = shown(&store, account, vec![campaign])?;
    let Some(one) = found.pop() else { return Ok(ExitCode::SUCCESS) };
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &one).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", told(&one))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn told(one: &Shown) -> String {
    let Shown { campaign, creative_ids, spend, .. } = one;
    let currency = spend.currency.as_deref().unwrap_or_default();
    let amount = |micros: Micros| format!("{} {currency}", money(micros)).trim_end().to_owned();
    let mut lines = vec![
        ("campaign", format!("{} {}", campaign.campaign_id, campaign.name)),
        ("status", campaign.status.code().to_owned()),
        ("made by", made_by(campaign)),
    ];
    let day = |day: Option<crate::model::Day>| day.map(|day| day.to_string());
    for (name, value) in [
        ("description", campaign.description.clone()),
        ("owner", campaign.owner.clone()),
        ("budget", campaign.budget_micros.map(money)),
        ("first day", day(campaign.start_date)),
        ("last day", day(campaign.end_date)),
        ("platform", campaign.platform.clone()),
        ("external id", campaign.external_id.clone()),
        ("seat", campaign.buyer_id.clone()),
        ("cluster", campaign.cluster_key.clone()),
    ] {
        lines.extend(value.map(|value| (name, value)));
    }
    lines.push(("changed", minute(campaign.updated_at)));
    lines.push(("spend yesterday", amount(spend.spend_1d_micros)));
    lines.push(("7 days", amount(spend.spend_7d_micros)));
    lines.push(("30 days", amount(spend.spend_30d_micros)));
    lines.push(("all", amount(spend.spend_micros)));
    for other in &spend.other_spend {
        lines.push(("and", format!("{} {}", money(other.spend_micros), other.currency)));
    }
    lines.push(("creatives", creative_ids.join(" ")));
    lines.into_iter().map(|(name, value)| format!("{name:<16}{value}\n")).collect()
}
