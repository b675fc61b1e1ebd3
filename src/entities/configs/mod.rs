//! Pretargeting configs: what Google may send, and at which rate. `billing_id` joins them to reports.
//!
//! Invariants: a billing id belongs to one config of its account, so that no join doubles money; every change of a
//! config's fields is a row of [`super::history`], written in the same transaction.

mod changes;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rusqlite::{Transaction, params};

use super::history::{self, Author, ChangeSource, NewChange};
use super::listed::{self, Listed};
use super::{Absent, Counts, EntityError};
use crate::model::AccountId;

pub use rows::{Config, GoogleConfig};

/// The account's configs by billing id, those without one last; vanished ones are among them.
pub fn list(tx: &Transaction<'_>, account: AccountId) -> Result<Vec<Config>, EntityError> {
    let mut statement = tx.prepare_cached(include_str!("../../../sql/entities/configs_list.sql"))?;
    let configs = statement.query_map([account.0], Config::read)?.collect::<Result<_, _>>()?;
    Ok(configs)
}

/// The config with that billing id, or, where no config has it, with that config id.
pub fn get(tx: &Transaction<'_>, account: AccountId, billing_or_config_id: &str) -> Result<Config, EntityError> {
    let either = include_str!("../../../sql/entities/config_by_either_id.sql");
    match tx.query_row(either, params![account.0, billing_or_config_id], Config::read) {
        Err(rusqlite::Error::QueryReturnedNoRows) => Err(EntityError::Unknown {
            account_id: account,
            kind: "pretargeting config",
            id: billing_or_config_id.to_owned(),
        }),
        other => Ok(other?),
    }
}

/// Sets or clears the user's own name of a config; `by` is who did it, for the history.
pub fn set_user_name(
    tx: &Transaction<'_>,
    account: AccountId,
    billing_or_config_id: &str,
    user_name: Option<&str>,
    by: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), EntityError> {
    let config = get(tx, account, billing_or_config_id)?;
    if config.user_name.as_deref() == user_name {
        return Ok(());
    }
    let rename = "UPDATE pretargeting_configs SET user_name = ?3 WHERE account_id = ?1 AND config_id = ?2";
    tx.execute(rename, params![account.0, config.google.config_id, user_name])?;
    let change = NewChange {
        change_type: "change_name".to_owned(),
        field_changed: Some("user_name"),
        old_value: config.user_name.clone(),
        new_value: user_name.map(str::to_owned),
    };
    history::append(tx, account, &config.google, &change, ChangeSource::User, Author::named(by), now)
}

/// Brings the account's configs to what Google lists; vanished ones are marked, because reports still name them.
///
/// The first list of an account is where its history begins: it makes no rows there.
pub fn upsert(
    tx: &Transaction<'_>,
    account: AccountId,
    listed: &[GoogleConfig],
    absent: Absent<'_>,
    now: DateTime<Utc>,
) -> Result<Counts, EntityError> {
    refuse_shared_billing_ids(listed)?;
    let stored: BTreeMap<String, Config> =
        list(tx, account)?.into_iter().map(|config| (config.google.config_id.clone(), config)).collect();
    let mut counts = Counts::default();
    if absent != Absent::Stays {
        counts.vanished = mark_vanished(tx, account, &stored, listed, now)?;
    }
    free_billing_ids(tx, account, &stored, listed, now)?;
    for config in listed {
        let before = stored.get(&config.config_id);
        let same = before.is_some_and(|old| old.vanished_at.is_none() && old.google.raw_data == config.raw_data);
        match before {
            None => counts.added += 1,
            Some(_) if same => counts.unchanged += 1,
            Some(_) => counts.changed += 1,
        }
        listed::upsert(tx, account, include_str!("../../../sql/entities/config_upsert.sql"), config, now)?;
        // A newer program that reads more out of the same answer has found no change.
        if same || stored.is_empty() {
            continue;
        }
        for change in changes::between(before, config) {
            history::append(tx, account, config, &change, ChangeSource::ApiSync, Author::default(), now)?;
        }
    }
    Ok(counts)
}

/// Brings one stored config to what Google answered after a call of ours; gives what differs, which the caller tells in
/// the history because it knows whose change it is.
pub fn bring_up(
    tx: &Transaction<'_>,
    account: AccountId,
    answered: &GoogleConfig,
    now: DateTime<Utc>,
) -> Result<Vec<NewChange>, EntityError> {
    let before = get_exact(tx, account, &answered.config_id)?;
    listed::upsert(tx, account, include_str!("../../../sql/entities/config_upsert.sql"), answered, now)?;
    Ok(changes::between(Some(&before), answered))
}

/// What leads from one state of a config to another, in the words of the history.
pub fn differences(before: &Config, after: &GoogleConfig) -> Vec<NewChange> {
    changes::between(Some(before), after)
}

/// The config with that config id.
pub fn get_exact(tx: &Transaction<'_>, account: AccountId, config_id: &str) -> Result<Config, EntityError> {
    let exact = "SELECT * FROM pretargeting_configs WHERE account_id = ?1 AND config_id = ?2";
    match tx.query_row(exact, params![account.0, config_id], Config::read) {
        Err(rusqlite::Error::QueryReturnedNoRows) => {
            Err(EntityError::Unknown { account_id: account, kind: "pretargeting config", id: config_id.to_owned() })
        }
        other => Ok(other?),
    }
}

fn mark_vanished(
    tx: &Transaction<'_>,
    account: AccountId,
    stored: &BTreeMap<String, Config>,
    listed: &[GoogleConfig],
    now: DateTime<Utc>,
) -> Result<u64, EntityError> {
    let listed: BTreeSet<&str> = listed.iter().map(Listed::key).collect();
    let mark = "UPDATE pretargeting_configs SET vanished_at = ?3 WHERE account_id = ?1 AND config_id = ?2";
    let mut vanished = 0;
    for config in stored.values() {
        if config.vanished_at.is_some() || listed.contains(config.google.config_id.as_str()) {
            continue;
        }
        tx.execute(mark, params![account.0, config.google.config_id, super::columns::Time(now)])?;
        history::append(
            tx,
            account,
            &config.google,
            &changes::removed(config),
            ChangeSource::ApiSync,
            Author::default(),
            now,
        )?;
        vanished += 1;
    }
    Ok(vanished)
}

/// Takes billing ids from the stored configs that held them until now, so that ids can change hands in one list.
fn free_billing_ids(
    tx: &Transaction<'_>,
    account: AccountId,
    stored: &BTreeMap<String, Config>,
    listed: &[GoogleConfig],
    now: DateTime<Utc>,
) -> Result<(), EntityError> {
    let owners: BTreeMap<&str, &str> =
        listed.iter().filter_map(|config| Some((config.billing_id.as_deref()?, config.key()))).collect();
    let free = "UPDATE pretargeting_configs SET billing_id = NULL WHERE account_id = ?1 AND config_id = ?2";
    for config in stored.values() {
        let google = &config.google;
        let Some(owner) = google.billing_id.as_deref().and_then(|id| owners.get(id)) else { continue };
        if *owner == google.config_id {
            continue;
        }
        tx.execute(free, params![account.0, google.config_id])?;
        // A listed holder gets its change from its own comparison.
        if !listed.iter().any(|listed| listed.config_id == google.config_id) {
            let change = changes::billing_id_lost(config);
            history::append(tx, account, google, &change, ChangeSource::System, Author::default(), now)?;
        }
    }
    Ok(())
}

fn refuse_shared_billing_ids(listed: &[GoogleConfig]) -> Result<(), EntityError> {
    let mut owners = BTreeMap::new();
    for config in listed {
        let Some(billing_id) = config.billing_id.as_deref() else { continue };
        if let Some(first) = owners.insert(billing_id, config.config_id.as_str()) {
            return Err(EntityError::SharedBillingId {
                billing_id: billing_id.to_owned(),
                first: first.to_owned(),
                second: config.config_id.clone(),
            });
        }
    }
    Ok(())
}
