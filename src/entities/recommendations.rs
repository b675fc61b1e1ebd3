//! Advice and what became of it.
//!
//! Invariants: an account has one recommendation for each type and target, under an id made from them; what somebody
//! resolved or dismissed comes back only when the evidence is another one.

use std::fmt;

use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, named_params, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::columns::Time;
use super::{EntityError, TextList};
use crate::model::{AccountId, Micros};

/// What became of a recommendation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecommendationStatus {
    /// Nobody looked at it yet.
    New,
    /// Somebody saw it.
    Acknowledged,
    /// What it asks for is done.
    Resolved,
    /// Somebody does not want it.
    Dismissed,
}

impl RecommendationStatus {
    const ALL: [Self; 4] = [Self::New, Self::Acknowledged, Self::Resolved, Self::Dismissed];

    /// The word in the table and in JSON.
    pub const fn code(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Acknowledged => "acknowledged",
            Self::Resolved => "resolved",
            Self::Dismissed => "dismissed",
        }
    }
}

impl fmt::Display for RecommendationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What an analysis advises.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Advice {
    /// Made from type and target, so that a later analysis finds its own earlier advice.
    pub recommendation_id: String,
    /// size_mismatch, config_inefficiency, publisher_block, app_block, geo_exclusion, creative_pause, creative_review or
    /// fraud_alert.
    #[serde(rename = "type")]
    pub kind: String,
    /// critical, high, medium or low.
    pub severity: String,
    /// high, medium or low.
    pub confidence: String,
    /// size, publisher, app, geo, creative or config.
    pub target_type: String,
    /// Which one.
    pub target_id: String,
    /// One line.
    pub title: String,
    /// In words.
    pub description: String,
    /// The figures behind it, a JSON array.
    pub evidence: Value,
    /// Equal where the evidence is.
    pub evidence_hash: String,
    /// What to do, a JSON array.
    pub actions: Value,
    /// The creatives that it is about.
    pub affected_creatives: TextList,
    /// The campaigns that it is about.
    pub affected_campaigns: TextList,
    /// Wasted queries per second.
    pub wasted_qps: f64,
    /// Wasted queries of a day.
    pub wasted_queries_daily: i64,
    /// Wasted money in the window.
    pub wasted_spend_micros: Micros,
    /// Of all waste of the account, 0 to 100.
    pub percent_of_total_waste: f64,
    /// What following it may save in a month.
    pub potential_savings_monthly_micros: Micros,
    /// Until when it holds.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A recommendation of an account.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recommendation {
    /// Whose it is.
    pub account_id: AccountId,
    /// What is advised.
    #[serde(flatten)]
    pub advice: Advice,
    /// What became of it.
    pub status: RecommendationStatus,
    /// In the words of who changed the status.
    pub notes: Option<String>,
    /// When it was last found.
    pub generated_at: DateTime<Utc>,
    /// When its status was last changed.
    pub status_changed_at: Option<DateTime<Utc>>,
    /// By whom.
    pub status_changed_by: Option<String>,
}

/// Keeps what an analysis found. Known advice is brought up to date and keeps its status, unless the evidence is another
/// one: then it is new.
pub fn keep(tx: &Transaction<'_>, account: AccountId, found: &[Advice], now: DateTime<Utc>) -> Result<(), EntityError> {
    let mut upsert = tx.prepare_cached(include_str!("../../sql/entities/recommendation_upsert.sql"))?;
    for advice in found {
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
            ":evidence": advice.evidence.to_string(),
            ":evidence_hash": advice.evidence_hash,
            ":actions": advice.actions.to_string(),
            ":affected_creatives": advice.affected_creatives,
            ":affected_campaigns": advice.affected_campaigns,
            ":wasted_qps": advice.wasted_qps,
            ":wasted_queries_daily": advice.wasted_queries_daily,
            ":wasted_spend_micros": advice.wasted_spend_micros.0,
            ":percent_of_total_waste": advice.percent_of_total_waste,
            ":potential_savings_monthly_micros": advice.potential_savings_monthly_micros.0,
            ":expires_at": advice.expires_at.map(Time),
            ":now": Time(now),
        })?;
    }
    Ok(())
}

/// The account's recommendations of that status, or all, the most wasteful first.
pub fn list(
    tx: &Transaction<'_>,
    account: AccountId,
    status: Option<RecommendationStatus>,
) -> Result<Vec<Recommendation>, EntityError> {
    let mut found = tx.prepare_cached(include_str!("../../sql/entities/recommendations_list.sql"))?;
    let status = status.map(RecommendationStatus::code);
    let found = found.query_map(params![account.0, status], read)?.collect::<Result<_, _>>()?;
    Ok(found)
}

/// Says what became of it.
pub fn set_status(
    tx: &Transaction<'_>,
    account: AccountId,
    id: &str,
    status: RecommendationStatus,
    by: Option<&str>,
    notes: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), EntityError> {
    let set = include_str!("../../sql/entities/recommendation_status.sql");
    match tx.execute(set, params![account.0, id, status.code(), Time(now), by, notes])? {
        0 => Err(EntityError::Unknown { account_id: account, kind: "recommendation", id: id.to_owned() }),
        _ => Ok(()),
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Recommendation> {
    // The table admits only JSON arrays, and these words.
    let json = |column| row.get::<_, String>(column).map(|text| serde_json::from_str(&text).unwrap_or(Value::Null));
    let time = |column| row.get::<_, Option<Time>>(column).map(|time| time.map(|Time(time)| time));
    let status: String = row.get("status")?;
    let status = RecommendationStatus::ALL.into_iter().find(|known| known.code() == status);
    Ok(Recommendation {
        account_id: AccountId(row.get("account_id")?),
        advice: Advice {
            recommendation_id: row.get("recommendation_id")?,
            kind: row.get("type")?,
            severity: row.get("severity")?,
            confidence: row.get("confidence")?,
            target_type: row.get("target_type")?,
            target_id: row.get("target_id")?,
            title: row.get("title")?,
            description: row.get("description")?,
            evidence: json("evidence")?,
            evidence_hash: row.get("evidence_hash")?,
            actions: json("actions")?,
            affected_creatives: row.get("affected_creatives")?,
            affected_campaigns: row.get("affected_campaigns")?,
            wasted_qps: row.get("wasted_qps")?,
            wasted_queries_daily: row.get("wasted_queries_daily")?,
            wasted_spend_micros: Micros(row.get("wasted_spend_micros")?),
            percent_of_total_waste: row.get("percent_of_total_waste")?,
            potential_savings_monthly_micros: Micros(row.get("potential_savings_monthly_micros")?),
            expires_at: time("expires_at")?,
        },
        status: status.unwrap_or(RecommendationStatus::New),
        notes: row.get("notes")?,
        generated_at: row.get::<_, Time>("generated_at")?.0,
        status_changed_at: time("status_changed_at")?,
        status_changed_by: row.get("status_changed_by")?,
    })
}
