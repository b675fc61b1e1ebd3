//! Applications: acts that send changes to Google, all their configs or none.
//!
//! Invariant: a config is part of at most one open application.

use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, named_params, params};
use serde::Serialize;

use super::one;
use crate::entities::EntityError;
use crate::entities::columns::Time;
use crate::model::AccountId;

/// Where what is applied comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationKind {
    /// Staged changes.
    Apply,
    /// A snapshot.
    Rollback,
}

/// How far an application is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ApplicationState {
    /// Calls may have been sent.
    Open,
    /// Something failed; what was done is being undone at Google.
    PuttingBack,
    /// All of it is done.
    Done,
    /// None of it is done.
    Failed,
}

impl ApplicationState {
    const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::PuttingBack => "putting_back",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// An application.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Application {
    /// Its id.
    pub application_id: i64,
    /// Whose configs.
    pub account_id: AccountId,
    /// Where what is applied comes from.
    pub kind: ApplicationKind,
    /// How far it is.
    pub state: ApplicationState,
    /// Why, in the words of who asked for it.
    pub reason: Option<String>,
    /// Who asked for it.
    pub asked_by: Option<String>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was done or failed.
    pub closed_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub outcome: Option<String>,
    /// Its part in each config, in their turn.
    pub parts: Vec<Part>,
}

/// The part of an application in one config.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Part {
    /// Which config.
    pub config_id: String,
    /// The config before.
    pub before_snapshot_id: i64,
    /// The snapshot that a rollback restores.
    pub target_snapshot_id: Option<i64>,
    /// The staged changes that are applied.
    pub change_ids: Vec<i64>,
    /// What the config shall be, as fields of the API; JSON.
    pub target: String,
    /// The calls that lead there; JSON.
    pub calls: String,
}

/// An application that is about to begin.
#[derive(Clone, Copy, Debug)]
pub struct NewApplication<'a> {
    /// Where what is applied comes from.
    pub kind: ApplicationKind,
    /// Why.
    pub reason: Option<&'a str>,
    /// Who asks for it.
    pub by: Option<&'a str>,
    /// Its parts.
    pub parts: &'a [Part],
}

/// Opens an application and gives its id; SQLite refuses a config that is part of another open one.
pub fn open(
    tx: &Transaction<'_>,
    account: AccountId,
    new: NewApplication<'_>,
    now: DateTime<Utc>,
) -> Result<i64, EntityError> {
    let kind = match new.kind {
        ApplicationKind::Apply => "apply",
        ApplicationKind::Rollback => "rollback",
    };
    let insert = include_str!("../../../sql/changes/application_insert.sql");
    tx.execute(insert, params![account.0, kind, new.reason, new.by, Time(now)])?;
    let application_id = tx.last_insert_rowid();
    for (position, part) in (0_i64..).zip(new.parts) {
        let change_ids = serde_json::Value::from(part.change_ids.clone()).to_string();
        tx.execute(
            include_str!("../../../sql/changes/application_config_insert.sql"),
            named_params! {
                ":account_id": account.0,
                ":application_id": application_id,
                ":config_id": part.config_id,
                ":position": position,
                ":before_snapshot_id": part.before_snapshot_id,
                ":target_snapshot_id": part.target_snapshot_id,
                ":change_ids": change_ids,
                ":target": part.target,
                ":calls": part.calls,
            },
        )?;
    }
    Ok(application_id)
}

/// From now on what was done is undone at Google, because of `outcome`.
pub fn put_back(
    tx: &Transaction<'_>,
    account: AccountId,
    application_id: i64,
    outcome: &str,
) -> Result<(), EntityError> {
    let update = include_str!("../../../sql/changes/application_put_back.sql");
    tx.execute(update, params![account.0, application_id, outcome])?;
    Ok(())
}

/// Ends an application.
pub fn close(
    tx: &Transaction<'_>,
    account: AccountId,
    application_id: i64,
    state: ApplicationState,
    outcome: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), EntityError> {
    let close = include_str!("../../../sql/changes/application_close.sql");
    tx.execute(close, params![account.0, application_id, state.code(), Time(now), outcome])?;
    let free = "UPDATE pretargeting_application_configs SET is_open = 0 WHERE account_id = ?1 AND application_id = ?2";
    tx.execute(free, params![account.0, application_id])?;
    Ok(())
}

/// The application of that id.
pub fn get(tx: &Transaction<'_>, account: AccountId, application_id: i64) -> Result<Application, EntityError> {
    let by_id = "SELECT * FROM pretargeting_applications WHERE account_id = ?1 AND application_id = ?2";
    let found = tx.query_row(by_id, params![account.0, application_id], read);
    with_parts(tx, one(found, account, "application", application_id)?)
}

/// The account's open applications, oldest first.
pub fn list_open(tx: &Transaction<'_>, account: AccountId) -> Result<Vec<Application>, EntityError> {
    let open = include_str!("../../../sql/changes/applications_open.sql");
    let mut statement = tx.prepare_cached(open)?;
    let rows = statement.query_map([account.0], read)?.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(|application| with_parts(tx, application)).collect()
}

fn with_parts(tx: &Transaction<'_>, application: Application) -> Result<Application, EntityError> {
    let parts = include_str!("../../../sql/changes/application_configs.sql");
    let mut statement = tx.prepare_cached(parts)?;
    let key = params![application.account_id.0, application.application_id];
    let parts = statement.query_map(key, read_part)?.collect::<Result<_, _>>()?;
    Ok(Application { parts, ..application })
}

fn read_part(row: &Row<'_>) -> rusqlite::Result<Part> {
    let ids: String = row.get("change_ids")?;
    Ok(Part {
        config_id: row.get("config_id")?,
        before_snapshot_id: row.get("before_snapshot_id")?,
        target_snapshot_id: row.get("target_snapshot_id")?,
        change_ids: serde_json::from_str(&ids)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into()))?,
        target: row.get("target")?,
        calls: row.get("calls")?,
    })
}

fn read(row: &Row<'_>) -> rusqlite::Result<Application> {
    let kind: String = row.get("kind")?;
    let state: String = row.get("state")?;
    Ok(Application {
        application_id: row.get("application_id")?,
        account_id: AccountId(row.get("account_id")?),
        kind: if kind == "rollback" { ApplicationKind::Rollback } else { ApplicationKind::Apply },
        state: match state.as_str() {
            "open" => ApplicationState::Open,
            "putting_back" => ApplicationState::PuttingBack,
            "done" => ApplicationState::Done,
            _ => ApplicationState::Failed,
        },
        reason: row.get("reason")?,
        asked_by: row.get("asked_by")?,
        created_at: row.get::<_, Time>("created_at")?.0,
        closed_at: row.get::<_, Option<Time>>("closed_at")?.map(|Time(time)| time),
        outcome: row.get("outcome")?,
        parts: Vec::new(),
    })
}
