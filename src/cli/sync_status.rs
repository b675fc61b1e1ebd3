//! `catscan sync --status`: when each kind was brought up, what Google said of its limits, and the calls of the day.

use std::io::Write;
use std::process::ExitCode;

use chrono::Utc;

use super::entity::{numbers, reader, table, words};
use super::failure::{Failure, OrFail};
use super::session::Session;
use crate::jobs::{SyncStatus, resolve, sync_status};

pub fn run(session: &Session, account: Option<&str>, json: bool) -> Result<ExitCode, Failure> {
    let store = reader(session)?;
    let account = resolve(&store.db, account).or_help("`catscan account list` shows the accounts")?;
    let status = sync_status(&store.db, account, Utc::now()).or_fail()?;
    let mut out = std::io::stdout().lock();
    if json {
        serde_json::to_writer(&mut out, &status).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", told(&status))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn told(status: &SyncStatus) -> String {
    let kinds = [
        words("kind", |kind: &crate::jobs::KindStatus| Some(kind.kind.code().to_owned())),
        words("last done", |kind| kind.last_done_at.as_deref().map(minute)),
        words("last tried", |kind| kind.last_tried_at.as_deref().map(minute)),
        words("trouble", |kind| kind.failure.as_ref().map(|failure| failure.reason.clone())),
    ];
    let mut text = table(&status.kinds, &kinds) + "\n";
    if let Some(job) = status.running_job_id {
        text.push_str(&format!("\nat work now: `catscan jobs show {job}`\n"));
    }
    match &status.limits {
        None => text.push_str("\nlimits: Google has said nothing of them\n"),
        Some(limits) => {
            let left = limits.remaining.map_or("an unknown number of".to_owned(), |left| left.to_string());
            let reset = limits.resets_at.as_deref().map_or(String::new(), |at| format!(", more from {at}"));
            text.push_str(&format!("\nlimits: {left} calls left at {}{reset}\n", limits.observed_at));
        }
    }
    if status.calls_today.is_empty() {
        text.push_str("calls today: none\n");
        return text;
    }
    let calls = [
        words("calls today", |route: &crate::sync::usage::RouteUsage| {
            Some(format!("{} {}", route.method, route.route))
        }),
        numbers("calls", |route| Some(route.calls.to_string())),
        numbers("failed", |route| Some(route.errors.to_string())),
        numbers("retries", |route| Some(route.retries.to_string())),
        numbers("KiB", |route| Some((route.bytes_received / 1024).to_string())),
        numbers("ms", |route| Some(route.elapsed_ms.to_string())),
    ];
    text + "\n" + &table(&status.calls_today, &calls) + "\n"
}

/// `2026-11-20T09:30:00.000Z` to the minute.
fn minute(time: &str) -> String {
    time.get(..16).unwrap_or(time).replace('T', " ")
}
