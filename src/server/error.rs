//! What a caller is told when a request fails: `{detail, code, request_id}`, always JSON.
//!
//! Policy: `detail` is a sentence for people that says what to do; `code` is a word for programs and never changes;
//! internals (paths, SQL of ours, messages of libraries) go to the log under the request id and never into an answer.

use std::error::Error;

use axum::extract::multipart::MultipartError;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tower_http::timeout::TimeoutError;

use super::plain_words::plain;
use crate::analytics::AnalyticsError;
use crate::entities::EntityError;
use crate::query::QueryError;

/// A failed request; the request-id layer makes the body from it.
#[derive(Clone, Debug)]
pub struct ApiError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) detail: String,
}

impl ApiError {
    /// An answer of that status.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into() }
    }

    /// 400: the request makes no sense as it is.
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 403: not from here.
    pub fn forbidden(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, detail)
    }

    /// 404: the thing named is not there.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", detail)
    }

    /// 413: more than the setting allows.
    pub fn too_large(setting: &str) -> Self {
        let detail = format!("the body is larger than the setting {setting} allows");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
    }

    /// 400, or 408 when the sender was too slow: the body does not come to its end.
    pub fn broken_body(error: &(dyn Error + 'static)) -> Self {
        let mut cause = Some(error);
        while let Some(error) = cause.take_if(|error| !error.is::<TimeoutError>()) {
            cause = error.source();
        }
        if cause.is_some() {
            let detail = "the body stalled for longer than the setting server.body_idle_timeout_seconds allows";
            return Self::new(StatusCode::REQUEST_TIMEOUT, "body_too_slow", detail);
        }
        Self::bad_request("invalid_body", format!("the body cannot be read to its end: {error}"))
    }

    /// A refusal of the framework, which says no more than its status.
    pub fn of_status(status: StatusCode) -> Self {
        let code = match status {
            StatusCode::NOT_FOUND => "not_found",
            StatusCode::METHOD_NOT_ALLOWED => "method_not_allowed",
            StatusCode::PAYLOAD_TOO_LARGE => "body_too_large",
            _ => "refused",
        };
        let detail = match status {
            StatusCode::METHOD_NOT_ALLOWED => {
                "this address does not take that method; the Allow header names those it takes".to_owned()
            }
            _ => status.canonical_reason().unwrap_or("the request failed").to_lowercase(),
        };
        Self::new(status, code, detail)
    }

    /// 507 where the disk is full, else our fault: what came could not be kept.
    pub fn disk(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "disk_full",
                "the server's disk is full; nothing was imported",
            ),
            _ => Self::internal(error),
        }
    }

    /// 422: a parameter is out of range or of another type.
    pub fn unprocessable(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_parameter", detail)
    }

    /// 500: our fault; `cause` is logged and not shown.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!("{cause}");
        let detail = "something went wrong here; the server's log has the cause under this request_id";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large("server.body_limit_kib"),
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                let detail = "send a JSON body with the header Content-Type: application/json, for example {\"sql\": \"SELECT 1\"}";
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_body", detail)
            }
            status => Self::new(status, "invalid_body", plain(&rejection.body_text())),
        }
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        Self::unprocessable(plain(&rejection.body_text()))
    }
}

impl From<MultipartError> for ApiError {
    fn from(error: MultipartError) -> Self {
        match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large("server.upload_limit_mib"),
            _ => Self::broken_body(&error),
        }
    }
}

/// The one mapping from a question's error to a status.
impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        let status = match error.code() {
            "unknown_account" | "unknown_snapshot" => StatusCode::NOT_FOUND,
            "too_large" => StatusCode::PAYLOAD_TOO_LARGE,
            "timeout" => StatusCode::GATEWAY_TIMEOUT,
            "resources_exhausted" | "cancelled" => StatusCode::SERVICE_UNAVAILABLE,
            _ if error.is_askers() => StatusCode::BAD_REQUEST,
            _ => return Self::internal(&error),
        };
        Self::new(status, error.code(), error.to_string())
    }
}

impl From<AnalyticsError> for ApiError {
    fn from(error: AnalyticsError) -> Self {
        match error {
            AnalyticsError::Query(error) => error.into(),
            AnalyticsError::UnknownQuestion { .. } => Self::new(StatusCode::NOT_FOUND, error.code(), error.to_string()),
            other => Self::new(StatusCode::UNPROCESSABLE_ENTITY, other.code(), other.to_string()),
        }
    }
}

impl From<EntityError> for ApiError {
    fn from(error: EntityError) -> Self {
        match error {
            EntityError::UnknownAccount { .. } => {
                Self::new(StatusCode::NOT_FOUND, "unknown_account", error.to_string())
            }
            EntityError::Unknown { .. } => Self::not_found(error.to_string()),
            EntityError::CampaignField { .. } => Self::unprocessable(error.to_string()),
            EntityError::UnknownCreatives { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown_creatives", error.to_string())
            }
            other => Self::internal(&other),
        }
    }
}
