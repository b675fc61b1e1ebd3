//! Whose a row of the old database is: its bidders become accounts.
//!
//! A database of one bidder goes into one account, whatever its rows say of their owner. Of several bidders each has an
//! account, found by its id at Google or added, and a row belongs to the bidder that it names, else to that of its config.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rusqlite::Transaction;
use serde_json::{Map, Value};

use super::plan::Plan;
use super::{Heir, MigrateError};
use crate::entities::EntityError;
use crate::entities::accounts::{self, Account, AccountFields};
use crate::model::{AccountId, Currency};

/// Which account a row belongs to.
pub(super) struct Owners {
    /// The account of everything, and its bidder where one is known.
    sole: Option<(AccountId, Option<String>)>,
    by_bidder: BTreeMap<String, AccountId>,
    /// Bidder by the predecessor's number of an account.
    bidders: HashMap<String, String>,
    /// Bidder by billing id.
    configs: HashMap<String, String>,
    currencies: HashMap<AccountId, Currency>,
}

impl Owners {
    /// The account of a row that says this of its owner.
    pub fn of(&self, bidder: Option<&str>, account: Option<&str>, billing: Option<&str>) -> Option<AccountId> {
        match &self.sole {
            Some((account, _)) => Some(*account),
            None => self.by_bidder.get(self.bidder(bidder, account, billing)?).copied(),
        }
    }

    /// The account and bidder of an entity.
    pub fn of_entity(&self, row: &Map<String, Value>) -> Option<(AccountId, Option<String>)> {
        let (bidder, account) = (text(row, "bidder_id"), text(row, "account_id"));
        let bidder = self.bidder(bidder.as_deref(), account.as_deref(), None).map(str::to_owned);
        match &self.sole {
            Some((account, sole)) => Some((*account, bidder.or_else(|| sole.clone()))),
            None => self.by_bidder.get(bidder.as_deref()?).map(|account| (*account, bidder)),
        }
    }

    /// The currency of the account, where it is known; of none, that of everything's account.
    pub fn currency(&self, account: Option<AccountId>) -> Option<Currency> {
        let account = account.or(self.sole.as_ref().map(|(account, _)| *account))?;
        self.currencies.get(&account).copied()
    }

    /// All accounts that take something over, in a fixed order.
    pub fn accounts(&self) -> BTreeSet<AccountId> {
        self.sole.iter().map(|(account, _)| *account).chain(self.by_bidder.values().copied()).collect()
    }

    fn bidder<'a>(&'a self, bidder: Option<&'a str>, account: Option<&str>, billing: Option<&str>) -> Option<&'a str> {
        let of_account = || self.bidders.get(account?).map(String::as_str);
        let of_config = || self.configs.get(billing?).map(String::as_str);
        bidder.or_else(of_account).or_else(of_config)
    }
}

/// Finds the account of each bidder and adds those that the store lacks, in the transaction `tx` of the store.
pub(super) fn settle(
    old: &Transaction<'_>,
    tx: &Transaction<'_>,
    plan: &Plan,
    heir: &Heir<'_>,
) -> Result<Owners, MigrateError> {
    let mut names = BTreeMap::new();
    let mut bidders = HashMap::new();
    for row in plan.rows(old, "accounts")? {
        let Some(bidder) = text(&row, "bidder_id") else { continue };
        names.insert(bidder.clone(), text(&row, "display_name"));
        if let Some(id) = text(&row, "id") {
            bidders.insert(id, bidder);
        }
    }
    let mut configs = HashMap::new();
    for table in ["buyer_seats", "pretargeting_configs", "rtb_endpoints"] {
        for row in plan.rows(old, table)? {
            let named = text(&row, "account_id").and_then(|account| bidders.get(&account).cloned());
            let Some(bidder) = text(&row, "bidder_id").or(named) else { continue };
            if let Some(billing) = text(&row, "billing_id") {
                configs.insert(billing, bidder.clone());
            }
            names.entry(bidder).or_insert(None);
        }
    }
    if names.len() > 1 {
        if heir.account.is_some() {
            let bidders = names.into_keys().collect();
            return Err(MigrateError::SeveralBidders { path: plan.path.clone(), bidders });
        }
        let by_bidder = each(tx, names, heir)?;
        return Ok(Owners { sole: None, by_bidder, bidders, configs, currencies: currencies(tx)? });
    }
    let bidder = names.into_keys().next();
    let account = sole(tx, bidder.as_deref(), plan, heir)?;
    let (sole, by_bidder, currencies) = (Some((account, bidder)), BTreeMap::new(), currencies(tx)?);
    Ok(Owners { sole, by_bidder, bidders, configs, currencies })
}

fn currencies(tx: &Transaction<'_>) -> Result<HashMap<AccountId, Currency>, EntityError> {
    let known = accounts::list(tx)?.into_iter();
    Ok(known.filter_map(|account| Some((account.account_id, account.currency?))).collect())
}

/// The account that takes everything: the one that is named, else that of the bidder, else the first. It learns its bidder
/// where it does not know it.
fn sole(tx: &Transaction<'_>, bidder: Option<&str>, plan: &Plan, heir: &Heir<'_>) -> Result<AccountId, MigrateError> {
    let known = accounts::list(tx)?;
    let of_bidder = bidder.and_then(|bidder| known.iter().find(|known| known.bidder_id.as_deref() == Some(bidder)));
    let account = heir.account.or(of_bidder.or(known.first()).map(|account| account.account_id));
    let Account { account_id, name, bidder_id, .. } = accounts::get(tx, account.unwrap_or(AccountId::FIRST))?;
    let Some(found) = bidder else { return Ok(account_id) };
    match bidder_id {
        Some(expected) if expected != found => {
            let (path, found) = (plan.path.clone(), found.to_owned());
            Err(MigrateError::OtherBidder { path, found, account: name, expected })
        }
        Some(_) => Ok(account_id),
        None => {
            // Another account may hold the same bidder under its own name; this one then stays without an id.
            if of_bidder.is_none() && found.bytes().all(|byte| byte.is_ascii_digit()) {
                let fields = AccountFields { bidder_id: Some(found.to_owned()), ..AccountFields::default() };
                accounts::set(tx, account_id, &fields)?;
            }
            Ok(account_id)
        }
    }
}

fn each(
    tx: &Transaction<'_>,
    names: BTreeMap<String, Option<String>>,
    heir: &Heir<'_>,
) -> Result<BTreeMap<String, AccountId>, EntityError> {
    let mut by_bidder = BTreeMap::new();
    for (bidder, name) in names {
        let known = accounts::list(tx)?;
        let account = match known.iter().find(|account| account.bidder_id.as_ref() == Some(&bidder)) {
            Some(account) => account.account_id,
            None => {
                let taken = |name: &str| known.iter().any(|account| account.name.eq_ignore_ascii_case(name));
                let free = |name: &String| name.parse::<AccountId>().is_err() && !taken(name);
                let name = name.filter(free).unwrap_or_else(|| format!("bidder {bidder}"));
                let (name, bidder_id) = (Some(name), Some(bidder.clone()));
                let fields = AccountFields { name, bidder_id, ..AccountFields::default() };
                accounts::add(tx, &fields, heir.now)?.account_id
            }
        };
        by_bidder.insert(bidder, account);
    }
    Ok(by_bidder)
}

/// A field as text; what is absent, null or empty is `None`.
pub(super) fn text(row: &Map<String, Value>, field: &str) -> Option<String> {
    match row.get(field)? {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
