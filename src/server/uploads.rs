//! Importing uploads that came in several calls: when their sender closes them, when nothing more comes, and those that a
//! dead process left.

use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout_at};

use super::error::ApiError;
use super::state::{App, blocking};
use crate::ingest::ImportAnswer;
use crate::jobs::chunks::{ChunkError, Closed, Upload};

/// Proxies give a call up after 30 seconds; what takes longer goes on without whoever asked for it.
pub(super) const ANSWER_WITHIN: Duration = Duration::from_secs(20);

/// Uploads are looked at this often.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// An import that is on its way.
pub(super) struct Importing {
    /// Rows that are not at fault.
    pub accepted: u64,
    answer: JoinHandle<Result<Option<ImportAnswer>, ApiError>>,
}

/// How far an upload came while its sender waits.
pub(super) enum Outcome {
    /// Nothing was there to import.
    Nothing,
    /// It is imported or refused.
    Over(Box<ImportAnswer>),
    /// It takes longer; so many rows are on their way.
    Waiting { accepted: u64 },
}

/// Closes the upload and imports it; `id` and `filename` are what its sender calls it. Goes on when nobody waits any
/// more, and answers in time.
pub(super) async fn finish(
    app: &App,
    upload: Upload,
    id: Option<String>,
    filename: Option<String>,
) -> Result<Outcome, ApiError> {
    let deadline = Instant::now() + ANSWER_WITHIN;
    let working = app.clone();
    let begun = tokio::spawn(async move {
        // Whoever asks a second time finds the job of the first.
        let _closing = working.closing.lock().await;
        let closing = working.clone();
        let closed = blocking(move || closing.chunks.close(&upload, id.as_deref(), filename.as_deref())).await??;
        match closed {
            Some(closed) => import(&working, closed).await,
            None => Ok(None),
        }
    });
    let Ok(begun) = timeout_at(deadline, begun).await else { return Ok(Outcome::Waiting { accepted: 0 }) };
    let Some(Importing { accepted, answer }) = begun.map_err(|error| ApiError::internal(&error))?? else {
        return Ok(Outcome::Nothing);
    };
    let Ok(answer) = timeout_at(deadline, answer).await else { return Ok(Outcome::Waiting { accepted }) };
    let answer = answer.map_err(|error| ApiError::internal(&error))??;
    Ok(answer.map_or(Outcome::Nothing, |answer| Outcome::Over(Box::new(answer))))
}

/// Puts the closed upload in the list of jobs and imports it when its turn comes.
async fn import(app: &App, closed: Closed) -> Result<Option<Importing>, ApiError> {
    let preparing = app.clone();
    let to_import = blocking(move || preparing.chunks.prepare(closed, &preparing.store)).await??;
    let Some(to_import) = to_import else { return Ok(None) };
    let accepted = to_import.accepted();
    let working = app.clone();
    let answer = tokio::spawn(async move {
        let _turn = working.store.writing.lock().await;
        let importing = working.clone();
        blocking(move || importing.chunks.import(to_import, &importing.store)).await
    });
    Ok(Some(Importing { accepted, answer }))
}

/// Imports what was left and what is quiet, until the server stops.
pub(super) async fn watch(app: App) {
    let mut stopping = app.stopping.subscribe();
    {
        // Whoever closes an upload again finds its job listed.
        let _closing = app.closing.lock().await;
        let chunks = app.clone();
        let left = blocking(move || chunks.chunks.left_over()).await;
        import_all(&app, left).await;
    }
    let quiet = app.store.config.import.upload_quiet();
    let mut look = interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stopping.wait_for(|stopping| *stopping) => return,
            _ = look.tick() => {}
        }
        let _closing = app.closing.lock().await;
        let chunks = app.clone();
        let closed = blocking(move || chunks.chunks.close_quiet(quiet)).await;
        import_all(&app, closed).await;
    }
}

async fn import_all(app: &App, closed: Result<Result<Vec<Closed>, ChunkError>, ApiError>) {
    let closed = match closed {
        Ok(Ok(closed)) => closed,
        Ok(Err(error)) => return tracing::warn!("uploads cannot be looked at: {error}"),
        // Logged where it happened.
        Err(_) => return,
    };
    for upload in closed {
        // Its job is listed now; that it is imported need not be waited for.
        let _ = import(app, upload).await;
    }
}

impl From<ChunkError> for ApiError {
    fn from(error: ChunkError) -> Self {
        match error {
            ChunkError::Refused(refusal) => {
                Self::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, refusal.code, refusal.message)
            }
            ChunkError::TooLarge => Self::too_large("server.upload_limit_mib"),
            ChunkError::Io(error) => Self::disk(&error),
            ChunkError::Entity(error) => error.into(),
        }
    }
}
