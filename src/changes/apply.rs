//! Applying staged changes: one act over one or several configs, all of it or nothing.

use std::collections::BTreeMap;

use rusqlite::Transaction;

use super::act::{self, Act};
use super::carry_out::{carry_out, end_open};
use super::check::Finding;
use super::compare::Windows;
use super::facts::Facts;
use super::rules::Severity;
use super::{ChangeError, Desk, calls, view};
use crate::entities::Absent;
use crate::entities::changes::applications::{self, ApplicationKind, NewApplication, Part};
use crate::entities::changes::pending::{self, ChangeStatus, PendingChange, PendingFilter};
use crate::entities::changes::snapshots::{self, NewSnapshot, SnapshotType, Sums};
use crate::entities::configs::{self, Config, GoogleConfig};
use crate::google::Google;
use crate::kill;
use crate::model::AccountId;
use crate::query::Engine;

/// Which pending changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All of these configs (billing ids or config ids).
    Configs(Vec<String>),
    /// These.
    Changes(Vec<i64>),
    /// All of the account.
    All,
}

impl Selection {
    /// The pending changes by config, each in the order in which they were staged.
    pub(super) fn pick(
        &self,
        tx: &Transaction<'_>,
        account: AccountId,
    ) -> Result<Vec<(Config, Vec<PendingChange>)>, ChangeError> {
        let changes = match self {
            Self::All => {
                let filter = PendingFilter { config_id: None, status: Some(ChangeStatus::Pending) };
                pending::list(tx, account, filter, usize::MAX)?
            }
            Self::Changes(ids) => ids.iter().map(|id| pending_one(tx, account, *id)).collect::<Result<_, _>>()?,
            Self::Configs(named) => {
                let mut changes = Vec::new();
                for named in named {
                    let config = configs::get(tx, account, named)?;
                    let waiting = pending::of_config(tx, account, &config.google.config_id)?;
                    if waiting.is_empty() {
                        return Err(ChangeError::NothingPending { what: view::named(&config) });
                    }
                    changes.extend(waiting);
                }
                changes
            }
        };
        if changes.is_empty() {
            return Err(ChangeError::NothingPending { what: "the account".to_owned() });
        }
        let mut by_config: BTreeMap<String, Vec<PendingChange>> = BTreeMap::new();
        for change in changes {
            by_config.entry(change.config_id.clone()).or_default().push(change);
        }
        let with_config = |(config_id, mut changes): (String, Vec<PendingChange>)| {
            changes.sort_by_key(|change| change.change_id);
            changes.dedup_by_key(|change| change.change_id);
            Ok((configs::get_exact(tx, account, &config_id)?, changes))
        };
        by_config.into_iter().map(with_config).collect()
    }

    /// The configs that it is about, whether something is pending there or not.
    fn configs(&self, tx: &Transaction<'_>, account: AccountId) -> Result<Option<Vec<String>>, ChangeError> {
        Ok(match self {
            Self::All => None,
            Self::Configs(named) => {
                let id = |named: &String| Ok::<_, ChangeError>(configs::get(tx, account, named)?.google.config_id);
                Some(named.iter().map(id).collect::<Result<_, _>>()?)
            }
            Self::Changes(ids) => {
                let id = |id: &i64| Ok::<_, ChangeError>(pending::get(tx, account, *id)?.config_id);
                Some(ids.iter().map(id).collect::<Result<_, _>>()?)
            }
        })
    }
}

fn pending_one(tx: &Transaction<'_>, account: AccountId, change_id: i64) -> Result<PendingChange, ChangeError> {
    let change = pending::get(tx, account, change_id)?;
    match change.status {
        ChangeStatus::Pending => Ok(change),
        other => Err(ChangeError::NotPending { change_id, status: other.code(), wish: "applied" }),
    }
}

/// A config of an act that is about to begin.
pub(super) struct Prepared {
    /// As Google has it now.
    pub fresh: GoogleConfig,
    /// Its traffic so far.
    pub sums: Sums,
    /// Its staged changes; none for a rollback.
    pub change_ids: Vec<i64>,
}

/// Applies the pending changes that are selected. What did not end on their configs is ended first; when that was all
/// there was, its act is the answer. Findings that are errors refuse, unless `force`.
pub fn apply(
    desk: &Desk<'_>,
    engine: &Engine,
    google: &dyn Google,
    windows: Windows,
    selection: &Selection,
    force: bool,
) -> Result<Act, ChangeError> {
    let about = desk.db.read(|tx| selection.configs(tx, desk.account))?;
    let mut ended = end_open(desk, google, windows, about.as_deref())?;
    let mut selection = selection.clone();
    if let Selection::Changes(ids) = &mut selection {
        ids.retain(|id| !ended.iter().flat_map(|act| &act.configs).any(|config| config.change_ids.contains(id)));
    }
    let picked = match desk.db.read(|tx| selection.pick(tx, desk.account)) {
        Err(ChangeError::NothingPending { .. }) if !ended.is_empty() => return Ok(ended.remove(ended.len() - 1)),
        other => other?,
    };
    let mut prepared = Vec::new();
    for (config, changes) in picked {
        let change_ids = changes.iter().map(|change| change.change_id).collect();
        prepared.push(prepare(desk, engine, google, &config, change_ids)?);
    }
    kill::point("changes_asked");
    let (application, findings) = match desk.db.write(|tx| begin(tx, desk, &prepared, force))? {
        Begun::Refused(findings) => return Err(ChangeError::Refused(findings)),
        Begun::Open(application, findings) => (application, findings),
    };
    kill::point("changes_begun");
    let notes = ended.iter().map(|act| format!("application {} was ended first", act.application_id)).collect();
    let act = carry_out(desk, google, windows, application, true)?;
    Ok(Act { findings, notes: [notes, act.notes].concat(), ..act })
}

/// What Google and the facts say of a config, asked while no transaction is held.
pub(super) fn prepare(
    desk: &Desk<'_>,
    engine: &Engine,
    google: &dyn Google,
    config: &Config,
    change_ids: Vec<i64>,
) -> Result<Prepared, ChangeError> {
    let fresh = act::ask(google, &config.google)?;
    let facts = Facts { engine, account: desk.account };
    let sums = facts.traffic(fresh.billing_id.as_deref(), None)?;
    Ok(Prepared { fresh, sums, change_ids })
}

enum Begun {
    /// The differences that Google showed are kept; nothing else.
    Refused(Vec<Finding>),
    Open(i64, Vec<Finding>),
}

/// Stores what differs at Google, makes the plan on that, and opens the act with a snapshot of each config.
fn begin(tx: &Transaction<'_>, desk: &Desk<'_>, prepared: &[Prepared], force: bool) -> Result<Begun, ChangeError> {
    let (mut parts, mut findings) = (Vec::new(), Vec::new());
    for Prepared { fresh, sums, change_ids } in prepared {
        let config = freshen(tx, desk, fresh)?;
        // What was pending when it was picked may be closed by now.
        let pending = change_ids.iter().map(|id| pending_one(tx, desk.account, *id)).collect::<Result<Vec<_>, _>>()?;
        let staged = view::staged(tx, config, pending)?;
        findings.extend(view::findings(tx, &staged)?);
        let address = view::address(fresh)?;
        parts.push((
            staged.config,
            sums,
            Part {
                config_id: fresh.config_id.clone(),
                before_snapshot_id: 0,
                target_snapshot_id: None,
                change_ids: change_ids.clone(),
                target: text(&act::touched_fields(&staged.target, &staged.pending)),
                calls: text(&calls(&address, &staged.base, &staged.target)),
            },
        ));
    }
    let errors = || findings.iter().filter(|finding| finding.severity == Severity::Error);
    if errors().any(|finding| !force || finding.refused_by_google) {
        findings.retain(|finding| finding.severity == Severity::Error);
        return Ok(Begun::Refused(findings));
    }
    let application = open(tx, desk, ApplicationKind::Apply, parts)?;
    Ok(Begun::Open(application, findings))
}

/// The config as Google has it; what differs from what is stored is told as found by a sync.
pub(super) fn freshen(tx: &Transaction<'_>, desk: &Desk<'_>, fresh: &GoogleConfig) -> Result<Config, ChangeError> {
    configs::upsert(tx, desk.account, std::slice::from_ref(fresh), Absent::Stays, desk.now)?;
    Ok(configs::get_exact(tx, desk.account, &fresh.config_id)?)
}

/// Opens an act: a snapshot of each config, and what is about to be sent.
pub(super) fn open(
    tx: &Transaction<'_>,
    desk: &Desk<'_>,
    kind: ApplicationKind,
    configs: Vec<(Config, &Sums, Part)>,
) -> Result<i64, ChangeError> {
    let busy = applications::list_open(tx, desk.account)?;
    let mut parts = Vec::new();
    for (config, sums, part) in configs {
        let is_it =
            |other: &&applications::Application| other.parts.iter().any(|other| other.config_id == part.config_id);
        if let Some(other) = busy.iter().find(is_it) {
            return Err(ChangeError::Busy { config: part.config_id, application: other.application_id });
        }
        let new = NewSnapshot {
            snapshot_type: SnapshotType::BeforeChange,
            name: None,
            notes: desk.by.reason,
            by: desk.by.name,
        };
        let before_snapshot_id = snapshots::take(tx, desk.account, &config, sums, new, desk.now)?;
        parts.push(Part { before_snapshot_id, ..part });
    }
    let new = NewApplication { kind, reason: desk.by.reason, by: desk.by.name, parts: &parts };
    Ok(applications::open(tx, desk.account, new, desk.now)?)
}

/// As it is stored.
pub(super) fn text(value: &impl serde::Serialize) -> String {
    // Maps with text keys and lists of them always have a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}
