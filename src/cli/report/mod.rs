//! `catscan report`: the named questions, listed, described and asked.

mod about;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use chrono::Utc;
use clap::Args;

use super::asking::Asker;
use super::failure::{Failure, OrFail};
use super::session::{Globals, Session};
use super::sql::at;
use super::{AccountChoice, numbers};
use crate::analytics::{self, Ask, Report};
use crate::lake::At;
use crate::model::Day;
use crate::query::format::Format;
use crate::telemetry::Level;

/// Ask a question by its name
///
/// Without a name it lists the questions. Each is about a window of days that ends yesterday (UTC), or with --until. What a
/// report did not say is `–`, never 0; a report that was never imported is named.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan report                                        # the questions, by topic
  catscan report waste_by_size --days 30 --limit 10
  catscan report waste_by_size --about                  # what it answers, parameters, columns, cost
  catscan report top_performers --set by=app --set metric=ctr
  catscan report configs --until 2026-02-26 --json
  catscan report funnel --days 7 --format csv > funnel.csv")]
pub struct ReportArgs {
    /// The question
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// Say what the question answers, its parameters, columns and cost, and do not ask it
    #[arg(long, requires = "name")]
    about: bool,
    /// Days of the window; each question has its own default
    #[arg(long, value_name = "N")]
    days: Option<u16>,
    /// The last day of the window [default: yesterday, UTC]
    #[arg(long, value_name = "DAY")]
    until: Option<Day>,
    /// A parameter of the question, again for each
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter)]
    set: Vec<(String, String)>,
    /// Rows of the answer; the same as --set limit=N
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// table, json, ndjson, csv, arrow or parquet
    #[arg(long, value_name = "FORMAT", default_value_t = Format::Table, hide_possible_values = true)]
    format: Format,
    /// JSON with window, newest day and rows; of the list one object a line
    #[arg(long, conflicts_with = "format")]
    json: bool,
    /// Ask an earlier state: a snapshot's number, or a time such as 2026-11-19 or 2026-11-19T08:30:00Z
    #[arg(long, value_name = "SNAPSHOT|TIME", default_value = "latest", hide_default_value = true, value_parser = at)]
    at: At,
    #[command(flatten)]
    account: AccountChoice,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write it as name=value")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

pub fn run(globals: &Globals, args: ReportArgs) -> Result<ExitCode, Failure> {
    let Some(name) = args.name.as_deref() else { return about::list(args.json) };
    let question = analytics::question(name).or_help("`catscan report` lists the questions")?;
    if args.about {
        return about::show(question, args.json);
    }
    let session = globals.session(Level::Warnings)?;
    let format = if args.json { Format::Json } else { args.format };
    let out = io::stdout().lock();
    if format.is_binary() && out.is_terminal() {
        let message = format!("{format} is binary and would garble the terminal");
        return Err(Failure::usage(message).help("redirect it, as in `> answer.parquet`, or choose another --format"));
    }
    session.require_store()?;
    let help = format!("`catscan report {name} --about` tells the parameters");
    let days = args.days.or(question.usual_days(&session.config.thresholds));
    let days = question.window(days, args.until, Utc::now().date_naive().into()).or_fail()?;
    let asker = Asker::open(&session)?;
    let accounts = asker.accounts(args.account.account.as_deref())?;
    let params = args.set.into_iter().chain(args.limit.map(|limit| ("limit".to_owned(), limit.to_string())));
    let ask = Ask { at: args.at, days, params: params.collect(), ..Ask::new(accounts) };
    let mut report = asker.named(question.name, ask).or_help(help)?;
    let mut out = io::BufWriter::new(out);
    let rows = asker.write(&mut report, format, &mut out)?;
    out.flush()?;
    tell(&session, &report, rows);
    Ok(ExitCode::SUCCESS)
}

/// What stands beside the answer, on standard error. That a report is missing is said even to those who want it quiet:
/// without it, what is not known would pass for nothing.
fn tell(session: &Session, report: &Report, rows: u64) {
    for missing in &report.missing {
        eprintln!(
            "missing: no {missing} report was imported, so what it would say is not known; how to set it up: docs/reports.md"
        );
    }
    let window = report.days.map(|days| {
        let count = numbers::counted(days.count().unsigned_abs().into(), "day");
        format!("{count}, {} to {}", days.first, days.last)
    });
    let newest = report.newest_day.map(|day| format!("newest day with data: {day}"));
    let told: Vec<String> = window.into_iter().chain(newest).collect();
    if !told.is_empty() {
        session.say(told.join("; "));
    }
    if let (0, Some(newest), Some(days)) = (rows, report.newest_day, report.days)
        && !(days.first..=days.last).contains(&newest)
    {
        session.say(format_args!("no rows in these days: add --until {newest}"));
    }
}
