//! Hashes of files and mails that the predecessor had taken in: the importer looks them up, so that none is imported twice.

use rusqlite::{Transaction, params};

use super::accounts::Owners;
use super::description::{self, HashTable};
use super::plan::{Plan, quoted};
use super::{HashCounts, Heir, MigrateError, Migration};

/// Remembers the hashes that are new, in the transaction `tx`.
pub(super) fn take(
    old: &Transaction<'_>,
    tx: &Transaction<'_>,
    plan: &Plan,
    owners: &Owners,
    heir: &Heir<'_>,
    migration: &mut Migration,
) -> Result<(), MigrateError> {
    let now = heir.now.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let mut insert = tx.prepare(include_str!("../../sql/predecessor/processed_hash.sql"))?;
    for table in description::hashes() {
        let Some(select) = select(plan, table) else { continue };
        let mut counts = HashCounts::default();
        let mut statement = old.prepare(&select)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            counts.rows += 1;
            let hash = row.get::<_, Option<String>>(0)?.unwrap_or_default().trim().to_owned();
            let Some((algorithm, hash)) = algorithm(table, hash) else {
                counts.unusable += 1;
                continue;
            };
            let at = row.get::<_, Option<String>>(1)?.unwrap_or_else(|| now.clone());
            let mut added = 0;
            // The predecessor counted a file once, whoever's it was.
            for account in owners.accounts() {
                added += insert.execute(params![account.0, table.kind, algorithm, hash, at])?;
            }
            *(if added > 0 { &mut counts.added } else { &mut counts.known }) += 1;
        }
        migration.hashes.insert(table.name.clone(), counts);
    }
    Ok(())
}

fn select(plan: &Plan, table: &HashTable) -> Option<String> {
    let hash = plan.column(&table.name, table.hash.iter().map(String::as_str))?;
    let at = plan.column(&table.name, table.at.iter().map(String::as_str));
    let at = at.map_or("NULL".to_owned(), |at| format!("strftime('%Y-%m-%dT%H:%M:%fZ', {at})"));
    Some(format!("SELECT CAST({hash} AS TEXT), {at} FROM {} ORDER BY rowid", quoted(&table.name)))
}

/// The algorithm, and the hash as we write it; None where nobody can tell which one it is.
fn algorithm(table: &HashTable, hash: String) -> Option<(&str, String)> {
    if table.algorithm == "message_id" {
        return Some(("message_id", hash)).filter(|(_, hash)| !hash.is_empty());
    }
    let hash = hash.to_ascii_lowercase();
    let found = match hash.len() {
        _ if !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => return None,
        32 => "md5",
        64 => "sha256",
        _ => return None,
    };
    (table.algorithm == "by_length" || table.algorithm == found).then_some((found, hash))
}
