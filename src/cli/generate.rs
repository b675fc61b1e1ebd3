//! `catscan generate`: made-up reports with the measured shape of real ones.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use chrono::Utc;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::failure::{Failure, OrFail};
use super::numbers;
use super::session::{Globals, is_watched};
use crate::generate::{self, GenerateOptions, Generated, Kinds, Shape};
use crate::model::Day;
use crate::telemetry::Level;

/// Write made-up reports, and the entities that belong to them
///
/// One CSV file per day and kind of report, and a directory `entities` with the configs, endpoints, seats and creatives
/// that the rows name. The same options give the same bytes. The other kinds of a day are sums of its performance report,
/// so that all agree; with them, traffic follows the hours and the week, and there is something for each rule to find: a
/// size without a creative, a wasteful publisher, a jump in waste on the last day, and more.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan generate reports --rows-per-day 75000 --days 30
  catscan generate reports --rows-per-day 20000 --days 28 --kinds all
  catscan generate big --rows-per-day 1000000 --days 10 --shape wide --end 2026-11-19
  catscan sync --from-files reports/entities && catscan import reports/*.csv")]
pub struct GenerateArgs {
    /// Directory for the files; made where it is missing
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Rows of each day's performance report
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    rows_per_day: u64,
    /// Days, the last one being --end
    #[arg(long, value_name = "D", value_parser = clap::value_parser!(u32).range(1..))]
    days: u32,
    /// Last day, as YYYY-MM-DD [default: yesterday, UTC]
    #[arg(long, value_name = "DATE")]
    end: Option<Day>,
    /// Another seed gives other rows
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// real: header, dates and long tail of production reports; wide: twenty columns, for measurements
    #[arg(long, default_value_t = Shape::Real, value_name = "real|wide")]
    shape: Shape,
    /// performance, bids, funnel_geo, funnel_publisher, quality, bid_filtering, bidder, with commas between, or all
    #[arg(long, default_value_t = Kinds::performance(), value_name = "KINDS")]
    kinds: Kinds,
    /// Write also where DIR holds reports: those of the same names are replaced, the others stay
    #[arg(long)]
    force: bool,
}

pub fn run(globals: &Globals, args: GenerateArgs) -> Result<ExitCode, Failure> {
    globals.start_logging(Level::Warnings);
    let options = GenerateOptions {
        dir: args.dir,
        rows_per_day: args.rows_per_day,
        days: args.days,
        end: args.end.unwrap_or_else(yesterday),
        seed: args.seed,
        shape: args.shape,
        kinds: args.kinds,
    };
    if !args.force {
        generate::refuse_reports(&options.dir)
            .or_help("name an empty or new directory, or add --force: reports of the same names are replaced then")?;
    }
    let started = Instant::now();
    let made = generate(&options, globals.quiet)?;
    if !globals.quiet {
        eprintln!(
            "wrote {} rows in {} ({}) and the entities to {} in {}",
            numbers::count(made.rows),
            numbers::counted(made.reports.len() as u64, "report"),
            numbers::bytes(made.bytes),
            options.dir.display(),
            numbers::elapsed(started.elapsed())
        );
        let others = generate::reports_in(&options.dir).or_fail()?.len().saturating_sub(made.reports.len());
        if others > 0 {
            let others = numbers::counted(others as u64, "other report");
            eprintln!("note: {others} stood in {} and stayed", options.dir.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Generates under a progress bar.
pub fn generate(options: &GenerateOptions, quiet: bool) -> Result<Generated, Failure> {
    let bar = if quiet || !is_watched() { ProgressBar::hidden() } else { ProgressBar::new(0) };
    // The template is a constant of this file, shown in each run.
    if let Ok(style) = ProgressStyle::with_template("writing {wide_bar} {human_pos} of {human_len} rows, {eta} left") {
        bar.set_style(style);
    }
    let made = generate::run(options, &|done, total| {
        bar.set_length(total);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    made.or_fail()
}

/// The newest day that reports can be whole for.
pub fn yesterday() -> Day {
    Day::from(Utc::now().date_naive()).plus_days(-1)
}
