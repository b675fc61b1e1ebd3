//! Every change of a pretargeting config: found by a sync, made by a user, or made by the program; and every step of a
//! staged change.
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
    /// The source of that name.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::ApiSync, Self::User, Self::System, Self::Unknown].into_iter().find(|source| source.code() == code)
    }

    /// As it is stored and shown.
    pub const fn code(self) -> &'static str {
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

/// What a row is in the life of a staged change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// It waits to be applied.
    Staged,
    /// It will not be applied.
    Cancelled,
    /// Google has it.
    Applied,
    /// A user says that Google has it.
    MarkedApplied,
    /// A snapshot was restored.
    RolledBack,
    /// What had been done of an act that failed was undone.
    PutBack,
}

impl Step {
    const ALL: [Self; 6] =
        [Self::Staged, Self::Cancelled, Self::Applied, Self::MarkedApplied, Self::RolledBack, Self::PutBack];

    /// As it is stored and shown.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Cancelled => "cancelled",
            Self::Applied => "applied",
            Self::MarkedApplied => "marked_applied",
            Self::RolledBack => "rolled_back",
            Self::PutBack => "put_back",
        }
    }
}

/// Which step of which change a row tells of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The step.
    pub step: Option<Step>,
    /// The staged change.
    pub change_id: Option<i64>,
    /// The act that sent it to Google.
    pub application_id: Option<i64>,
}

/// Which rows are listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct HistoryFilter<'a> {
    /// Of the config with this billing id or config id.
    pub config: Option<&'a str>,
    /// Not older than this.
    pub since: Option<DateTime<Utc>>,
    /// Found or made by these.
    pub source: Option<ChangeSource>,
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
    /// What it is in the life of a staged change.
    pub step: Option<Step>,
    /// The staged change.
    pub change_id: Option<i64>,
    /// The act that sent it to Google.
    pub application_id: Option<i64>,
}

/// A change that is about to be remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewChange {
    /// See [`Change::change_type`].
    pub change_type: String,
    /// See [`Change::field_changed`].
    pub field_changed: Option<&'static str>,
    /// See [`Change::old_value`].
    pub old_value: Option<String>,
    /// See [`Change::new_value`].
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
    record(tx, account, config, change, source, by, Link::default(), now)
}

/// Remembers a change of a config.
#[expect(clippy::too_many_arguments, reason = "one argument per group of columns")]
pub fn record(
    tx: &Transaction<'_>,
    account: AccountId,
    config: &GoogleConfig,
    change: &NewChange,
    source: ChangeSource,
    by: Author<'_>,
    link: Link,
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
        ":step": link.step.map(Step::code),
        ":change_id": link.change_id,
        ":application_id": link.application_id,
    })?;
    Ok(())
}

/// The account's changes, newest first, at most `limit`.
pub fn list(tx: &Transaction<'_>, account: AccountId, limit: usize) -> Result<Vec<Change>, EntityError> {
    find(tx, account, HistoryFilter::default(), limit)
}

/// The account's changes that the filter means, newest first, at most `limit`.
pub fn find(
    tx: &Transaction<'_>,
    account: AccountId,
    filter: HistoryFilter<'_>,
    limit: usize,
) -> Result<Vec<Change>, EntityError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = tx.prepare_cached(include_str!("../../sql/entities/history_list.sql"))?;
    let rows = statement.query_map(
        named_params! {
            ":account_id": account.0,
            ":config": filter.config,
            ":since": filter.since.map(Time),
            ":source": filter.source.map(ChangeSource::code),
            ":limit": limit,
        },
        read,
    )?;
    Ok(rows.collect::<Result<_, _>>()?)
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
        step: {
            let code: Option<String> = row.get("step")?;
            code.and_then(|code| Step::ALL.into_iter().find(|step| step.code() == code))
        },
        change_id: row.get("change_id")?,
        application_id: row.get("application_id")?,
    })
}
