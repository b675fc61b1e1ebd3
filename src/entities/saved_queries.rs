//! Questions that users keep by name.

use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, named_params, params};
use serde::Serialize;

use super::EntityError;
use super::columns::Time;
use crate::model::AccountId;

/// A question that somebody keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SavedQuery {
    /// Its number.
    pub query_id: i64,
    /// Whose it is.
    pub account_id: AccountId,
    /// What it is called; unique in its account.
    pub name: String,
    /// The question.
    pub sql: String,
    /// What it is for, in the user's words.
    pub description: Option<String>,
    /// When it was first kept.
    pub created_at: DateTime<Utc>,
    /// Who first kept it.
    pub created_by: Option<String>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Keeps a question under a name, in the place of the one that the account has there.
pub fn save(
    tx: &Transaction<'_>,
    account: AccountId,
    name: &str,
    sql: &str,
    description: Option<&str>,
    by: Option<&str>,
    now: DateTime<Utc>,
) -> Result<SavedQuery, EntityError> {
    let name = name.trim();
    let refused = |reason| EntityError::SavedQuery { name: name.to_owned(), reason };
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err(refused("call it by 1 to 200 letters"));
    }
    if sql.trim().is_empty() {
        return Err(refused("there is no question to keep"));
    }
    tx.execute(
        include_str!("../../sql/entities/saved_query_upsert.sql"),
        named_params! {
            ":account_id": account.0, ":name": name, ":sql": sql, ":description": description, ":by": by,
            ":now": Time(now),
        },
    )?;
    get(tx, account, name)
}

/// The question of that name.
pub fn get(tx: &Transaction<'_>, account: AccountId, name: &str) -> Result<SavedQuery, EntityError> {
    let named = "SELECT * FROM saved_queries WHERE account_id = ?1 AND name = ?2";
    match tx.query_row(named, params![account.0, name.trim()], read) {
        Err(rusqlite::Error::QueryReturnedNoRows) => Err(unknown(account, name)),
        other => Ok(other?),
    }
}

/// The account's questions by name.
pub fn list(tx: &Transaction<'_>, account: AccountId) -> Result<Vec<SavedQuery>, EntityError> {
    let mut all = tx.prepare_cached("SELECT * FROM saved_queries WHERE account_id = ?1 ORDER BY name")?;
    let found = all.query_map([account.0], read)?.collect::<Result<_, _>>()?;
    Ok(found)
}

/// Forgets the question of that name.
pub fn remove(tx: &Transaction<'_>, account: AccountId, name: &str) -> Result<(), EntityError> {
    let delete = "DELETE FROM saved_queries WHERE account_id = ?1 AND name = ?2";
    match tx.execute(delete, params![account.0, name.trim()])? {
        0 => Err(unknown(account, name)),
        _ => Ok(()),
    }
}

fn unknown(account: AccountId, name: &str) -> EntityError {
    EntityError::Unknown { account_id: account, kind: "saved query", id: name.to_owned() }
}

fn read(row: &Row<'_>) -> rusqlite::Result<SavedQuery> {
    Ok(SavedQuery {
        query_id: row.get("query_id")?,
        account_id: AccountId(row.get("account_id")?),
        name: row.get("name")?,
        sql: row.get("sql")?,
        description: row.get("description")?,
        created_at: row.get::<_, Time>("created_at")?.0,
        created_by: row.get("created_by")?,
        updated_at: row.get::<_, Time>("updated_at")?.0,
    })
}
