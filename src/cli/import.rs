//! `catscan import`: report files into the store.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::account::DateFormat;
use super::failure::{Failure, OrFail};
use super::progress::{Form, ImportView};
use super::session::Globals;
use super::{AccountChoice, work};
use crate::ingest;
use crate::jobs::{ImportFile, ImportRequest, Job};
use crate::model::DateOrder;
use crate::telemetry::Level;

/// Import report files (CSV)
///
/// Each file is imported whole or not at all, and a refused one does not stop the next. The kind of report is
/// recognised by its header. Rows that are there already are replaced, so importing a file twice changes nothing.
/// Exit code 1 when a file was refused.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan import report.csv
  catscan import reports/*.csv --json
  catscan import --mode replace day.csv       the file is the whole truth for its days
  catscan import --date-format day-first report.csv")]
pub struct ImportArgs {
    /// Report files
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
    let request = ImportRequest {
        files: args.files.iter().map(ImportFile::named).collect::<Result<_, _>>().or_fail()?,
        account: args.account.account,
        mode: args.mode.into(),
        date_order: args.date_format.map(DateOrder::from),
        drop_missing: args.drop_missing,
    };
    let view = ImportView::new(if args.json { Form::Json } else { Form::Words }, session.quiet);
    let done = work::perform(&session, "import", &Job::Import(request), &|event| view.show(event));
    let written = view.finish();
    let ok = done?;
    written?;
    Ok(ExitCode::from(u8::from(!ok)))
}
