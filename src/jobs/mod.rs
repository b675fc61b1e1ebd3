//! Writing work as data: what a command runs itself when it holds the writer lock, or hands to the server that does.
//!
//! Invariants: [`run`] is the only way work is done, so a command has the same effect and tells the same events whoever
//! runs it; each import is a job from the moment it is asked for ([`queue`]) until it is done or failed, whatever
//! happens to the process. Called by `cli` (as the writer) and by `server` (for commands handed over).
//!
//! `book` writes jobs down, `recorder` while they run, `listed` reads them, `feed` tells who watches.

mod account;
mod backup;
mod book;
mod campaigns;
mod care;
mod changes;
pub mod chunks;
mod creatives;
mod credentials;
mod feed;
mod google;
mod import;
mod listed;
mod migrate;
mod outcomes;
mod recorder;
mod repair;
mod schedule;
mod seats;
mod signals;
mod store;
mod sync;
mod sync_status;
mod undo;
mod uploads;
mod verify;

use serde::{Deserialize, Serialize};

pub use account::{AccountChange, AccountError, resolve, scope};
pub use backup::{BackupRequest, Destination};
pub use campaigns::{CampaignChange, CampaignRequest};
pub use care::{AskedBy, Care, CareRequest, Cared};
pub use changes::{ChangeRequest, ChangeStep};
pub use creatives::CreativeRequest;
pub use credentials::{CredentialsError, CredentialsRequest, add_service_account, remove_service_account};
pub use feed::{Feed, JobEvent, JobProgress, job_events, newest_event};
pub use google::AccountGoogle;
pub use import::{ImportFile, ImportRequest, Origin, QueuedImport, import};
pub use listed::{JobFilter, JobRecord, JobState, StageRecord, list, show};
pub use migrate::MigrateRequest;
pub use outcomes::{CareOutcome, care_outcomes, jobs_by_state};
pub use repair::{HealedFile, LostFile, RepairAnswer, RepairRequest, mark_again};
pub use schedule::{ScheduleRecord, do_due, due, newest_care, plan, schedules};
pub use seats::{SeatRequest, populate_seats};
pub use signals::{SignalRequest, SignalStep};
pub use store::{STDIN_PREFIX, Store, StoreError, UPLOAD_PREFIX};
pub use sync::{QueuedSync, SyncRequest};
pub use sync_status::{KindStatus, SyncStatus, sync_status};
pub use undo::UndoRequest;
pub use uploads::{job_of_upload, name_upload};

use crate::ingest::{Status, UndoAnswer};

/// The header that carries the token of `run/serve.json` when work is handed over.
pub const TOKEN_HEADER: &str = "x-catscan-token";

/// One piece of writing work. Paths are absolute.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum Job {
    /// Import report files, one after the other.
    Import(ImportRequest),
    /// Undo an import.
    Undo(UndoRequest),
    /// Change the list of accounts.
    Account(AccountChange),
    /// Bring entities to what Google says.
    Sync(SyncRequest),
    /// Change the service accounts that Google is asked with.
    Credentials(CredentialsRequest),
    /// Change what users say of seats.
    Seats(SeatRequest),
    /// Stage, apply and undo changes of pretargeting configs.
    Changes(ChangeRequest),
    /// Change creatives, and make thumbnails.
    Creatives(CreativeRequest),
    /// Change campaigns.
    Campaigns(CampaignRequest),
    /// Look for signs of waste in creatives, or resolve one.
    Signals(SignalRequest),
    /// Take over the predecessor's database.
    MigrateFrom(MigrateRequest),
    /// Care for the store itself.
    Care(CareRequest),
}

/// What happens while work is done, in order; the last one is [`Event::Finished`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A stage of the work on a file begins.
    Stage {
        /// The file as the user named it.
        file: String,
        /// A word or two.
        name: String,
    },
    /// How much of all files is read.
    Bytes {
        /// Bytes done.
        done: u64,
        /// Bytes in all.
        total: u64,
    },
    /// A file is imported, known already, or refused.
    Imported {
        /// The answer as the JSON text that `catscan import --json` prints, its fields in their order.
        answer: String,
    },
    /// An import is undone.
    Undone {
        /// What that changed.
        answer: UndoAnswer,
    },
    /// A list that is being read from Google got longer.
    Listed {
        /// By so many items.
        items: u64,
    },
    /// The predecessor's database is taken over.
    Migrated {
        /// What became of its rows.
        answer: serde_json::Value,
    },
    /// Care for the store is done.
    Cared {
        /// What kind it was.
        kind: String,
        /// What came of it.
        answer: serde_json::Value,
    },
    /// Entities were changed; the answer is what `--json` prints.
    Answered {
        /// What came of it.
        answer: serde_json::Value,
    },
    /// The work did something worth a sentence.
    Said {
        /// The sentence.
        text: String,
    },
    /// Something beside the answer that whoever waits wants to know.
    Noted {
        /// The sentence.
        text: String,
    },
    /// The work, or what is left of it, cannot be done.
    Refused {
        /// Why.
        message: String,
        /// What to do.
        help: Option<String>,
    },
    /// Nothing follows.
    Finished {
        /// False when anything was refused.
        ok: bool,
    },
}

/// Where events go; called from the thread that works, so it must not wait for long.
pub type Listener<'a> = &'a (dyn Fn(Event) + Sync);

/// Does the work and tells what happens; true when nothing was refused.
pub fn run(job: &Job, store: &Store, tell: Listener<'_>) -> bool {
    queue(job.clone(), store).run(store, tell)
}

/// Takes the work on, to be run when its turn comes.
pub fn queue(job: Job, store: &Store) -> QueuedJob {
    QueuedJob(match job {
        Job::Import(request) => match resolve(&store.db, request.account.as_deref()) {
            Ok(account) => Queued::Import(QueuedImport::new(request, account, store)),
            Err(error) => Queued::Refused(error.to_string()),
        },
        Job::Undo(request) => Queued::Undo(request),
        Job::Account(change) => Queued::Account(change),
        Job::Sync(request) => Queued::Sync(request),
        Job::Credentials(request) => Queued::Credentials(request),
        Job::Seats(request) => Queued::Seats(request),
        Job::Changes(request) => Queued::Changes(request),
        Job::Creatives(request) => Queued::Creatives(request),
        Job::Campaigns(request) => Queued::Campaigns(request),
        Job::Signals(request) => Queued::Signals(request),
        Job::MigrateFrom(request) => Queued::Migrate(request),
        Job::Care(request) => Queued::Care(request),
    })
}

/// Work that waits for its turn.
#[derive(Debug)]
pub struct QueuedJob(Queued);

#[derive(Debug)]
enum Queued {
    Import(QueuedImport),
    Undo(UndoRequest),
    Account(AccountChange),
    Sync(SyncRequest),
    Credentials(CredentialsRequest),
    Seats(SeatRequest),
    Changes(ChangeRequest),
    Creatives(CreativeRequest),
    Campaigns(CampaignRequest),
    Signals(SignalRequest),
    Migrate(MigrateRequest),
    Care(CareRequest),
    Refused(String),
}

impl QueuedJob {
    /// Whether it takes turns with imports by itself, or writes to SQLite only, where each transaction is a turn; other
    /// work has the store for itself while it runs.
    pub fn takes_turns(&self) -> bool {
        !matches!(self.0, Queued::Import(_) | Queued::Undo(_) | Queued::Account(_) | Queued::Migrate(_))
    }

    /// Does the work and tells what happens; true when nothing was refused.
    pub fn run(self, store: &Store, tell: Listener<'_>) -> bool {
        let ok = match self.0 {
            Queued::Import(import) => import.run(store, tell).iter().all(|answer| answer.status != Status::Refused),
            Queued::Refused(message) => refuse(tell, message, None),
            Queued::Undo(request) => undo::run(&request, store, tell),
            Queued::Account(change) => account::run(&change, store, tell),
            Queued::Sync(request) => sync::run(request, store, tell),
            Queued::Credentials(request) => credentials::run(&request, store, tell),
            Queued::Seats(request) => seats::run(&request, store, tell),
            Queued::Changes(request) => changes::run(&request, store, tell),
            Queued::Creatives(request) => creatives::run(&request, store, tell),
            Queued::Campaigns(request) => campaigns::run(&request, store, tell),
            Queued::Signals(request) => signals::run(&request, store, tell),
            Queued::Migrate(request) => migrate::run(&request, store, tell),
            Queued::Care(request) => care::run(&request, store, tell),
        };
        tell(Event::Finished { ok });
        ok
    }
}

/// Tells a refusal; gives the `false` of [`run`].
fn refuse(tell: Listener<'_>, message: impl std::fmt::Display, help: Option<&str>) -> bool {
    tell(Event::Refused { message: message.to_string(), help: help.map(str::to_owned) });
    false
}
