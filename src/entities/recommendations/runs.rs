//! When an account's advice was last made, and of what.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;

use crate::entities::columns::Time;
use crate::entities::{EntityError, version};
use crate::model::{AccountId, Day};

/// The last analysis of an account. Its advice holds as long as all of this but the time is so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AdviceRun {
    /// First day of the facts.
    pub first_day: Day,
    /// Last day of the facts.
    pub last_day: Day,
    /// The account's [`version()`] that it saw.
    pub entity_version: i64,
    /// A digest of the thresholds.
    pub thresholds: String,
    /// When it was.
    pub ran_at: DateTime<Utc>,
}

/// The last analysis, where there was one.
pub fn last(tx: &Transaction<'_>, account: AccountId) -> Result<Option<AdviceRun>, EntityError> {
    let last = "SELECT * FROM advice_runs WHERE account_id = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        let day = |column| {
            let text: String = row.get(column)?;
            text.parse::<Day>().map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into())
            })
        };
        Ok(AdviceRun {
            first_day: day("first_day")?,
            last_day: day("last_day")?,
            entity_version: row.get("entity_version")?,
            thresholds: row.get("thresholds")?,
            ran_at: row.get::<_, Time>("ran_at")?.0,
        })
    };
    Ok(tx.query_row(last, [account.0], read).optional()?)
}

/// Notes an analysis in the place of the one before.
pub fn note(tx: &Transaction<'_>, account: AccountId, run: &AdviceRun) -> Result<(), EntityError> {
    let (first, last) = (run.first_day.to_string(), run.last_day.to_string());
    let values = params![account.0, first, last, run.entity_version, run.thresholds, Time(run.ran_at)];
    tx.execute(include_str!("../../../sql/entities/advice_run_upsert.sql"), values)?;
    Ok(())
}

/// Does what changes advice and nothing that advice is made of: a run that was up to date stays so.
pub fn aside<T>(
    tx: &Transaction<'_>,
    account: AccountId,
    change: impl FnOnce() -> Result<T, EntityError>,
) -> Result<T, EntityError> {
    let before = version(tx, account)?;
    let changed = change()?;
    let carry = "UPDATE advice_runs SET entity_version = ?3 WHERE account_id = ?1 AND entity_version = ?2";
    tx.execute(carry, params![account.0, before, version(tx, account)?])?;
    Ok(changed)
}
