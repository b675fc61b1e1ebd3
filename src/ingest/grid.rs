//! Which days of which reports are there: imported, missing, or of an odd number of rows.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rusqlite::named_params;
use serde::{Deserialize, Serialize};

use super::{ImportError, Importer};
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

/// When a day's rows are an anomaly.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AnomalyRule {
    trailing_days: i64,
    imported_days: i64,
    low_percent: i64,
    high_percent: i64,
}

#[expect(clippy::expect_used, reason = "the file is part of the program, and every test of the grid reads it")]
static RULE: LazyLock<AnomalyRule> =
    LazyLock::new(|| toml::from_str(include_str!("../../schema/upload_anomaly.toml")).expect("upload_anomaly.toml"));

impl Importer {
    /// The account's days from `first` to `last` by kind of report, newest day first, as they are now.
    pub fn grid(&self, account: AccountId, first: Day, last: Day) -> Result<Vec<GridCell>, ImportError> {
        self.db.read(|tx| {
            let mut rows: BTreeMap<(&str, Day), u64> = BTreeMap::new();
            let snapshot = self.lake.snapshot_in(tx, &At::Latest)?;
            for file in snapshot.files().iter().filter(|file| file.scope.account == account) {
                *rows.entry((&file.scope.report, file.scope.day)).or_default() += file.rows;
            }
            let live = rows.iter().map(|((report, day), rows)| {
                serde_json::json!({ "report": report, "day": day.to_string(), "row_count": rows })
            });
            let mut statement = tx.prepare_cached(include_str!("../../sql/ingest/day_grid.sql"))?;
            let cells = statement.query_map(
                named_params! {
                    ":live": live.collect::<serde_json::Value>().to_string(),
                    ":first": first.to_string(),
                    ":last": last.to_string(),
                    ":trailing_days": RULE.trailing_days,
                    ":imported_days": RULE.imported_days,
                    ":low_percent": RULE.low_percent,
                    ":high_percent": RULE.high_percent,
                },
                |row| {
                    let state = match row.get::<_, Option<String>>(2)?.as_deref() {
                        Some("imported") => Some(DayState::Imported),
                        Some("anomalous") => Some(DayState::Anomalous),
                        Some(_) => Some(DayState::Missing),
                        None => None,
                    };
                    let (row_count, percent_of_mean) = (row.get(3)?, row.get(4)?);
                    Ok(GridCell { metric_date: row.get(0)?, report: row.get(1)?, state, row_count, percent_of_mean })
                },
            )?;
            Ok(cells.collect::<Result<_, _>>()?)
        })
    }
}
