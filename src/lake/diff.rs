//! What differs between two states of the lake: rows and spend by account, kind and day.
//!
//! A partition whose files are the same in both, known by their hashes, is not read. One whose files were only merged or
//! brought back under new names is read and found to hold the same.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::rows;
use super::tally::Tally;
use super::{At, Lake, LakeError, LiveFile, Snapshot};
use crate::model::facts::{Column, FactTable, Role};
use crate::model::{AccountId, Day, Micros, SnapshotId};

/// The column of spend.
const SPEND: &str = "spend_micros";

/// What differs between two states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LakeDiff {
    /// The one state.
    pub from: SnapshotId,
    /// When it was committed.
    pub from_time: DateTime<Utc>,
    /// The other.
    pub to: SnapshotId,
    /// When it was committed.
    pub to_time: DateTime<Utc>,
    /// What differs, the newest day first.
    pub days: Vec<DayDiff>,
    /// Accounts, kinds and days whose files differ and whose rows add up to the same: merged, or brought back.
    pub rewritten: u64,
}

/// One account, kind and day that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DayDiff {
    /// The day.
    pub day: Day,
    /// The kind of report.
    pub kind: String,
    /// Whose rows.
    pub account_id: AccountId,
    /// Rows in the one state.
    pub rows_from: u64,
    /// Rows in the other.
    pub rows_to: u64,
    /// Their difference.
    pub rows_difference: i64,
    /// Σ spend in the one state; none where no row says it.
    pub spend_micros_from: Option<Micros>,
    /// Σ spend in the other.
    pub spend_micros_to: Option<Micros>,
    /// Their difference, where one of them is known.
    pub spend_micros_difference: Option<Micros>,
    /// The metrics that add up to something else.
    pub metrics: Vec<String>,
}

/// Files of one partition in each of two states.
type Sides = [Vec<Arc<LiveFile>>; 2];

impl Lake {
    /// What differs between two states, in the rows of these accounts.
    pub fn diff(&self, from: &At, to: &At, accounts: &[AccountId]) -> Result<LakeDiff, LakeError> {
        let (from, to) = self.shared.db.read(|tx| {
            let states = (self.snapshot_in(tx, from)?, self.snapshot_in(tx, to)?);
            Ok::<(Snapshot, Snapshot), LakeError>(states)
        })?;
        let mut diff = LakeDiff {
            from: from.id,
            from_time: from.time,
            to: to.id,
            to_time: to.time,
            days: Vec::new(),
            rewritten: 0,
        };
        for files in differing(&from, &to, accounts) {
            match difference(&files)? {
                Some(day) => diff.days.push(day),
                None => diff.rewritten += 1,
            }
        }
        Ok(diff)
    }
}

/// The files of each partition that has not the same in both states, the newest day first.
fn differing(from: &Snapshot, to: &Snapshot, accounts: &[AccountId]) -> Vec<Sides> {
    let mut partitions: BTreeMap<_, Sides> = BTreeMap::new();
    for (side, state) in [from, to].into_iter().enumerate() {
        for file in state.files().iter().filter(|file| accounts.contains(&file.scope.account)) {
            let scope = &file.scope;
            let key = (std::cmp::Reverse(scope.day), &scope.report, scope.account, &scope.table.name);
            partitions.entry(key).or_default()[side].push(Arc::clone(file));
        }
    }
    let same = |[from, to]: &Sides| {
        let bytes = |files: &[Arc<LiveFile>]| files.iter().map(|file| file.hashes.file).collect::<BTreeSet<_>>();
        from.len() == to.len() && bytes(from) == bytes(to)
    };
    partitions.into_values().filter(|sides| !same(sides)).collect()
}

/// Nothing where both sides add up to the same.
fn difference([from, to]: &Sides) -> Result<Option<DayDiff>, LakeError> {
    let Some(scope) = from.iter().chain(to).map(|file| &file.scope).next() else { return Ok(None) };
    let schema = metrics(scope.table);
    let mut read: HashMap<[u8; 32], Tally> = HashMap::new();
    let mut tally = |files: &[Arc<LiveFile>]| -> Result<Tally, LakeError> {
        let mut sum = Tally::of(&schema);
        for file in files {
            sum.join(match read.entry(file.hashes.file) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(Tally::of_file(file, &schema)?),
            });
        }
        Ok(sum)
    };
    let (from, to) = (tally(from)?, tally(to)?);
    let metrics: Vec<String> = from.differing(&to).map(str::to_owned).collect();
    if from.rows() == to.rows() && metrics.is_empty() {
        return Ok(None);
    }
    let spend = |sum: Option<i128>| {
        let exact = sum.map(i64::try_from).transpose();
        exact.map(|micros| micros.map(Micros)).map_err(|_| LakeError::catalog("the spend of a day is beyond 64 bits"))
    };
    let (spend_from, spend_to) = (from.sum(SPEND), to.sum(SPEND));
    let is_known = spend_from.is_some() || spend_to.is_some();
    let spend_difference = is_known.then(|| spend_to.unwrap_or(0) - spend_from.unwrap_or(0));
    Ok(Some(DayDiff {
        day: scope.day,
        kind: scope.report.clone(),
        account_id: scope.account,
        rows_from: from.rows(),
        rows_to: to.rows(),
        rows_difference: to.rows() as i64 - from.rows() as i64,
        spend_micros_from: spend(spend_from)?,
        spend_micros_to: spend(spend_to)?,
        spend_micros_difference: spend(spend_difference)?,
        metrics,
    }))
}

fn metrics(table: &'static FactTable) -> SchemaRef {
    let metrics: Vec<&'static Column> = table.stored_columns().filter(|column| column.role == Role::Metric).collect();
    rows::schema(&metrics)
}
