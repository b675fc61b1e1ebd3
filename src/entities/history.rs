//! Every change of a pretargeting config: found by a sync, made by a user, or made by the program.
//!
//! Invariant: rows are only added.

use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, named_params};
use serde::Serialize;

use super::EntityError;
use super::columns::Time;
use super::configs::GoogleConfig;
use crate::model::AccountId;

/// Who found or made a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeSource {
    /// A sync found it.
    ApiSync,
    /// A user made it here.
    User,
    /// The program made it to keep its own rules.
    System,
    /// Nobody knows.
    Unknown,
}

impl ChangeSource {
    fn code(self) -> &'static str {
        match self {
            Self::ApiSync => "api_sync",
            Self::User => "user",
            Self::System => "system",
            Self::Unknown => "unknown",
        }
    }
}

/// Who made a change, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Author<'a> {
    /// The person or door.
    pub name: Option<&'a str>,
    /// In their words.
    pub reason: Option<&'a str>,
}

impl<'a> Author<'a> {
    /// Somebody who said no reason.
    pub fn named(name: Option<&'a str>) -> Self {
        Self { name, reason: None }
    }
}

/// A change of a config, newest first in [`list`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Its id.
    pub history_id: i64,
    /// Whose config.
    pub account_id: AccountId,
    /// Which config.
    pub config_id: String,
    /// Its bidder.
    pub bidder_id: Option<String>,
    /// Its billing id at that time.
    pub billing_id: Option<String>,
    /// `add_…`, `remove_…` or `change_…`, and of what.
    pub change_type: String,
    /// The column, where it is about one.
    pub field_changed: Option<String>,
    /// The value before; lists are JSON arrays.
    pub old_value: Option<String>,
    /// The value after; lists are JSON arrays.
    pub new_value: Option<String>,
    /// Who found or made it.
    pub change_source: ChangeSource,
    /// The person, where there was one.
    pub changed_by: Option<String>,
    /// When it was found or made.
    pub changed_at: DateTime<Utc>,
    /// Why, where somebody said it.
    pub reason: Option<String>,
}

/// A change that is about to be remembered.
pub(super) struct NewChange {
    pub change_type: String,
    pub field_changed: Option<&'static str>,
    pub old_value: Option<String>,
    pub new_value: Option<String>,
}

pub(super) fn append(
    tx: &Transaction<'_>,
    account: AccountId,
    config: &GoogleConfig,
    change: &NewChange,
    source: ChangeSource,
    by: Author<'_>,
    now: DateTime<Utc>,
) -> Result<(), EntityError> {
    tx.prepare_cached(include_str!("../../sql/entities/history_insert.sql"))?.execute(named_params! {
        ":account_id": account.0,
        ":config_id": config.config_id,
        ":bidder_id": config.bidder_id,
        ":billing_id": config.billing_id,
        ":change_type": change.change_type,
        ":field_changed": change.field_changed,
        ":old_value": change.old_value,
        ":new_value": change.new_value,
        ":change_source": source.code(),
        ":changed_by": by.name,
        ":changed_at": Time(now),
        ":reason": by.reason,
    })?;
    Ok(())
}

/// The account's changes, newest first, at most `limit`.
pub fn list(tx: &Transaction<'_>, account: AccountId, limit: usize) -> Result<Vec<Change>, EntityError> {
    let newest = "SELECT * FROM pretargeting_history WHERE account_id = ?1 ORDER BY history_id DESC LIMIT ?2";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = tx.prepare_cached(newest)?;
    let changes = statement.query_map([account.0, limit], read)?.collect::<Result<_, _>>()?;
    Ok(changes)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Change> {
    let source = row.get_ref("change_source")?.as_str()?;
    Ok(Change {
        history_id: row.get("history_id")?,
        account_id: AccountId(row.get("account_id")?),
        config_id: row.get("config_id")?,
        bidder_id: row.get("bidder_id")?,
        billing_id: row.get("billing_id")?,
        change_type: row.get("change_type")?,
        field_changed: row.get("field_changed")?,
        old_value: row.get("old_value")?,
        new_value: row.get("new_value")?,
        change_source: match source {
            "api_sync" => ChangeSource::ApiSync,
            "user" => ChangeSource::User,
            "system" => ChangeSource::System,
            _ => ChangeSource::Unknown,
        },
        changed_by: row.get("changed_by")?,
        changed_at: row.get::<_, Time>("changed_at")?.0,
        reason: row.get("reason")?,
    })
}
