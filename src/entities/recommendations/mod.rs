//! Advice and what became of it.
//!
//! Invariants: an account has one recommendation for each type and target, under an id made from them; what an analysis
//! no longer finds stays with its end. When one that was closed comes back is decided by [`crate::entities`]' callers, who
//! keep what the evidence was ([`Closed`]); [`runs`] says when an account's advice was made and of what.

mod rows;
pub mod runs;
mod words;

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Transaction, named_params, params};
use serde::Serialize;

pub use rows::{Action, Advice, Closed, ConfigShare, Evidence, Recommendation};
pub use words::{ActionType, AdviceKind, AdviceSeverity, Comparison, Confidence, RecommendationStatus, TargetType};

use super::EntityError;
use super::columns::Time;
use crate::model::AccountId;

/// Keeps a recommendation of its account as it is now, in the place of what was kept under its id.
pub fn put(tx: &Transaction<'_>, account: AccountId, one: &Recommendation) -> Result<(), EntityError> {
    let advice = &one.advice;
    let mut upsert = tx.prepare_cached(include_str!("../../../sql/entities/recommendation_upsert.sql"))?;
    upsert.execute(named_params! {
        ":account_id": account.0,
        ":recommendation_id": advice.recommendation_id,
        ":type": advice.kind,
        ":severity": advice.severity,
        ":confidence": advice.confidence,
        ":target_type": advice.target_type,
        ":target_id": advice.target_id,
        ":title": advice.title,
        ":description": advice.description,
        ":evidence": json(&advice.evidence)?,
        ":evidence_hash": advice.evidence_hash,
        ":actions": json(&advice.actions)?,
        ":configs": json(&advice.configs)?,
        ":affected_creatives": advice.affected_creatives,
        ":affected_campaigns": advice.affected_campaigns,
        ":wasted_qps": advice.wasted_qps,
        ":wasted_queries_daily": advice.wasted_queries_daily,
        ":wasted_spend_micros": advice.wasted_spend_micros.0,
        ":percent_of_total_waste": advice.percent_of_total_waste,
        ":potential_savings_monthly_micros": advice.potential_savings_monthly_micros.0,
        ":status": one.status,
        ":notes": one.notes,
        ":generated_at": Time(one.generated_at),
        ":expires_at": one.expires_at.map(Time),
        ":status_changed_at": one.status_changed_at.map(Time),
        ":status_changed_by": one.status_changed_by,
        ":closed": one.closed.as_ref().map(json).transpose()?,
    })?;
    Ok(())
}

fn json(value: &impl Serialize) -> Result<String, EntityError> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()).into())
}

/// The account's recommendations, also those that ended or were closed; the most wasteful first.
pub fn list(tx: &Transaction<'_>, account: AccountId) -> Result<Vec<Recommendation>, EntityError> {
    let mut found = tx.prepare_cached(include_str!("../../../sql/entities/recommendations_list.sql"))?;
    let found = found.query_map([account.0], Recommendation::read)?.collect::<Result<_, _>>()?;
    Ok(found)
}

/// One of them.
pub fn get(tx: &Transaction<'_>, account: AccountId, id: &str) -> Result<Recommendation, EntityError> {
    let get = "SELECT * FROM recommendations WHERE account_id = ?1 AND recommendation_id = ?2";
    let found = tx.query_row(get, params![account.0, id], Recommendation::read).optional()?;
    found.ok_or_else(|| EntityError::Unknown { account_id: account, kind: "recommendation", id: id.to_owned() })
}

/// Says what became of it, by whom, and why. What is closed remembers what the evidence was.
pub fn set_status(
    tx: &Transaction<'_>,
    account: AccountId,
    id: &str,
    status: RecommendationStatus,
    by: Option<&str>,
    notes: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Recommendation, EntityError> {
    runs::aside(tx, account, || {
        let mut one = get(tx, account, id)?;
        one.closed = status.is_closed().then(|| Closed {
            evidence_hash: one.advice.evidence_hash.clone(),
            severity: one.advice.severity,
            wasted_queries_daily: one.advice.wasted_queries_daily,
            rules: one.advice.rules(),
        });
        one.status = status;
        one.notes = notes.map(str::to_owned);
        one.status_changed_at = Some(now);
        one.status_changed_by = by.map(str::to_owned);
        put(tx, account, &one)?;
        Ok(one)
    })
}
