//! Commands that found the writer lock taken by this server hand their work over here.
//!
//! Invariant: only who can read `run/serve.json`, which its owner alone can, gets anything done.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use futures::StreamExt;
use tokio::sync::{MutexGuard, mpsc};

use crate::jobs::{self, Event, Job, TOKEN_HEADER};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// Bytes are told this often; other events always.
const BYTES_EVERY: Duration = Duration::from_millis(100);

/// `POST /internal/commands`: does a [`Job`] and answers its events, one JSON object a line, while they happen.
///
/// Work goes on when the command goes away, as it would for one whose terminal was closed.
pub(crate) async fn run(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Result<Response, ApiError> {
    let shown = headers.get(TOKEN_HEADER).and_then(|token| token.to_str().ok()).unwrap_or_default();
    if !app.announcement.token.matches(shown) {
        return Err(ApiError::forbidden("wrong_token", "this route is for commands on the same data directory"));
    }
    let job: Job =
        serde_json::from_slice(&body).map_err(|error| ApiError::bad_request("invalid_job", error.to_string()))?;
    let (events, told) = mpsc::unbounded_channel();
    let store = app.store.clone();
    let job = blocking(move || jobs::queue(job, &store)).await?;
    tokio::spawn(async move {
        let _turn = match job.takes_turns() {
            true => None,
            false => Some(turn(&app, &events).await),
        };
        let (store, sender) = (app.store.clone(), events.clone());
        let done = blocking(move || job.run(&store, &throttled(sender))).await;
        if done.is_err() {
            let message = "the server failed at this work; its log says how".to_owned();
            let _ = events.send(Event::Refused { message, help: None });
            let _ = events.send(Event::Finished { ok: false });
        }
    });
    let lines = futures::stream::unfold(told, async |mut told| {
        let event = told.recv().await?;
        let mut line = serde_json::to_vec(&event);
        if let Ok(line) = &mut line {
            line.push(b'\n');
        }
        Some((line.map(Bytes::from), told))
    });
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines.boxed())).into_response())
}

/// The turn to write; a wait for it is said.
async fn turn<'a>(app: &'a App, events: &mpsc::UnboundedSender<Event>) -> MutexGuard<'a, ()> {
    if let Ok(turn) = app.store.writing.try_lock() {
        return turn;
    }
    let text = "the server is busy with other work; this waits for its turn".to_owned();
    // Nobody may listen any more.
    let _ = events.send(Event::Noted { text });
    app.store.writing.lock().await
}

/// Passes events on; of the many that count bytes, a few.
fn throttled(events: mpsc::UnboundedSender<Event>) -> impl Fn(Event) + Sync {
    let last = Mutex::new(None::<Instant>);
    move |event| {
        if let Event::Bytes { done, total } = &event {
            let mut last = last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if done < total && last.is_some_and(|last| last.elapsed() < BYTES_EVERY) {
                return;
            }
            *last = Some(Instant::now());
        }
        // Nobody listens any more: the work goes on all the same.
        let _ = events.send(event);
    }
}
