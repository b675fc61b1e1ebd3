//! Accounts: the tenants of the store, one per bidder. The first one exists from the start.

use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, named_params};
use serde::{Deserialize, Serialize};

use super::EntityError;
use super::columns::Time;
pub use crate::model::DateOrder;
use crate::model::{AccountId, Currency};

/// One account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Account {
    /// Its id in this store, never used again.
    pub account_id: AccountId,
    /// The name that commands use; unique, upper and lower case alike.
    pub name: String,
    /// Google's id of the bidder; unique where known.
    pub bidder_id: Option<String>,
    /// What its money is counted in; null until a user or a report says it.
    pub currency: Option<Currency>,
    /// How its ambiguous dates are read; null until a user or an unambiguous report says it.
    pub date_format: Option<DateOrder>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
}

/// What can be said of an account; `None` is "not said".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountFields {
    /// See [`Account::name`].
    pub name: Option<String>,
    /// See [`Account::bidder_id`].
    pub bidder_id: Option<String>,
    /// See [`Account::currency`].
    pub currency: Option<Currency>,
    /// See [`Account::date_format`].
    pub date_format: Option<DateOrder>,
}

/// All accounts by id.
pub fn list(tx: &Transaction<'_>) -> Result<Vec<Account>, EntityError> {
    let mut statement = tx.prepare_cached("SELECT * FROM accounts ORDER BY account_id")?;
    let accounts = statement.query_map([], read)?.collect::<Result<_, _>>()?;
    Ok(accounts)
}

/// The account of that id; [`EntityError::UnknownAccount`] names those that exist.
pub fn get(tx: &Transaction<'_>, account: AccountId) -> Result<Account, EntityError> {
    one(tx, "SELECT * FROM accounts WHERE account_id = ?1", account.0, &account.to_string())
}

/// The account of that name; [`EntityError::UnknownAccount`] names those that exist.
pub fn by_name(tx: &Transaction<'_>, name: &str) -> Result<Account, EntityError> {
    one(tx, "SELECT * FROM accounts WHERE name = ?1", name.trim(), name)
}

/// The account that a user means by a name or a number. A name is never a number, so this is never in doubt.
pub fn find(tx: &Transaction<'_>, name_or_id: &str) -> Result<Account, EntityError> {
    match name_or_id.trim().parse() {
        Ok(account) => get(tx, account),
        Err(_) => by_name(tx, name_or_id),
    }
}

/// Adds an account; the name is required.
pub fn add(tx: &Transaction<'_>, fields: &AccountFields, now: DateTime<Utc>) -> Result<Account, EntityError> {
    let name = fields.name.as_deref().unwrap_or_default().trim();
    check_free(tx, None, Some(name), fields.bidder_id.as_deref())?;
    let insert = include_str!("../../sql/entities/account_insert.sql");
    let account_id = tx.query_row(
        insert,
        named_params! {
            ":name": name,
            ":bidder_id": fields.bidder_id,
            ":currency": fields.currency.map(|currency| currency.code().to_owned()),
            ":date_format": fields.date_format.map(DateOrder::code),
            ":created_at": Time(now),
        },
        |row| row.get(0),
    )?;
    get(tx, AccountId(account_id))
}

/// Changes what is said and leaves the rest.
pub fn set(tx: &Transaction<'_>, account: AccountId, fields: &AccountFields) -> Result<Account, EntityError> {
    get(tx, account)?;
    let name = fields.name.as_deref().map(str::trim);
    check_free(tx, Some(account), name, fields.bidder_id.as_deref())?;
    tx.execute(
        include_str!("../../sql/entities/account_update.sql"),
        named_params! {
            ":account_id": account.0,
            ":name": name,
            ":bidder_id": fields.bidder_id,
            ":currency": fields.currency.map(|currency| currency.code().to_owned()),
            ":date_format": fields.date_format.map(DateOrder::code),
        },
    )?;
    get(tx, account)
}

/// Removes the account with all its rows in SQLite; its facts are the lake's, which the caller removes in the same
/// transaction. Refused for the only account, and, without `with_imports`, for one that has live imports.
pub fn remove(tx: &Transaction<'_>, account: AccountId, with_imports: bool) -> Result<(), EntityError> {
    let Account { name, .. } = get(tx, account)?;
    if list(tx)?.len() == 1 {
        return Err(EntityError::LastAccount { name });
    }
    let live = "SELECT count(*) FROM import_history WHERE account_id = ?1 AND status IN ('running', 'complete')";
    let imports: i64 = tx.query_row(live, [account.0], |row| row.get(0))?;
    if imports > 0 && !with_imports {
        return Err(EntityError::HasImports { name, imports });
    }
    tx.execute("DELETE FROM accounts WHERE account_id = ?1", [account.0])?;
    Ok(())
}

/// The error that names the accounts which do exist.
pub(super) fn unknown(tx: &Transaction<'_>, asked: &str) -> EntityError {
    match list(tx) {
        Ok(accounts) => {
            let known = accounts.into_iter().map(|account| account.name).collect();
            EntityError::UnknownAccount { asked: asked.to_owned(), known }
        }
        Err(error) => error,
    }
}

fn one(tx: &Transaction<'_>, sql: &str, key: impl rusqlite::ToSql, asked: &str) -> Result<Account, EntityError> {
    match tx.query_row(sql, [key], read) {
        Err(rusqlite::Error::QueryReturnedNoRows) => Err(unknown(tx, asked)),
        other => Ok(other?),
    }
}

fn check_free(
    tx: &Transaction<'_>,
    but: Option<AccountId>,
    name: Option<&str>,
    bidder_id: Option<&str>,
) -> Result<(), EntityError> {
    if let Some(name) = name {
        let refused = |reason| EntityError::AccountName { name: name.to_owned(), reason };
        if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
            return Err(refused("write 1 to 200 letters"));
        }
        if name.parse::<i64>().is_ok() {
            return Err(refused("a number means the account with that id"));
        }
    }
    if let Some(bidder_id) = bidder_id
        && (bidder_id.is_empty() || !bidder_id.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Err(EntityError::BidderId { bidder_id: bidder_id.to_owned() });
    }
    let others = list(tx)?.into_iter().filter(|account| Some(account.account_id) != but);
    for other in others {
        if name.is_some_and(|name| name.eq_ignore_ascii_case(&other.name)) {
            return Err(EntityError::NameTaken { name: other.name });
        }
        if let Some(bidder_id) = bidder_id
            && other.bidder_id.as_deref() == Some(bidder_id)
        {
            return Err(EntityError::BidderTaken { bidder_id: bidder_id.to_owned(), name: other.name });
        }
    }
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<Account> {
    // The table admits only these codes.
    let currency: Option<String> = row.get("currency")?;
    let date_format: Option<String> = row.get("date_format")?;
    Ok(Account {
        account_id: AccountId(row.get("account_id")?),
        name: row.get("name")?,
        bidder_id: row.get("bidder_id")?,
        currency: currency.as_deref().and_then(Currency::from_code),
        date_format: date_format.and_then(|code| code.parse().ok()),
        created_at: row.get::<_, Time>("created_at")?.0,
    })
}
