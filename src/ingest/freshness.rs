//! How new the facts are: per kind of report the newest day, and when reports of it last came.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{ImportError, Importer};
use crate::lake::At;
use crate::model::{AccountId, Day};

/// One kind of report of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Freshness {
    /// The kind.
    pub report: String,
    /// The newest day that has rows.
    pub newest_day: Day,
    /// Its rows.
    pub newest_row_count: u64,
    /// Days from it to yesterday (UTC), the newest day that a report can be whole for.
    pub days_behind: u32,
    /// The oldest day that has rows.
    pub oldest_day: Day,
    /// How many days have rows.
    pub day_count: u64,
    /// When a report of the kind was last imported (RFC 3339, UTC).
    pub imported_at: Option<String>,
}

impl Importer {
    /// The account's kinds of report that have rows, by name, as they are now.
    pub fn freshness(&self, account: AccountId) -> Result<Vec<Freshness>, ImportError> {
        let yesterday = self.clock.today().plus_days(-1);
        self.db.read(|tx| {
            let snapshot = self.lake.snapshot_in(tx, &At::Latest)?;
            let mut days: BTreeMap<&str, BTreeMap<Day, u64>> = BTreeMap::new();
            for file in snapshot.files().iter().filter(|file| file.scope.account == account) {
                *days.entry(&file.scope.report).or_default().entry(file.scope.day).or_default() += file.rows;
            }
            let mut statement = tx.prepare_cached(include_str!("../../sql/ingest/last_imports.sql"))?;
            let imported = statement.query_map([account.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let mut imported: BTreeMap<String, Option<String>> = imported.collect::<Result<_, _>>()?;
            let kinds = days.into_iter().filter_map(|(report, days)| {
                let ((oldest, _), (newest, rows)) = (days.first_key_value()?, days.last_key_value()?);
                Some(Freshness {
                    report: report.to_owned(),
                    newest_day: *newest,
                    newest_row_count: *rows,
                    days_behind: u32::try_from(yesterday.epoch_days() - newest.epoch_days()).unwrap_or(0),
                    oldest_day: *oldest,
                    day_count: days.len() as u64,
                    imported_at: imported.remove(report).flatten(),
                })
            });
            Ok(kinds.collect())
        })
    }
}
