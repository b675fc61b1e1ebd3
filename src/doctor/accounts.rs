//! What each account has, and what it lacks: names of its configs, a currency, reports, and how old the newest are.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Finding, Outcome};
use crate::jobs::Store;
use crate::lake::At;
use crate::model::{Day, grouped};
use crate::query::format::{Format, Style, write};
use crate::query::{AccountScope, Engine, Question};
use crate::report::ReportRules;

/// Google delivers a day's report within two days.
const DAYS_BEHIND: i32 = 2;
/// Billing ids that are named in one line.
const NAMED: usize = 3;

#[derive(Debug, Deserialize)]
pub(super) struct Account {
    account_id: i64,
    name: String,
    currency: Option<String>,
    configs: u64,
    creatives: u64,
    rows_without_currency: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct UnknownBillingId {
    account_id: i64,
    billing_id: Option<String>,
    reached_queries: Option<u64>,
}

/// The newest day of each kind of report.
pub(super) type Newest = BTreeMap<String, Day>;

pub(super) fn findings(store: &Store, engine: &Engine, today: Day, quick: bool) -> Result<Vec<Finding>, String> {
    let snapshot = store.lake.snapshot(&At::Latest).map_err(|error| error.to_string())?;
    let mut newest: BTreeMap<i64, Newest> = BTreeMap::new();
    for file in snapshot.files().iter().filter(|file| file.rows > 0) {
        let kinds = newest.entry(file.scope.account.0).or_default();
        let day = kinds.entry(file.scope.report.clone()).or_insert(file.scope.day);
        *day = (*day).max(file.scope.day);
    }
    let accounts: Vec<Account> = answer(store, engine, include_str!("../../sql/doctor/accounts.sql"))?;
    let unknown: Vec<UnknownBillingId> = match quick {
        true => Vec::new(),
        false => answer(store, engine, include_str!("../../sql/doctor/unknown_billing_ids.sql"))?,
    };
    let mut findings = Vec::new();
    for account in &accounts {
        let newest = newest.remove(&account.account_id).unwrap_or_default();
        let unknown: Vec<&UnknownBillingId> =
            unknown.iter().filter(|billing| billing.account_id == account.account_id).collect();
        let mut own = vec![entities(account), currency(account), reports(&newest)];
        own.extend(newest.iter().map(|(kind, day)| freshness(kind, *day, today)));
        if !quick {
            own.push(billing_ids(&unknown));
        }
        findings.extend(own.into_iter().map(|finding| finding.of(&account.name)));
    }
    Ok(findings)
}

pub(super) fn entities(account: &Account) -> Finding {
    let (configs, creatives) = (account.configs, account.creatives);
    let found = format!("{} pretargeting configs and {} creatives of a sync", grouped(configs), grouped(creatives));
    if configs > 0 && creatives > 0 {
        return Finding::new("entities", Outcome::Ok, found);
    }
    Finding::new("entities", Outcome::Warning, found)
        .advised("`catscan sync` fetches configs and creatives, `catscan sync --from-files DIR` reads saved answers")
}

pub(super) fn currency(account: &Account) -> Finding {
    let Account { name, rows_without_currency: bare, .. } = account;
    let advice =
        format!("`catscan account set {name} --currency USD` says it for reports that come; import the others again");
    match (&account.currency, *bare) {
        (Some(currency), 0) => Finding::new("currency", Outcome::Ok, format!("money is counted in {currency}")),
        (None, 0) => Finding::new("currency", Outcome::Ok, "no report brought money without a currency"),
        (_, rows) => {
            let found = format!("{} rows carry money of an unknown currency", grouped(rows));
            Finding::new("currency", Outcome::Warning, found).advised(advice)
        }
    }
}

/// Which kinds of report there are and which not.
pub(super) fn reports(newest: &Newest) -> Finding {
    let kinds = ReportRules::built_in().kinds().iter().map(|kind| kind.name.as_str());
    let missing: Vec<&str> = kinds.filter(|kind| *kind != "bidder" && !newest.contains_key(*kind)).collect();
    let found = match missing.as_slice() {
        [] => "reports of every kind were imported".to_owned(),
        missing => format!("never imported: {}; what they tell is null", missing.join(", ")),
    };
    let told = newest.contains_key("performance") || newest.contains_key("bidder");
    if told {
        return Finding::new("reports", Outcome::Ok, found);
    }
    Finding::new("reports", Outcome::Warning, found)
        .advised("`catscan import FILE` brings a performance report; without one nothing is known of waste and money")
}

pub(super) fn freshness(kind: &str, newest: Day, today: Day) -> Finding {
    let behind = today.epoch_days() - 1 - newest.epoch_days();
    let name = format!("newest_{kind}");
    if behind <= DAYS_BEHIND {
        return Finding::new(&name, Outcome::Ok, format!("{newest} is the newest day"));
    }
    Finding::new(&name, Outcome::Warning, format!("{newest} is the newest day, {behind} days behind yesterday"))
        .advised("see that the report is still scheduled at Google, and `catscan import` what came since")
}

pub(super) fn billing_ids(unknown: &[&UnknownBillingId]) -> Finding {
    if unknown.is_empty() {
        return Finding::new("billing_ids", Outcome::Ok, "every billing id of the reports has its config");
    }
    let name = |billing: &&UnknownBillingId| {
        let id = billing.billing_id.as_deref().unwrap_or("no billing id");
        match billing.reached_queries {
            Some(reached) => format!("{id} ({} reached)", grouped(reached)),
            None => id.to_owned(),
        }
    };
    let mut named: Vec<String> = unknown.iter().take(NAMED).map(name).collect();
    if unknown.len() > NAMED {
        named.push(format!("{} more", unknown.len() - NAMED));
    }
    Finding::new("billing_ids", Outcome::Warning, format!("of no known config: {}", named.join(", ")))
        .advised("`catscan sync` fetches configs; what another bidder's config reached stays shown as unattributed")
}

/// The whole answer of all accounts, as rows.
fn answer<T: DeserializeOwned>(store: &Store, engine: &Engine, sql: &str) -> Result<Vec<T>, String> {
    let question = Question { limits: store.owner_limits(), ..Question::new(sql, AccountScope::All) };
    let mut lines = Vec::new();
    let mut answer = engine.ask_blocking(question).map_err(|error| error.to_string())?;
    write(&mut answer, Format::Ndjson, Style::default(), &mut lines).map_err(|error| error.to_string())?;
    let rows = serde_json::Deserializer::from_slice(&lines).into_iter();
    rows.collect::<Result<_, _>>().map_err(|error| error.to_string())
}
