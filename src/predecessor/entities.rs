//! Seats, configs, endpoints and creatives: rows of the old database as answers of the Real-time Bidding API, read by the
//! same code. What the store has already is newer than the predecessor and stays; only names that users gave are filled in.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use rusqlite::Transaction;
use serde_json::{Map, Value, json};

use super::accounts::{Owners, text};
use super::plan::Plan;
use super::{Heir, MigrateError, Migration, shapes};
use crate::entities::{Absent, configs, creatives, endpoints, seats};
use crate::model::AccountId;
use crate::sync::answers::{self, AnswerError, Page};

/// Creatives are stored in portions of this many: there may be a million, each with Google's answer.
const PORTION: usize = 1_000;

/// Takes the entities over, in the transaction `tx`.
pub(super) fn take(
    old: &Transaction<'_>,
    tx: &Transaction<'_>,
    plan: &Plan,
    owners: &Owners,
    heir: &Heir<'_>,
    migration: &mut Migration,
) -> Result<(), MigrateError> {
    let mut taker = Taker { old, tx, plan, owners, now: heir.now, migration };
    taker.seats()?;
    taker.configs()?;
    taker.endpoints()?;
    taker.creatives()
}

struct Taker<'a> {
    old: &'a Transaction<'a>,
    tx: &'a Transaction<'a>,
    plan: &'a Plan,
    owners: &'a Owners,
    now: DateTime<Utc>,
    migration: &'a mut Migration,
}

type Row = Map<String, Value>;

impl Taker<'_> {
    fn seats(&mut self) -> Result<(), MigrateError> {
        let table = "buyer_seats";
        let mut new: BTreeMap<AccountId, Vec<_>> = BTreeMap::new();
        let mut names = Vec::new();
        self.plan.each::<MigrateError>(self.old, table, |rowid, row| {
            let Some((account, bidder)) = self.owned(table, rowid, &row) else { return Ok(()) };
            let read = first(answers::seats, "buyers", &[shapes::seat(&row, bidder.as_deref())]);
            let Some(seat) = self.read(table, rowid, read) else { return Ok(()) };
            if let Some(name) = text(&row, "user_name") {
                names.push((account, seat.buyer_id.clone(), name));
            }
            if self.is_new(table, "buyer_id", account, &seat.buyer_id)? {
                new.entry(account).or_default().push(seat);
            }
            Ok(())
        })?;
        for (account, new) in new {
            seats::upsert(self.tx, account, &new, Absent::Stays, self.now)?;
        }
        for (account, buyer, name) in names {
            if self.is_unnamed(table, "buyer_id", account, &buyer)? {
                seats::set_user_name(self.tx, account, &buyer, Some(&name))?;
            }
        }
        Ok(())
    }

    fn configs(&mut self) -> Result<(), MigrateError> {
        let table = "pretargeting_configs";
        let mut new: BTreeMap<AccountId, Vec<configs::GoogleConfig>> = BTreeMap::new();
        let mut names = Vec::new();
        let mut billing_ids = BTreeSet::new();
        self.plan.each::<MigrateError>(self.old, table, |rowid, row| {
            let Some((account, bidder)) = self.owned(table, rowid, &row) else { return Ok(()) };
            let bidder = bidder.as_deref();
            let shapes = [shapes::config(&row, bidder, shapes::raw(&row)), shapes::config(&row, bidder, Map::new())];
            let Some(config) = self.read(table, rowid, first(answers::configs, "pretargetingConfigs", &shapes)) else {
                return Ok(());
            };
            if let Some(name) = text(&row, "user_name") {
                // A wish about a config may name it by either id, and the billing id comes first.
                let wish = config.billing_id.as_ref().unwrap_or(&config.config_id).clone();
                names.push((account, config.config_id.clone(), wish, name));
            }
            if let Some(billing_id) = &config.billing_id {
                let stored = include_str!("../../sql/predecessor/billing_id_taken.sql");
                let bound = (account.0, billing_id, &config.config_id);
                let others: bool = self.tx.query_row(stored, bound, |row| row.get(0))?;
                if others || !billing_ids.insert((account, billing_id.clone())) {
                    let why = format!("billing id {billing_id} is another config's, and belongs to one");
                    self.migration.reject(table, rowid, why);
                    return Ok(());
                }
            }
            if self.is_new(table, "config_id", account, &config.config_id)? {
                new.entry(account).or_default().push(config);
            }
            Ok(())
        })?;
        for (account, new) in new {
            configs::upsert(self.tx, account, &new, Absent::Stays, self.now)?;
        }
        for (account, config, wish, name) in names {
            if self.is_unnamed(table, "config_id", account, &config)? {
                configs::set_user_name(self.tx, account, &wish, Some(&name), Some("migrate-from"), self.now)?;
            }
        }
        Ok(())
    }

    fn endpoints(&mut self) -> Result<(), MigrateError> {
        let table = "rtb_endpoints";
        let mut new: BTreeMap<AccountId, Vec<_>> = BTreeMap::new();
        self.plan.each::<MigrateError>(self.old, table, |rowid, row| {
            let Some((account, bidder)) = self.owned(table, rowid, &row) else { return Ok(()) };
            let read = first(answers::endpoints, "endpoints", &[shapes::endpoint(&row, bidder.as_deref())]);
            let Some(endpoint) = self.read(table, rowid, read) else { return Ok(()) };
            if self.is_new(table, "endpoint_id", account, &endpoint.endpoint_id)? {
                new.entry(account).or_default().push(endpoint);
            }
            Ok(())
        })?;
        for (account, new) in new {
            endpoints::upsert(self.tx, account, &new, Absent::Stays, self.now)?;
        }
        Ok(())
    }

    fn creatives(&mut self) -> Result<(), MigrateError> {
        let table = "creatives";
        let buyers = self.bidders_of_buyers()?;
        let mut new: HashMap<AccountId, Vec<_>> = HashMap::new();
        self.plan.each::<MigrateError>(self.old, table, |rowid, mut row| {
            if let Some(bidder) = text(&row, "buyer_id").and_then(|buyer| buyers.get(&buyer)) {
                row.entry("bidder_id").or_insert_with(|| bidder.clone().into());
            }
            let Some((account, _)) = self.owned(table, rowid, &row) else { return Ok(()) };
            let shapes = [shapes::creative(&row, shapes::raw(&row)), shapes::creative(&row, Map::new())];
            let Some(creative) = self.read(table, rowid, first(answers::creatives, "creatives", &shapes)) else {
                return Ok(());
            };
            if self.is_new(table, "creative_id", account, &creative.creative_id)? {
                let portion = new.entry(account).or_default();
                portion.push(creative);
                if portion.len() >= PORTION {
                    creatives::upsert(self.tx, account, portion, Absent::Stays, self.now)?;
                    portion.clear();
                }
            }
            Ok(())
        })?;
        for (account, portion) in new {
            creatives::upsert(self.tx, account, &portion, Absent::Stays, self.now)?;
        }
        Ok(())
    }

    /// Creatives name their buyer; the seats know its bidder.
    fn bidders_of_buyers(&self) -> Result<BTreeMap<String, String>, MigrateError> {
        let seats = self.plan.rows(self.old, "buyer_seats")?.into_iter();
        let bidder = |row: Row| Some((text(&row, "buyer_id")?, self.owners.of_entity(&row)?.1?));
        Ok(seats.filter_map(bidder).collect())
    }

    /// Counts a row and finds whose it is.
    fn owned(&mut self, table: &str, rowid: i64, row: &Row) -> Option<(AccountId, Option<String>)> {
        self.migration.entity(table).rows += 1;
        let owner = self.owners.of_entity(row);
        if owner.is_none() {
            self.migration.reject(table, rowid, "it names no bidder");
        }
        owner
    }

    fn read<T>(&mut self, table: &str, rowid: i64, read: Result<Option<T>, AnswerError>) -> Option<T> {
        match read {
            Ok(Some(entity)) => return Some(entity),
            Ok(None) => self.migration.reject(table, rowid, "it is empty"),
            Err(error) => self.migration.reject(table, rowid, error),
        }
        None
    }

    /// Whether the store lacks it, and counts it accordingly.
    fn is_new(&mut self, table: &str, key: &str, account: AccountId, id: &str) -> Result<bool, MigrateError> {
        let find = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE account_id = ?1 AND {key} = ?2)");
        let known: bool = self.tx.prepare_cached(&find)?.query_row((account.0, id), |row| row.get(0))?;
        let counts = self.migration.entity(table);
        *(if known { &mut counts.kept } else { &mut counts.added }) += 1;
        Ok(!known)
    }

    /// Whether it is stored without a name of the user's own.
    fn is_unnamed(&self, table: &str, key: &str, account: AccountId, id: &str) -> Result<bool, MigrateError> {
        let find = format!(
            "SELECT EXISTS (SELECT 1 FROM {table} WHERE account_id = ?1 AND {key} = ?2 AND coalesce(user_name, '') = '')"
        );
        Ok(self.tx.query_row(&find, (account.0, id), |row| row.get(0))?)
    }
}

/// The first shape that reads as an answer, else why the last one does not.
fn first<T>(
    read: impl Fn(&[u8]) -> Result<Page<T>, AnswerError>,
    list: &str,
    shapes: &[Value],
) -> Result<Option<T>, AnswerError> {
    let mut last = Ok(None);
    for shape in shapes {
        last = read(json!({ list: [shape] }).to_string().as_bytes()).map(|mut page| page.items.pop());
        if last.is_ok() {
            break;
        }
    }
    last
}
