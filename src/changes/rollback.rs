//! Restoring a snapshot: the difference between what the config is and what it was, by the same act as an apply.

use rusqlite::Transaction;

use super::act::Act;
use super::apply::{freshen, open, prepare, text};
use super::carry_out::{carry_out, end_open};
use super::check::{self, Situation};
use super::compare::Windows;
use super::fields::Fields;
use super::rules::Severity;
use super::view::{Plan, address, named};
use super::{ChangeError, Desk, calls};
use crate::entities::changes::applications::{ApplicationKind, Part};
use crate::entities::changes::{approved, snapshots};
use crate::entities::configs::{self, Config};
use crate::google::Google;
use crate::kill;
use crate::model::AccountId;
use crate::query::Engine;

/// The calls that would restore the snapshot, over the config as it is stored: what a dry run shows.
pub fn plan_rollback(tx: &Transaction<'_>, account: AccountId, snapshot_id: i64) -> Result<Plan, ChangeError> {
    let snapshot = snapshots::get(tx, account, snapshot_id)?;
    let config = configs::get_exact(tx, account, &snapshot.config_id)?;
    planned(tx, config, &snapshot.config_data, snapshot_id)
}

fn planned(tx: &Transaction<'_>, config: Config, config_data: &str, snapshot_id: i64) -> Result<Plan, ChangeError> {
    let account = config.account_id;
    let base = Fields::of(&config.google)?;
    let target = Fields::of_snapshot(config_data, snapshot_id, &base)?;
    let live = configs::list(tx, account)?.iter().filter(|config| config.vanished_at.is_none()).count();
    let mut findings = check::check(&Situation {
        name: &named(&config),
        base: &base,
        target: &target.over(&base),
        changes: &[],
        approved: &approved::sizes(tx, account)?,
        configs: live,
        is_gone: config.vanished_at.is_some(),
    });
    // What a snapshot holds was so before: only what Google would not take stands in its way.
    for finding in &mut findings {
        if !finding.refused_by_google {
            finding.severity = Severity::Warning;
        }
    }
    Ok(Plan {
        calls: calls(&address(&config.google)?, &base, &target),
        config_id: config.google.config_id.clone(),
        billing_id: config.google.billing_id.clone(),
        name: config.shown_name(),
        change_ids: Vec::new(),
        findings,
    })
}

/// Restores a snapshot at Google: every field that it holds, and nothing else.
pub fn roll_back(
    desk: &Desk<'_>,
    engine: &Engine,
    google: &dyn Google,
    windows: Windows,
    snapshot_id: i64,
) -> Result<Act, ChangeError> {
    let (snapshot, config) = desk.db.read(|tx| {
        let snapshot = snapshots::get(tx, desk.account, snapshot_id)?;
        let config = configs::get_exact(tx, desk.account, &snapshot.config_id)?;
        Ok::<_, ChangeError>((snapshot, config))
    })?;
    let mut ended = end_open(desk, google, windows, Some(std::slice::from_ref(&snapshot.config_id)))?;
    let prepared = prepare(desk, engine, google, &config, Vec::new())?;
    let begun = desk.db.write(|tx| {
        let fresh = freshen(tx, desk, &prepared.fresh)?;
        let plan = planned(tx, fresh.clone(), &snapshot.config_data, snapshot_id)?;
        if plan.findings.iter().any(|finding| finding.refused_by_google) {
            return Ok(Err(ChangeError::Refused(plan.findings)));
        }
        if plan.calls.is_empty() {
            return Ok(Err(ChangeError::NothingDiffers { config: named(&fresh), snapshot: snapshot_id }));
        }
        let part = Part {
            config_id: fresh.google.config_id.clone(),
            before_snapshot_id: 0,
            target_snapshot_id: Some(snapshot_id),
            change_ids: Vec::new(),
            target: text(&Fields::of_snapshot(&snapshot.config_data, snapshot_id, &Fields::of(&fresh.google)?)?),
            calls: text(&plan.calls),
        };
        let parts = vec![(fresh, &prepared.sums, part)];
        Ok::<_, ChangeError>(Ok((open(tx, desk, ApplicationKind::Rollback, parts)?, plan.findings)))
    })?;
    let (application, findings) = match begun {
        // A rollback that died is ended by the next one, which then finds nothing left to do.
        Err(ChangeError::NothingDiffers { .. }) if !ended.is_empty() => {
            return ended
                .pop()
                .ok_or_else(|| ChangeError::NothingDiffers { config: named(&config), snapshot: snapshot_id });
        }
        other => other?,
    };
    kill::point("changes_begun");
    let act = carry_out(desk, google, windows, application, true)?;
    Ok(Act { findings, ..act })
}
