//! `catscan sql`: one question, answered over one snapshot.

use std::io::{self, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::session::Globals;
use super::{AccountChoice, asking};
use crate::lake::At;
use crate::query::format::Format;
use crate::telemetry::Level;

/// Ask one question in SQL
///
/// Facts stand in rtb_daily, sums per config in v_config_performance. `SHOW TABLES` lists all tables and views,
/// `DESCRIBE rtb_daily` the columns of one. Only questions are answered; nothing can be changed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan sql \"SELECT display_name, total_reached, waste_rate_pct FROM v_config_performance\"
  catscan sql --format csv \"SELECT country, sum(clicks) FROM rtb_daily GROUP BY country\"
  catscan sql \"SELECT count(*) FROM rtb_daily\" --at 2026-11-19
  catscan sql --file question.sql --format parquet > answer.parquet")]
pub struct SqlArgs {
    /// The question; - reads it from standard input
    #[arg(value_name = "SQL", required_unless_present = "file", conflicts_with = "file")]
    sql: Option<String>,
    /// Read the question from a file
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// table, json, ndjson, csv, arrow or parquet
    #[arg(long, value_name = "FORMAT", default_value_t = Format::Table, hide_possible_values = true)]
    format: Format,
    /// Ask an earlier state: a snapshot's number, or a time such as 2026-11-19 or 2026-11-19T08:30:00Z
    #[arg(long, value_name = "SNAPSHOT|TIME", default_value = "latest", hide_default_value = true, value_parser = at)]
    at: At,
    #[command(flatten)]
    account: AccountChoice,
}

pub(super) fn at(text: &str) -> Result<At, String> {
    if text == "latest" {
        return Ok(At::Latest);
    }
    text.parse().map_err(|error: crate::lake::LakeError| error.to_string())
}

pub fn run(globals: &Globals, args: SqlArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    let out = io::stdout().lock();
    if args.format.is_binary() && out.is_terminal() {
        let message = format!("{} is binary and would garble the terminal", args.format);
        return Err(Failure::usage(message).help("redirect it, as in `> answer.parquet`, or choose another --format"));
    }
    let sql = match (args.sql, args.file) {
        (Some(sql), _) if sql != "-" => sql,
        (_, Some(file)) => std::fs::read_to_string(&file)
            .map_err(|error| Failure::new(format_args!("cannot read {}: {error}", file.display())))?,
        _ => {
            let mut sql = String::new();
            io::stdin()
                .read_to_string(&mut sql)
                .map_err(|error| Failure::new(format_args!("standard input: {error}")))?;
            sql
        }
    };
    session.require_store()?;
    let mut out = io::BufWriter::new(out);
    let asker = asking::Asker::open(&session)?;
    let accounts = asker.accounts(args.account.account.as_deref())?;
    asker.ask(sql, args.at, accounts, args.format, &mut out)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
