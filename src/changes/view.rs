//! A config with what is staged for it, what is to be said of that, and the calls that would make it so.

use rusqlite::Transaction;
use serde::Serialize;

use super::ChangeError;
use super::apply::Selection;
use super::check::{self, Finding, Situation};
use super::effective::Staged;
use super::plan::calls;
use crate::entities::changes::pending::{self, PendingChange};
use crate::entities::changes::{ChangeType, approved};
use crate::entities::configs::{self, Config, GoogleConfig};
use crate::google::Call;
use crate::model::AccountId;

/// The requests of a dry run, exactly as they would be sent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// Which config.
    pub config_id: String,
    /// Its billing id.
    pub billing_id: Option<String>,
    /// What it is called.
    pub name: String,
    /// The staged changes that they make.
    pub change_ids: Vec<i64>,
    /// In their order; none where the config is so already.
    pub calls: Vec<Call>,
    /// What is to be said of the changes.
    pub findings: Vec<Finding>,
}

/// The config with that billing id or config id, and what is staged for it.
pub fn view(tx: &Transaction<'_>, account: AccountId, billing_or_config_id: &str) -> Result<Staged, ChangeError> {
    let config = configs::get(tx, account, billing_or_config_id)?;
    let pending = pending::of_config(tx, account, &config.google.config_id)?;
    staged(tx, config, pending)
}

/// The config with only these changes pending.
pub(super) fn staged(tx: &Transaction<'_>, config: Config, pending: Vec<PendingChange>) -> Result<Staged, ChangeError> {
    // What was marked as applied by hand is at Google, and the stored config does not show it before the next sync.
    let marked = pending::applied_since(tx, config.account_id, &config.google.config_id, config.synced_at)?;
    Staged::new(config, &marked, pending)
}

/// What is to be said of the pending changes.
pub fn findings(tx: &Transaction<'_>, staged: &Staged) -> Result<Vec<Finding>, ChangeError> {
    let account = staged.config.account_id;
    let approved = approved::sizes(tx, account)?;
    let live = configs::list(tx, account)?.iter().filter(|config| config.vanished_at.is_none()).count();
    Ok(check::check(&Situation {
        name: &named(&staged.config),
        base: &staged.base,
        target: &staged.target,
        changes: &staged.pending,
        approved: &approved,
        configs: live,
        is_gone: staged.config.vanished_at.is_some(),
    }))
}

/// The calls that would make the pending changes, and what is to be said of these.
pub fn plan(tx: &Transaction<'_>, staged: &Staged) -> Result<Plan, ChangeError> {
    let google = &staged.config.google;
    Ok(Plan {
        config_id: google.config_id.clone(),
        billing_id: google.billing_id.clone(),
        name: staged.config.shown_name(),
        change_ids: staged.pending.iter().map(|change| change.change_id).collect(),
        calls: calls(&address(google)?, &staged.base, &staged.target),
        findings: findings(tx, staged)?,
    })
}

/// The plans of all configs that are selected: what a dry run shows.
pub fn plans(tx: &Transaction<'_>, account: AccountId, selection: &Selection) -> Result<Vec<Plan>, ChangeError> {
    let picked = selection.pick(tx, account)?;
    picked.into_iter().map(|(config, pending)| plan(tx, &staged(tx, config, pending)?)).collect()
}

/// How sentences call a config.
pub(super) fn named(config: &Config) -> String {
    let id = config.google.billing_id.as_ref().unwrap_or(&config.google.config_id);
    match config.user_name.as_ref().or(config.google.display_name.as_ref()) {
        Some(name) => format!("{name} ({id})"),
        None => format!("config {id}"),
    }
}

/// Where the API has the config.
pub(super) fn address(config: &GoogleConfig) -> Result<String, ChangeError> {
    let bidder = config.bidder_id.as_ref();
    let bidder = bidder.ok_or_else(|| ChangeError::NoBidder { config: config.config_id.clone() })?;
    Ok(format!("v1/bidders/{bidder}/pretargetingConfigs/{}", config.config_id))
}

/// The columns that a change is about: a list's mode comes and goes with its values.
pub(super) fn touched(kind: ChangeType) -> &'static [&'static str] {
    match kind {
        ChangeType::AddPublisher | ChangeType::RemovePublisher => {
            &["publisher_targeting_values", "publisher_targeting_mode"]
        }
        ChangeType::AddApp | ChangeType::RemoveApp => &["app_targeting_values", "app_targeting_mode"],
        ChangeType::AddSize | ChangeType::RemoveSize => &["included_sizes"],
        ChangeType::AddGeo | ChangeType::RemoveGeo => &["included_geos", "invalid_geos"],
        ChangeType::AddExcludedGeo | ChangeType::RemoveExcludedGeo => &["excluded_geos", "invalid_geos"],
        ChangeType::AddFormat | ChangeType::RemoveFormat => &["included_formats"],
        ChangeType::ChangeState => &["state"],
        ChangeType::ChangeQps => &["maximum_qps"],
    }
}
