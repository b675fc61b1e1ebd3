//! `catscan describe`: what can be asked, with comments.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::AccountChoice;
use super::asking::Asker;
use super::entity::{Column, table, words};
use super::failure::Failure;
use super::session::Globals;
use crate::query::{Described, DescribedColumn, DescribedTable, Metric, TableKind, Threshold, nearest};
use crate::telemetry::Level;

/// Say what tables, views, metrics and thresholds there are
///
/// Without a name it lists them with a line each; with one it says what its columns, its formula or its value mean.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan describe
  catscan describe rtb_daily
  catscan describe v_waste_by_size --json
  catscan describe waste_rate_pct          # a metric: its formula
  catscan describe size_block_daily        # a threshold: what holds")]
pub struct DescribeArgs {
    /// A table, view, metric or threshold
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// One JSON object a line, or one object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountChoice,
}

const HEADINGS: &[(TableKind, &str)] = &[
    (TableKind::Facts, "Facts"),
    (TableKind::View, "Views"),
    (TableKind::Entities, "Entities"),
    (TableKind::Settings, "Lists and settings"),
];

pub fn run(globals: &Globals, args: DescribeArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    session.require_store()?;
    let asker = Asker::open(&session)?;
    let all = asker.described(&asker.accounts(args.account.account.as_deref())?)?;
    let mut out = std::io::stdout().lock();
    let Some(name) = args.name.as_deref() else {
        if args.json {
            for line in lines(&all) {
                writeln!(out, "{line}")?;
            }
        } else {
            write!(out, "{}", listing(&all))?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    let (text, json) = one(&all, name)?;
    if args.json {
        writeln!(out, "{json}")?
    } else {
        write!(out, "{text}")?
    }
    Ok(ExitCode::SUCCESS)
}

/// Kind, name and comment of each, in one order.
fn entries(all: &Described) -> Vec<(&'static str, &str, &str)> {
    let tables = HEADINGS.iter().flat_map(|(kind, heading)| {
        let of_kind = all.tables.iter().filter(move |table| table.kind == *kind);
        of_kind.map(move |table| (*heading, table.name.as_str(), table.comment.as_str()))
    });
    let metrics = all.metrics.iter().map(|metric| ("Metrics", metric.name.as_str(), metric.comment.as_str()));
    let thresholds = all.thresholds.iter();
    let thresholds = thresholds.map(|threshold| ("Thresholds", threshold.name.as_str(), threshold.comment.as_str()));
    tables.chain(metrics).chain(thresholds).collect()
}

fn listing(all: &Described) -> String {
    let entries = entries(all);
    let width = entries.iter().map(|(_, name, _)| name.len()).max().unwrap_or_default();
    let mut text = String::new();
    let mut before = "";
    for (heading, name, comment) in entries {
        if heading != before {
            let gap = if before.is_empty() { "" } else { "\n" };
            text.push_str(&format!("{gap}{heading}:\n"));
            before = heading;
        }
        text.push_str(&format!("  {name:<width$}  {comment}\n"));
    }
    text.push_str("\n`catscan describe NAME` says more of one.\n");
    text
}

fn lines(all: &Described) -> impl Iterator<Item = Value> {
    let word = |heading: &str| match heading {
        "Facts" => "facts",
        "Views" => "view",
        "Entities" => "entities",
        "Metrics" => "metric",
        "Thresholds" => "threshold",
        _ => "settings",
    };
    entries(all)
        .into_iter()
        .map(move |(heading, name, comment)| json!({"kind": word(heading), "name": name, "comment": comment}))
}

/// What is called so, in words and as an object.
fn one(all: &Described, name: &str) -> Result<(String, Value), Failure> {
    if let Some(table) = all.tables.iter().find(|table| table.name == name) {
        return Ok((of_table(table), json!(table)));
    }
    if let Some(metric) = all.metrics.iter().find(|metric| metric.name == name) {
        return Ok((of_metric(metric), json!(metric)));
    }
    if let Some(threshold) = all.thresholds.iter().find(|threshold| threshold.name == name) {
        return Ok((of_threshold(threshold), json!(threshold)));
    }
    let names = entries(all).into_iter().map(|(_, name, _)| name).collect::<Vec<_>>();
    let help = match nearest(name, names) {
        Some(near) => format!("did you mean '{near}'? `catscan describe` lists all names"),
        None => "`catscan describe` lists all names".to_owned(),
    };
    Err(Failure::usage(format_args!("there is no table, view, metric or threshold '{name}'")).help(help))
}

fn of_table(described: &DescribedTable) -> String {
    let columns: &[Column<DescribedColumn>] = &[
        words("column", |column| Some(column.name.clone())),
        words("type", |column| Some(column.value_type.clone())),
        words("null", |column| Some(if column.nullable { "can be" } else { "never" }.to_owned())),
        words("what it is", |column| Some(column.comment.clone())),
    ];
    let mut text = format!("{}: {}\n", described.name, described.comment);
    for (key, note) in &described.notes {
        text.push_str(&format!("  {key}: {note}\n"));
    }
    format!("{text}\n{}\n", table(&described.columns, columns))
}

fn of_metric(metric: &Metric) -> String {
    let Metric { name, arguments, formula, unit, comment } = metric;
    format!("{name}({}): {comment}\n\nformula  {formula}\nunit     {unit}\n", arguments.join(", "))
}

fn of_threshold(threshold: &Threshold) -> String {
    let Threshold { name, value, comment } = threshold;
    format!(
        "{name} = {value}: {comment}\n\nset it under [thresholds] in config.toml; SQL reads it as a column of the table thresholds\n"
    )
}
