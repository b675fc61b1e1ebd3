//! Taking over the predecessor's database.

use std::path::PathBuf;

use chrono::Utc;
use serde::{Deserialize, Serialize};

use super::store::UPLOAD_PREFIX;
use super::{Event, Listener, Store, refuse, resolve};
use crate::db::ForeignDb;
use crate::model::Currency;
use crate::predecessor::{self, Heir, MigrateError, Migration, Step};

/// Which database, and how it is meant.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct MigrateRequest {
    /// Where it is; absolute.
    pub database: PathBuf,
    /// Account by name or number; `None` is the bidder's, else the first, or one for each of several bidders.
    pub account: Option<String>,
    /// The currency of its money.
    pub currency: Option<Currency>,
    /// Rejected rows in percent beyond which a day is refused, over the setting.
    pub max_reject_pct: Option<f64>,
    /// Do everything but the commits.
    pub dry_run: bool,
}

pub(super) fn run(request: &MigrateRequest, store: &Store, tell: Listener<'_>) -> bool {
    let account = match request.account.as_deref().map(|named| resolve(&store.db, Some(named))).transpose() {
        Ok(account) => account,
        Err(error) => return refuse(tell, error, Some("`catscan account list` shows the accounts")),
    };
    let heir = Heir {
        db: &store.db,
        importer: &store.importer,
        // Removed at the next start, should this process die.
        report: store.dir.tmp().join(format!("{UPLOAD_PREFIX}migration")),
        account,
        currency: request.currency,
        max_reject_pct: request.max_reject_pct,
        dry_run: request.dry_run,
        now: Utc::now(),
    };
    let told = migrated(request, &heir, tell).map(|migration| (migration.is_whole(), serde_json::to_value(&migration)));
    match told {
        Ok((is_whole, Ok(answer))) => {
            tell(Event::Migrated { answer });
            is_whole
        }
        Ok((_, Err(error))) => refuse(tell, error, None),
        Err(error) => refuse(tell, error, None),
    }
}

fn migrated(request: &MigrateRequest, heir: &Heir<'_>, tell: Listener<'_>) -> Result<Migration, MigrateError> {
    let old = ForeignDb::open(&request.database)?;
    let bytes = std::fs::metadata(&request.database).map_or(0, |metadata| metadata.len());
    predecessor::migrate(old, heir, &|step| match step {
        Step::Begins { import } => tell(Event::Stage { file: import.to_owned(), name: "importing".to_owned() }),
        Step::Rows { done, total } => {
            let done = (u128::from(bytes) * u128::from(done) / u128::from(total.max(1))) as u64;
            tell(Event::Bytes { done, total: bytes });
        }
    })
}
