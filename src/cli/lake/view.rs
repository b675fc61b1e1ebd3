//! Having care done and showing it: a bar where a person watches, then the answer.

use std::io::Write;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::de::DeserializeOwned;

use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::work;
use crate::jobs::{AskedBy, Care, CareRequest, Event, Job};

/// Has it done, here or by the server that holds the store, and prints the answer: as JSON, or in words. The exit code is
/// 1 where something was wrong, which was told then.
pub(in crate::cli) fn care<T: DeserializeOwned>(
    session: &Session,
    care: Care,
    json: bool,
    words: impl Fn(T) -> String + Sync,
) -> Result<ExitCode, Failure> {
    let bar = bar(session.quiet);
    let written = Mutex::new(Ok(()));
    let show = |event: Event| match event {
        Event::Stage { name, .. } => bar.set_message(name),
        Event::Bytes { done, total } => {
            bar.set_length(total);
            bar.set_position(done);
        }
        Event::Cared { answer, .. } => {
            let text = if json {
                answer.to_string() + "\n"
            } else {
                // An answer of another version would have been refused before.
                serde_json::from_value(answer.clone()).map_or_else(|_| answer.to_string() + "\n", &words)
            };
            *written.lock().unwrap_or_else(PoisonError::into_inner) =
                bar.suspend(|| write!(std::io::stdout(), "{text}"));
        }
        other => bar.suspend(|| work::tell_plainly(other)),
    };
    let kind = care.kind();
    let request = CareRequest { care, asked_by: AskedBy::Command };
    let ok = work::perform(session, kind, &Job::Care(request), &show)?;
    bar.finish_and_clear();
    written.into_inner().unwrap_or_else(PoisonError::into_inner)?;
    Ok(ExitCode::from(u8::from(!ok)))
}

/// A bar of bytes on standard error; none where nothing is to be said.
pub(in crate::cli) fn bar(quiet: bool) -> ProgressBar {
    let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(None, target);
    // The template is a constant of this file, shown in each run.
    let template = "{wide_bar} {percent:>3} % of {decimal_total_bytes}, {eta} left  {msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    bar
}
