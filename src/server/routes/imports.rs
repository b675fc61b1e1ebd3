//! What was imported, and taking an import back.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;

use super::sql::{accepted, streamed};
use crate::analytics::{self, Ask};
use crate::ingest::{ImportRecord, UndoAnswer, UndoError};
use crate::model::BatchId;
use crate::query::format::Envelope;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// Which imports.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    /// Account by name or number, or `all`; the first one where absent.
    account: Option<String>,
    /// Only reports of this kind.
    kind: Option<String>,
    /// Only imports that are running, complete, failed or undone.
    status: Option<String>,
    /// How many, the newest first; 50 where absent.
    limit: Option<u32>,
}

/// `GET /api/imports`: the list, newest first, in the format that `Accept` names.
pub(crate) async fn list(
    State(app): State<App>,
    listed: Result<Query<Listed>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Query(listed) = listed?;
    let accounts = app.accounts(listed.account).await?;
    let limit = listed.limit.map(|limit| limit.to_string());
    let params = [("kind", listed.kind), ("status", listed.status), ("limit", limit)];
    let params = params.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    let ask = Ask { params, limits: app.store.limits(), ..Ask::new(accounts) };
    let report = analytics::report(&app.engine, "imports", ask).await?;
    let envelope = Envelope { entries: report.entries() };
    streamed(report.answer, accepted(&headers), envelope)
}

/// How much of an import, and of which account it must be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
    /// How many rejected rows, of the first 10,000 that are kept.
    #[serde(default = "hundred")]
    faults: u32,
}

fn hundred() -> u32 {
    100
}

/// `GET /api/imports/{batch}`: all that is known of one import.
pub(crate) async fn show(
    State(app): State<App>,
    Path(batch): Path<String>,
    shown: Result<Query<Shown>, QueryRejection>,
) -> Result<Json<ImportRecord>, ApiError> {
    let Query(shown) = shown?;
    let (batch, account) = (number(&batch)?, app.account(shown.account).await?);
    let record = blocking(move || app.store.importer.record(batch, Some(account), shown.faults)).await?;
    let record = record.map_err(|error| ApiError::internal(&error))?;
    record.map(Json).ok_or_else(|| ApiError::from(UndoError::Unknown(batch)))
}

/// Of which account the import must be.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Undone {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
}

/// `POST /api/imports/{batch}/undo`: its days are as they were before it. 409 where it cannot be undone.
pub(crate) async fn undo(
    State(app): State<App>,
    Path(batch): Path<String>,
    undone: Result<Query<Undone>, QueryRejection>,
) -> Result<Json<UndoAnswer>, ApiError> {
    let Query(undone) = undone?;
    let (batch, account) = (number(&batch)?, app.account(undone.account).await?);
    let importer = app.store.importer.clone();
    // The task goes on when the client goes away, and keeps the turn until it is done.
    let task = tokio::spawn(async move {
        let _turn = app.store.writing.lock().await;
        blocking(move || importer.undo(batch, Some(account))).await
    });
    Ok(Json(task.await.map_err(|error| ApiError::internal(&error))???))
}

fn number(batch: &str) -> Result<BatchId, ApiError> {
    batch.parse().map_err(|_| ApiError::unprocessable("batch: write the number of an import"))
}

impl From<UndoError> for ApiError {
    fn from(error: UndoError) -> Self {
        match error {
            UndoError::Unknown(batch) => {
                Self::new(StatusCode::NOT_FOUND, error.code(), format!("there is no import with the number {batch}"))
            }
            UndoError::Store(error) => Self::internal(&error),
            refused => Self::new(StatusCode::CONFLICT, refused.code(), refused.to_string()),
        }
    }
}
