//! Lists of what the workflow keeps, and a config with its changes made.

use std::io::Write;
use std::process::ExitCode;

use rusqlite::Transaction;
use serde_json::json;

use super::words::findings;
use super::{Shown, Status};
use crate::changes::{self, Effective, Targets};
use crate::cli::entity::{self, minute, numbers, words};
use crate::cli::failure::{Failure, OrFail};
use crate::cli::numbers::{count, counted};
use crate::cli::session::Session;
use crate::entities::changes::comparisons::{self, Comparison, ComparisonFilter};
use crate::entities::changes::pending::{self, ChangeStatus, PendingChange, PendingFilter};
use crate::entities::changes::snapshots::{self, ConfigSnapshot};
use crate::entities::{EntityError, configs};
use crate::jobs::{Store, resolve};
use crate::model::{AccountId, Micros};

fn account(store: &Store, shown: &Shown) -> Result<AccountId, Failure> {
    resolve(&store.db, shown.account.account.as_deref()).or_fail()
}

/// The config id of a config that was named by either of its ids.
fn config_id(tx: &Transaction<'_>, account: AccountId, named: Option<&str>) -> Result<Option<String>, EntityError> {
    named.map(|named| configs::get(tx, account, named).map(|config| config.google.config_id)).transpose()
}

pub(super) fn list(
    session: &Session,
    config: Option<&str>,
    status: Status,
    shown: &Shown,
) -> Result<ExitCode, Failure> {
    let store = entity::reader(session)?;
    let account = account(&store, shown)?;
    let status = match status {
        Status::Pending => Some(ChangeStatus::Pending),
        Status::Applied => Some(ChangeStatus::Applied),
        Status::Cancelled => Some(ChangeStatus::Cancelled),
        Status::All => None,
    };
    let found = store.db.read(|tx| {
        let config_id = config_id(tx, account, config)?;
        pending::list(tx, account, PendingFilter { config_id: config_id.as_deref(), status }, usize::MAX)
    });
    let found = found.or_fail()?;
    let columns = [
        numbers("change", |one: &PendingChange| Some(one.change_id.to_string())),
        words("billing id", |one| one.billing_id.clone().or_else(|| Some(one.config_id.clone()))),
        words("type", |one| Some(one.change_type.to_string())),
        words("value", |one| Some(one.value.clone())),
        words("status", |one| Some(one.status.code().to_owned())),
        words("staged (UTC)", |one| Some(minute(one.created_at))),
        words("by", |one| one.created_by.clone()),
        words("reason", |one| one.reason.clone()),
    ];
    entity::list(&found, shown.json, &columns, "no such changes; `catscan changes add` stages one")
}

pub(super) fn show(session: &Session, config: &str, shown: &Shown) -> Result<ExitCode, Failure> {
    let store = entity::reader(session)?;
    let account = account(&store, shown)?;
    let (staged, found) = store
        .db
        .read(|tx| {
            let staged = changes::view(tx, account, config)?;
            let found = changes::findings(tx, &staged)?;
            Ok::<_, changes::ChangeError>((staged, found))
        })
        .or_fail()?;
    let effective = staged.effective();
    let google = &staged.config.google;
    let answer = json!({
        "config_id": google.config_id,
        "billing_id": google.billing_id,
        "name": staged.config.shown_name(),
        "pending_changes": staged.pending,
        "effective": effective,
        "findings": found,
    });
    let mut out = std::io::stdout().lock();
    if shown.json {
        writeln!(out, "{answer}")?;
        return Ok(ExitCode::SUCCESS);
    }
    let id = google.billing_id.as_ref().unwrap_or(&google.config_id);
    let waiting = counted(staged.pending.len() as u64, "pending change");
    writeln!(out, "{} ({id}), {waiting}", staged.config.shown_name())?;
    for (label, value) in lines(&effective) {
        writeln!(out, "  {label:<15}{value}")?;
    }
    for change in &staged.pending {
        writeln!(out, "  change {:<8}{} {}", change.change_id, change.change_type, change.value)?;
    }
    for line in findings(&answer) {
        writeln!(out, "{line}")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The effective config, a line a field.
fn lines(effective: &Effective) -> Vec<(&'static str, String)> {
    let included = |values: &[String]| if values.is_empty() { "all".to_owned() } else { values.join(", ") };
    let excluded = |values: &[String]| if values.is_empty() { "none".to_owned() } else { values.join(", ") };
    let targets = |targets: &Targets| match targets.mode.as_deref() {
        Some("INCLUSIVE") => format!("only {}", targets.values.join(", ")),
        Some(_) => format!("all but {}", targets.values.join(", ")),
        None => "all".to_owned(),
    };
    let qps = effective.maximum_qps.map_or_else(|| "no limit".to_owned(), |qps| count(qps.unsigned_abs()));
    vec![
        ("state", effective.state.clone()),
        ("maximum qps", qps),
        ("sizes", included(&effective.sizes)),
        ("geos", included(&effective.geos)),
        ("excluded geos", excluded(&effective.excluded_geos)),
        ("formats", included(&effective.formats)),
        ("publishers", targets(&effective.publishers)),
        ("apps", targets(&effective.apps)),
    ]
}

pub(super) fn snapshots(session: &Session, config: Option<&str>, shown: &Shown) -> Result<ExitCode, Failure> {
    let store = entity::reader(session)?;
    let account = account(&store, shown)?;
    let found = store.db.read(|tx| {
        let config_id = config_id(tx, account, config)?;
        snapshots::list(tx, account, config_id.as_deref(), usize::MAX)
    });
    let columns = [
        numbers("snapshot", |one: &ConfigSnapshot| Some(one.snapshot_id.to_string())),
        words("billing id", |one| one.billing_id.clone().or_else(|| Some(one.config_id.clone()))),
        words("taken for", |one| Some(one.snapshot_type.code().to_owned())),
        words("name", |one| one.snapshot_name.clone()),
        words("state", |one| one.state.clone()),
        numbers("impressions", |one| Some(count(one.sums.impressions.unsigned_abs()))),
        numbers("spend", |one| Some(Micros(one.sums.spend_micros).to_string())),
        numbers("days", |one| Some(one.sums.days.to_string())),
        words("taken (UTC)", |one| Some(minute(one.created_at))),
        words("by", |one| one.created_by.clone()),
    ];
    entity::list(&found.or_fail()?, shown.json, &columns, "no snapshots; `catscan changes snapshot` takes one")
}

pub(super) fn comparisons(session: &Session, config: Option<&str>, shown: &Shown) -> Result<ExitCode, Failure> {
    let store = entity::reader(session)?;
    let account = account(&store, shown)?;
    let found = store.db.read(|tx| {
        let config_id = config_id(tx, account, config)?;
        let filter = ComparisonFilter { config_id: config_id.as_deref(), status: None };
        comparisons::list(tx, account, filter, usize::MAX)
    });
    let columns = [
        numbers("comparison", |one: &Comparison| Some(one.comparison_id.to_string())),
        words("billing id", |one| one.billing_id.clone().or_else(|| Some(one.config_id.clone()))),
        words("name", |one| Some(one.comparison_name.clone())),
        words("before", |one| Some(format!("{} to {}", one.before_start_date, one.before_end_date))),
        words("after", |one| Some(format!("{} to {}", one.after_start_date?, one.after_end_date?))),
        words("status", |one| Some(one.status.code().to_owned())),
        words("conclusion", |one| one.conclusion.clone()),
    ];
    entity::list(&found.or_fail()?, shown.json, &columns, "no comparisons; `catscan changes apply` begins one")
}
