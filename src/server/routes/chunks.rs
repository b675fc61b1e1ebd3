//! Rows of a report in several calls, as the dashboard sends what is too large for one upload.
//!
//! Rows are looked at and kept when they come, and imported once, as the bidder's own export: at `finalize`, with a
//! call that says `is_final`, or when nothing more comes. The dashboard gives its calls no name, so they belong together
//! by who sends them (see [`client`]) and the file that they name.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::chunk_answer::{self, Finalized};
use super::owner::Owner;
use crate::jobs::chunks::{RowTexts, Sender, Upload};
use crate::jobs::{self, JobRecord};
use crate::model::AccountId;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};
use crate::server::uploads::{self, Outcome};

/// One call's rows.
#[derive(Debug, Deserialize)]
struct Batch {
    rows: RowTexts,
    batch_id: Option<String>,
    #[serde(default)]
    is_final: bool,
    filename: Option<String>,
}

/// The end of an upload. What the sender has counted is not asked for: the import counts itself.
#[derive(Debug, Deserialize)]
struct Finalize {
    batch_id: String,
    filename: Option<String>,
}

/// `POST /api/performance/import/batch`: rows of an upload; bad ones are skipped and named.
pub(crate) async fn batch(
    State(app): State<App>,
    owner: Result<Query<Owner>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, ApiError> {
    let account = owner?.0.account(&app).await?;
    let Batch { rows, batch_id, is_final, filename } = read(body?).await?;
    let sender = match batch_id.filter(|name| !name.is_empty()) {
        Some(name) => Sender::Named(name),
        None => Sender::Client(client(&headers)),
    };
    let upload = Upload { account, sender, filename: filename.as_deref().and_then(last_part) };
    let keeping = (app.clone(), upload.clone());
    let checked = blocking(move || {
        let (app, upload) = keeping;
        let checked = app.chunks.check(upload.account, &rows)?;
        if rows.rows() > 0 {
            app.chunks.add(&upload, &rows, checked.rejected)?;
        }
        Ok::<_, ApiError>(checked)
    })
    .await??;
    let mut answer = chunk_answer::of_batch(&checked);
    if is_final {
        let outcome = uploads::finish(&app, upload, None, None).await?;
        chunk_answer::add_refusal(&mut answer, &outcome);
    }
    Ok(Json(answer))
}

/// `POST /api/performance/import/finalize`: the upload is whole and is imported; a second time only answers.
pub(crate) async fn finalize(
    State(app): State<App>,
    owner: Result<Query<Owner>, QueryRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, ApiError> {
    let account = owner?.0.account(&app).await?;
    let Finalize { batch_id, filename } = read(body?).await?;
    let filename = filename.as_deref().and_then(last_part);
    let of = |sender, filename: Option<String>| Upload { account, sender, filename };
    let named = of(Sender::Named(batch_id.clone()), None);
    let mut outcome = uploads::finish(&app, named, None, filename.clone()).await?;
    if matches!(outcome, Outcome::Nothing) {
        if let Some(job) = over(&app, account, job_of(&app, account, &batch_id).await?).await? {
            return Ok(Json(chunk_answer::of_finalize(&app, &batch_id, Finalized::of_job(job)).await?));
        }
        for of_file in [filename.clone(), None] {
            let unnamed = of(Sender::Client(client(&headers)), of_file);
            outcome = uploads::finish(&app, unnamed.clone(), Some(batch_id.clone()), filename.clone()).await?;
            if !matches!(outcome, Outcome::Nothing) {
                break;
            }
            // Nothing more came for so long that it was imported before its sender said that it is whole.
            let (db, id, name) = (app.store.db.clone(), unnamed.id(), batch_id.clone());
            let imported = blocking(move || jobs::name_upload(&db, account, &id, &name)).await?;
            let imported = imported.map_err(|error| ApiError::internal(&error))?;
            if let Some(job) = over(&app, account, imported).await? {
                return Ok(Json(chunk_answer::of_finalize(&app, &batch_id, Finalized::of_job(job)).await?));
            }
        }
    }
    Ok(Json(chunk_answer::of_finalize(&app, &batch_id, Finalized::of_outcome(outcome)).await?))
}

async fn job_of(app: &App, account: AccountId, upload: &str) -> Result<Option<JobRecord>, ApiError> {
    let (db, upload) = (app.store.db.clone(), upload.to_owned());
    let job = blocking(move || jobs::job_of_upload(&db, account, &upload)).await?;
    job.map_err(|error| ApiError::internal(&error))
}

/// The job when it is over, or as far as it came in the time there is.
async fn over(app: &App, account: AccountId, job: Option<JobRecord>) -> Result<Option<JobRecord>, ApiError> {
    let Some(mut job) = job else { return Ok(None) };
    let mut written = app.store.feed.written();
    let deadline = tokio::time::Instant::now() + uploads::ANSWER_WITHIN;
    while !job.is_over() && tokio::time::timeout_at(deadline, written.changed()).await.is_ok_and(|woken| woken.is_ok())
    {
        let (db, number) = (app.store.db.clone(), job.job_id);
        let found = blocking(move || jobs::show(&db, number, Some(account))).await?;
        let Some(found) = found.map_err(|error| ApiError::internal(&error))? else { break };
        job = found;
    }
    Ok(Some(job))
}

/// Reads a body on a thread that may block: it may hold tens of thousands of rows.
pub(super) async fn read<T: DeserializeOwned + Send + 'static>(body: Bytes) -> Result<T, ApiError> {
    let read = blocking(move || serde_json::from_slice(&body)).await?;
    read.map_err(|error: serde_json::Error| match error.classify() {
        serde_json::error::Category::Data => ApiError::unprocessable(format!("the body does not fit: {error}")),
        _ => ApiError::bad_request("invalid_body", format!("the body is not JSON: {error}")),
    })
}

/// Who sends, as far as it can be told without keys: the program, and behind a proxy the machine.
fn client(headers: &HeaderMap) -> String {
    let said = [header::USER_AGENT.as_str(), "x-forwarded-for"];
    let said = said.map(|name| headers.get(name).map(|value| value.as_bytes().to_vec()).unwrap_or_default());
    blake3::hash(&said.join(&0)).to_hex().to_string()
}

/// The last part of a file's name, which is shown and recorded and never part of a path.
pub(super) fn last_part(name: &str) -> Option<String> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    (!name.is_empty()).then(|| name.chars().take(255).collect())
}

impl From<BytesRejection> for ApiError {
    fn from(rejection: BytesRejection) -> Self {
        if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
            return Self::too_large("server.chunk_limit_mib");
        }
        Self::broken_body(&rejection)
    }
}
