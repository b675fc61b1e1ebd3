//! Reports and entities for demos, tests and measurements: the same options give the same bytes.
//!
//! A [`Shape`] fixes the *world* (`world`: configs, creatives, publishers and how often each is drawn, with `names`);
//! a *mould* (`day`) draws one day's rows from it, each with a natural key of its own (`keys`). `performance` writes them
//! as they are. Where other kinds of report are asked for ([`Kinds`]), `stories` says what goes on in the world, the rows
//! stay in memory (`traffic`), and `bids`, `funnel` (with `hours`), `quality` and `bidder` are sums of them, so that all
//! kinds agree. `reports` writes the files of a day, `table` and `text` their cells; `entities` writes the configs,
//! buyers, endpoints and creatives that belong to the rows. Chance comes from `random`.
//!
//! Invariant: no clock; nothing is read; only files under [`GenerateOptions::dir`] are written, each by rename. The
//! command line and tests call [`run`]; the product itself never does.

mod bidder;
mod bids;
mod day;
mod entities;
mod funnel;
mod hours;
mod keys;
mod kinds;
mod names;
mod performance;
mod quality;
mod random;
mod reports;
mod stories;
mod table;
mod text;
mod traffic;
mod world;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::{fmt, thread};

use crate::model::Day;
use day::Mould;
pub use kinds::{Kind, Kinds, KindsError};
use world::World;

/// What the reports look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One measured day of one seat: the production header, `M/D/YY` dates, `US$`, the long tail of sizes and names.
    Real,
    /// Twenty columns with ISO dates and plain numbers, skewed by Zipf's law, for measurements.
    Wide,
}

/// The text names no shape.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("'{0}' is not a shape of reports: write real or wide")]
pub struct ShapeError(String);

impl FromStr for Shape {
    type Err = ShapeError;

    fn from_str(text: &str) -> Result<Self, ShapeError> {
        match text {
            "real" => Ok(Self::Real),
            "wide" => Ok(Self::Wide),
            other => Err(ShapeError(other.to_owned())),
        }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Real => "real",
            Self::Wide => "wide",
        })
    }
}

/// What to generate, and where.
#[derive(Clone, Debug)]
pub struct GenerateOptions {
    /// Made where absent; reports and entities of the same names in it are replaced.
    pub dir: PathBuf,
    /// Rows of each day's performance report, at most [`MOST_ROWS_PER_DAY`] (of more kinds
    /// [`MOST_ROWS_PER_DAY_OF_MORE_KINDS`]); the other kinds have sums of these rows.
    pub rows_per_day: u64,
    /// How many days, ending with `end`; at most [`MOST_DAYS`].
    pub days: u32,
    /// The last day.
    pub end: Day,
    /// Chance of rows and numbers; the configs, creatives and publishers stay the same.
    pub seed: u64,
    /// What the reports look like.
    pub shape: Shape,
    /// Which reports. Where there are more than those of performance, the rows of all tell the stories of a run that ends
    /// with `end`; performance reports alone are plain, and are the same whatever the other days are.
    pub kinds: Kinds,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// One report per day and kind, the oldest first: `performance-YYYY-MM-DD.csv`.
    pub reports: Vec<PathBuf>,
    /// The directory of pretargetingConfigs.json, buyers.json, endpoints.json and creatives.json.
    pub entities: PathBuf,
    /// Rows of all reports.
    pub rows: u64,
    /// Size of all reports.
    pub bytes: u64,
}

/// Rows of one day are told apart in memory (up to 32 bytes each); more than this is a mistake in the options.
pub const MOST_ROWS_PER_DAY: u64 = 500_000_000;

/// The same where other kinds than performance are asked for: a day of them is in memory whole (128 bytes a row) while its
/// reports are written, one a thread.
pub const MOST_ROWS_PER_DAY_OF_MORE_KINDS: u64 = 20_000_000;

/// More days than this would reach back before any report.
pub const MOST_DAYS: u32 = 10_000;

/// Why nothing, or not everything, was generated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// A day cannot have that many rows without two of the same natural key.
    #[error(
        "{asked} rows a day are too many: shape {shape} has at most {possible} rows with distinct keys; lower --rows-per-day"
    )]
    TooManyRows {
        /// The rows asked for.
        asked: u64,
        /// The most that are possible.
        possible: u64,
        /// The shape asked for.
        shape: Shape,
    },
    /// A day of these kinds does not fit into memory.
    #[error(
        "{0} rows a day are too many for the kinds {1}: ask for at most {MOST_ROWS_PER_DAY_OF_MORE_KINDS}, or for \
         --kinds performance alone"
    )]
    TooManyRowsOfKinds(u64, Kinds),
    /// That many days reach back before any report.
    #[error("{0} days are too many: ask for at most {MOST_DAYS}")]
    TooManyDays(u32),
    /// The directory holds reports, which may be somebody's own.
    #[error("{dir} holds {count} reports already, {first} for one", dir = dir.display())]
    HoldsReports {
        /// The directory.
        dir: PathBuf,
        /// How many.
        count: usize,
        /// The first one, by name.
        first: String,
    },
    /// A file could not be written.
    #[error("cannot write {path}: {source}; name a directory that may be written and has space", path = path.display())]
    Write {
        /// The file or directory.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

/// Writes one report per day and kind, and the entities; tells `progress` (rows written, rows in all) from several threads.
pub fn run(options: &GenerateOptions, progress: &(dyn Fn(u64, u64) + Sync)) -> Result<Generated, GenerateError> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    run_on(threads, options, progress)
}

/// The names of the reports that stand in the directory, sorted; none where it is not there.
pub fn reports_in(dir: &Path) -> Result<Vec<String>, GenerateError> {
    let entries = match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => at(dir, entries)?,
    };
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = at(dir, names.collect::<io::Result<Vec<_>>>())?;
    names.retain(|name| [".csv", ".csv.gz", ".zip"].iter().any(|end| name.to_ascii_lowercase().ends_with(end)));
    names.sort();
    Ok(names)
}

/// Refuses a directory that holds reports: generated ones beside them would be imported with them, or replace them.
pub fn refuse_reports(dir: &Path) -> Result<(), GenerateError> {
    let found = reports_in(dir)?;
    match found.first() {
        None => Ok(()),
        Some(first) => {
            Err(GenerateError::HoldsReports { dir: dir.to_owned(), count: found.len(), first: first.clone() })
        }
    }
}

fn run_on(
    threads: usize,
    options: &GenerateOptions,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Generated, GenerateError> {
    let mould = Mould::new(options.shape);
    let possible = mould.distinct_keys().min(MOST_ROWS_PER_DAY);
    if options.rows_per_day > possible {
        return Err(GenerateError::TooManyRows { asked: options.rows_per_day, possible, shape: options.shape });
    }
    if !options.kinds.is_performance_alone() && options.rows_per_day > MOST_ROWS_PER_DAY_OF_MORE_KINDS {
        return Err(GenerateError::TooManyRowsOfKinds(options.rows_per_day, options.kinds.clone()));
    }
    if options.days > MOST_DAYS {
        return Err(GenerateError::TooManyDays(options.days));
    }
    let entities = options.dir.join("entities");
    at(&entities, fs::create_dir_all(&entities))?;
    at(&entities, entities::write(&entities, &World::of(options.shape)))?;

    let days: Vec<Day> = (0..options.days).rev().map(|back| options.end.plus_days(-(back as i32))).collect();
    let reports: Vec<PathBuf> =
        days.iter().flat_map(|&day| options.kinds.iter().map(move |kind| reports::path(options, kind, day))).collect();
    let (next, done) = (AtomicUsize::new(0), AtomicU64::new(0));
    let (rows, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
    let all_rows = options.rows_per_day * u64::from(options.days);
    let failed: Mutex<Option<GenerateError>> = Mutex::new(None);
    let work = || {
        while let Some(&day) = days.get(next.fetch_add(1, Ordering::Relaxed)) {
            let tell = |rows| progress(done.fetch_add(rows, Ordering::Relaxed) + rows, all_rows);
            match reports::write_day(&mould, day, options, &tell) {
                Ok(written) => {
                    rows.fetch_add(written.rows, Ordering::Relaxed);
                    bytes.fetch_add(written.bytes, Ordering::Relaxed);
                }
                Err(error) => {
                    next.store(days.len(), Ordering::Relaxed);
                    failed.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).get_or_insert(error);
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads.clamp(1, days.len().max(1)) {
            scope.spawn(work);
        }
    });
    match failed.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()) {
        Some(error) => Err(error),
        None => Ok(Generated { reports, entities, rows: rows.into_inner(), bytes: bytes.into_inner() }),
    }
}

fn at<T>(path: &Path, result: io::Result<T>) -> Result<T, GenerateError> {
    result.map_err(|source| GenerateError::Write { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;
