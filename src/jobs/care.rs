//! Care of the store itself: what nobody asks for by file and account, and what a schedule does unasked.
//!
//! Each is a job of the whole store, with stages and events like any other. One is done at a time. It holds imports up only
//! while it changes something ([`Steps::in_turn`]), so what it read outside its turn may have changed until then.

use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::backup::BackupRequest;
use super::book::{self, Ending, Entry};
use super::recorder::Recorder;
use super::{Event, Listener, RepairRequest, Store, refuse, repair, resolve, verify};
use crate::lake::Steps;
use crate::model::{Clock, JobId};

/// What is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "care", rename_all = "snake_case")]
pub enum Care {
    /// Merge small files.
    Compact {
        /// Account by name or number; `None` is all.
        account: Option<String>,
        /// Only say what would be merged.
        dry_run: bool,
    },
    /// Take out what is older than it is kept.
    Retain {
        /// Only say what would go.
        dry_run: bool,
    },
    /// Check the store: with `full` every byte and row.
    Verify {
        /// Read everything.
        full: bool,
    },
    /// Heal damaged files.
    Repair(RepairRequest),
    /// Back the store up.
    Backup(BackupRequest),
    /// Bring the Delta logs of these fact tables, of all where none is named, to the newest snapshot.
    ExportDelta {
        /// Their names.
        tables: Vec<String>,
    },
}

/// Who asked for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedBy {
    /// A person, on the command line.
    #[default]
    Command,
    /// Its schedule.
    Schedule,
}

/// Care that is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CareRequest {
    /// What to do.
    pub care: Care,
    /// By whom.
    #[serde(default)]
    pub asked_by: AskedBy,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Cared {
    /// For people and programs.
    pub answer: Value,
    /// Why it failed, or what it found wrong, where it did.
    pub trouble: Option<String>,
}

impl Cared {
    /// It was done; `answer` says what.
    pub fn well(answer: impl Serialize) -> Self {
        Self { answer: value(answer), trouble: None }
    }

    /// It was done, and found something wrong.
    pub fn found(answer: impl Serialize, trouble: String) -> Self {
        Self { answer: value(answer), trouble: Some(trouble) }
    }
}

fn value(answer: impl Serialize) -> Value {
    // What cannot be written as JSON is a fault of ours that a test of the answer finds.
    serde_json::to_value(answer).unwrap_or_default()
}

impl<E: std::fmt::Display> From<E> for Cared {
    fn from(error: E) -> Self {
        Self { answer: Value::Null, trouble: Some(error.to_string()) }
    }
}

impl Care {
    /// Its name in the list of jobs and in the schedule.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Compact { .. } => "compact",
            Self::Retain { .. } => "retain",
            Self::Verify { full: false } => "verify",
            Self::Verify { full: true } => "verify_full",
            Self::Repair(_) => "repair",
            Self::Backup(request) => request.kind(),
            Self::ExportDelta { .. } => "export_delta",
        }
    }

    /// What it is about, in the list of jobs.
    fn what(&self) -> String {
        match self {
            Self::Compact { .. } => "small files".to_owned(),
            Self::Retain { .. } => "what is older than it is kept".to_owned(),
            Self::Verify { full: false } => "database, catalog, lengths of files".to_owned(),
            Self::Verify { full: true } => "every byte and row".to_owned(),
            Self::Repair(request) => match (request.apply, &request.from) {
                (false, _) => "what could be done".to_owned(),
                (true, None) => "damaged files".to_owned(),
                (true, Some(from)) => format!("damaged files, from {}", from.display()),
            },
            Self::Backup(request) => request.what(),
            Self::ExportDelta { tables } if tables.is_empty() => "all fact tables".to_owned(),
            Self::ExportDelta { tables } => tables.join(", "),
        }
    }

    fn done(&self, store: &Store, steps: &dyn Steps) -> Result<Cared, Cared> {
        match self {
            Self::Compact { account, dry_run } => {
                let account = account.as_deref().map(|named| resolve(&store.db, Some(named))).transpose()?;
                let answer = store.lake.compact(&store.compaction(account, *dry_run), &Clock::system(), steps)?;
                let damaged =
                    answer.skipped.iter().find(|skipped| skipped.is_damaged).map(|skipped| skipped.why.clone());
                Ok(match damaged {
                    Some(trouble) => Cared::found(answer, trouble),
                    None => Cared::well(answer),
                })
            }
            Self::Retain { dry_run } => {
                Ok(Cared::well(store.lake.retain(&store.retention(*dry_run), &Clock::system(), steps)?))
            }
            Self::Verify { full } => {
                let found = verify::run(*full, store, steps);
                Ok(match found.trouble() {
                    Some(trouble) => Cared::found(&found, trouble),
                    None => Cared::well(&found),
                })
            }
            Self::Repair(request) => repair::run(request, store, steps),
            Self::Backup(request) => Ok(Cared::well(request.done(store, steps)?)),
            Self::ExportDelta { tables } => {
                steps.stage("exporting", 0);
                Ok(Cared::well(store.lake.export_delta(tables, Clock::system().now())?))
            }
        }
    }
}

/// Does it as a job, and tells what happens; true where nothing was wrong. The last word before the end is
/// [`Event::Cared`], or a refusal.
pub(super) fn run(request: &CareRequest, store: &Store, tell: Listener<'_>) -> bool {
    done(request, store, tell).1.trouble.is_none()
}

/// The same, with the job and the answer.
pub(super) fn done(request: &CareRequest, store: &Store, tell: Listener<'_>) -> (Option<JobId>, Cared) {
    let _one_at_a_time = match store.caring.try_lock() {
        Ok(turn) => turn,
        Err(_) => {
            let text = "the store is being cared for already; this waits until that is done".to_owned();
            tell(Event::Noted { text });
            store.caring.lock().unwrap_or_else(PoisonError::into_inner)
        }
    };
    let CareRequest { care, asked_by } = request;
    let by = match asked_by {
        AskedBy::Command => "command",
        AskedBy::Schedule => "schedule",
    };
    let mut arguments = serde_json::Map::new();
    arguments.insert("care".to_owned(), value(care));
    let clock = Clock::system();
    let jobs = book::queue(&store.db, &clock, None, care.kind(), by, vec![Entry { what: care.what(), arguments }]);
    let jobs = jobs.unwrap_or_else(|error| {
        // The work itself will meet the same trouble and say so.
        tracing::warn!("this is not in the list of jobs: {error}");
        Vec::new()
    });
    let job = jobs.first().copied();
    let recorder = Recorder::start(store.db.clone(), clock, store.feed.clone(), None, jobs);
    let told = Told { store, care, tell, recorder: &recorder, total: AtomicU64::new(0), done: AtomicU64::new(0) };
    let started = Instant::now();
    let cared = care.done(store, &told).unwrap_or_else(|failed| failed);
    let mut result = cared.answer.clone();
    if let Some(result) = result.as_object_mut() {
        result.entry("elapsed_ms").or_insert(json!(started.elapsed().as_millis() as u64));
    }
    recorder.ended(0, Ending { result, error: cared.trouble.clone() });
    recorder.finish();
    if !cared.answer.is_null() {
        tell(Event::Cared { kind: care.kind().to_owned(), answer: cared.answer.clone() });
    }
    if let Some(trouble) = &cared.trouble {
        refuse(tell, trouble, None);
    }
    (job, cared)
}

/// Tells the steps as events, and to the book of jobs.
struct Told<'a> {
    store: &'a Store,
    care: &'a Care,
    tell: Listener<'a>,
    recorder: &'a Recorder,
    total: AtomicU64,
    done: AtomicU64,
}

impl Steps for Told<'_> {
    fn stage(&self, name: &'static str, bytes_total: u64) {
        self.total.store(bytes_total, Ordering::Relaxed);
        self.done.store(0, Ordering::Relaxed);
        self.recorder.stage(0, name, (bytes_total > 0).then_some(bytes_total));
        (self.tell)(Event::Stage { file: self.care.kind().to_owned(), name: name.to_owned() });
    }

    fn done(&self, bytes: u64) {
        self.recorder.read(0, bytes);
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let total = self.total.load(Ordering::Relaxed);
        (self.tell)(Event::Bytes { done: done.min(total), total });
    }

    fn in_turn(&self, work: &mut dyn FnMut()) {
        let _turn = self.store.writing.blocking_lock();
        work();
    }

    fn is_stopping(&self) -> bool {
        self.store.stopping.load(Ordering::Relaxed)
    }
}
