//! The store in numbers.

use std::fmt::Write as _;
use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use comfy_table::{CellAlignment, Table, presets};
use serde::Serialize;

use crate::cli::failure::{Failure, OrFail};
use crate::cli::numbers::{bytes, count, counted};
use crate::jobs::{self, JobRecord, ScheduleRecord, Store};
use crate::lake::LakeStatus;

/// Show what the store holds and when it was last cared for
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  catscan lake status --json")]
pub(super) struct StatusArgs {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Status {
    #[serde(flatten)]
    lake: LakeStatus,
    /// The newest job of each kind of care.
    care: Vec<JobRecord>,
    schedules: Vec<ScheduleRecord>,
}

pub(super) fn run(store: &Store, args: StatusArgs) -> Result<ExitCode, Failure> {
    let lake = store.lake.status().or_fail()?;
    let status = Status {
        lake,
        care: jobs::newest_care(&store.db).or_fail()?,
        schedules: jobs::schedules(&store.db).or_fail()?,
    };
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, &status).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", words(&status))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn words(status: &Status) -> String {
    let Status { lake, care, schedules } = status;
    let kept = &lake.kept;
    let time = |time: &chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%d %H:%M").to_string();
    let mut page = String::new();
    let mut line = |label: &str, text: String| {
        // Writing to a String does not fail.
        let _ = writeln!(page, "{label:<12}{text}");
    };
    line("place", lake.place.clone());
    line("newest", format!("snapshot {} of {} UTC", lake.snapshot_id, time(&lake.snapshot_time)));
    line(
        "kept",
        format!(
            "{} since {} UTC (snapshot {})",
            counted(kept.snapshots, "snapshot"),
            time(&kept.oldest_time),
            kept.oldest
        ),
    );
    line(
        "older files",
        match kept.superseded_files + kept.files_to_remove {
            0 => "none".to_owned(),
            _ => {
                let mut text = format!("{}, {}", counted(kept.superseded_files, "file"), bytes(kept.superseded_bytes));
                if kept.files_to_remove > 0 {
                    text.push_str(&format!("; {} to remove", count(kept.files_to_remove)));
                }
                text
            }
        },
    );
    page.push('\n');
    page.push_str(&tables(lake));
    if !care.is_empty() || !schedules.is_empty() {
        page.push('\n');
        page.push_str(&cared(care, schedules));
    }
    page
}

fn tables(lake: &LakeStatus) -> String {
    if lake.tables.is_empty() {
        return "no facts yet: `catscan import FILE` brings some\n".to_owned();
    }
    let header = ["table", "rows", "size", "files", "partitions", "in several files", "days"];
    let mut table = plain(&header, 1..6);
    for status in &lake.tables {
        table.add_row([
            status.table.clone(),
            count(status.rows),
            bytes(status.bytes),
            count(status.files),
            count(status.partitions),
            count(status.split_partitions),
            format!("{} to {}", status.first_day, status.last_day),
        ]);
    }
    table.trim_fmt() + "\n"
}

fn cared(care: &[JobRecord], schedules: &[ScheduleRecord]) -> String {
    let mut table = plain(&["care", "last (UTC)", "outcome", "next (UTC)"], 0..0);
    let short = |text: &str| text.chars().take(16).collect::<String>().replace('T', " ");
    let mut kinds: Vec<&str> = schedules.iter().map(|schedule| schedule.kind.as_str()).collect();
    kinds.extend(care.iter().map(|job| job.kind.as_str()).filter(|kind| !schedules.iter().any(|s| s.kind == **kind)));
    kinds.dedup();
    for kind in kinds {
        let job = care.iter().find(|job| job.kind == kind);
        let last = job.map_or_else(|| "never".to_owned(), |job| short(&job.queued_at));
        let outcome = job.map_or_else(|| "–".to_owned(), |job| job.error.clone().unwrap_or_else(|| job.state.clone()));
        let next =
            schedules.iter().filter(|schedule| schedule.kind == kind && schedule.enabled).map(|s| &s.next_run_at).min();
        table.add_row([
            kind.to_owned(),
            last,
            outcome,
            next.map_or_else(|| "when asked for".to_owned(), |next| short(next)),
        ]);
    }
    table.trim_fmt() + "\n"
}

/// A table without lines; these columns are numbers.
pub(in crate::cli) fn plain(header: &[&str], numbers: std::ops::Range<usize>) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(header);
    for column in numbers {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
