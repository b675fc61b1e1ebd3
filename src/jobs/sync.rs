//! Bringing entities to what Google says, from Google itself or from files, as a job.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::book::{self, Ending, Entry};
use super::recorder::Recorder;
use super::{AccountGoogle, Event, Listener, Store, refuse, resolve};
use crate::model::{AccountId, Clock, JobId};
use crate::sync::{self, Kind, SyncAnswer, SyncError, Wanted, Watch};

/// One sync of an account at a time: who comes second waits.
pub(super) type Syncing = Arc<Mutex<HashMap<AccountId, Arc<Mutex<()>>>>>;

/// What is to be brought up.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SyncRequest {
    /// These kinds; all where there is none.
    #[serde(default)]
    pub kinds: Vec<Kind>,
    /// Account by name or number; `None` is the first one.
    pub account: Option<String>,
    /// A directory of files with answers; Google itself where absent.
    pub from_files: Option<PathBuf>,
    /// Creatives of this seat only.
    pub buyer_id: Option<String>,
    /// Only creatives that Google lets through this filter.
    pub filter: Option<String>,
    /// Ask with this service account, not with the account's first.
    pub service_account_id: Option<String>,
}

impl SyncRequest {
    /// What it is about, in the list of jobs.
    fn what(&self) -> String {
        let kinds: Vec<&str> = self.kinds.iter().map(|kind| kind.code()).collect();
        let kinds = if kinds.is_empty() { "all entities".to_owned() } else { kinds.join(", ") };
        let of = self.buyer_id.as_ref().map_or_else(String::new, |buyer| format!(" of seat {buyer}"));
        let from = self.from_files.as_ref().map_or_else(String::new, |dir| format!(" from {}", dir.display()));
        format!("{kinds}{of}{from}")
    }
}

/// A sync that is in the list of jobs and waits for its turn.
pub struct QueuedSync {
    request: SyncRequest,
    account: AccountId,
    jobs: Vec<JobId>,
}

impl QueuedSync {
    /// Takes it on; `by` is the door that it came through.
    pub fn new(request: SyncRequest, account: AccountId, by: &str, store: &Store) -> Self {
        let mut arguments = serde_json::Map::new();
        arguments.insert("kinds".to_owned(), json!(request.kinds));
        let entry = Entry { what: request.what(), arguments };
        let jobs = book::queue(&store.db, &Clock::system(), Some(account), "sync", by, vec![entry]);
        let jobs = jobs.unwrap_or_else(|error| {
            // The work itself will meet the same trouble and say so.
            tracing::warn!("this is not in the list of jobs: {error}");
            Vec::new()
        });
        Self { request, account, jobs }
    }

    /// Its number in the list of jobs.
    pub fn job(&self) -> Option<JobId> {
        self.jobs.first().copied()
    }

    /// Does it, after another sync of the account, and tells what happens.
    pub fn run(self, store: &Store, tell: Listener<'_>) -> Result<SyncAnswer, SyncError> {
        let turn = {
            let mut syncing = store.syncing.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(syncing.entry(self.account).or_default())
        };
        let _turn = match turn.try_lock() {
            Ok(turn) => turn,
            Err(_) => {
                let text = "this account is being synced already; this waits until that is done".to_owned();
                tell(Event::Noted { text });
                turn.lock().unwrap_or_else(PoisonError::into_inner)
            }
        };
        let Self { request, account, jobs } = self;
        let recorder = Recorder::start(store.db.clone(), Clock::system(), store.feed.clone(), Some(account), jobs);
        let started = Instant::now();
        let done = done(&request, account, store, tell, &recorder);
        let mut result = done.as_ref().map_or(Value::Null, |answer| json!(answer));
        if let Some(result) = result.as_object_mut() {
            result.insert("elapsed_ms".to_owned(), json!(started.elapsed().as_millis() as u64));
        }
        let error = match &done {
            Ok(answer) => answer.failure().map(|failure| failure.reason.clone()),
            Err(error) => Some(error.to_string()),
        };
        recorder.ended(0, Ending { result, error });
        recorder.finish();
        done
    }
}

/// A command's sync; false where anything failed.
pub(super) fn run(request: SyncRequest, store: &Store, tell: Listener<'_>) -> bool {
    let account = match resolve(&store.db, request.account.as_deref()) {
        Ok(account) => account,
        Err(error) => return refuse(tell, error, Some("`catscan account list` shows the accounts")),
    };
    match QueuedSync::new(request, account, "command", store).run(store, tell) {
        Ok(answer) => {
            let ok = answer.failure().is_none();
            tell(Event::Answered { answer: json!(answer) });
            ok
        }
        Err(error) => refuse(tell, error, None),
    }
}

fn done(
    request: &SyncRequest,
    account: AccountId,
    store: &Store,
    tell: Listener<'_>,
    recorder: &Recorder,
) -> Result<SyncAnswer, SyncError> {
    if let Some(dir) = &request.from_files {
        recorder.stage(0, "files", None);
        return sync::from_files(&store.db, account, dir, &request.kinds, Utc::now());
    }
    let google = store.google_as(account, request.service_account_id.as_deref())?;
    let wanted = Wanted {
        kinds: &request.kinds,
        buyer_id: request.buyer_id.as_deref(),
        filter: request.filter.as_deref(),
        service_account_id: Some(&google.service_account_id),
        parallel: store.config.google.parallel as usize,
    };
    let told = Told { store, tell, recorder, google: &google };
    sync::from_google(&store.db, account, &google, &wanted, &told, Utc::now())
}

/// Tells the steps as events, and to the book of jobs.
struct Told<'a> {
    store: &'a Store,
    tell: Listener<'a>,
    recorder: &'a Recorder,
    google: &'a AccountGoogle,
}

impl Watch for Told<'_> {
    fn begun(&self, kind: Kind) {
        self.recorder.stage(0, kind.code(), None);
        (self.tell)(Event::Stage { file: "sync".to_owned(), name: kind.code().to_owned() });
    }

    fn listed(&self, items: u64) {
        (self.tell)(Event::Listed { items });
    }

    fn over(&self, _kind: Kind) {
        self.google.note();
    }

    fn is_stopping(&self) -> bool {
        self.store.stopping.load(Ordering::Relaxed)
    }
}
