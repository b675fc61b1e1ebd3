//! `catscan import`: report files into the store.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::account::{DateFormat, currency};
use super::failure::Failure;
use super::progress::{Form, ImportView};
use super::session::Globals;
use super::{AccountChoice, inputs, work};
use crate::ingest;
use crate::jobs::{ImportRequest, Job};
use crate::model::{Currency, DateOrder, Day};
use crate::report::KindName;
use crate::telemetry::Level;

/// Import report files (CSV, also packed with gzip or zip)
///
/// Each file is imported whole or not at all, and a refused one does not stop the next. The kind of report is
/// recognised by its header. Rows that are there already are replaced, so importing a file twice changes nothing.
/// Exit code 1 when a file was refused.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan import report.csv
  catscan import reports --json               every report in a directory
  catscan import --dry-run mail.zip           what would happen, and nothing changes
  curl -s URL | catscan import -
  catscan import --mode replace day.csv       the file is the whole truth for its days
  catscan import --date-format day-first report.csv")]
pub struct ImportArgs {
    /// Report files, patterns such as 'mail/*.csv.gz', directories (all *.csv, *.csv.gz and *.zip in them, by name), or
    /// - for standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// merge: rows with the same key are replaced and the others stay; replace: the file's days are replaced as a
    /// whole; skip: rows that are there win
    #[arg(long, value_enum, default_value_t = Mode::Merge, value_name = "merge|replace|skip", hide_possible_values = true)]
    mode: Mode,
    #[command(flatten)]
    account: AccountChoice,
    /// How to read dates such as 3/4/26 where the file leaves it open
    #[arg(long, value_name = "month-first|day-first", hide_possible_values = true)]
    date_format: Option<DateFormat>,
    /// With --mode replace: let the file erase billing ids and buyer accounts that it lacks
    #[arg(long)]
    drop_missing: bool,
    /// Do everything but the commit: the answer says what would become of each file, compared with the store as it is
    #[arg(long)]
    dry_run: bool,
    /// Refuse files that are of another kind than this one
    #[arg(long, value_name = "KIND")]
    kind: Option<KindName>,
    /// The day of all rows, for reports without a Day column
    #[arg(long, value_name = "YYYY-MM-DD")]
    day: Option<Day>,
    /// The currency of the money, where the report shows no symbol
    #[arg(long, value_name = "CODE", value_parser = currency)]
    currency: Option<Currency>,
    /// Import files anew although the same bytes are in the store already
    #[arg(long)]
    again: bool,
    /// Refuse a file with more rejected rows than this, over the setting import.max_rejected_percent
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    max_reject_pct: Option<f64>,
    /// Print where the time of each file went, stage by stage
    #[arg(long)]
    timings: bool,
    /// Print one JSON object per file
    #[arg(long)]
    json: bool,
}

/// What happens to rows that are there already.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Mode {
    /// A row with the same key is replaced, the others stay
    Merge,
    /// The days of the file are replaced as a whole
    Replace,
    /// Rows that are there win
    Skip,
}

impl From<Mode> for ingest::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Merge => Self::Merge,
            Mode::Replace => Self::Replace,
            Mode::Skip => Self::Skip,
        }
    }
}

pub fn run(globals: &Globals, args: ImportArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    let inputs = inputs::find(&session, &args.files)?;
    let request = ImportRequest {
        files: inputs.files.clone(),
        account: args.account.account,
        mode: args.mode.into(),
        date_order: args.date_format.map(DateOrder::from),
        drop_missing: args.drop_missing,
        kind: args.kind,
        day: args.day,
        currency: args.currency,
        again: args.again,
        dry_run: args.dry_run,
        max_reject_pct: args.max_reject_pct,
    };
    let view = ImportView::new(if args.json { Form::Json } else { Form::Words }, session.quiet);
    let view = if args.timings { view.with_timings() } else { view };
    let done = work::perform(&session, "import", &Job::Import(request), &|event| view.show(event));
    let written = view.finish();
    let ok = done?;
    written?;
    Ok(ExitCode::from(u8::from(!ok)))
}

fn percent(text: &str) -> Result<f64, String> {
    let percent = text.parse().ok().filter(|percent| (0.0..=100.0).contains(percent));
    percent.ok_or_else(|| format!("'{text}' is no percentage: write a number from 0 to 100"))
}
