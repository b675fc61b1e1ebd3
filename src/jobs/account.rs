//! Changing the list of accounts, and finding the account that a command means.

use chrono::Utc;
use serde::{Deserialize, Serialize};

use super::{Event, Listener, Store, refuse};
use crate::db::{Db, DbError};
use crate::entities::EntityError;
use crate::entities::accounts::{self, Account, AccountFields};
use crate::lake::{At, Change, LakeError};
use crate::model::AccountId;
use crate::query::AccountScope;

/// A change of the list of accounts. `account` is a name or a number.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum AccountChange {
    /// A new account; the name is required.
    Add {
        /// What is known of it.
        fields: AccountFields,
    },
    /// Other values for the fields that are given.
    Set {
        /// Which account.
        account: String,
        /// What changes.
        fields: AccountFields,
    },
    /// The account goes with its facts, entities and import history.
    Remove {
        /// Which account.
        account: String,
        /// Without it, only what would go is told.
        confirm: bool,
    },
}

/// The change cannot be made; nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The account is not there, or the wish cannot be met.
    #[error(transparent)]
    Entity(#[from] EntityError),
    /// The lake refused.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// SQLite refused.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// The word that stands for every account where a question may be about several.
const ALL: &str = "all";

/// The account of that name or number; the first one where none is named.
pub fn resolve(db: &Db, named: Option<&str>) -> Result<AccountId, EntityError> {
    db.read(|tx| {
        if let Some(named) = named {
            return Ok(accounts::find(tx, named)?.account_id);
        }
        // A store has at least one account; should the table be empty, the first one is named in the error that follows.
        Ok(accounts::list(tx)?.first().map_or(AccountId::FIRST, |account| account.account_id))
    })
}

/// The same, where the word `all` stands for every account.
pub fn scope(db: &Db, named: Option<&str>) -> Result<AccountScope, EntityError> {
    if named == Some(ALL) {
        return Ok(AccountScope::All);
    }
    Ok(AccountScope::one(resolve(db, named)?))
}

pub(super) fn run(change: &AccountChange, store: &Store, tell: Listener<'_>) -> bool {
    match made(change, store) {
        Ok(text) => {
            tell(Event::Said { text });
            true
        }
        Err(error) => refuse(tell, error, None),
    }
}

fn made(change: &AccountChange, store: &Store) -> Result<String, AccountError> {
    match change {
        AccountChange::Add { fields } => {
            let account = store.db.write(|tx| accounts::add(tx, fields, Utc::now()))?;
            Ok(format!("added account '{}' (number {})", account.name, account.account_id))
        }
        AccountChange::Set { account, fields } => {
            let account = store.db.write(|tx| accounts::set(tx, accounts::find(tx, account)?.account_id, fields))?;
            Ok(format!("changed account '{}'", account.name))
        }
        AccountChange::Remove { account, confirm } => remove(account, *confirm, store),
    }
}

/// Facts and entities go in one transaction, so that no reader sees one without the other.
fn remove(named: &str, confirm: bool, store: &Store) -> Result<String, AccountError> {
    let lose = |tx: &rusqlite::Transaction<'_>| {
        let account = accounts::find(tx, named)?;
        let snapshot = store.lake.snapshot_in(tx, &At::Latest)?;
        let files = snapshot.files().iter().filter(|file| file.scope.account == account.account_id);
        let (end, rows): (Vec<i64>, Vec<u64>) = files.map(|file| (file.file_id, file.rows)).unzip();
        Ok::<_, AccountError>((account, snapshot.id, end, rows.iter().sum::<u64>()))
    };
    if !confirm {
        let (Account { name, .. }, _, files, rows) = store.db.read(lose)?;
        let facts = format!("{rows} fact rows in {} files, its entities and import history", files.len());
        return Ok(format!("would remove account '{name}' with {facts}\nnothing was removed; --confirm does it"));
    }
    let (account, text) = store.db.write(|tx| {
        let (account, base, end, rows) = lose(tx)?;
        let message = format!("remove account '{}'", account.name);
        let author = "catscan account".to_owned();
        let change = Change { add: Vec::new(), end, base, author, message, extra: "{}".to_owned(), now: Utc::now() };
        store.lake.commit(tx, change)?;
        accounts::remove(tx, account.account_id, true)?;
        let text = format!("removed account '{}' and {rows} fact rows", account.name);
        Ok::<_, AccountError>((account.account_id, text))
    })?;
    if let Err(error) = store.thumbnails().remove_all(account) {
        // The account is gone; its number is never used again, so nobody meets what is left.
        tracing::warn!("thumbnails of a removed account stay: {error}");
    }
    Ok(text)
}
