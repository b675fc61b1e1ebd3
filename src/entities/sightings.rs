//! Which import first named a creative, whether or not a sync ever brought it.

use chrono::{DateTime, Utc};
use rusqlite::{Transaction, params};
use serde::Serialize;

use super::EntityError;
use super::columns::Time;
use crate::model::{AccountId, BatchId};

/// The first time that reports named a creative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sighting {
    /// Which.
    pub creative_id: String,
    /// The import that named it.
    pub batch_id: BatchId,
    /// When it was imported.
    pub first_seen_at: DateTime<Utc>,
}

/// The creatives that an import of the account named for the first time since then, newest first, then by id.
pub fn since(tx: &Transaction<'_>, account: AccountId, from: DateTime<Utc>) -> Result<Vec<Sighting>, EntityError> {
    let mut statement = tx.prepare_cached(include_str!("../../sql/entities/sightings_since.sql"))?;
    let sightings = statement.query_map(params![account.0, Time(from)], |row| {
        Ok(Sighting {
            creative_id: row.get("creative_id")?,
            batch_id: BatchId(row.get("batch_id")?),
            first_seen_at: row.get::<_, Time>("first_seen_at")?.0,
        })
    })?;
    Ok(sightings.collect::<Result<_, _>>()?)
}
