//! `catscan backup`: backs the store up.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::lake::view;
use super::numbers::{bytes, counted, elapsed};
use super::session::Globals;
use crate::backup::BackupAnswer;
use crate::jobs::{BackupRequest, Care, Destination};
use crate::telemetry::Level;

/// Back the store up: database, settings and facts as they are at one moment
///
/// Data files that an earlier backup there brought are not copied again, and on the same disk none is copied at all. A
/// server does this by itself, daily (section [backup] of config.toml). Keys and the inbox are not in a backup
/// (docs/backup.md).
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan backup                        into backups/ of the data directory, or as backup.dir says
  catscan backup /mnt/disk/catscan
  catscan backup s3://bucket/catscan    credentials from the environment: AWS_ACCESS_KEY_ID …
  catscan backups                       lists them
  catscan restore /mnt/disk/catscan --into /srv/catscan")]
pub struct BackupArgs {
    /// Directory or address: s3://BUCKET/PREFIX, gs://BUCKET/PREFIX, az://CONTAINER/PREFIX
    #[arg(value_name = "DEST")]
    destination: Option<String>,
    /// Keep so many backups there, the newest; 0 keeps all [default: 30, or backup.keep of config.toml]
    #[arg(long, value_name = "N")]
    keep: Option<u32>,
    /// Read also the data files that are there already, and replace damaged ones
    #[arg(long)]
    verify: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(globals: &Globals, args: BackupArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    session.require_store()?;
    let to = match &args.destination {
        Some(place) => Destination::Named(absolute(place)?),
        None => Destination::Directory,
    };
    let request = BackupRequest { to, keep: args.keep, verify: args.verify };
    view::care(&session, Care::Backup(request), args.json, |answer| words(&answer))
}

/// A path as every process reads it; an address as it is.
pub(super) fn absolute(place: &str) -> Result<String, Failure> {
    if place.is_empty() {
        return Err(Failure::usage("the place of the backups is empty: name a directory or an address"));
    }
    if place.contains("://") {
        return Ok(place.to_owned());
    }
    let path = std::path::absolute(place).map_err(Failure::usage)?;
    path.into_os_string().into_string().map_err(|_| Failure::usage("the path is not UTF-8"))
}

fn words(answer: &BackupAnswer) -> String {
    let mut page = String::new();
    let mut line = |text: String| {
        // Writing to a String does not fail.
        let _ = writeln!(page, "{text}");
    };
    let took = elapsed(std::time::Duration::from_millis(answer.elapsed_ms));
    line(format!("backup {} in {} ({took})", answer.backup, answer.place));
    line(format!(
        "  {} of {} in {}, {} with the database: snapshot {} of {} UTC",
        counted(answer.rows, "row"),
        counted(answer.days, "day"),
        counted(answer.files, "file"),
        bytes(answer.bytes),
        answer.snapshot_id,
        answer.snapshot_time.format("%Y-%m-%d %H:%M"),
    ));
    let replaced = match answer.files_replaced {
        0 => String::new(),
        replaced => format!(" ({replaced} for damaged ones)"),
    };
    line(format!(
        "  {} new{replaced}, {} there already; {} written",
        counted(answer.files_new, "file"),
        counted(answer.files_known, "file"),
        bytes(answer.bytes_copied),
    ));
    if answer.bytes_linked > 0 {
        line(format!(
            "  {} of data files are second names on the disk of the store: a backup elsewhere survives its loss",
            bytes(answer.bytes_linked)
        ));
    }
    if !answer.pruned.is_empty() || answer.files_removed > 0 {
        line(format!(
            "  removed {} and {} that no backup needs, {}",
            counted(answer.pruned.len() as u64, "older backup"),
            counted(answer.files_removed, "file"),
            bytes(answer.bytes_removed),
        ));
    }
    for note in &answer.notes {
        line(format!("  note: {note}"));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_what_it_holds_and_what_it_cost() {
        let answer: BackupAnswer = serde_json::from_value(serde_json::json!({
            "place": "backups", "backup": "2026-11-20T13-35-01Z", "snapshot_id": 12,
            "snapshot_time": "2026-11-20T13:30:00Z", "rows": 75_000, "days": 7, "files": 9, "files_new": 2,
            "files_known": 7, "files_replaced": 1, "bytes": 4_000_000, "bytes_copied": 900_000, "bytes_linked": 3_000,
            "pruned": ["2026-10-20T13-35-01Z"], "files_removed": 3, "bytes_removed": 70_000, "notes": ["look"],
            "elapsed_ms": 1_250,
        }))
        .unwrap();
        insta::assert_snapshot!(words(&answer), @r"
        backup 2026-11-20T13-35-01Z in backups (1.2 s)
          75,000 rows of 7 days in 9 files, 4.0 MB with the database: snapshot 12 of 2026-11-20 13:30 UTC
          2 files new (1 for damaged ones), 7 files there already; 900 kB written
          3.0 kB of data files are second names on the disk of the store: a backup elsewhere survives its loss
          removed 1 older backup and 3 files that no backup needs, 70 kB
          note: look
        ");
    }
}
