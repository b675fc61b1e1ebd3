//! Comparisons: the traffic of a config in a window before a change and in one after it.

use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, named_params, params};
use serde::Serialize;

use super::one;
use crate::entities::EntityError;
use crate::entities::columns::Time;
use crate::entities::configs::Config;
use crate::model::{AccountId, Day};

/// Whether a comparison has its deltas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ComparisonStatus {
    /// Its days after are to come.
    InProgress,
    /// Its deltas are there.
    Completed,
}

impl ComparisonStatus {
    /// As it is stored and shown.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
        }
    }

    /// The status of that name.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::InProgress, Self::Completed].into_iter().find(|status| status.code() == code)
    }
}

/// After minus before; a percentage is of before, and null where that is 0.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Deltas {
    /// Impressions; of a day where the windows have different numbers of days.
    pub impressions_delta: Option<i64>,
    /// Per day.
    pub impressions_delta_pct: Option<f64>,
    /// Like `impressions_delta`.
    pub spend_delta_micros: Option<i64>,
    /// Per day.
    pub spend_delta_pct: Option<f64>,
    /// Of the click-through rate.
    pub ctr_delta_pct: Option<f64>,
    /// Of the price of a thousand impressions.
    pub cpm_delta_pct: Option<f64>,
    /// Of the waste rate.
    pub waste_delta_pct: Option<f64>,
}

/// A comparison.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Its id.
    pub comparison_id: i64,
    /// Whose config.
    pub account_id: AccountId,
    /// Which config.
    pub config_id: String,
    /// Its billing id.
    pub billing_id: Option<String>,
    /// What the user called it.
    pub comparison_name: String,
    /// The config before.
    pub before_snapshot_id: i64,
    /// The config after.
    pub after_snapshot_id: Option<i64>,
    /// First day before.
    pub before_start_date: Day,
    /// Last day before.
    pub before_end_date: Day,
    /// First day after.
    pub after_start_date: Option<Day>,
    /// Last day after.
    pub after_end_date: Option<Day>,
    /// What changed.
    #[serde(flatten)]
    pub deltas: Deltas,
    /// Whether the deltas are there.
    pub status: ComparisonStatus,
    /// What changed, in a sentence.
    pub conclusion: Option<String>,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When the deltas came.
    pub completed_at: Option<DateTime<Utc>>,
}

/// A comparison that is about to begin.
#[derive(Clone, Debug)]
pub struct NewComparison<'a> {
    /// What it is called.
    pub name: &'a str,
    /// The config before.
    pub before_snapshot_id: i64,
    /// First and last day before.
    pub before: (Day, Day),
    /// First and last day after, where they are known.
    pub after: Option<(Day, Day)>,
}

/// What completes a comparison.
#[derive(Clone, Debug)]
pub struct Completion {
    /// The config after.
    pub after_snapshot_id: i64,
    /// First and last day after.
    pub after: (Day, Day),
    /// What changed.
    pub deltas: Deltas,
    /// In a sentence.
    pub conclusion: String,
}

/// Which comparisons are listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct ComparisonFilter<'a> {
    /// Of this config only.
    pub config_id: Option<&'a str>,
    /// Of this status only.
    pub status: Option<ComparisonStatus>,
}

/// Begins a comparison and gives its id.
pub fn begin(
    tx: &Transaction<'_>,
    account: AccountId,
    config: &Config,
    new: &NewComparison<'_>,
    now: DateTime<Utc>,
) -> Result<i64, EntityError> {
    tx.prepare_cached(include_str!("../../../sql/changes/comparison_insert.sql"))?.execute(named_params! {
        ":account_id": account.0,
        ":config_id": config.google.config_id,
        ":billing_id": config.google.billing_id,
        ":comparison_name": new.name,
        ":before_snapshot_id": new.before_snapshot_id,
        ":before_start_date": new.before.0.to_string(),
        ":before_end_date": new.before.1.to_string(),
        ":after_start_date": new.after.map(|(first, _)| first.to_string()),
        ":after_end_date": new.after.map(|(_, last)| last.to_string()),
        ":created_at": Time(now),
    })?;
    Ok(tx.last_insert_rowid())
}

/// Completes a comparison in progress; false where it was completed already.
pub fn complete(
    tx: &Transaction<'_>,
    account: AccountId,
    comparison_id: i64,
    completion: &Completion,
    now: DateTime<Utc>,
) -> Result<bool, EntityError> {
    let deltas = &completion.deltas;
    let completed = tx.execute(
        include_str!("../../../sql/changes/comparison_complete.sql"),
        named_params! {
            ":account_id": account.0,
            ":comparison_id": comparison_id,
            ":after_snapshot_id": completion.after_snapshot_id,
            ":after_start_date": completion.after.0.to_string(),
            ":after_end_date": completion.after.1.to_string(),
            ":impressions_delta": deltas.impressions_delta,
            ":impressions_delta_pct": deltas.impressions_delta_pct,
            ":spend_delta_micros": deltas.spend_delta_micros,
            ":spend_delta_pct": deltas.spend_delta_pct,
            ":ctr_delta_pct": deltas.ctr_delta_pct,
            ":cpm_delta_pct": deltas.cpm_delta_pct,
            ":waste_delta_pct": deltas.waste_delta_pct,
            ":conclusion": completion.conclusion,
            ":completed_at": Time(now),
        },
    )?;
    Ok(completed == 1)
}

/// The comparison of that id.
pub fn get(tx: &Transaction<'_>, account: AccountId, comparison_id: i64) -> Result<Comparison, EntityError> {
    let by_id = "SELECT * FROM snapshot_comparisons WHERE account_id = ?1 AND comparison_id = ?2";
    one(tx.query_row(by_id, params![account.0, comparison_id], read), account, "comparison", comparison_id)
}

/// The account's comparisons, newest first, at most `limit`.
pub fn list(
    tx: &Transaction<'_>,
    account: AccountId,
    filter: ComparisonFilter<'_>,
    limit: usize,
) -> Result<Vec<Comparison>, EntityError> {
    let status = filter.status.map(ComparisonStatus::code);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = tx.prepare_cached(include_str!("../../../sql/changes/comparison_list.sql"))?;
    let rows = statement.query_map(params![account.0, filter.config_id, status, limit], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Comparison> {
    let day = |column: &str| -> rusqlite::Result<Option<Day>> {
        let text: Option<String> = row.get(column)?;
        let read = |error: crate::model::DayError| {
            rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into())
        };
        text.map(|text| text.parse().map_err(read)).transpose()
    };
    let required = |column: &str| day(column).map(|day| day.unwrap_or(Day::from_epoch_days(0)));
    let status: String = row.get("status")?;
    Ok(Comparison {
        comparison_id: row.get("comparison_id")?,
        account_id: AccountId(row.get("account_id")?),
        config_id: row.get("config_id")?,
        billing_id: row.get("billing_id")?,
        comparison_name: row.get("comparison_name")?,
        before_snapshot_id: row.get("before_snapshot_id")?,
        after_snapshot_id: row.get("after_snapshot_id")?,
        before_start_date: required("before_start_date")?,
        before_end_date: required("before_end_date")?,
        after_start_date: day("after_start_date")?,
        after_end_date: day("after_end_date")?,
        deltas: Deltas {
            impressions_delta: row.get("impressions_delta")?,
            impressions_delta_pct: row.get("impressions_delta_pct")?,
            spend_delta_micros: row.get("spend_delta_micros")?,
            spend_delta_pct: row.get("spend_delta_pct")?,
            ctr_delta_pct: row.get("ctr_delta_pct")?,
            cpm_delta_pct: row.get("cpm_delta_pct")?,
            waste_delta_pct: row.get("waste_delta_pct")?,
        },
        status: ComparisonStatus::from_code(&status).unwrap_or(ComparisonStatus::InProgress),
        conclusion: row.get("conclusion")?,
        created_at: row.get::<_, Time>("created_at")?.0,
        completed_at: row.get::<_, Option<Time>>("completed_at")?.map(|Time(time)| time),
    })
}
