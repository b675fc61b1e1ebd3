//! The door to importing: one file, or several in parallel with the outcome of their order.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::attempt::Attempt;
use super::reading::Share;
use super::turns::Turns;
use super::{AnomalyRule, ImportAnswer, ImportError, Mode, Progress, Source, UnpackLimits, record};
use crate::db::Db;
use crate::lake::Lake;
use crate::model::{AccountId, Clock, Currency, Day};
use crate::report::{DateOrder, KindName, Refusal, ReportRules};

/// Imports files into one store.
#[derive(Clone)]
pub struct Importer {
    pub(super) db: Db,
    pub(super) lake: Lake,
    pub(super) tmp: PathBuf,
    pub(super) clock: Clock,
    pub(super) limits: ImportLimits,
    pub(super) rules: &'static ReportRules,
}

/// What an import may take.
#[derive(Clone, Copy, Debug)]
pub struct ImportLimits {
    /// Rejected rows in percent of a file's rows beyond which the file is refused.
    pub max_reject_pct: f64,
    /// Rows held in memory before they spill, in bytes, of all files that are read at the same time.
    pub rows_in_memory_bytes: usize,
    /// Threads that read and write: several files at the same time, or the parts of one.
    pub threads: usize,
    /// What may come out of a packed file.
    pub unpack: UnpackLimits,
    /// When the number of a day's rows is worth a warning.
    pub anomaly: AnomalyRule,
}

impl Default for ImportLimits {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let (unpack, anomaly) = Default::default();
        Self { max_reject_pct: 5.0, rows_in_memory_bytes: 1 << 30, threads, unpack, anomaly }
    }
}

/// How a file is meant.
#[derive(Clone, Copy, Debug)]
pub struct ImportOptions {
    /// The account that the file belongs to.
    pub account: AccountId,
    /// How it meets live rows.
    pub mode: Mode,
    /// The order of month and day, where the user says it.
    pub date_order: Option<DateOrder>,
    /// In mode replace: let the file erase billing ids and buyer accounts that it lacks.
    pub drop_missing: bool,
    /// The kind that the report must be.
    pub kind: Option<KindName>,
    /// The day of all rows of a report that has no column for it.
    pub day: Option<Day>,
    /// The currency of the file's money.
    pub currency: Option<Currency>,
    /// Import the bytes also where they are live already.
    pub again: bool,
    /// Do everything but the commit: nothing changes, not even the import history.
    pub dry_run: bool,
    /// Overrides [`ImportLimits::max_reject_pct`].
    pub max_reject_pct: Option<f64>,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            account: AccountId::FIRST,
            mode: Mode::Merge,
            date_order: None,
            drop_missing: false,
            kind: None,
            day: None,
            currency: None,
            again: false,
            dry_run: false,
            max_reject_pct: None,
        }
    }
}

impl Importer {
    /// An importer on an open store; `tmp` takes rows that do not fit the memory.
    pub fn new(db: Db, lake: Lake, tmp: PathBuf, clock: Clock, limits: ImportLimits) -> Self {
        Self { db, lake, tmp, clock, limits, rules: ReportRules::built_in() }
    }

    /// The importer with other report kinds and headers than the program's own.
    pub fn with_rules(self, rules: &'static ReportRules) -> Self {
        Self { rules, ..self }
    }

    /// Frees the claims of imports whose process died. Called once, by the writing process, at its start.
    pub fn recover(&self) -> Result<usize, ImportError> {
        let now = self.clock.timestamp();
        self.db.write(|tx| record::free_claims(tx, &now))
    }

    /// Imports one file. A file at fault is an answer with status refused; an error means that the store failed.
    pub fn import(
        &self,
        source: &Source,
        options: &ImportOptions,
        progress: &dyn Progress,
    ) -> Result<ImportAnswer, ImportError> {
        let (claims, commits) = (Turns::default(), Turns::default());
        Attempt::new(self, source, options, progress, self.share(1)).run(claims.turn(0), commits.turn(0))
    }

    fn share(&self, files_at_once: usize) -> Share {
        let files = files_at_once.max(1);
        let ImportLimits { threads, rows_in_memory_bytes, .. } = self.limits;
        Share { threads: (threads / files).max(1), rows_bytes: rows_in_memory_bytes / files }
    }

    /// Imports files in parallel; the outcome is that of their order. `answered` is told each answer as it comes, in
    /// their order. Where the store fails, the answer is a refusal with the reason.
    pub fn import_all(
        &self,
        sources: &[Source],
        options: &ImportOptions,
        progress: &dyn Progress,
        answered: &(dyn Fn(&ImportAnswer) + Sync),
    ) -> Vec<ImportAnswer> {
        let (claims, commits, answers) = (Turns::default(), Turns::default(), Turns::default());
        let next = AtomicUsize::new(0);
        let all = Mutex::new(Vec::with_capacity(sources.len()));
        let at_once = self.limits.threads.min(sources.len());
        let share = self.share(at_once);
        let work = || {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(source) = sources.get(number) else { return };
                let mut turn = answers.turn(number);
                let attempt = Attempt::new(self, source, options, progress, share);
                let answer = attempt.run(claims.turn(number), commits.turn(number));
                let answer = answer.unwrap_or_else(|error| {
                    let mut answer = ImportAnswer::new(source.name(), options);
                    answer.error = Some(Refusal::new("store_failed", error.to_string()));
                    answer
                });
                turn.wait();
                answered(&answer);
                all.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(answer);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..at_once {
                scope.spawn(work);
            }
            work();
        });
        all.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
