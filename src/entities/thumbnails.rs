//! What became of the thumbnails of creatives; the pictures themselves are files.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rusqlite::{Transaction, named_params};
use serde::{Deserialize, Serialize};

use super::EntityError;
use super::columns::Time;
use crate::model::AccountId;

/// How a try to make a thumbnail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThumbnailOutcome {
    /// There is one.
    Success,
    /// There is none.
    Failed,
    /// It was not tried, because there is nothing to show.
    Skipped,
}

/// Why there is no thumbnail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThumbnailFault {
    /// The server refused (403): such addresses are often valid for a time only.
    UrlExpired,
    /// The server has nothing there.
    UrlNotFound,
    /// It took too long.
    Timeout,
    /// No address that may be fetched.
    InvalidUrl,
    /// No answer, or not a good one.
    NetworkError,
    /// The creative names no image.
    NoUrl,
    /// The creative names no video.
    NoVideoUrl,
    /// The creative is no video.
    NotVideo,
    /// What came cannot be shown.
    Unknown,
}

/// The last try for a creative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ThumbnailRecord {
    /// How it ended.
    pub outcome: ThumbnailOutcome,
    /// Why there is none.
    pub fault: Option<ThumbnailFault>,
    /// What was to be shown.
    pub source_url: Option<String>,
    /// When.
    pub attempted_at: DateTime<Utc>,
}

impl ThumbnailOutcome {
    /// As it is stored and told.
    pub fn code(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl ThumbnailFault {
    const ALL: [Self; 9] = [
        Self::UrlExpired,
        Self::UrlNotFound,
        Self::Timeout,
        Self::InvalidUrl,
        Self::NetworkError,
        Self::NoUrl,
        Self::NoVideoUrl,
        Self::NotVideo,
        Self::Unknown,
    ];

    /// As it is stored and told.
    pub fn code(self) -> &'static str {
        match self {
            Self::UrlExpired => "url_expired",
            Self::UrlNotFound => "url_not_found",
            Self::Timeout => "timeout",
            Self::InvalidUrl => "invalid_url",
            Self::NetworkError => "network_error",
            Self::NoUrl => "no_url",
            Self::NoVideoUrl => "no_video_url",
            Self::NotVideo => "not_video",
            Self::Unknown => "unknown",
        }
    }
}

/// Remembers the last try for a creative of the account; nothing where the creative is gone.
pub fn record(
    tx: &Transaction<'_>,
    account: AccountId,
    creative_id: &str,
    record: &ThumbnailRecord,
) -> Result<(), EntityError> {
    tx.prepare_cached(include_str!("../../sql/entities/thumbnail_record.sql"))?.execute(named_params! {
        ":account_id": account.0,
        ":creative_id": creative_id,
        ":status": record.outcome.code(),
        ":error_reason": record.fault.map(ThumbnailFault::code),
        ":source_url": record.source_url,
        ":attempted_at": Time(record.attempted_at),
    })?;
    Ok(())
}

/// The last tries for the account's creatives, by their ids.
pub fn list(tx: &Transaction<'_>, account: AccountId) -> Result<HashMap<String, ThumbnailRecord>, EntityError> {
    let all = "SELECT * FROM thumbnail_status WHERE account_id = ?1";
    let mut statement = tx.prepare_cached(all)?;
    let records = statement.query_map([account.0], |row| {
        // The table admits only these words.
        let (status, reason): (String, Option<String>) = (row.get("status")?, row.get("error_reason")?);
        let outcome = match status.as_str() {
            "success" => ThumbnailOutcome::Success,
            "skipped" => ThumbnailOutcome::Skipped,
            _ => ThumbnailOutcome::Failed,
        };
        let fault = reason.and_then(|reason| ThumbnailFault::ALL.into_iter().find(|fault| fault.code() == reason));
        let attempted_at = row.get::<_, Time>("attempted_at")?.0;
        let record = ThumbnailRecord { outcome, fault, source_url: row.get("source_url")?, attempted_at };
        Ok((row.get("creative_id")?, record))
    })?;
    Ok(records.collect::<Result<_, _>>()?)
}
