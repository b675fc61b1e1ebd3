//! An account's own settings (thresholds, retention), where they differ from the defaults; values are JSON.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::EntityError;
use super::columns::Time;
use crate::model::AccountId;

/// The account's value of that name; `None` means that the default holds.
pub fn get<T: DeserializeOwned>(
    tx: &Transaction<'_>,
    account: AccountId,
    name: &str,
) -> Result<Option<T>, EntityError> {
    let value = "SELECT value FROM settings WHERE account_id = ?1 AND name = ?2";
    let text: Option<String> = tx.query_row(value, params![account.0, name], |row| row.get(0)).optional()?;
    let Some(text) = text else { return Ok(None) };
    serde_json::from_str(&text).map(Some).map_err(|_| EntityError::Stored {
        table: "settings".to_owned(),
        column: name.to_owned(),
        value: text,
        expected: std::any::type_name::<T>(),
    })
}

/// Sets the account's value of that name.
pub fn set<T: Serialize>(
    tx: &Transaction<'_>,
    account: AccountId,
    name: &str,
    value: &T,
    now: DateTime<Utc>,
) -> Result<(), EntityError> {
    let text = serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let upsert = include_str!("../../sql/entities/setting_upsert.sql");
    tx.execute(upsert, params![account.0, name, text, Time(now)])?;
    Ok(())
}

/// Goes back to the default.
pub fn clear(tx: &Transaction<'_>, account: AccountId, name: &str) -> Result<(), EntityError> {
    tx.execute("DELETE FROM settings WHERE account_id = ?1 AND name = ?2", params![account.0, name])?;
    Ok(())
}

/// The names and values (JSON text) that the account has set, by name.
pub fn list(tx: &Transaction<'_>, account: AccountId) -> Result<Vec<(String, String)>, EntityError> {
    let mut statement = tx.prepare_cached("SELECT name, value FROM settings WHERE account_id = ?1 ORDER BY name")?;
    let settings = statement.query_map([account.0], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    Ok(settings)
}
