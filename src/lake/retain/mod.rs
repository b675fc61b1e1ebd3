//! Retention: facts older than they are kept leave the newest state, states older than they are kept are forgotten, and
//! the files that nothing holds any more are removed once no question can be reading them.
//!
//! The three are steps of their own. Facts end under one new snapshot, so the states before it still have them. Snapshots
//! go from the oldest on and never the newest, a bounded number in a commit; what only they held waits for its removal.
//! The sweep removes what has waited for the grace. Stopped between any two of these, the store is whole, and the next
//! run goes on.

mod answer;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Transaction;

pub use answer::{ExpiredSnapshots, RetainAnswer, RetainOptions, RetainedFacts, RetainedPartition, UnheldFiles};

use super::catalog::expiry::{self, Expired};
use super::{At, Change, Lake, LakeError, Scope, Steps};
use crate::kill;
use crate::model::{AccountId, Clock, Day, SnapshotId};

/// Who takes facts out because of their age, in the catalog's history.
pub(super) const AUTHOR: &str = "catscan retain";

/// Snapshots that are forgotten in one commit: imports wait for it.
const SNAPSHOTS_A_COMMIT: i64 = 500;

impl Lake {
    /// Does what the options say, or says what it would do.
    ///
    /// # Errors
    /// The disk or the database refused; the steps before stay done.
    pub fn retain(&self, options: &RetainOptions, clock: &Clock, steps: &dyn Steps) -> Result<RetainAnswer, LakeError> {
        steps.stage("taking out old facts", 0);
        let facts = in_turn(steps, || self.retain_facts(options, clock))?;
        kill::point("retain_after_facts");
        steps.stage("forgetting old states", 0);
        let snapshots = self.expire(options, clock, steps)?;
        kill::point("retain_after_expiry");
        steps.stage("sweeping", 0);
        let leftovers = self.leftovers(clock.now(), options.grace)?;
        let swept = match options.dry_run {
            true => leftovers.count(),
            false => self.remove(leftovers)?,
        };
        let (waiting_files, next_removal) = self.waiting(options.grace)?;
        let files = UnheldFiles {
            expired: swept.expired,
            orphans: swept.orphans,
            unfinished: swept.unfinished,
            bytes: swept.bytes,
            waiting: waiting_files.saturating_sub(if options.dry_run { swept.expired } else { 0 }),
            next_removal,
        };
        Ok(RetainAnswer { dry_run: options.dry_run, facts, snapshots, files })
    }

    fn retain_facts(&self, options: &RetainOptions, clock: &Clock) -> Result<RetainedFacts, LakeError> {
        let Some(before) = first_day_kept(options, clock) else { return Ok(RetainedFacts::default()) };
        if options.dry_run {
            return self.shared.db.read(|tx| Ok(self.facts_before(tx, before, &|_| true)?.0));
        }
        let message = format!("facts before {before} taken out: they are kept for {} days", options.keep_facts_days);
        self.end_facts(before, &|_| true, message, clock)
    }

    /// Takes the facts of one account and of these kinds that are older than that day out of the newest state. The states
    /// before it still have them, until they are forgotten as any other. It is the caller's turn to write.
    ///
    /// # Errors
    /// The database refused; nothing was changed.
    pub fn take_out(
        &self,
        account: AccountId,
        kinds: &[&str],
        before: Day,
        clock: &Clock,
    ) -> Result<RetainedFacts, LakeError> {
        let is_meant = |scope: &Scope| scope.account == account && kinds.contains(&scope.report.as_str());
        let message = format!("facts of account {account} before {before} taken out: {}", kinds.join(", "));
        self.end_facts(before, &is_meant, message, clock)
    }

    fn end_facts(
        &self,
        before: Day,
        is_meant: &dyn Fn(&Scope) -> bool,
        message: String,
        clock: &Clock,
    ) -> Result<RetainedFacts, LakeError> {
        self.shared.db.write(|tx| {
            let (mut facts, end, base) = self.facts_before(tx, before, is_meant)?;
            if end.is_empty() {
                return Ok(facts);
            }
            let change = Change {
                add: Vec::new(),
                end,
                base,
                author: AUTHOR.to_owned(),
                message,
                extra: serde_json::json!({ "retention": { "before": before } }).to_string(),
                now: clock.now(),
            };
            facts.snapshot_id = Some(self.commit(tx, change)?);
            kill::point("retain_before_facts_commit");
            Ok(facts)
        })
    }

    /// What is live of the days before that one: by partition, the files, and of which state that is.
    fn facts_before(
        &self,
        tx: &Transaction<'_>,
        before: Day,
        is_meant: &dyn Fn(&Scope) -> bool,
    ) -> Result<(RetainedFacts, Vec<i64>, SnapshotId), LakeError> {
        let live = self.snapshot_in(tx, &At::Latest)?;
        let mut partitions: BTreeMap<_, RetainedPartition> = BTreeMap::new();
        let mut facts = RetainedFacts { before: Some(before), ..RetainedFacts::default() };
        let mut end = Vec::new();
        for file in live.files().iter().filter(|file| file.scope.day < before && is_meant(&file.scope)) {
            let scope = &file.scope;
            let key = (scope.day, &scope.table.name, &scope.report, scope.account);
            let partition = partitions.entry(key).or_insert_with(|| RetainedPartition::of(scope));
            partition.add(file);
            (facts.files, facts.rows, facts.bytes) =
                (facts.files + 1, facts.rows + file.rows, facts.bytes + file.bytes);
            end.push(file.file_id);
        }
        facts.partitions = partitions.into_values().collect();
        Ok((facts, end, live.id))
    }

    fn expire(&self, options: &RetainOptions, clock: &Clock, steps: &dyn Steps) -> Result<ExpiredSnapshots, LakeError> {
        let oldest_time = before(clock.now(), options.keep_snapshots_days);
        let Some(border) = self.shared.db.read(|tx| expiry::border(tx, oldest_time))? else {
            return Ok(ExpiredSnapshots::default());
        };
        if options.dry_run {
            return self.shared.db.read(|tx| Ok(of(expiry::before(tx, border)?)));
        }
        let mut expired = ExpiredSnapshots::default();
        loop {
            let step = in_turn(steps, || {
                self.shared.db.write(|tx| {
                    let oldest = self.oldest_snapshot(tx)?;
                    let step = SnapshotId(border.0.min(oldest.0 + SNAPSHOTS_A_COMMIT));
                    let step = expiry::forget(tx, step, clock.now())?;
                    kill::point("retain_before_expiry_commit");
                    Ok::<Expired, LakeError>(step)
                })
            })?;
            if step.snapshots == 0 || steps.is_stopping() {
                expired.add(of(step));
                return Ok(expired);
            }
            expired.add(of(step));
        }
    }

    /// How many files wait for their removal, and when the first of them may go.
    fn waiting(&self, grace: std::time::Duration) -> Result<(u64, Option<DateTime<Utc>>), LakeError> {
        let scheduled = self.shared.db.read(expiry::scheduled)?;
        let grace = TimeDelta::from_std(grace).unwrap_or(TimeDelta::MAX);
        let next = scheduled.first().and_then(|first| first.since.checked_add_signed(grace));
        Ok((scheduled.len() as u64, next))
    }
}

fn in_turn<T>(steps: &dyn Steps, mut work: impl FnMut() -> Result<T, LakeError>) -> Result<T, LakeError> {
    let mut done = None;
    steps.in_turn(&mut || done = Some(work()));
    done.unwrap_or_else(work)
}

fn of(expired: Expired) -> ExpiredSnapshots {
    let Expired { snapshots, range, files, bytes } = expired;
    let (first, last) = range.unzip();
    ExpiredSnapshots { snapshots, first, last, files, bytes }
}

fn first_day_kept(options: &RetainOptions, clock: &Clock) -> Option<Day> {
    (options.keep_facts_days > 0).then(|| before(clock.now(), options.keep_facts_days).date_naive().into())
}

fn before(now: DateTime<Utc>, days: u32) -> DateTime<Utc> {
    now.checked_sub_signed(TimeDelta::days(days.into())).unwrap_or(DateTime::<Utc>::MIN_UTC)
}
