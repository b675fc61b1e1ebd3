//! Watching jobs: server-sent events while they happen.
//!
//! What happened to a job (`job_queued`, `job_stage`, `job_done`, `job_failed`) has an id and stands in the table
//! `events`, so a browser that was cut off comes back with `Last-Event-ID` and misses nothing of the last days. How far
//! a job is (`job_progress`) has no id and is told only as it passes by.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use serde::Deserialize;
use tokio::sync::{broadcast, watch};

use super::jobs::account_or_all;
use crate::jobs::{self, JobEvent, JobProgress};
use crate::model::AccountId;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// A comment is sent after this long without an event, so that nobody on the way takes the stream for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Events read from the table at once.
const READ_AT_ONCE: u32 = 100;

/// Whose jobs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Watched {
    /// Account by name or number, or `all`; the first one where absent.
    account: Option<String>,
    /// Begin after this event, as the header `Last-Event-ID` does; else with what happens from now on.
    after: Option<i64>,
}

/// `GET /api/jobs/events`: the events of jobs, until the server stops.
pub(crate) async fn watch(
    State(app): State<App>,
    watched: Result<Query<Watched>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let Query(watched) = watched?;
    let account = account_or_all(&app, watched.account).await?;
    // Whoever comes back says the last event that arrived, whatever the address says.
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.trim().parse().ok());
    let (written, progress) = (app.store.feed.written(), app.store.feed.progress());
    let stopping = app.stopping.subscribe();
    let db = app.store.db.clone();
    let after = match last.or(watched.after) {
        Some(after) => after,
        None => {
            let newest = blocking(move || jobs::newest_event(&db)).await?;
            newest.map_err(|error| ApiError::internal(&error))?
        }
    };
    let watcher = Watcher { app, account, after, unsent: VecDeque::new(), unread: true, written, progress, stopping };
    let events = futures::stream::unfold(watcher, |mut watcher| async move {
        let event = watcher.next().await?;
        Some((Ok(event), watcher))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

struct Watcher {
    app: App,
    account: Option<AccountId>,
    /// The newest event that was read.
    after: i64,
    unsent: VecDeque<JobEvent>,
    /// The table may have events that were not read yet.
    unread: bool,
    written: watch::Receiver<u64>,
    progress: broadcast::Receiver<JobProgress>,
    stopping: watch::Receiver<bool>,
}

impl Watcher {
    /// The next event; none when the server stops.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(JobEvent { event_id, kind, detail }) = self.unsent.pop_front() {
                return Some(Event::default().id(event_id.to_string()).event(kind).data(detail));
            }
            if self.unread {
                // What is written from here on wakes the wait below.
                self.written.borrow_and_update();
                let (db, account, after) = (self.app.store.db.clone(), self.account, self.after);
                let read = blocking(move || jobs::job_events(&db, account, after, READ_AT_ONCE)).await.ok()?;
                let read = read.inspect_err(|error| tracing::warn!("events cannot be read: {error}")).ok()?;
                self.unread = !read.is_empty();
                self.after = read.last().map_or(self.after, |event| event.event_id);
                self.unsent = read.into();
                continue;
            }
            tokio::select! {
                _ = self.stopping.wait_for(|stopping| *stopping) => return None,
                written = self.written.changed() => {
                    written.ok()?;
                    self.unread = true;
                }
                moved = self.progress.recv() => match moved {
                    Ok(progress) if self.account.is_none_or(|account| Some(account) == progress.account_id) => {
                        return Event::default().event("job_progress").json_data(progress).ok();
                    }
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
            }
        }
    }
}
