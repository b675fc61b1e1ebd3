//! The list of data files.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use super::status::plain;
use crate::cli::failure::{Failure, OrFail};
use crate::cli::numbers::{bytes, count, counted};
use crate::jobs::{self, Store};
use crate::lake::{At, LiveFile};
use crate::model::{AccountId, Day, facts};

/// List the data files of a state, newest day first
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan lake files --table rtb_daily --from 2026-11-01 --to 2026-11-07
  catscan lake files --at 12 --json")]
pub(super) struct FilesArgs {
    /// Only files of this table
    #[arg(long, value_name = "TABLE", value_parser = table)]
    table: Option<String>,
    /// Only files of this kind of report, for example performance
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Only files of this account, by name or number
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Only this day and later ones
    #[arg(long, value_name = "DAY")]
    from: Option<Day>,
    /// Only this day and earlier ones
    #[arg(long, value_name = "DAY")]
    to: Option<Day>,
    /// The state: a snapshot's number or a time
    #[arg(long, value_name = "SNAPSHOT|TIME", default_value = "latest", hide_default_value = true, value_parser = crate::cli::sql::at)]
    at: At,
    /// Print one JSON object per file
    #[arg(long)]
    json: bool,
}

pub(super) fn table(name: &str) -> Result<String, String> {
    match facts::table(name) {
        Some(table) => Ok(table.name.clone()),
        None => {
            let names: Vec<&str> = facts::tables().iter().map(|table| table.name.as_str()).collect();
            Err(format!("there are the tables {}", names.join(", ")))
        }
    }
}

pub(super) fn run(store: &Store, args: FilesArgs) -> Result<ExitCode, Failure> {
    let account = args.account.as_deref().map(|named| jobs::resolve(&store.db, Some(named))).transpose().or_fail()?;
    let snapshot = store.lake.snapshot(&args.at).or_fail()?;
    let files: Vec<_> = snapshot.files().iter().filter(|file| is_meant(file, &args, account)).collect();
    let mut out = std::io::stdout().lock();
    if args.json {
        for file in &files {
            let scope = &file.scope;
            let line = json!({
                "file_id": file.file_id, "table": scope.table.name, "account_id": scope.account, "report": scope.report,
                "metric_date": scope.day, "rows": file.rows, "bytes": file.bytes, "path": file.relative,
                "columns": file.columns, "grain": file.grain,
            });
            writeln!(out, "{line}")?;
        }
    } else {
        write!(out, "{}", words(&files))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn is_meant(file: &LiveFile, args: &FilesArgs, account: Option<AccountId>) -> bool {
    let scope = &file.scope;
    args.table.as_ref().is_none_or(|table| *table == scope.table.name)
        && args.kind.as_ref().is_none_or(|kind| *kind == scope.report)
        && account.is_none_or(|account| account == scope.account)
        && args.from.is_none_or(|from| from <= scope.day)
        && args.to.is_none_or(|to| scope.day <= to)
}

fn words(files: &[&Arc<LiveFile>]) -> String {
    if files.is_empty() {
        return "no files\n".to_owned();
    }
    let mut table = plain(&["file", "day", "account", "kind", "rows", "size", "path"], 4..6);
    for file in files {
        table.add_row([
            file.file_id.to_string(),
            file.scope.day.to_string(),
            file.scope.account.to_string(),
            file.scope.report.clone(),
            count(file.rows),
            bytes(file.bytes),
            file.relative.clone(),
        ]);
    }
    let (rows, size) = files.iter().fold((0, 0), |(rows, size), file| (rows + file.rows, size + file.bytes));
    format!(
        "{}\n{}, {}, {}\n",
        table.trim_fmt(),
        counted(files.len() as u64, "file"),
        counted(rows, "row"),
        bytes(size)
    )
}
