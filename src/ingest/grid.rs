//! Which days of which reports are there: imported, missing, or of an odd number of rows.

use std::collections::BTreeMap;

use rusqlite::{Transaction, named_params};
use serde::Serialize;

use super::{AnomalyRule, ImportError, Importer};
use crate::lake::At;
use crate::model::{AccountId, Day};

/// One day of one kind of report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GridCell {
    /// The day.
    pub metric_date: String,
    /// The kind of report.
    pub report: String,
    /// What is there; `None` before the first day of the kind.
    pub state: Option<DayState>,
    /// Live rows.
    pub row_count: i64,
    /// Rows in percent of the mean of the days before, from as many days on as the rule wants.
    pub percent_of_mean: Option<i64>,
    /// That mean.
    pub mean_row_count: Option<i64>,
    /// How many days it is the mean of.
    pub mean_days: Option<i64>,
}

/// What is there of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DayState {
    /// Rows, about as many as on the days before.
    Imported,
    /// No rows.
    Missing,
    /// Far fewer or far more rows than on the days before.
    Anomalous,
}

/// Which days are asked for, and the rule they are measured by.
pub(super) struct Asked<'a> {
    pub rule: &'a AnomalyRule,
    pub first: Day,
    pub last: Day,
}

impl Importer {
    /// The account's days from `first` to `last` by kind of report, newest day first, as they are now.
    pub fn grid(&self, account: AccountId, first: Day, last: Day) -> Result<Vec<GridCell>, ImportError> {
        self.db.read(|tx| {
            let mut rows: BTreeMap<(&str, Day), u64> = BTreeMap::new();
            let snapshot = self.lake.snapshot_in(tx, &At::Latest)?;
            for file in snapshot.files().iter().filter(|file| file.scope.account == account) {
                *rows.entry((&file.scope.report, file.scope.day)).or_default() += file.rows;
            }
            cells(tx, &rows, Asked { rule: &self.limits.anomaly, first, last })
        })
    }
}

/// The grid over these live rows by kind and day.
pub(super) fn cells(
    tx: &Transaction<'_>,
    rows: &BTreeMap<(&str, Day), u64>,
    asked: Asked<'_>,
) -> Result<Vec<GridCell>, ImportError> {
    let live = rows.iter().map(
        |((report, day), rows)| serde_json::json!({ "report": report, "day": day.to_string(), "row_count": rows }),
    );
    let mut statement = tx.prepare_cached(include_str!("../../sql/ingest/day_grid.sql"))?;
    let cells = statement.query_map(
        named_params! {
            ":live": live.collect::<serde_json::Value>().to_string(),
            ":first": asked.first.to_string(),
            ":last": asked.last.to_string(),
            ":trailing_days": asked.rule.trailing_days,
            ":imported_days": asked.rule.imported_days,
            ":low_percent": asked.rule.low_percent,
            ":high_percent": asked.rule.high_percent,
        },
        |row| {
            let state = match row.get::<_, Option<String>>(2)?.as_deref() {
                Some("imported") => Some(DayState::Imported),
                Some("anomalous") => Some(DayState::Anomalous),
                Some(_) => Some(DayState::Missing),
                None => None,
            };
            Ok(GridCell {
                metric_date: row.get(0)?,
                report: row.get(1)?,
                state,
                row_count: row.get(3)?,
                percent_of_mean: row.get(4)?,
                mean_row_count: row.get(5)?,
                mean_days: row.get(6)?,
            })
        },
    )?;
    Ok(cells.collect::<Result<_, _>>()?)
}
