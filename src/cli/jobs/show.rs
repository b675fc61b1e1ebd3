//! All that is known of one job.

use std::fmt::Write as _;

use chrono::DateTime;

use crate::cli::numbers::{bytes, elapsed};
use crate::jobs::{JobRecord, StageRecord};

/// The job on a page.
pub(super) fn words(record: &JobRecord) -> String {
    let what = record.what.as_deref().unwrap_or("–");
    let mut page = format!("job {}: {} of {what}, {}\n", record.job_id, record.kind, record.state);
    let mut line = |label: &str, text: String| {
        // Writing to a String does not fail.
        let _ = writeln!(page, "  {label:<10}{text}");
    };
    if let Some(by) = &record.asked_by {
        line("asked", format!("{} by {by}", record.queued_at));
    }
    if let Some(total) = record.bytes_total {
        line("file", bytes(total.unsigned_abs()));
    }
    for (at, stage) in record.stages.iter().enumerate() {
        line(if at == 0 { "stages" } else { "" }, stage_words(stage));
    }
    if let Some(finished) = &record.finished_at {
        line("finished", finished.clone());
    }
    if let Some(batch) = record.batch_id {
        line("batch", format!("{batch} (`catscan imports show {batch}`)"));
    }
    if let Some(error) = &record.error {
        line("why", error.clone());
    }
    page
}

fn stage_words(stage: &StageRecord) -> String {
    let far = match (stage.bytes_done, stage.bytes_total) {
        (Some(done), Some(total)) => format!(", {} of {}", bytes(done.unsigned_abs()), bytes(total.unsigned_abs())),
        _ => String::new(),
    };
    let time = |text: &str| DateTime::parse_from_rfc3339(text).ok();
    let ended = stage.finished_at.as_deref().and_then(time);
    let took = time(&stage.started_at).zip(ended).and_then(|(started, ended)| (ended - started).to_std().ok());
    let took = took.map_or_else(|| "since ".to_owned() + &stage.started_at, elapsed);
    format!("{:<12}{took}{far}", stage.name)
}
