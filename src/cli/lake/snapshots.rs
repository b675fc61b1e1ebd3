//! The list of snapshots.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;

use super::status::plain;
use crate::cli::failure::{Failure, OrFail};
use crate::cli::numbers::count;
use crate::jobs::Store;
use crate::lake::SnapshotRecord;
use crate::model::SnapshotId;

/// List the states of the facts that can be asked with --at, newest first
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan lake snapshots --limit 5
  catscan sql \"SELECT count(*) FROM rtb_daily\" --at 12")]
pub(super) struct SnapshotsArgs {
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// Only snapshots older than this one
    #[arg(long, value_name = "SNAPSHOT")]
    before: Option<SnapshotId>,
    /// Print one JSON object per snapshot
    #[arg(long)]
    json: bool,
}

pub(super) fn run(store: &Store, args: SnapshotsArgs) -> Result<ExitCode, Failure> {
    let snapshots = store.lake.snapshots(args.before, args.limit).or_fail()?;
    let mut out = std::io::stdout().lock();
    if args.json {
        for snapshot in &snapshots {
            serde_json::to_writer(&mut out, snapshot).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
    } else {
        write!(out, "{}", words(&snapshots))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn words(snapshots: &[SnapshotRecord]) -> String {
    if snapshots.is_empty() {
        return "no snapshots\n".to_owned();
    }
    let mut table = plain(&["snapshot", "time (UTC)", "files", "rows", "by", "what"], 0..1);
    let change = |added: u64, ended: u64| match (added, ended) {
        (0, 0) => "–".to_owned(),
        (added, 0) => format!("+{}", count(added)),
        (0, ended) => format!("-{}", count(ended)),
        (added, ended) => format!("+{} -{}", count(added), count(ended)),
    };
    for snapshot in snapshots {
        table.add_row([
            snapshot.snapshot_id.to_string(),
            snapshot.time.format("%Y-%m-%d %H:%M:%S").to_string(),
            change(snapshot.files_added, snapshot.files_ended),
            change(snapshot.rows_added, snapshot.rows_ended),
            snapshot.author.clone().unwrap_or_default(),
            snapshot.message.clone().unwrap_or_default(),
        ]);
    }
    table.trim_fmt() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_and_went_stands_in_a_line() {
        let snapshot = |id, added: (u64, u64), ended: (u64, u64), message: &str| SnapshotRecord {
            snapshot_id: SnapshotId(id),
            time: "2026-11-20T08:30:00Z".parse().unwrap(),
            author: Some("catscan import".to_owned()),
            message: Some(message.to_owned()),
            files_added: added.0,
            rows_added: added.1,
            files_ended: ended.0,
            rows_ended: ended.1,
        };
        let snapshots = [
            snapshot(3, (0, 0), (1, 75_120), "c"),
            snapshot(2, (2, 75_120), (1, 4), "b"),
            snapshot(1, (1, 4), (0, 0), "a"),
        ];
        insta::assert_snapshot!(words(&snapshots), @r"
        snapshot  time (UTC)           files  rows        by              what
               3  2026-11-20 08:30:00  -1     -75,120     catscan import  c
               2  2026-11-20 08:30:00  +2 -1  +75,120 -4  catscan import  b
               1  2026-11-20 08:30:00  +1     +4          catscan import  a
        ");
        assert_eq!(words(&[]), "no snapshots\n");
    }
}
