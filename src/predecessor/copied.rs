//! What users and syncs of the predecessor left beside Google's entities: campaigns, history, staged changes, snapshots.

use std::collections::HashMap;

use rusqlite::{ErrorCode, OptionalExtension, Transaction, named_params};
use serde_json::{Map, Value};

use super::accounts::{Owners, text};
use super::plan::Plan;
use super::{Heir, MigrateError, Migration};
use crate::model::AccountId;

/// Copies rows that the store lacks, in the transaction `tx`.
pub(super) struct Copier<'a> {
    pub old: &'a Transaction<'a>,
    pub tx: &'a Transaction<'a>,
    pub plan: &'a Plan,
    pub owners: &'a Owners,
    pub now: String,
    pub migration: &'a mut Migration,
}

/// (table, statement): the statement adds the row unless it is there.
const TABLES: &[(&str, &str)] = &[
    ("pretargeting_history", include_str!("../../sql/predecessor/history.sql")),
    ("pretargeting_pending_changes", include_str!("../../sql/predecessor/pending_change.sql")),
    ("pretargeting_snapshots", include_str!("../../sql/predecessor/snapshot.sql")),
];

/// A campaign of ours: its account, its id, whether clustering made it.
type Campaign = (AccountId, i64, bool);

/// Copies all of them.
pub(super) fn take(
    old: &Transaction<'_>,
    tx: &Transaction<'_>,
    plan: &Plan,
    owners: &Owners,
    heir: &Heir<'_>,
    migration: &mut Migration,
) -> Result<(), MigrateError> {
    let now = heir.now.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let mut copier = Copier { old, tx, plan, owners, now, migration };
    let mut campaigns = HashMap::new();
    copier.campaigns("campaigns", &mut campaigns)?;
    copier.campaigns("ai_campaigns", &mut campaigns)?;
    copier.members("creative_campaigns", &campaigns)?;
    copier.members("campaign_creatives", &campaigns)?;
    for (table, statement) in TABLES {
        copier.table(table, statement)?;
    }
    Ok(())
}

impl Copier<'_> {
    fn table(&mut self, table: &str, statement: &str) -> Result<(), MigrateError> {
        let (old, plan) = (self.old, self.plan);
        plan.each::<MigrateError>(old, table, |rowid, row| {
            self.migration.entity(table).rows += 1;
            let Some(account) = self.owner(&row)? else {
                self.migration.reject(table, rowid, "it names no bidder or config that is known");
                return Ok(());
            };
            let row = Value::Object(row).to_string();
            let bound = named_params! { ":account_id": account.0, ":row": row, ":now": self.now };
            let added = self.tx.prepare_cached(statement)?.execute(bound);
            self.settle(table, rowid, added)
        })
    }

    fn campaigns(&mut self, table: &str, campaigns: &mut HashMap<String, Campaign>) -> Result<(), MigrateError> {
        let (old, plan) = (self.old, self.plan);
        plan.each::<MigrateError>(old, table, |rowid, row| {
            self.migration.entity(table).rows += 1;
            let Some(account) = self.owner(&row)? else {
                self.migration.reject(table, rowid, "it names no account that is known");
                return Ok(());
            };
            let id = text(&row, "id").unwrap_or_default();
            let row = Value::Object(row).to_string();
            let bound = named_params! { ":account_id": account.0, ":row": row, ":now": self.now };
            let added = self.tx.prepare_cached(include_str!("../../sql/predecessor/campaign.sql"))?.execute(bound);
            self.settle(table, rowid, added)?;
            let found = self.tx.query_row(
                include_str!("../../sql/predecessor/campaign_id.sql"),
                named_params! { ":account_id": account.0, ":row": row },
                |row| Ok((account, row.get(0)?, row.get(1)?)),
            );
            campaigns.extend(found.optional()?.map(|campaign| (id, campaign)));
            Ok(())
        })
    }

    fn members(&mut self, table: &str, campaigns: &HashMap<String, Campaign>) -> Result<(), MigrateError> {
        let (old, plan) = (self.old, self.plan);
        plan.each::<MigrateError>(old, table, |rowid, row| {
            self.migration.entity(table).rows += 1;
            let campaign = text(&row, "campaign_id").and_then(|campaign| campaigns.get(&campaign));
            let Some((account, campaign, is_ai_generated)) = campaign else {
                self.migration.reject(table, rowid, "its campaign is not there");
                return Ok(());
            };
            let creative = text(&row, "creative_id").unwrap_or_default();
            let known = "SELECT EXISTS (SELECT 1 FROM creatives WHERE account_id = ?1 AND creative_id = ?2)";
            if !self.tx.query_row(known, (account.0, creative), |row| row.get::<_, bool>(0))? {
                self.migration.reject(table, rowid, "its creative is not there");
                return Ok(());
            }
            let row = Value::Object(row).to_string();
            let insert = include_str!("../../sql/predecessor/campaign_creative.sql");
            let added = self.tx.prepare_cached(insert)?.execute(named_params! {
                ":account_id": account.0, ":campaign_id": campaign, ":row": row,
                ":is_ai_generated": is_ai_generated, ":now": self.now,
            });
            self.settle(table, rowid, added)
        })
    }

    /// Whose a row is: of the bidder or account that it names, else of its config's.
    fn owner(&self, row: &Map<String, Value>) -> Result<Option<AccountId>, MigrateError> {
        let of = |field| text(row, field);
        let (bidder, account, billing) = (of("bidder_id"), of("account_id"), of("billing_id"));
        let owner = self.owners.of(bidder.as_deref(), account.as_deref(), billing.as_deref());
        let (None, Some(config)) = (owner, of("config_id")) else { return Ok(owner) };
        let find = "SELECT account_id FROM pretargeting_configs WHERE config_id = ?1";
        Ok(self.tx.query_row(find, [config], |row| row.get(0)).optional()?.map(AccountId))
    }

    /// Counts what became of a row; one that the store's rules do not admit is rejected.
    fn settle(&mut self, table: &str, rowid: i64, added: rusqlite::Result<usize>) -> Result<(), MigrateError> {
        match added {
            Ok(0) => self.migration.entity(table).kept += 1,
            Ok(_) => self.migration.entity(table).added += 1,
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                // SQLite quotes the rule with its line breaks.
                let why = error.to_string();
                self.migration.reject(table, rowid, why.split_whitespace().collect::<Vec<_>>().join(" "));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}
