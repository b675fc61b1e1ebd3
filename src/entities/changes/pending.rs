//! Changes that were staged here: pending until they are applied at Google, marked as applied, or cancelled.

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, Transaction, named_params, params};
use serde::Serialize;

use super::{ChangeType, one};
use crate::entities::EntityError;
use crate::entities::columns::Time;
use crate::entities::configs::Config;
use crate::model::AccountId;

/// What became of a staged change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeStatus {
    /// It waits to be applied.
    Pending,
    /// Google has it.
    Applied,
    /// It will not be applied.
    Cancelled,
}

impl ChangeStatus {
    /// As it is stored and shown.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Applied => "applied",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of that name.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Pending, Self::Applied, Self::Cancelled].into_iter().find(|status| status.code() == code)
    }
}

/// A staged change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PendingChange {
    /// Its id.
    pub change_id: i64,
    /// Whose config.
    pub account_id: AccountId,
    /// Which config.
    pub config_id: String,
    /// Its billing id when it was staged.
    pub billing_id: Option<String>,
    /// What it does.
    pub change_type: ChangeType,
    /// The column that it is about.
    pub field_name: String,
    /// `300x250`, `2356` or `IN`, `HTML`, a publisher or app id, `ACTIVE`, a number.
    pub value: String,
    /// Why, in the words of who staged it.
    pub reason: Option<String>,
    /// What they expect of it, in bid requests per second.
    pub estimated_qps_impact: Option<f64>,
    /// When it was staged.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: Option<String>,
    /// What became of it.
    pub status: ChangeStatus,
    /// When it was applied or cancelled.
    pub closed_at: Option<DateTime<Utc>>,
    /// By whom.
    pub closed_by: Option<String>,
}

/// A change that is about to be staged; its value has been checked.
#[derive(Clone, Debug)]
pub struct NewPending<'a> {
    /// What it does.
    pub change_type: ChangeType,
    /// To which value.
    pub value: &'a str,
    /// Why.
    pub reason: Option<&'a str>,
    /// What is expected of it.
    pub estimated_qps_impact: Option<f64>,
    /// By whom.
    pub created_by: Option<&'a str>,
}

/// Which changes are listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct PendingFilter<'a> {
    /// Of this config only.
    pub config_id: Option<&'a str>,
    /// Of this status only.
    pub status: Option<ChangeStatus>,
}

/// Stages a change and gives its id.
pub fn add(
    tx: &Transaction<'_>,
    account: AccountId,
    config: &Config,
    change: &NewPending<'_>,
    now: DateTime<Utc>,
) -> Result<i64, EntityError> {
    tx.prepare_cached(include_str!("../../../sql/changes/pending_insert.sql"))?.execute(named_params! {
        ":account_id": account.0,
        ":config_id": config.google.config_id,
        ":billing_id": config.google.billing_id,
        ":change_type": change.change_type.code(),
        ":field_name": change.change_type.field(),
        ":value": change.value,
        ":reason": change.reason,
        ":estimated_qps_impact": change.estimated_qps_impact,
        ":created_at": Time(now),
        ":created_by": change.created_by,
    })?;
    Ok(tx.last_insert_rowid())
}

/// The change of that id.
pub fn get(tx: &Transaction<'_>, account: AccountId, change_id: i64) -> Result<PendingChange, EntityError> {
    let by_id = "SELECT * FROM pretargeting_pending_changes WHERE account_id = ?1 AND change_id = ?2";
    one(tx.query_row(by_id, params![account.0, change_id], read), account, "staged change", change_id)
}

/// The account's changes, newest first, at most `limit`.
pub fn list(
    tx: &Transaction<'_>,
    account: AccountId,
    filter: PendingFilter<'_>,
    limit: usize,
) -> Result<Vec<PendingChange>, EntityError> {
    let status = filter.status.map(ChangeStatus::code);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = tx.prepare_cached(include_str!("../../../sql/changes/pending_list.sql"))?;
    let rows = statement.query_map(params![account.0, filter.config_id, status, limit], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The pending changes of a config, oldest first: the order in which they take effect.
pub fn of_config(tx: &Transaction<'_>, account: AccountId, config_id: &str) -> Result<Vec<PendingChange>, EntityError> {
    let filter = PendingFilter { config_id: Some(config_id), status: Some(ChangeStatus::Pending) };
    let mut changes = list(tx, account, filter, usize::MAX)?;
    changes.reverse();
    Ok(changes)
}

/// The changes of a config that were closed as applied after `since`, oldest first.
pub fn applied_since(
    tx: &Transaction<'_>,
    account: AccountId,
    config_id: &str,
    since: Option<DateTime<Utc>>,
) -> Result<Vec<PendingChange>, EntityError> {
    let filter = PendingFilter { config_id: Some(config_id), status: Some(ChangeStatus::Applied) };
    let mut changes = list(tx, account, filter, usize::MAX)?;
    changes.retain(|change| since.is_none_or(|since| change.closed_at.is_some_and(|closed| closed > since)));
    changes.sort_by_key(|change| (change.closed_at, change.change_id));
    Ok(changes)
}

/// Closes a pending change; false where it was closed already.
pub fn close(
    tx: &Transaction<'_>,
    account: AccountId,
    change_id: i64,
    status: ChangeStatus,
    by: Option<&str>,
    now: DateTime<Utc>,
) -> Result<bool, EntityError> {
    let close = include_str!("../../../sql/changes/pending_close.sql");
    let closed = tx.execute(close, params![account.0, change_id, status.code(), Time(now), by])?;
    Ok(closed == 1)
}

/// The open application that sends this change, if one does.
pub fn being_applied(tx: &Transaction<'_>, account: AccountId, change_id: i64) -> Result<Option<i64>, EntityError> {
    let open = include_str!("../../../sql/changes/pending_in_application.sql");
    Ok(tx.query_row(open, params![account.0, change_id], |row| row.get(0)).optional()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<PendingChange> {
    let time = |column| row.get::<_, Option<Time>>(column).map(|time| time.map(|Time(time)| time));
    let code: String = row.get("change_type")?;
    let status: String = row.get("status")?;
    Ok(PendingChange {
        change_id: row.get("change_id")?,
        account_id: AccountId(row.get("account_id")?),
        config_id: row.get("config_id")?,
        billing_id: row.get("billing_id")?,
        // The table admits only these codes.
        change_type: ChangeType::from_code(&code).unwrap_or(ChangeType::ChangeState),
        field_name: row.get("field_name")?,
        value: row.get("value")?,
        reason: row.get("reason")?,
        estimated_qps_impact: row.get("estimated_qps_impact")?,
        created_at: row.get::<_, Time>("created_at")?.0,
        created_by: row.get("created_by")?,
        status: ChangeStatus::from_code(&status).unwrap_or(ChangeStatus::Cancelled),
        closed_at: time("closed_at")?,
        closed_by: row.get("closed_by")?,
    })
}
