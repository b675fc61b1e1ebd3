//! Staging changes, cancelling them, and marking them as applied by hand.

use rusqlite::Transaction;
use serde::Serialize;

use super::check::Finding;
use super::fields::{Fields, path, same};
use super::{ChangeError, Desk, findings, value, view};
use crate::entities::changes::ChangeType;
use crate::entities::changes::pending::{self, ChangeStatus, NewPending, PendingChange};
use crate::entities::configs;
use crate::entities::history::{self, Author, ChangeSource, Link, NewChange, Step};

/// A change as somebody asks for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish<'a> {
    /// Billing id or config id.
    pub config: &'a str,
    /// `add_size` …
    pub change_type: &'a str,
    /// The type's field, where it is said.
    pub field_name: Option<&'a str>,
    /// As typed.
    pub value: &'a str,
    /// What is expected of it, in bid requests per second.
    pub estimated_qps_impact: Option<f64>,
}

/// A change that is staged now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StagedAnswer {
    /// The change.
    #[serde(flatten)]
    pub change: PendingChange,
    /// Whether it was staged before, so that nothing was added.
    pub was_staged: bool,
    /// What is to be said of it.
    pub findings: Vec<Finding>,
}

/// Stages all of these changes or none.
pub fn stage(desk: &Desk<'_>, wishes: &[Wish<'_>]) -> Result<Vec<StagedAnswer>, ChangeError> {
    desk.db.write(|tx| {
        let staged: Vec<(i64, bool)> = wishes.iter().map(|wish| stage_one(tx, desk, wish)).collect::<Result<_, _>>()?;
        let answer = |(change_id, was_staged)| {
            let change = pending::get(tx, desk.account, change_id)?;
            let mut findings = findings(tx, &view(tx, desk.account, &change.config_id)?)?;
            findings.retain(|finding| finding.change_ids.contains(&change_id) || finding.change_ids.is_empty());
            Ok(StagedAnswer { change, was_staged, findings })
        };
        staged.into_iter().map(answer).collect()
    })
}

/// The id of the staged change, and whether it was there before.
fn stage_one(tx: &Transaction<'_>, desk: &Desk<'_>, wish: &Wish<'_>) -> Result<(i64, bool), ChangeError> {
    let unknown = || ChangeError::UnknownType { asked: wish.change_type.to_owned() };
    let kind = ChangeType::from_code(wish.change_type).ok_or_else(unknown)?;
    if let Some(field) = wish.field_name.filter(|field| *field != kind.field()) {
        return Err(ChangeError::OtherField { kind, field: field.to_owned() });
    }
    let value = value::checked(kind, wish.value)?;
    let config = configs::get(tx, desk.account, wish.config)?;
    let waiting = pending::of_config(tx, desk.account, &config.google.config_id)?;
    let is_it = |change: &&PendingChange| change.change_type == kind && same(kind, &change.value) == same(kind, &value);
    if let Some(change) = waiting.iter().find(is_it) {
        return Ok((change.change_id, true));
    }
    let Author { name, reason } = desk.by;
    let impact = wish.estimated_qps_impact;
    let new = NewPending { change_type: kind, value: &value, reason, estimated_qps_impact: impact, created_by: name };
    let change_id = pending::add(tx, desk.account, &config, &new, desk.now)?;
    let base = Fields::of(&config.google)?;
    let link = Link { step: Some(Step::Staged), change_id: Some(change_id), application_id: None };
    let told = told(kind, &value, &base);
    history::record(tx, desk.account, &config.google, &told, ChangeSource::User, desk.by, link, desk.now)?;
    Ok((change_id, false))
}

/// The change will not be applied.
pub fn cancel(desk: &Desk<'_>, change_id: i64) -> Result<PendingChange, ChangeError> {
    close(desk, change_id, ChangeStatus::Cancelled, Step::Cancelled, "cancelled")
}

/// A user made the change at Google by hand. The stored config shows it after the next sync; until then the effective
/// config counts it in.
pub fn mark_applied(desk: &Desk<'_>, change_id: i64) -> Result<PendingChange, ChangeError> {
    close(desk, change_id, ChangeStatus::Applied, Step::MarkedApplied, "marked as applied")
}

fn close(
    desk: &Desk<'_>,
    change_id: i64,
    status: ChangeStatus,
    step: Step,
    wish: &'static str,
) -> Result<PendingChange, ChangeError> {
    desk.db.write(|tx| {
        let change = pending::get(tx, desk.account, change_id)?;
        if change.status != ChangeStatus::Pending {
            return Err(ChangeError::NotPending { change_id, status: change.status.code(), wish });
        }
        if let Some(application) = pending::being_applied(tx, desk.account, change_id)? {
            return Err(ChangeError::BeingApplied { change_id, application });
        }
        pending::close(tx, desk.account, change_id, status, desk.by.name, desk.now)?;
        let config = configs::get_exact(tx, desk.account, &change.config_id)?.google;
        let told = told(change.change_type, &change.value, &Fields::of(&config)?);
        let link = Link { step: Some(step), change_id: Some(change_id), application_id: None };
        let by = Author { reason: desk.by.reason.or(change.reason.as_deref()), ..desk.by };
        history::record(tx, desk.account, &config, &told, ChangeSource::User, by, link, desk.now)?;
        Ok(pending::get(tx, desk.account, change_id)?)
    })
}

/// A change in the words of the history: what is added has no old value, what is removed no new one.
pub(super) fn told(kind: ChangeType, value: &str, base: &Fields) -> NewChange {
    let value = Some(value.to_owned());
    let (old_value, new_value) = match kind {
        kind if kind.is_add() => (None, value),
        kind if kind.is_remove() => (value, None),
        kind => (base.text(path(kind)), value),
    };
    NewChange { change_type: kind.code().to_owned(), field_changed: Some(kind.field()), old_value, new_value }
}
