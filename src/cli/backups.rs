//! `catscan backups`: lists backups.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;

use super::failure::{Failure, OrFail};
use super::numbers::{bytes, count};
use super::session::Globals;
use super::{backup, lake};
use crate::backup::{Depot, ListedBackup, list};
use crate::config::environment;
use crate::telemetry::Level;

/// List backups, the newest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan backups
  catscan backups s3://bucket/catscan --json")]
pub struct BackupsArgs {
    /// Directory or address that was backed up to [default: backups/ of the data directory, or backup.dir]
    #[arg(value_name = "DEST")]
    place: Option<String>,
    /// Print one JSON object a backup
    #[arg(long)]
    json: bool,
}

pub fn run(globals: &Globals, args: BackupsArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    let depot = match &args.place {
        Some(place) => Depot::to_read(&backup::absolute(place)?, environment()),
        None => Depot::of_directory(&session.config.backup.directory(&session.dir)),
    };
    let listed = list(&depot.or_fail()?).or_fail()?;
    let mut out = std::io::stdout().lock();
    if args.json {
        for backup in &listed {
            serde_json::to_writer(&mut out, backup).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
    } else {
        write!(out, "{}", words(&listed))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn words(listed: &[ListedBackup]) -> String {
    if listed.is_empty() {
        return "no backups yet: `catscan backup` makes one\n".to_owned();
    }
    let mut table = lake::plain(&["backup", "rows", "days", "files", "size", "snapshot"], 1..6);
    for backup in listed {
        match &backup.content {
            Some(content) => table.add_row([
                backup.backup.to_string(),
                count(content.rows),
                count(content.days),
                count(content.files),
                bytes(content.bytes),
                content.snapshot_id.to_string(),
            ]),
            None => table.add_row([backup.backup.to_string(), "damaged".to_owned()]),
        };
    }
    let mut page = table.trim_fmt() + "\n";
    for problem in listed.iter().filter_map(|backup| backup.problem.as_ref()) {
        page.push_str(&format!("note: {problem}\n"));
    }
    page
}
