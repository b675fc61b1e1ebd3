//! Showing an import while it runs: a bar where a person watches, now and then a line where a log does, and each file's
//! answer when it is known.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::numbers;
use super::session::is_watched;
use super::summary::Summary;
use crate::jobs::Event;

const LINE_EVERY: Duration = Duration::from_secs(10);

/// How the answer of each file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A block for people.
    Words,
    /// One JSON object a line.
    Json,
    /// Only refusals, and the sum at the end.
    Sum,
}

/// Shows the events of an import.
pub struct ImportView {
    form: Form,
    bar: ProgressBar,
    /// Each block says where the time went.
    timings: bool,
    /// Lines of progress go to standard error because nobody watches a bar.
    lines: bool,
    state: Mutex<State>,
}

struct State {
    /// The first event, which may come after a wait for another command.
    started: Option<Instant>,
    last_line: Instant,
    files: u64,
    refused: u64,
    rows: u64,
    output: io::Result<()>,
}

impl ImportView {
    /// A view; `quiet` shows answers only.
    pub fn new(form: Form, quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(None, target);
        // The template is a constant of this file, shown in each run.
        let template = "{wide_bar} {percent:>3} % of {decimal_total_bytes}, {eta} left  {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        let state = State { started: None, last_line: Instant::now(), files: 0, refused: 0, rows: 0, output: Ok(()) };
        Self { form, bar, timings: false, lines: !quiet && !is_watched(), state: Mutex::new(state) }
    }

    /// Says of each file where its time went.
    pub fn with_timings(self) -> Self {
        Self { timings: true, ..self }
    }

    /// Shows one event.
    pub fn show(&self, event: Event) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).started.get_or_insert_with(Instant::now);
        match event {
            Event::Stage { file, name } => {
                let file = Path::new(&file).file_name().map_or(file.as_str().into(), |name| name.to_string_lossy());
                self.bar.set_message(format!("{name} {file}"));
            }
            Event::Bytes { done, total } => {
                self.bar.set_length(total);
                self.bar.set_position(done);
                if self.lines && total > 0 {
                    let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                    if state.last_line.elapsed() >= LINE_EVERY {
                        state.last_line = Instant::now();
                        eprintln!("read {} % of {}", 100 * done / total, numbers::bytes(total));
                    }
                }
            }
            Event::Imported { answer } => self.answer(&answer),
            other => self.bar.suspend(|| super::work::tell_plainly(other)),
        }
    }

    fn answer(&self, answer: &str) {
        let summary = Summary::of(answer);
        let written = self.bar.suspend(|| {
            let mut out = io::stdout().lock();
            match self.form {
                Form::Json => writeln!(out, "{answer}"),
                Form::Words | Form::Sum => {
                    if let Some(refusal) = summary.refusal() {
                        refusal.report();
                    }
                    match (self.form, self.timings) {
                        (Form::Words, false) => summary.write(&mut out),
                        (Form::Words, true) => summary.write(&mut out).and_then(|()| summary.write_timings(&mut out)),
                        _ => Ok(()),
                    }
                }
            }
        });
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.files += 1;
        state.refused += u64::from(summary.is_refused());
        state.rows += summary.rows_taken();
        if state.output.is_ok() {
            state.output = written;
        }
    }

    /// Clears the bar, says the sum of several files, and tells whether the answers could be written.
    pub fn finish(self) -> io::Result<()> {
        self.bar.finish_and_clear();
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.output?;
        if self.form != Form::Json && state.files > 1 {
            let refused = if state.refused > 0 { format!(", {} refused", state.refused) } else { String::new() };
            let files = numbers::counted(state.files, "file");
            let time = numbers::elapsed(state.started.map_or(Duration::ZERO, |started| started.elapsed()));
            writeln!(io::stdout(), "{files}{refused}: {} imported in {time}", numbers::counted(state.rows, "row"))?;
        }
        Ok(())
    }
}
