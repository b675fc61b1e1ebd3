//! The tables of questions over the real store: facts of the lake, entities of SQLite, read in one transaction.
//!
//! Entity tables are small and travel into the session as memory. They are loaded only where a question reads them,
//! and kept per account until the account's entity version moves.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use datafusion::catalog::{MemTable, TableProvider};
use datafusion::execution::object_store::ObjectStoreUrl;
use object_store::ObjectStore;
use rusqlite::Transaction;

use super::catalog::{AccountScope, Opened, Tables};
use super::error::QueryError;
use super::{sizes, thresholds};
use crate::db::{Db, DbError};
use crate::entities::visible::{self, VisibleTable};
use crate::entities::{self, EntityError};
use crate::lake::{At, Lake, LakeError, Snapshot};
use crate::model::{AccountId, Day, Thresholds, facts};

/// The store of one data directory.
pub struct Store {
    db: Db,
    lake: Lake,
    entities: Mutex<HashMap<(AccountId, &'static str), Loaded>>,
    thresholds: Thresholds,
}

/// The rows of one entity table of one account at one entity version.
#[derive(Clone)]
struct Loaded {
    version: i64,
    rows: RecordBatch,
}

impl Store {
    /// Questions over this database and lake, with these thresholds for rules.
    pub fn new(db: Db, lake: Lake, thresholds: Thresholds) -> Self {
        Self { db, lake, entities: Mutex::default(), thresholds }
    }

    fn open_in(
        &self,
        tx: &Transaction<'_>,
        at: &At,
        scope: &AccountScope,
        wanted: &BTreeSet<String>,
    ) -> Result<Opened, QueryError> {
        let snapshot = self.lake.snapshot_in(tx, at)?;
        let accounts = accounts(tx, scope)?;
        // An older snapshot may hold facts of an account that was removed since.
        if (at, scope) == (&At::Latest, &AccountScope::All) {
            expect_accounts(&snapshot, &accounts)?;
        }
        let versions = accounts.iter().map(|account| Ok((*account, entities::version(tx, *account)?)));
        let versions = versions.collect::<Result<Vec<_>, EntityError>>()?;
        let mut tables = BTreeMap::new();
        for table in visible::tables() {
            let mut rows = Vec::new();
            if wanted.contains(&table.name) {
                for (account, version) in &versions {
                    rows.push(self.rows(tx, table, *account, *version)?);
                }
            }
            let provider = MemTable::try_new(table.schema(), vec![rows])?;
            tables.insert(table.name.clone(), Arc::new(provider) as Arc<dyn TableProvider>);
        }
        tables.extend(sizes::tables()?);
        tables.insert(thresholds::TABLE.to_owned(), thresholds::provider(&self.thresholds)?);
        let facts = facts::tables().iter().map(|table| (table.name.clone(), snapshot.provider(table, &accounts)));
        Ok(Opened {
            snapshot: snapshot.id,
            snapshot_time: snapshot.time,
            facts: facts.collect(),
            entities: tables,
            newest_day: newest_day(&snapshot, &accounts),
        })
    }

    /// From memory where the version still holds.
    fn rows(
        &self,
        tx: &Transaction<'_>,
        table: &'static VisibleTable,
        account: AccountId,
        version: i64,
    ) -> Result<RecordBatch, QueryError> {
        let key = (account, table.name.as_str());
        let known = self.entities.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known.filter(|known| known.version == version) {
            return Ok(known.rows);
        }
        let rows = visible::load(tx, table, &[account])?;
        let mut entities = self.entities.lock().unwrap_or_else(PoisonError::into_inner);
        let newer = entities.get(&key).is_some_and(|known| known.version > version);
        if !newer {
            entities.insert(key, Loaded { version, rows: rows.clone() });
        }
        Ok(rows)
    }
}

impl Tables for Store {
    fn open(&self, at: &At, accounts: &AccountScope, wanted: &BTreeSet<String>) -> Result<Opened, QueryError> {
        self.db.read(|tx| self.open_in(tx, at, accounts, wanted))
    }

    fn store(&self) -> (ObjectStoreUrl, Arc<dyn ObjectStore>) {
        (self.lake.object_store_url(), self.lake.object_store())
    }

    fn hidden(&self) -> Vec<PathBuf> {
        // The database stands beside the lake.
        let root = self.lake.directory();
        root.iter().flat_map(|root| root.parent().into_iter().chain([root.as_path()])).map(PathBuf::from).collect()
    }
}

/// The accounts of the scope; one that does not exist is refused, and no other is named.
fn accounts(tx: &Transaction<'_>, scope: &AccountScope) -> Result<Vec<AccountId>, QueryError> {
    let all = entities::accounts::list(tx)?;
    let all = all.into_iter().map(|account| account.account_id);
    match scope {
        AccountScope::All => Ok(all.collect()),
        AccountScope::Only(only) => {
            let all: BTreeSet<AccountId> = all.collect();
            if only.is_subset(&all) { Ok(only.iter().copied().collect()) } else { Err(QueryError::UnknownAccount) }
        }
    }
}

/// A question about all accounts is about those of all facts: one that the database lost would be missing in the sums.
fn expect_accounts(snapshot: &Snapshot, accounts: &[AccountId]) -> Result<(), QueryError> {
    match snapshot.files().iter().find(|file| !accounts.contains(&file.scope.account)) {
        Some(file) => {
            let what = format!("the database has no account {}, which has facts", file.scope.account);
            Err(QueryError::Store(format!("{what}; restore a backup or report this")))
        }
        None => Ok(()),
    }
}

fn newest_day(snapshot: &Snapshot, accounts: &[AccountId]) -> BTreeMap<String, Day> {
    let mut newest: BTreeMap<String, Day> = BTreeMap::new();
    for file in snapshot.files().iter().filter(|file| file.rows > 0 && accounts.contains(&file.scope.account)) {
        let day = newest.entry(file.scope.report.clone()).or_insert(file.scope.day);
        *day = (*day).max(file.scope.day);
    }
    newest
}

impl From<DbError> for QueryError {
    fn from(error: DbError) -> Self {
        Self::Store(error.to_string())
    }
}

impl From<LakeError> for QueryError {
    fn from(error: LakeError) -> Self {
        match error {
            LakeError::NoSnapshot { .. } | LakeError::NoSnapshotAt { .. } | LakeError::At { .. } => {
                Self::UnknownSnapshot(error.to_string())
            }
            other => Self::Store(other.to_string()),
        }
    }
}

impl From<EntityError> for QueryError {
    fn from(error: EntityError) -> Self {
        match error {
            EntityError::UnknownAccount { .. } => Self::UnknownAccount,
            other => Self::Store(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
