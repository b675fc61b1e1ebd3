//! Signs of waste in single creatives, until somebody resolves them: at most one open of each type for a creative.

use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, named_params, params};
use serde::Serialize;
use serde_json::Value;

use super::EntityError;
use super::columns::Time;
use crate::model::AccountId;

/// What was found in a creative.
#[derive(Clone, Debug, PartialEq)]
pub struct NewSignal {
    /// Which creative.
    pub creative_id: String,
    /// broken_video, zero_engagement, low_ctr, high_spend_low_performance, click_fraud, low_vcr or disapproved.
    pub signal_type: String,
    /// high, medium or low.
    pub confidence: String,
    /// The figures that it was found by, as a JSON object.
    pub evidence: Value,
    /// What was seen, in words.
    pub observation: String,
    /// What to do.
    pub recommendation: String,
}

/// A sign of waste.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WasteSignal {
    /// Its number.
    pub signal_id: i64,
    /// Whose it is.
    pub account_id: AccountId,
    /// See [`NewSignal::creative_id`].
    pub creative_id: String,
    /// See [`NewSignal::signal_type`].
    pub signal_type: String,
    /// See [`NewSignal::confidence`].
    pub confidence: String,
    /// See [`NewSignal::evidence`].
    pub evidence: Value,
    /// See [`NewSignal::observation`].
    pub observation: String,
    /// See [`NewSignal::recommendation`].
    pub recommendation: String,
    /// When it was first found.
    pub detected_at: DateTime<Utc>,
    /// When somebody resolved it.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Who.
    pub resolved_by: Option<String>,
    /// In their words.
    pub resolution_notes: Option<String>,
}

/// Notes what was found: an open one of that type and creative is brought up to date and keeps its number.
pub fn note(tx: &Transaction<'_>, account: AccountId, new: &NewSignal, now: DateTime<Utc>) -> Result<i64, EntityError> {
    let id = tx.query_row(
        include_str!("../../sql/entities/waste_signal_upsert.sql"),
        named_params! {
            ":account_id": account.0,
            ":creative_id": new.creative_id,
            ":signal_type": new.signal_type,
            ":confidence": new.confidence,
            ":evidence": new.evidence.to_string(),
            ":observation": new.observation,
            ":recommendation": new.recommendation,
            ":now": Time(now),
        },
        |row| row.get(0),
    )?;
    Ok(id)
}

/// The signals of the account, or of one of its creatives, the newest first; with `resolved`, also those that are.
pub fn list(
    tx: &Transaction<'_>,
    account: AccountId,
    creative: Option<&str>,
    resolved: bool,
) -> Result<Vec<WasteSignal>, EntityError> {
    let mut found = tx.prepare_cached(include_str!("../../sql/entities/waste_signals_list.sql"))?;
    let found = found.query_map(params![account.0, creative, resolved], read)?.collect::<Result<_, _>>()?;
    Ok(found)
}

/// Resolves an open signal.
pub fn resolve(
    tx: &Transaction<'_>,
    account: AccountId,
    signal_id: i64,
    by: Option<&str>,
    notes: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), EntityError> {
    let resolve = include_str!("../../sql/entities/waste_signal_resolve.sql");
    match tx.execute(resolve, params![account.0, signal_id, Time(now), by, notes])? {
        0 => {
            let (kind, id) = ("open waste signal", signal_id.to_string());
            Err(EntityError::Unknown { account_id: account, kind, id })
        }
        _ => Ok(()),
    }
}

/// Notes in the evidence of a resolved signal that it was looked for and not found, so that it may come back.
pub fn gone(tx: &Transaction<'_>, account: AccountId, signal_id: i64, now: DateTime<Utc>) -> Result<(), EntityError> {
    tx.execute(include_str!("../../sql/entities/waste_signal_gone.sql"), params![account.0, signal_id, Time(now)])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<WasteSignal> {
    let evidence: String = row.get("evidence")?;
    Ok(WasteSignal {
        signal_id: row.get("signal_id")?,
        account_id: AccountId(row.get("account_id")?),
        creative_id: row.get("creative_id")?,
        signal_type: row.get("signal_type")?,
        confidence: row.get("confidence")?,
        // The table admits only JSON objects.
        evidence: serde_json::from_str(&evidence).unwrap_or(Value::Null),
        observation: row.get("observation")?,
        recommendation: row.get("recommendation")?,
        detected_at: row.get::<_, Time>("detected_at")?.0,
        resolved_at: row.get::<_, Option<Time>>("resolved_at")?.map(|Time(time)| time),
        resolved_by: row.get("resolved_by")?,
        resolution_notes: row.get("resolution_notes")?,
    })
}
