//! What the handlers of the change workflow share: who does a step, and how a refusal is answered.

use axum::body::Bytes;
use axum::http::StatusCode;
use chrono::Utc;
use rusqlite::Transaction;
use serde::de::DeserializeOwned;

use crate::changes::{ChangeError, Desk};
use crate::entities::history::Author;
use crate::entities::{EntityError, configs};
use crate::google::GoogleError;
use crate::model::AccountId;
use crate::server::error::ApiError;
pub(super) use crate::server::routes::owner::OnlyOwner as Of;
use crate::server::state::Shared;

/// The history knows who came over HTTP by the door only: there are no users.
pub(super) fn desk<'a>(app: &'a Shared, account: AccountId, reason: Option<&'a str>) -> Desk<'a> {
    Desk { db: &app.store.db, account, by: Author { name: Some("http"), reason }, now: Utc::now() }
}

/// What `list` gives of the config that a filter names, or of all where it names none. A filter that nothing fits gives an
/// empty list.
pub(super) fn of_config<T>(
    tx: &Transaction<'_>,
    account: AccountId,
    named: Option<&str>,
    list: impl FnOnce(Option<&str>) -> Result<Vec<T>, EntityError>,
) -> Result<Vec<T>, EntityError> {
    match named.map(|named| configs::get(tx, account, named)).transpose() {
        Ok(config) => list(config.as_ref().map(|config| config.google.config_id.as_str())),
        Err(EntityError::Unknown { .. }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// A body that may be left out.
pub(super) fn optional<T: Default + DeserializeOwned>(body: &Bytes) -> Result<T, ApiError> {
    if body.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_slice(body).map_err(|error| ApiError::bad_request("invalid_body", format!("the body: {error}")))
}

/// A limit of a list, of 1 to `most`.
pub(super) fn limited(limit: i64, most: i64) -> Result<usize, ApiError> {
    let fits = usize::try_from(limit).ok().filter(|_| (1..=most).contains(&limit));
    fits.ok_or_else(|| ApiError::unprocessable(format!("limit: write a number from 1 to {most}")))
}

/// The number of a path.
pub(super) fn number(text: &str) -> Result<i64, ApiError> {
    text.parse().map_err(|_| ApiError::unprocessable(format!("id: '{text}' is not a whole number")))
}

impl From<ChangeError> for ApiError {
    fn from(error: ChangeError) -> Self {
        let status = match &error {
            ChangeError::Entity(_) | ChangeError::Facts(_) => {
                return match error {
                    ChangeError::Entity(error) => error.into(),
                    ChangeError::Facts(error) => error.into(),
                    other => Self::internal(&other),
                };
            }
            ChangeError::Unasked(GoogleError::NoCredentials(_)) => StatusCode::BAD_REQUEST,
            ChangeError::Unasked(_) | ChangeError::Answer { .. } | ChangeError::Open { .. } => StatusCode::BAD_GATEWAY,
            ChangeError::Failed { .. } => StatusCode::BAD_GATEWAY,
            ChangeError::BeingApplied { .. } | ChangeError::Busy { .. } => StatusCode::CONFLICT,
            _ if error.is_askers() => StatusCode::BAD_REQUEST,
            _ => return Self::internal(&error),
        };
        Self::new(status, error.code(), error.to_string())
    }
}
