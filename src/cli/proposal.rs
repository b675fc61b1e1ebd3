//! `catscan proposal` and `catscan include-list`: what pretargeting would look like, and what that saves and loses.

use std::io::Write;
use std::process::ExitCode;

use chrono::Utc;
use clap::Args;
use serde::Serialize;

use super::advice::{Shown, Window};
use super::entity::{self, numbers, table, words};
use super::failure::{Failure, OrFail};
use super::numbers::{count, money};
use super::session::Globals;
use crate::advice::{self, AdviceError, Analyst, IncludeList, Proposal};
use crate::jobs::resolve;
use crate::model::Micros;
use crate::telemetry::Level;

/// Propose pretargeting configs, with what they would save and lose
///
/// One for each format with approved creatives in countries that click well, and one for everything else. Nothing is staged:
/// `catscan changes add` brings an existing config there.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan proposal --days 30
  catscan proposal --until 2026-11-18 --max-configs 3 --json")]
pub struct ProposalArgs {
    /// So many configs at most
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u8).range(1..=10))]
    max_configs: u8,
    #[command(flatten)]
    window: Window,
    #[command(flatten)]
    shown: Shown,
}

/// List the sizes that pretargeting would name, with what naming them would exclude
///
/// They are the sizes of approved creatives that Google can filter by. Sizes are include-only: naming one excludes all others.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  catscan include-list\n  catscan include-list --days 30 --json")]
pub struct IncludeListArgs {
    #[command(flatten)]
    window: Window,
    #[command(flatten)]
    shown: Shown,
}

pub fn run(globals: &Globals, args: ProposalArgs) -> Result<ExitCode, Failure> {
    let most = usize::from(args.max_configs);
    asked(globals, args.window, &args.shown, |analyst, days| advice::propose(analyst, days, most), told)
}

pub fn run_include_list(globals: &Globals, args: IncludeListArgs) -> Result<ExitCode, Failure> {
    asked(globals, args.window, &args.shown, advice::include_list, told_list)
}

fn asked<T: Serialize>(
    globals: &Globals,
    window: Window,
    shown: &Shown,
    ask: impl Fn(&Analyst<'_>, crate::query::Days) -> Result<T, AdviceError>,
    words: impl Fn(&T) -> String,
) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    let store = entity::reader(&session)?;
    let account = resolve(&store.db, shown.account.account.as_deref()).or_fail()?;
    let (engine, limits) = (store.engine().or_fail()?, store.owner_limits());
    let (db, thresholds) = (&store.db, &store.config.thresholds);
    let analyst = Analyst { db, engine: &engine, account, thresholds, limits: &limits, now: Utc::now() };
    let answer = ask(&analyst, window.days()).or_fail()?;
    let mut out = std::io::stdout().lock();
    if shown.json {
        serde_json::to_writer(&mut out, &answer).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        writeln!(out, "{}", words(&answer))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn whole(number: i64) -> String {
    count(number.max(0).unsigned_abs())
}

fn listed(values: &[String], none: &str) -> String {
    match values.len() {
        0 => none.to_owned(),
        1..=8 => values.join(", "),
        more => format!("{} and {} more", values[..8].join(", "), more - 8),
    }
}

fn told(proposal: &Proposal) -> String {
    let mut parts = vec![proposal.summary.clone()];
    if !proposal.configs.is_empty() {
        parts.push(table(
            &proposal.configs,
            &[
                words("config", |one| Some(one.name.clone())),
                words("formats", |one| Some(one.formats.join(", "))),
                words("sizes", |one| Some(listed(&one.sizes, "all"))),
                words("countries", |one| Some(listed(&one.included_geos, "all"))),
                words("but not", |one| Some(listed(&one.excluded_geos, "–"))),
                numbers("reached", |one| Some(whole(one.takes.reached_queries))),
                numbers("impressions", |one| Some(whole(one.takes.impressions))),
                numbers("spend", |one| Some(money(Micros(one.takes.spend_micros)))),
            ],
        ));
        parts.push(format!(
            "outside: {} reached queries ({:.3} a second), {} impressions, spend {}",
            whole(proposal.outside.reached_queries),
            proposal.saved_qps,
            whole(proposal.outside.impressions),
            money(Micros(proposal.outside.spend_micros)),
        ));
    }
    parts.join("\n\n")
}

fn told_list(list: &IncludeList) -> String {
    let mut parts = vec![format!("{} sizes: {}", list.count, list.include_list.join(", "))];
    parts.push(format!("warning: {}", list.warning));
    if !list.excluded.is_empty() {
        let most = &list.excluded[..list.excluded.len().min(20)];
        parts.push(table(
            most,
            &[
                words("excluded", |one| Some(one.size.clone())),
                numbers("reached", |one| Some(whole(one.reached_queries))),
                numbers("impressions", |one| Some(whole(one.impressions))),
                numbers("spend", |one| one.spend_micros.map(|spend| money(Micros(spend)))),
            ],
        ));
        parts.push(format!(
            "outside in all: {} sizes, {} reached queries ({:.1} %), {} impressions, spend {}",
            list.excluded.len(),
            whole(list.outside.reached_queries),
            list.outside.reached_share_pct,
            whole(list.outside.impressions),
            money(Micros(list.outside.spend_micros)),
        ));
    }
    if !list.not_filterable.is_empty() {
        parts.push(format!("own sizes that Google cannot filter by: {}", list.not_filterable.join(", ")));
    }
    let steps = list.instructions.iter().enumerate().map(|(at, step)| format!("{}. {step}", at + 1));
    parts.push(steps.collect::<Vec<_>>().join("\n"));
    parts.join("\n\n")
}
