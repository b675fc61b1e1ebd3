//! What a question may see: the facts and entities of the caller's accounts at one snapshot.
//!
//! Invariant: isolation by absence. The providers given here hold no row of another account, so no predicate, view or
//! error of a question can reach one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use datafusion::catalog::TableProvider;
use datafusion::execution::object_store::ObjectStoreUrl;
use object_store::ObjectStore;

use super::error::QueryError;
use crate::lake::At;
use crate::model::{AccountId, Day, SnapshotId};

/// Whose rows a caller may see.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AccountScope {
    /// Every account of the store: the user who owns the data directory.
    All,
    /// These accounts.
    Only(BTreeSet<AccountId>),
}

impl AccountScope {
    /// One account.
    pub fn one(account: AccountId) -> Self {
        Self::Only(BTreeSet::from([account]))
    }
}

/// The days a question is about, both inclusive; the fact tables of its session hold no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first day.
    pub first: Day,
    /// The last day.
    pub last: Day,
}

impl Days {
    /// Exactly `count` days (at least one) that end on `last`.
    pub fn ending(last: Day, count: u16) -> Self {
        Self { first: last.plus_days(1 - i32::from(count.max(1))), last }
    }

    /// Exactly `count` days that end yesterday, where today is `today` in UTC.
    pub fn before(today: Day, count: u16) -> Self {
        Self::ending(today.plus_days(-1), count)
    }

    /// How many days.
    pub fn count(self) -> i32 {
        self.last.epoch_days() - self.first.epoch_days() + 1
    }
}

/// The store as questions see it. One implementation reads the lake and SQLite; tests bring tables of their own.
pub trait Tables: Send + Sync + 'static {
    /// Opens one state for the accounts. It may block. Tables outside `wanted` need their columns only; an unknown
    /// account is an error.
    fn open(&self, at: &At, accounts: &AccountScope, wanted: &BTreeSet<String>) -> Result<Opened, QueryError>;

    /// The only files that plans may read.
    fn store(&self) -> (ObjectStoreUrl, Arc<dyn ObjectStore>);

    /// Directories of this machine that no answer shows.
    fn hidden(&self) -> Vec<PathBuf>;
}

/// One state of the store, seen by one caller.
pub struct Opened {
    /// The snapshot.
    pub snapshot: SnapshotId,
    /// When it was committed.
    pub snapshot_time: DateTime<Utc>,
    /// Fact tables; a window of days applies to them.
    pub facts: BTreeMap<String, Arc<dyn TableProvider>>,
    /// Entity tables.
    pub entities: BTreeMap<String, Arc<dyn TableProvider>>,
    /// The newest day with rows per report kind.
    pub newest_day: BTreeMap<String, Day>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_exactly_its_days_and_ends_yesterday() {
        let today: Day = "2026-03-02".parse().unwrap();
        let week = Days::before(today, 7);
        assert_eq!((week.first.to_string(), week.last.to_string()), ("2026-02-23".to_owned(), "2026-03-01".to_owned()));
        assert_eq!(week.count(), 7);
    }
}
