//! Service accounts: what Google is asked with. The key files stand in the data directory; here is only where.
//!
//! Invariant: no row and no answer holds a private key.

use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, named_params, params};
use serde::Serialize;

use super::EntityError;
use super::columns::Time;
use crate::model::AccountId;

/// A service account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceAccount {
    /// Whose it is.
    pub account_id: AccountId,
    /// A UUID, which is also the name of its key file.
    pub service_account_id: String,
    /// As Google knows it.
    pub client_email: String,
    /// The project that it belongs to.
    pub project_id: Option<String>,
    /// What people call it.
    pub display_name: Option<String>,
    /// Its key file, from the data directory on.
    #[serde(skip)]
    pub credentials_path: String,
    /// Whether Google is asked with it.
    pub is_active: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When Google was last asked with it.
    pub last_used: Option<DateTime<Utc>>,
}

/// A service account that is about to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewServiceAccount {
    /// See [`ServiceAccount::service_account_id`].
    pub service_account_id: String,
    /// See [`ServiceAccount::client_email`].
    pub client_email: String,
    /// See [`ServiceAccount::project_id`].
    pub project_id: String,
    /// See [`ServiceAccount::display_name`].
    pub display_name: String,
    /// See [`ServiceAccount::credentials_path`].
    pub credentials_path: String,
}

/// The account's service accounts, the oldest first.
pub fn list(tx: &Transaction<'_>, account: AccountId) -> Result<Vec<ServiceAccount>, EntityError> {
    let oldest = "SELECT * FROM service_accounts WHERE account_id = ?1 ORDER BY created_at, service_account_id";
    let mut statement = tx.prepare_cached(oldest)?;
    let found = statement.query_map([account.0], read)?.collect::<Result<_, _>>()?;
    Ok(found)
}

/// The one that Google is asked with: the oldest that is active.
pub fn first_active(tx: &Transaction<'_>, account: AccountId) -> Result<Option<ServiceAccount>, EntityError> {
    Ok(list(tx, account)?.into_iter().find(|found| found.is_active))
}

/// The service account of that id.
pub fn get(tx: &Transaction<'_>, account: AccountId, id: &str) -> Result<ServiceAccount, EntityError> {
    let one = "SELECT * FROM service_accounts WHERE account_id = ?1 AND service_account_id = ?2";
    match tx.query_row(one, params![account.0, id], read) {
        Err(rusqlite::Error::QueryReturnedNoRows) => Err(unknown(account, id)),
        other => Ok(other?),
    }
}

/// Adds it; refused where the account has one of that e-mail address.
pub fn add(
    tx: &Transaction<'_>,
    account: AccountId,
    new: &NewServiceAccount,
    now: DateTime<Utc>,
) -> Result<ServiceAccount, EntityError> {
    if let Some(known) = list(tx, account)?.into_iter().find(|known| known.client_email == new.client_email) {
        let (client_email, service_account_id) = (known.client_email, known.service_account_id);
        return Err(EntityError::ServiceAccountTaken { client_email, service_account_id });
    }
    tx.execute(
        include_str!("../../sql/entities/service_account_insert.sql"),
        named_params! {
            ":account_id": account.0,
            ":service_account_id": new.service_account_id,
            ":client_email": new.client_email,
            ":project_id": new.project_id,
            ":display_name": new.display_name,
            ":credentials_path": new.credentials_path,
            ":created_at": Time(now),
        },
    )?;
    get(tx, account, &new.service_account_id)
}

/// Removes it; seats that were read with it stay.
pub fn remove(tx: &Transaction<'_>, account: AccountId, id: &str) -> Result<ServiceAccount, EntityError> {
    let removed = get(tx, account, id)?;
    let delete = "DELETE FROM service_accounts WHERE account_id = ?1 AND service_account_id = ?2";
    tx.execute(delete, params![account.0, id])?;
    Ok(removed)
}

/// Remembers that Google was asked with it.
pub fn used(tx: &Transaction<'_>, account: AccountId, id: &str, now: DateTime<Utc>) -> Result<(), EntityError> {
    let used = "UPDATE service_accounts SET last_used = ?3 WHERE account_id = ?1 AND service_account_id = ?2";
    match tx.execute(used, params![account.0, id, Time(now)])? {
        0 => Err(unknown(account, id)),
        _ => Ok(()),
    }
}

fn unknown(account: AccountId, id: &str) -> EntityError {
    EntityError::Unknown { account_id: account, kind: "service account", id: id.to_owned() }
}

fn read(row: &Row<'_>) -> rusqlite::Result<ServiceAccount> {
    Ok(ServiceAccount {
        account_id: AccountId(row.get("account_id")?),
        service_account_id: row.get("service_account_id")?,
        client_email: row.get("client_email")?,
        project_id: row.get("project_id")?,
        display_name: row.get("display_name")?,
        credentials_path: row.get("credentials_path")?,
        is_active: row.get("is_active")?,
        created_at: row.get::<_, Time>("created_at")?.0,
        last_used: row.get::<_, Option<Time>>("last_used")?.map(|Time(time)| time),
    })
}
