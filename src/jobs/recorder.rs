//! Writes down what happens to running jobs, beside the threads that work: they only leave a note.
//!
//! Counting bytes is one addition; notes are written together, a few times a second at most, and all are written when
//! [`Recorder::finish`] returns. Where the database refuses, the work goes on and the log says so.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::book::{self, Ending, Happened};
use super::feed::{Feed, JobProgress};
use crate::db::{Db, DbError};
use crate::model::{AccountId, Clock, JobId};

/// Notes are written at most this often.
const WRITE_EVERY: Duration = Duration::from_millis(100);
/// Progress is written at most this often, and told to watchers.
const PROGRESS_EVERY: Duration = Duration::from_secs(1);

/// The recorder of the jobs of one call; they are known by their place in it.
pub(super) struct Recorder {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    db: Db,
    clock: Clock,
    feed: Feed,
    account: Option<AccountId>,
    jobs: Vec<Counted>,
    notes: Mutex<Notes>,
    awake: Condvar,
}

struct Counted {
    job: JobId,
    done: AtomicU64,
    total: AtomicU64,
}

#[derive(Default)]
struct Notes {
    unwritten: Vec<(usize, String, Happened)>,
    ended: Vec<bool>,
    over: bool,
}

impl Recorder {
    /// Starts recording these jobs of an account, or of the whole store.
    pub fn start(db: Db, clock: Clock, feed: Feed, account: Option<AccountId>, jobs: Vec<JobId>) -> Self {
        let counted = |job| Counted { job, done: AtomicU64::new(0), total: AtomicU64::new(0) };
        let jobs: Vec<_> = jobs.into_iter().map(counted).collect();
        let notes = Mutex::new(Notes { ended: vec![false; jobs.len()], ..Notes::default() });
        let shared = Arc::new(Shared { db, clock, feed, account, jobs, notes, awake: Condvar::new() });
        let recording = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("jobs".to_owned()).spawn(move || recording.record());
        let thread = thread.inspect_err(|error| tracing::warn!("jobs are not recorded: {error}")).ok();
        Self { shared, thread }
    }

    /// A stage of that job begins, in which so many bytes are to be done, where they are counted.
    pub fn stage(&self, job: usize, name: &'static str, bytes_total: Option<u64>) {
        if let (Some(counted), Some(total)) = (self.shared.jobs.get(job), bytes_total) {
            counted.done.store(0, Ordering::Relaxed);
            counted.total.store(total, Ordering::Relaxed);
        }
        self.shared.note(job, Happened::Stage { name, items_total: bytes_total });
    }

    /// That many bytes more are done.
    pub fn read(&self, job: usize, bytes: u64) {
        if let Some(counted) = self.shared.jobs.get(job) {
            counted.done.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    /// That job is over.
    pub fn ended(&self, job: usize, ending: Ending) {
        self.shared.note(job, Happened::Ended(ending));
    }

    /// Writes what is left; jobs that did not end have failed.
    pub fn finish(self) {
        drop(self);
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let unended: Vec<usize> = {
            let notes = self.shared.lock();
            (0..self.shared.jobs.len()).filter(|job| !notes.ended[*job]).collect()
        };
        for job in unended {
            let error = Some("the work broke off; the log says why".to_owned());
            self.ended(job, Ending { result: serde_json::Value::Null, error });
        }
        self.shared.lock().over = true;
        self.shared.awake.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic there was told by the panic itself.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, job: usize, happened: Happened) {
        let now = self.clock.timestamp();
        let mut notes = self.lock();
        if let (Happened::Ended(_), Some(ended)) = (&happened, notes.ended.get_mut(job)) {
            *ended = true;
        }
        notes.unwritten.push((job, now, happened));
        self.awake.notify_all();
    }

    fn record(&self) {
        let mut told = vec![0; self.jobs.len()];
        let mut last_told = Instant::now();
        loop {
            let notes = self.lock();
            let idle = |notes: &mut Notes| notes.unwritten.is_empty() && !notes.over;
            let waited = self.awake.wait_timeout_while(notes, PROGRESS_EVERY, idle);
            let (mut notes, _) = waited.unwrap_or_else(PoisonError::into_inner);
            let (unwritten, over) = (std::mem::take(&mut notes.unwritten), notes.over);
            drop(notes);
            let moved = if last_told.elapsed() >= PROGRESS_EVERY { self.moved(&mut told) } else { Vec::new() };
            if !moved.is_empty() {
                last_told = Instant::now();
            }
            if let Err(error) = self.write(&unwritten, &moved) {
                tracing::warn!("the progress of jobs was not recorded: {error}");
            }
            if !unwritten.is_empty() {
                self.feed.wrote();
            }
            for progress in moved {
                self.feed.moved(progress);
            }
            if over {
                return;
            }
            // Notes that come close together are written together.
            let rest = self.awake.wait_timeout_while(self.lock(), WRITE_EVERY, |notes| !notes.over);
            drop(rest.unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// The jobs that have read more since they were last told.
    fn moved(&self, told: &mut [u64]) -> Vec<JobProgress> {
        let mut moved = Vec::new();
        for (counted, told) in self.jobs.iter().zip(told) {
            let total = counted.total.load(Ordering::Relaxed);
            let done = counted.done.load(Ordering::Relaxed).min(total);
            if done != *told {
                *told = done;
                let (job_id, account_id) = (counted.job, self.account);
                moved.push(JobProgress { job_id, account_id, bytes_done: done, bytes_total: total });
            }
        }
        moved
    }

    fn write(&self, notes: &[(usize, String, Happened)], moved: &[JobProgress]) -> Result<(), DbError> {
        if notes.is_empty() && moved.is_empty() {
            return Ok(());
        }
        let now = self.clock.timestamp();
        self.db.write(|tx| {
            for progress in moved {
                book::progress(tx, progress.job_id, &now, progress.bytes_done)?;
            }
            for (job, at, happened) in notes {
                if let Some(counted) = self.jobs.get(*job) {
                    book::happened(tx, counted.job, at, happened)?;
                }
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::book::Entry;
    use crate::jobs::listed;

    #[test]
    fn bytes_are_written_and_told_while_a_stage_counts_them_and_an_unended_job_has_failed() {
        let place = tempfile::tempdir().unwrap();
        let (db, clock) = (Db::open(&place.path().join("catscan.db")).unwrap(), Clock::system());
        let entry = Entry { what: "a.csv".to_owned(), arguments: serde_json::Map::new() };
        let job = book::queue(&db, &clock, Some(AccountId::FIRST), "import", "command", vec![entry]).unwrap()[0];
        let show = || listed::show(&db, job, None).unwrap().unwrap();
        assert_eq!(show().state, "queued");

        let feed = Feed::default();
        let mut told = feed.progress();
        let recorder = Recorder::start(db.clone(), clock, feed, Some(AccountId::FIRST), vec![job]);
        recorder.stage(0, "reading", Some(100));
        recorder.read(0, 30);
        recorder.read(0, 10);
        let progress = told.blocking_recv().unwrap();
        assert_eq!((progress.job_id, progress.bytes_done, progress.bytes_total), (job, 40, 100));
        let record = show();
        assert_eq!((record.state.as_str(), record.stage.as_deref()), ("running", Some("reading")));
        assert_eq!((record.bytes_done, record.error), (Some(40), None));

        recorder.finish();
        let record = show();
        assert_eq!((record.state.as_str(), record.bytes_done), ("failed", Some(40)));
        assert!(record.error.unwrap().contains("broke off"));
    }

    #[test]
    fn what_was_noted_is_written_when_the_recorder_is_finished() {
        let place = tempfile::tempdir().unwrap();
        let (db, clock) = (Db::open(&place.path().join("catscan.db")).unwrap(), Clock::system());
        let entry = Entry { what: "a.csv".to_owned(), arguments: serde_json::Map::new() };
        let job = book::queue(&db, &clock, Some(AccountId::FIRST), "import", "command", vec![entry]).unwrap()[0];
        let recorder = Recorder::start(db.clone(), clock, Feed::default(), Some(AccountId::FIRST), vec![job]);
        for stage in ["reading", "writing", "committing"] {
            recorder.stage(0, stage, (stage == "reading").then_some(100));
        }
        recorder.ended(0, Ending { result: serde_json::json!({ "batch_id": 7 }), error: None });
        recorder.finish();
        let record = listed::show(&db, job, None).unwrap().unwrap();
        let names: Vec<_> = record.stages.iter().map(|stage| stage.name.as_str()).collect();
        assert_eq!(names, ["reading", "writing", "committing"]);
        assert!(record.stages.iter().all(|stage| stage.finished_at.is_some()));
        assert_eq!((record.state.as_str(), record.bytes_done), ("done", Some(100)));
        assert_eq!(record.batch_id.map(|batch| batch.0), Some(7));
        let events = crate::jobs::job_events(&db, None, 0, 10).unwrap();
        let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["job_queued", "job_stage", "job_stage", "job_stage", "job_done"]);
    }
}
