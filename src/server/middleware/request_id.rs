//! Gives each request an id, keeps its connection marked as working, makes the body of a failed answer, sets the
//! headers that every answer has, and logs one line.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::Json;
use axum::body::{Body, HttpBody};
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::{FutureExt, StreamExt};
use tracing::Instrument;
use uuid::Uuid;

use crate::server::error::ApiError;
use crate::server::listener::{Connection, Working};

pub(crate) async fn identify(request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().to_string();
    let started = Instant::now();
    let connection = request.extensions().get::<ConnectInfo<Connection>>().map(|ConnectInfo(info)| info.clone());
    let working = connection.unwrap_or_default().working();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let span = tracing::info_span!("request", id);
    // A defect in one request is the end of that request only; the panic's own words are in the log.
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().instrument(span.clone()).await;
    let _entered = span.enter();
    let response = answered.unwrap_or_else(|_| ApiError::internal(&"a handler panicked").into_response());
    let mut response = explained(response, &id);
    let status = response.status().as_u16();
    tracing::info!("{method} {path} {status} {} ms", started.elapsed().as_millis());
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert("x-request-id", id);
    }
    held(response, working)
}

/// Gives every failed answer the one body; those of the framework carry only text.
fn explained(response: Response, id: &str) -> Response {
    let status = response.status();
    let error = match response.extensions().get::<ApiError>() {
        Some(error) => error.clone(),
        None if status.is_client_error() || status.is_server_error() => ApiError::of_status(status),
        None => return response,
    };
    let body = serde_json::json!({ "detail": error.detail, "code": error.code, "request_id": id });
    let (head, _) = response.into_parts();
    let mut explained = (status, Json(body)).into_response();
    for (name, value) in &head.headers {
        if ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name) {
            explained.headers_mut().insert(name, value.clone());
        }
    }
    explained
}

/// A streamed answer is work until its last byte; one that is whole needs only to be written.
fn held(response: Response, working: Working) -> Response {
    if response.body().size_hint().exact().is_some() {
        return response;
    }
    response.map(|body| {
        Body::from_stream(body.into_data_stream().map(move |piece| {
            let _until_the_end = &working;
            piece
        }))
    })
}
