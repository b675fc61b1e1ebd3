//! One look at an inbox, and what follows from it.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::json;

use super::directory::Directory;
use super::objects::{ANSWER_PATIENCE, Objects};
use super::patience::{Patience, Trouble};
use super::place::{Arrival, Fetched, Place, PlaceError, Shelf, Version};
use super::ripeness::Ripeness;
use super::verdict::Verdict;
use super::{InboxError, account, event};
use crate::entities::EntityError;
use crate::ingest::ImportAnswer;
use crate::jobs::{ImportFile, ImportRequest, Origin, Store, import};
use crate::model::AccountId;
use crate::objects::Address;

/// Says an answer as the command line does.
pub type Words = fn(&ImportAnswer) -> String;

/// A file that keeps the store from importing holds up the others that many times; then they go past it.
const HOLDS_UP: u32 = 5;

/// A place whose reports are imported.
pub struct Inbox {
    pub(super) place: Box<dyn Place>,
    store: Store,
    words: Words,
    patience: Patience,
    every: Duration,
    ripeness: Ripeness,
    complaints: BTreeSet<String>,
    troubles: HashMap<PathBuf, (Version, Trouble)>,
    /// Nothing is done before; of the place itself, or of the store.
    pause: Option<Trouble>,
}

impl Inbox {
    /// The inboxes that the settings name. Credentials of an object store come from `environment`.
    pub fn of_settings(
        store: &Store,
        environment: impl IntoIterator<Item = (String, String)>,
        words: Words,
    ) -> Result<Vec<Self>, InboxError> {
        let settings = &store.config.inbox;
        let mut inboxes = Vec::new();
        if !settings.path.is_empty() {
            let place = Directory::open(&settings.path, &store.dir)?;
            inboxes.push(Self::new(Box::new(place), store, settings.poll_ms, words));
        }
        if !settings.url.is_empty() {
            let address = Address::open(&settings.url, environment, ANSWER_PATIENCE)?;
            if let Some(wanted) = address.credentials_missing {
                tracing::warn!("{}: the environment has no credentials for it: set {wanted}", address.shown);
            }
            let limit_bytes = u64::from(settings.max_object_mib) << 20;
            let place = Objects::new(address, store.dir.tmp(), limit_bytes);
            inboxes.push(Self::new(Box::new(place), store, settings.url_poll_ms, words));
        }
        Ok(inboxes)
    }

    pub(super) fn new(place: Box<dyn Place>, store: &Store, every_ms: u32, words: Words) -> Self {
        let seconds = |seconds: u32| TimeDelta::seconds(seconds.max(1).into());
        let settings = &store.config.inbox;
        let patience =
            Patience { first: seconds(settings.retry_seconds), longest: seconds(settings.max_retry_seconds) };
        let every = Duration::from_millis(every_ms.max(10).into());
        let (ripeness, complaints, troubles, pause) = Default::default();
        Self { place, store: store.clone(), words, patience, every, ripeness, complaints, troubles, pause }
    }

    /// Where reports are put, for people.
    pub fn shown(&self) -> String {
        self.place.shown()
    }

    /// The time from one look to the next.
    pub fn every(&self) -> Duration {
        self.every
    }

    /// Looks once, imports what is complete, and moves it away. `turn` waits until this process may import; what it
    /// gives is held meanwhile, and nothing ends the round.
    pub fn round<G>(&mut self, now: DateTime<Utc>, turn: impl Fn() -> Option<G>) {
        if self.pause.as_ref().is_some_and(|pause| now < pause.not_before) {
            return;
        }
        let seen = match self.place.look() {
            Ok(seen) => seen,
            Err(error) => return self.pause_for(&error.to_string(), now),
        };
        if self.pause.take().is_some() {
            tracing::info!("inbox {}: goes on", self.place.shown());
        }
        self.complain(seen.complaints, now);
        self.troubles.retain(|path, (version, _)| {
            seen.arrivals.iter().any(|arrival| arrival.path == *path && arrival.version == *version)
        });
        let whole = self.place.lists_whole_files();
        let mut ripe = if whole { seen.arrivals } else { self.ripeness.unchanged(seen.arrivals, now) };
        ripe.retain(|arrival| self.troubles.get(&arrival.path).is_none_or(|(_, trouble)| trouble.not_before <= now));
        // What is older comes first, so that a restated report wins over the one that it restates.
        ripe.sort_by(|a, b| (a.version.modified, &a.path).cmp(&(b.version.modified, &b.path)));
        let at_once = std::thread::available_parallelism().map_or(1, usize::from);
        let same_folder = |a: &Arrival, b: &Arrival| a.path.parent() == b.path.parent();
        for group in ripe.chunk_by(same_folder).flat_map(|group| group.chunks(at_once)) {
            if !self.take(group, now, &turn) {
                return;
            }
        }
    }

    /// Imports files of one directory and moves them away; false where the round is over.
    fn take<G>(&mut self, group: &[Arrival], now: DateTime<Utc>, turn: impl Fn() -> Option<G>) -> bool {
        let Some(first) = group.first() else { return true };
        let account = match account::of(first, &self.store.db) {
            Ok(account) => account,
            Err(error @ EntityError::UnknownAccount { .. }) => {
                let reason = format!(
                    "error: {error}\nhelp: the directory of a report names its account, by number, name or bidder id: \
                     add the account with `catscan account add`, then put the file into the inbox again\n"
                );
                group.iter().for_each(|arrival| self.settle(arrival, Shelf::Refused, &reason, None, now));
                return true;
            }
            Err(error) => {
                self.pause_for(&error.to_string(), now);
                return false;
            }
        };
        let mut fetched: Vec<(&Arrival, Fetched)> = Vec::new();
        for arrival in group {
            match self.place.fetch(arrival) {
                Ok(bytes) => fetched.push((arrival, bytes)),
                Err(PlaceError::Changed) => {}
                Err(PlaceError::Refused(why)) => self.settle(arrival, Shelf::Refused, &why, None, now),
                Err(error) => self.wait(arrival, &error.to_string(), now),
            }
        }
        if fetched.is_empty() {
            return true;
        }
        let Some(turn) = turn() else { return false };
        let answers = self.import(&fetched, account);
        drop(turn);
        let mut goes_on = true;
        for ((arrival, _), answer) in fetched.iter().zip(answers) {
            match Verdict::of(&answer, self.words) {
                Verdict::Settled(shelf, note) => self.settle(arrival, shelf, &note, Some(&answer), now),
                Verdict::Unread(why) => self.wait(arrival, &why, now),
                Verdict::StoreFailed(why) => {
                    self.wait(arrival, &why, now);
                    let failures = self.troubles.get(&arrival.path).map(|(_, trouble)| trouble.clone());
                    self.pause = failures.filter(|trouble| trouble.failures <= HOLDS_UP);
                    goes_on = false;
                }
            }
        }
        goes_on
    }

    fn import(&self, files: &[(&Arrival, Fetched)], account: AccountId) -> Vec<ImportAnswer> {
        let file =
            |(arrival, bytes): &(&Arrival, Fetched)| ImportFile { path: bytes.path.clone(), name: arrival.shown() };
        let files = files.iter().map(file).collect();
        let request = ImportRequest { files, origin: Origin::Inbox, ..ImportRequest::default() };
        import(&request, account, &self.store, &|_| {})
    }

    /// Moves the file to its shelf.
    fn settle(
        &mut self,
        arrival: &Arrival,
        shelf: Shelf,
        note: &str,
        answer: Option<&ImportAnswer>,
        now: DateTime<Utc>,
    ) {
        let shown = arrival.shown();
        match self.place.put_away(arrival, shelf, note) {
            Ok(moved_to) => {
                self.troubles.remove(&arrival.path);
                let first = note.lines().next().unwrap_or_default();
                tracing::info!("inbox {}: {first}; moved to {moved_to}", self.place.shown());
                let kind = if shelf == Shelf::Done { "inbox_done" } else { "inbox_refused" };
                let (status, batch_id) =
                    (answer.map(|answer| answer.status), answer.and_then(|answer| answer.batch_id));
                let detail = json!({ "status": status, "batch_id": batch_id, "moved_to": moved_to, "message": first });
                event::record(&self.store.db, now, kind, &shown, answer.map(|answer| answer.account_id), &detail);
            }
            // It is another file now, which is imported in its turn.
            Err(PlaceError::Changed) => tracing::info!("inbox {}: {shown} changed meanwhile", self.place.shown()),
            Err(error) => self.wait(arrival, &format!("it cannot be moved to {}/: {error}", shelf.directory()), now),
        }
    }

    /// The file stays, to be tried again.
    fn wait(&mut self, arrival: &Arrival, why: &str, now: DateTime<Utc>) {
        let before = self.troubles.get(&arrival.path).map(|(_, trouble)| trouble);
        let trouble = self.patience.after(before, now);
        self.tell_trouble(&arrival.shown(), why, &trouble, now);
        self.troubles.insert(arrival.path.clone(), (arrival.version.clone(), trouble));
    }

    /// Nothing is done for a while.
    fn pause_for(&mut self, why: &str, now: DateTime<Utc>) {
        let trouble = self.patience.after(self.pause.as_ref(), now);
        self.tell_trouble(&self.place.shown(), why, &trouble, now);
        self.pause = Some(trouble);
    }

    fn tell_trouble(&self, subject: &str, why: &str, trouble: &Trouble, now: DateTime<Utc>) {
        let again_at = trouble.not_before.to_rfc3339_opts(SecondsFormat::Secs, true);
        let place = self.place.shown();
        let of_place = if subject == place { String::new() } else { format!(": {subject}") };
        tracing::warn!("inbox {place}{of_place} waits until {again_at}: {why}");
        let detail = json!({ "message": why, "failures": trouble.failures, "again_at": again_at });
        event::record(&self.store.db, now, "inbox_waiting", subject, None, &detail);
    }

    /// Says what cannot be looked at, once while it is so.
    fn complain(&mut self, complaints: Vec<String>, now: DateTime<Utc>) {
        let complaints: BTreeSet<String> = complaints.into_iter().collect();
        for complaint in complaints.difference(&self.complaints) {
            tracing::warn!("inbox {}: {complaint}", self.place.shown());
            let detail = json!({ "message": complaint });
            event::record(&self.store.db, now, "inbox_complaint", &self.place.shown(), None, &detail);
        }
        self.complaints = complaints;
    }
}
