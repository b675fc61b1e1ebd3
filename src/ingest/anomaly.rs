//! When the number of a day's rows is worth a look: most often half a report came, or one of another scope.
//!
//! Invariant: the rule stands once, in `sql/ingest/day_grid.sql`; an import's answer and the grid of days both ask it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::grid::{self, Asked};
use super::{DayState, ImportError, Importer};
use crate::lake::{Snapshot, StagedFile};
use crate::model::{AccountId, Day, grouped};
use crate::report::ReportKind;

/// When the rows of a day are an anomaly: measured by the mean of the days before it that were imported, of the same
/// account and kind of report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AnomalyRule {
    /// The days before that are looked at.
    pub trailing_days: u32,
    /// So many of them must have been imported.
    pub imported_days: u32,
    /// Fewer rows than this, in percent of the mean, are an anomaly.
    pub low_percent: f64,
    /// More rows than this, in percent of the mean, are an anomaly.
    pub high_percent: f64,
}

impl Default for AnomalyRule {
    fn default() -> Self {
        Self { trailing_days: 7, imported_days: 3, low_percent: 50.0, high_percent: 200.0 }
    }
}

/// A day with far fewer or far more rows than the days before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowAnomaly {
    /// The day.
    pub metric_date: String,
    /// Its live rows.
    pub row_count: i64,
    /// The mean of the days before.
    pub mean_row_count: i64,
    /// How many days that is the mean of.
    pub mean_days: i64,
    /// The rows in percent of the mean.
    pub percent_of_mean: i64,
    /// The same for people, and what to look at.
    pub message: String,
}

impl RowAnomaly {
    fn new(metric_date: String, row_count: i64, mean: (i64, i64, i64)) -> Self {
        let (mean_row_count, mean_days, percent_of_mean) = mean;
        let look = if row_count < mean_row_count { "is the report complete" } else { "is every row in it once" };
        let [rows, usual] = [row_count, mean_row_count].map(|rows| grouped(rows.unsigned_abs()));
        let message = format!(
            "{metric_date} has {percent_of_mean} % of the usual rows ({rows}; mean of {mean_days} days {usual}): {look}?"
        );
        Self { metric_date, row_count, mean_row_count, mean_days, percent_of_mean, message }
    }
}

impl Importer {
    /// The anomalies among the days of `staged`, as the lake is once these files took the place of those that end.
    pub(super) fn anomalies(
        &self,
        snapshot: &Snapshot,
        kind: &ReportKind,
        account: AccountId,
        staged: &[StagedFile],
        ended: &[i64],
    ) -> Result<Vec<RowAnomaly>, ImportError> {
        let changed: BTreeSet<Day> = staged.iter().map(|file| file.scope().day).collect();
        let (Some(first), Some(last)) = (changed.first().copied(), changed.last().copied()) else {
            return Ok(Vec::new());
        };
        let mut rows: BTreeMap<(&str, Day), u64> = BTreeMap::new();
        let stays = snapshot.files().iter().filter(|file| !ended.contains(&file.file_id));
        let stays = stays.filter(|file| file.scope.account == account && file.scope.report == kind.name);
        let live = stays.map(|file| (file.scope.day, file.rows));
        for (day, count) in live.chain(staged.iter().map(|file| (file.scope().day, file.rows()))) {
            *rows.entry((&kind.name, day)).or_default() += count;
        }
        let asked = Asked { rule: &self.limits.anomaly, first, last };
        let cells = self.db.read(|tx| grid::cells(tx, &rows, asked))?;
        let odd = cells.into_iter().rev().filter(|cell| cell.state == Some(DayState::Anomalous));
        let odd = odd.filter(|cell| cell.metric_date.parse().is_ok_and(|day| changed.contains(&day)));
        let anomaly = odd.filter_map(|cell| {
            let mean = (cell.mean_row_count?, cell.mean_days?, cell.percent_of_mean?);
            Some(RowAnomaly::new(cell.metric_date, cell.row_count, mean))
        });
        Ok(anomaly.collect())
    }
}
