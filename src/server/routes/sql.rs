//! One SQL question over HTTP.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::lake::At;
use crate::query::format::{self, Envelope, Format, Style};
use crate::query::{Answer, Question};
use crate::server::error::ApiError;
use crate::server::state::App;

/// The body of `POST /api/sql`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// One SELECT or EXPLAIN.
    sql: String,
    /// json, ndjson, csv, arrow, parquet or table; else what `Accept` names, else json.
    format: Option<String>,
    /// A snapshot's number or a time; the newest state where absent.
    at: Option<SnapshotOrTime>,
    /// Account by name or number, or `all`; the first one where absent.
    account: Option<String>,
}

/// `"at": 3`, `"at": "3"` or `"at": "2026-11-20T08:00:00Z"`.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "at: write a snapshot's number or a time")]
enum SnapshotOrTime {
    Snapshot(u64),
    Text(String),
}

impl SnapshotOrTime {
    fn text(self) -> String {
        match self {
            Self::Snapshot(number) => number.to_string(),
            Self::Text(text) => text,
        }
    }
}

/// `POST /api/sql`: the answer in the format asked for, streamed, over one snapshot.
pub(crate) async fn ask(
    State(app): State<App>,
    headers: HeaderMap,
    body: Result<Json<Asked>, JsonRejection>,
) -> Result<Response, ApiError> {
    let Json(asked) = body?;
    let format = match asked.format {
        Some(format) => format.parse().map_err(|error| ApiError::unprocessable(format!("format: {error}")))?,
        None => accepted(&headers),
    };
    let at = match asked.at {
        Some(at) => at.text().parse().map_err(|error| ApiError::unprocessable(format!("at: {error}")))?,
        None => At::Latest,
    };
    let accounts = app.accounts(asked.account).await?;
    let question = Question { at, limits: app.store.limits(), ..Question::new(asked.sql, accounts) };
    streamed(app.engine.ask(question).await?, format, Envelope::default())
}

/// The body and its headers. An answer that fails half-way breaks off, so that no part passes for the whole.
pub(super) fn streamed(answer: Answer, format: Format, envelope: Envelope) -> Result<Response, ApiError> {
    const SNAPSHOT: HeaderName = HeaderName::from_static("x-catscan-snapshot");
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (SNAPSHOT, answer.snapshot.to_string()),
    ];
    let style = Style { envelope: Some(envelope), ..Style::default() };
    let body = Body::from_stream(format::stream(answer, format, style)?);
    Ok((headers, body).into_response())
}

/// The first format that `Accept` names; JSON where it names none of them.
pub(super) fn accepted(headers: &HeaderMap) -> Format {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let essence = |text: &'static str| text.split(';').next().unwrap_or_default();
    let named = accept.split(',').map(|range| range.split(';').next().unwrap_or_default().trim());
    let known = |name: &str| Format::ALL.into_iter().find(|format| essence(format.media_type()) == name);
    named.filter_map(known).next().unwrap_or(Format::Json)
}
