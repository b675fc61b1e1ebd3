//! Before and after a change: the traffic of a config in two windows of days, from the facts.
//!
//! Windows of the same number of report days are compared by their sums, others by their means per day; a day of which
//! the account has no performance report counts in neither.

use rusqlite::Transaction;

use super::conclusion::{Window, conclusion, deltas};
use super::facts::Facts;
use super::{ChangeError, Desk};
use crate::entities::changes::comparisons::{
    self, Comparison, ComparisonFilter, ComparisonStatus, Completion, NewComparison,
};
use crate::entities::changes::snapshots::{self, NewSnapshot, SnapshotType};
use crate::entities::configs::{self, Config};
use crate::model::Day;
use crate::query::{Days, Engine};

/// How many days before and after an applied change are compared.
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    /// That end the day before the change.
    pub before_days: u16,
    /// That begin the day after the change.
    pub after_days: u16,
}

/// A comparison that a user begins.
#[derive(Clone, Copy, Debug)]
pub struct NewWindow<'a> {
    /// Billing id or config id.
    pub config: &'a str,
    /// What it is called.
    pub name: &'a str,
    /// The config before.
    pub before_snapshot_id: i64,
    /// First day before.
    pub first: Day,
    /// Last day before.
    pub last: Day,
}

/// The longest window: more than a year says nothing of a change.
const MOST_DAYS: i32 = 366;

/// Begins a comparison with a window before.
pub fn begin_comparison(desk: &Desk<'_>, new: &NewWindow<'_>) -> Result<Comparison, ChangeError> {
    check_window(new.first, new.last)?;
    if new.name.trim().is_empty() {
        return Err(ChangeError::Window("a comparison needs a name".to_owned()));
    }
    desk.db.write(|tx| {
        let config = configs::get(tx, desk.account, new.config)?;
        let snapshot = snapshots::get(tx, desk.account, new.before_snapshot_id)?;
        if snapshot.config_id != config.google.config_id {
            let (id, of) = (new.before_snapshot_id, snapshot.config_id);
            return Err(ChangeError::Window(format!("snapshot {id} is of config {of}, not of {}", new.config)));
        }
        let window = NewComparison {
            name: new.name.trim(),
            before_snapshot_id: new.before_snapshot_id,
            before: (new.first, new.last),
            after: None,
        };
        let id = comparisons::begin(tx, desk.account, &config, &window, desk.now)?;
        Ok(comparisons::get(tx, desk.account, id)?)
    })
}

/// The comparison that an act begins by itself; none for a config that no report names.
pub(super) fn begin_after(
    tx: &Transaction<'_>,
    desk: &Desk<'_>,
    windows: Windows,
    config: &Config,
    name: &str,
    before_snapshot_id: i64,
) -> Result<Option<i64>, ChangeError> {
    if config.google.billing_id.is_none() {
        return Ok(None);
    }
    let today = Day::from(desk.now.date_naive());
    let before = Days::before(today, windows.before_days);
    let after = after_window(today, windows.after_days);
    let new = NewComparison {
        name,
        before_snapshot_id,
        before: (before.first, before.last),
        after: Some((after.first, after.last)),
    };
    Ok(Some(comparisons::begin(tx, desk.account, config, &new, desk.now)?))
}

/// So many days from the day after the change on: the day itself is neither before nor after.
fn after_window(change: Day, days: u16) -> Days {
    let first = change.plus_days(1);
    Days { first, last: first.plus_days(i32::from(days.max(1)) - 1) }
}

fn check_window(first: Day, last: Day) -> Result<(), ChangeError> {
    let days = last.epoch_days() - first.epoch_days() + 1;
    if (1..=MOST_DAYS).contains(&days) {
        return Ok(());
    }
    Err(ChangeError::Window(format!(
        "{first} to {last} is no window: write 1 to {MOST_DAYS} days, the first one first"
    )))
}

/// Completes a comparison: over `days` days after, else over those that it began with, else over as many as before.
pub fn finish_comparison(
    desk: &Desk<'_>,
    engine: &Engine,
    comparison_id: i64,
    days: Option<u16>,
) -> Result<Comparison, ChangeError> {
    let (comparison, config) = desk.db.read(|tx| {
        let comparison = comparisons::get(tx, desk.account, comparison_id)?;
        let config = configs::get_exact(tx, desk.account, &comparison.config_id)?;
        Ok::<_, ChangeError>((comparison, config))
    })?;
    if comparison.status == ComparisonStatus::Completed {
        return Err(ChangeError::Completed(comparison_id));
    }
    let before = Days { first: comparison.before_start_date, last: comparison.before_end_date };
    let after = after_days(&comparison, before, days)?;
    let facts = Facts { engine, account: desk.account };
    let (after_reports, newest) = facts.report_days(after)?;
    if newest.is_none_or(|newest| newest < after.last) {
        return Err(ChangeError::TooEarly {
            comparison: comparison_id,
            needed: after.last.to_string(),
            newest: newest.map_or_else(|| "no day".to_owned(), |day| day.to_string()),
        });
    }
    let billing_id = comparison.billing_id.as_deref();
    let window =
        |days, report_days| facts.traffic(billing_id, Some(days)).map(|sums| Window { days, report_days, sums });
    let before = window(before, facts.report_days(before)?.0)?;
    let after = window(after, after_reports)?;
    let so_far = facts.traffic(config.google.billing_id.as_deref(), None)?;
    let deltas = deltas(&before, &after);
    let conclusion = conclusion(&before, &after, &deltas);
    desk.db.write(|tx| {
        let config = configs::get_exact(tx, desk.account, &comparison.config_id)?;
        let new = NewSnapshot {
            snapshot_type: SnapshotType::AfterChange,
            name: Some(&comparison.comparison_name),
            notes: desk.by.reason,
            by: desk.by.name,
        };
        let after_snapshot_id = snapshots::take(tx, desk.account, &config, &so_far, new, desk.now)?;
        let after = (after.days.first, after.days.last);
        let completion = Completion { after_snapshot_id, after, deltas, conclusion };
        if !comparisons::complete(tx, desk.account, comparison_id, &completion, desk.now)? {
            return Err(ChangeError::Completed(comparison_id));
        }
        Ok(comparisons::get(tx, desk.account, comparison_id)?)
    })
}

fn after_days(comparison: &Comparison, before: Days, days: Option<u16>) -> Result<Days, ChangeError> {
    let change = Day::from(comparison.created_at.date_naive());
    let first = comparison.after_start_date.unwrap_or_else(|| change.plus_days(1));
    let last = match (days, comparison.after_end_date) {
        (Some(days), _) => first.plus_days(i32::from(days) - 1),
        (None, Some(last)) => last,
        (None, None) => first.plus_days(before.count() - 1),
    };
    check_window(first, last)?;
    Ok(Days { first, last })
}

/// Completes every comparison whose days after have their reports; gives those that it completed.
pub fn finish_due(desk: &Desk<'_>, engine: &Engine) -> Result<Vec<Comparison>, ChangeError> {
    let filter = ComparisonFilter { config_id: None, status: Some(ComparisonStatus::InProgress) };
    let waiting = desk.db.read(|tx| comparisons::list(tx, desk.account, filter, usize::MAX))?;
    let today = Day::from(desk.now.date_naive());
    let mut completed = Vec::new();
    for comparison in waiting.iter().rev() {
        let before = Days { first: comparison.before_start_date, last: comparison.before_end_date };
        // The facts are asked only where they can be there.
        if after_days(comparison, before, None).is_ok_and(|after| after.last < today) {
            match finish_comparison(desk, engine, comparison.comparison_id, None) {
                Ok(comparison) => completed.push(comparison),
                Err(ChangeError::TooEarly { .. } | ChangeError::Completed(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(completed)
}
