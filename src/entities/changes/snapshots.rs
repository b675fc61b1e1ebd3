//! Snapshots: a config and the sums of its traffic at one moment, kept for comparison and rollback.

use chrono::{DateTime, Utc};
use rusqlite::{Row, Transaction, named_params, params};
use serde::Serialize;

use super::one;
use crate::entities::columns::Time;
use crate::entities::configs::Config;
use crate::entities::{EntityError, TextList};
use crate::model::{AccountId, SnapshotId};

/// Why a snapshot was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotType {
    /// A user wanted it.
    Manual,
    /// An act was about to begin.
    BeforeChange,
    /// A comparison was completed.
    AfterChange,
}

impl SnapshotType {
    /// As it is stored and shown.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::BeforeChange => "before_change",
            Self::AfterChange => "after_change",
        }
    }
}

/// Sums of a billing id's traffic over the days that have some.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    /// Reached queries.
    pub reached: i64,
    /// Impressions.
    pub impressions: i64,
    /// Clicks.
    pub clicks: i64,
    /// Millionths of the currency.
    pub spend_micros: i64,
    /// The currency of all of it; none where there are several, or none was said.
    pub currency: Option<String>,
    /// Days with traffic.
    pub days: i64,
    /// The state of the facts that was added up.
    pub lake_snapshot: Option<SnapshotId>,
}

/// A snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigSnapshot {
    /// Its id.
    pub snapshot_id: i64,
    /// Whose config.
    pub account_id: AccountId,
    /// Which config.
    pub config_id: String,
    /// Its billing id at that time.
    pub billing_id: Option<String>,
    /// What the user called it.
    pub snapshot_name: Option<String>,
    /// Why it was taken.
    pub snapshot_type: SnapshotType,
    /// ACTIVE or SUSPENDED.
    pub state: Option<String>,
    /// None: not restricted.
    pub included_formats: Option<TextList>,
    /// None: not restricted.
    pub included_platforms: Option<TextList>,
    /// None: not restricted.
    pub included_sizes: Option<TextList>,
    /// None: not restricted.
    pub included_geos: Option<TextList>,
    /// None: not restricted.
    pub excluded_geos: Option<TextList>,
    /// The whole config as fields of the API, for a rollback.
    #[serde(skip)]
    pub config_data: String,
    /// Its traffic until then.
    #[serde(flatten)]
    pub sums: Sums,
    /// What the user wrote about it.
    pub notes: Option<String>,
    /// When it was taken.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: Option<String>,
}

/// What is said of a snapshot that is about to be taken.
#[derive(Clone, Copy, Debug)]
pub struct NewSnapshot<'a> {
    /// Why it is taken.
    pub snapshot_type: SnapshotType,
    /// What the user calls it.
    pub name: Option<&'a str>,
    /// What the user writes about it.
    pub notes: Option<&'a str>,
    /// Who takes it.
    pub by: Option<&'a str>,
}

/// Takes a snapshot of the config as it is stored, with these sums; gives its id.
pub fn take(
    tx: &Transaction<'_>,
    account: AccountId,
    config: &Config,
    sums: &Sums,
    new: NewSnapshot<'_>,
    now: DateTime<Utc>,
) -> Result<i64, EntityError> {
    let google = &config.google;
    tx.prepare_cached(include_str!("../../../sql/changes/snapshot_insert.sql"))?.execute(named_params! {
        ":account_id": account.0,
        ":config_id": google.config_id,
        ":billing_id": google.billing_id,
        ":snapshot_name": new.name,
        ":snapshot_type": new.snapshot_type.code(),
        ":state": google.state,
        ":included_formats": google.included_formats,
        ":included_platforms": google.included_platforms,
        ":included_sizes": google.included_sizes,
        ":included_geos": google.included_geos,
        ":excluded_geos": google.excluded_geos,
        ":config_data": google.raw_data,
        ":total_reached": sums.reached,
        ":total_impressions": sums.impressions,
        ":total_clicks": sums.clicks,
        ":total_spend_micros": sums.spend_micros,
        ":currency": sums.currency,
        ":days_tracked": sums.days,
        ":lake_snapshot_id": sums.lake_snapshot.map(|snapshot| snapshot.0),
        ":notes": new.notes,
        ":created_at": Time(now),
        ":created_by": new.by,
    })?;
    Ok(tx.last_insert_rowid())
}

/// The snapshot of that id.
pub fn get(tx: &Transaction<'_>, account: AccountId, snapshot_id: i64) -> Result<ConfigSnapshot, EntityError> {
    let by_id = "SELECT * FROM pretargeting_snapshots WHERE account_id = ?1 AND snapshot_id = ?2";
    one(tx.query_row(by_id, params![account.0, snapshot_id], read), account, "snapshot", snapshot_id)
}

/// The account's snapshots, of one config or all, newest first, at most `limit`.
pub fn list(
    tx: &Transaction<'_>,
    account: AccountId,
    config_id: Option<&str>,
    limit: usize,
) -> Result<Vec<ConfigSnapshot>, EntityError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = tx.prepare_cached(include_str!("../../../sql/changes/snapshot_list.sql"))?;
    let rows = statement.query_map(params![account.0, config_id, limit], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<ConfigSnapshot> {
    let snapshot_type: String = row.get("snapshot_type")?;
    Ok(ConfigSnapshot {
        snapshot_id: row.get("snapshot_id")?,
        account_id: AccountId(row.get("account_id")?),
        config_id: row.get("config_id")?,
        billing_id: row.get("billing_id")?,
        snapshot_name: row.get("snapshot_name")?,
        snapshot_type: match snapshot_type.as_str() {
            "before_change" => SnapshotType::BeforeChange,
            "after_change" => SnapshotType::AfterChange,
            _ => SnapshotType::Manual,
        },
        state: row.get("state")?,
        included_formats: row.get("included_formats")?,
        included_platforms: row.get("included_platforms")?,
        included_sizes: row.get("included_sizes")?,
        included_geos: row.get("included_geos")?,
        excluded_geos: row.get("excluded_geos")?,
        config_data: row.get("config_data")?,
        sums: Sums {
            reached: row.get("total_reached")?,
            impressions: row.get("total_impressions")?,
            clicks: row.get("total_clicks")?,
            spend_micros: row.get("total_spend_micros")?,
            currency: row.get("currency")?,
            days: row.get("days_tracked")?,
            lake_snapshot: row.get::<_, Option<i64>>("lake_snapshot_id")?.map(SnapshotId),
        },
        notes: row.get("notes")?,
        created_at: row.get::<_, Time>("created_at")?.0,
        created_by: row.get("created_by")?,
    })
}
