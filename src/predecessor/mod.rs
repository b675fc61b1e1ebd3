//! Taking over from the predecessor: its SQLite database (schema v40, or the older performance_metrics table) → ours.
//!
//! What its tables and columns are called is data (`schema/predecessor`); what a database lacks is refused by name. Facts
//! become a report per day, account and kind and go through [`crate::ingest`], so that every check, count and duplicate is
//! the same as for a file, and what an interrupted migration committed is known to the next; entities become answers of
//! the Real-time Bidding API and go through [`crate::sync`]. Called by `jobs`.
//!
//! Invariants: the old database is only read, in one state; what the store has already stays as it is; doing it twice
//! changes nothing.

mod accounts;
mod answer;
mod cell;
mod copied;
mod days;
mod description;
mod entities;
mod error;
mod export;
mod facts;
mod hashes;
mod plan;
mod shapes;
mod spend;

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use rusqlite::Transaction;

use crate::db::{Db, ForeignDb};
use crate::ingest::Importer;
use crate::model::{AccountId, Currency};

use accounts::Owners;
pub use answer::{EntityCounts, FactCounts, HashCounts, LeftTable, Migration, Refused, RowFault};
pub use error::MigrateError;
use facts::FactTaker;
use plan::Plan;
pub use spend::Spend;

/// The store that takes over.
pub struct Heir<'a> {
    /// Entities and import history.
    pub db: &'a Db,
    /// Reports into facts.
    pub importer: &'a Importer,
    /// Reports in the making stand here under names that begin so, and are gone at the end.
    pub report: PathBuf,
    /// The account that takes everything where the old database holds one bidder; `None` is the bidder's, else the first.
    pub account: Option<AccountId>,
    /// The currency of the old database's money, which it does not say.
    pub currency: Option<Currency>,
    /// Rejected rows in percent beyond which a day is refused, over the importer's limit.
    pub max_reject_pct: Option<f64>,
    /// Do everything but the commits.
    pub dry_run: bool,
    /// The time of the migration.
    pub now: DateTime<Utc>,
}

/// What happens on the way.
pub enum Step<'a> {
    /// Work on a day begins.
    Begins {
        /// What the import history will call it.
        import: &'a str,
    },
    /// Fact rows done, of all.
    Rows {
        /// Rows done.
        done: u64,
        /// Rows in all.
        total: u64,
    },
}

/// Takes over all that the old database holds.
pub fn migrate(mut old: ForeignDb, heir: &Heir<'_>, tell: &dyn Fn(Step<'_>)) -> Result<Migration, MigrateError> {
    let database = old.path().file_name().unwrap_or(old.path().as_os_str()).to_string_lossy().into_owned();
    let path = old.path().to_owned();
    let migration = old.read(|old| {
        let plan = Plan::of(old, &path)?;
        let (mut migration, owners) = take_entities(old, &plan, heir, database)?;
        FactTaker { old, owners: &owners, heir, migration: &mut migration, tell }.take(&plan)?;
        migration.left = plan.left(old)?;
        Ok::<_, MigrateError>(migration)
    })?;
    old.unchanged()?;
    Ok(migration)
}

/// Accounts, entities and hashes in one transaction; a dry run takes it back.
fn take_entities(
    old: &Transaction<'_>,
    plan: &Plan,
    heir: &Heir<'_>,
    database: String,
) -> Result<(Migration, Owners), MigrateError> {
    let taken = heir.db.write(|tx| {
        let owners = accounts::settle(old, tx, plan, heir)?;
        let mut migration = Migration { database, dry_run: heir.dry_run, ..Migration::default() };
        entities::take(old, tx, plan, &owners, heir, &mut migration)?;
        copied::take(old, tx, plan, &owners, heir, &mut migration)?;
        hashes::take(old, tx, plan, &owners, heir, &mut migration)?;
        let taken = Box::new((migration, owners));
        if heir.dry_run { Err(Ended::DryRun(taken)) } else { Ok(taken) }
    });
    match taken {
        Ok(taken) | Err(Ended::DryRun(taken)) => Ok(*taken),
        Err(Ended::Failed(error)) => Err(error),
    }
}

/// Why a transaction was not committed.
enum Ended {
    DryRun(Box<(Migration, Owners)>),
    Failed(MigrateError),
}

impl<E: Into<MigrateError>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}
