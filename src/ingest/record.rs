//! What the database keeps of an import: the claim on its bytes, its history, its faults.

use rusqlite::{OptionalExtension, Transaction, named_params, params};

use super::input::base_name;
use super::{ImportAnswer, ImportError, ImportOptions};
use crate::model::{AccountId, BatchId, Currency, SnapshotId};
use crate::report::{DateOrder, Fault};

/// What the account says about files: how its dates and its money are read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AccountHabits {
    pub currency: Option<Currency>,
    pub date_order: Option<DateOrder>,
}

/// The claim on a file's bytes.
pub(super) enum Claim {
    /// It is ours: import it as this batch.
    Ours(BatchId),
    /// The same bytes are live already.
    Done(BatchId),
    /// Another import of the same bytes is on its way.
    Running,
}

/// The file as the claim knows it.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a> {
    pub hash: &'a str,
    pub size: u64,
}

/// The habits of the account. One that is only tried to be added, in a dry run, has none yet.
pub(super) fn account_habits(tx: &Transaction<'_>, options: &ImportOptions) -> Result<AccountHabits, ImportError> {
    let account = options.account;
    let habits = tx
        .query_row("SELECT currency, date_format FROM accounts WHERE account_id = ?1", [account.0], |row| {
            let (currency, order): (Option<String>, Option<String>) = (row.get(0)?, row.get(1)?);
            let currency = currency.and_then(|code| Currency::from_code(&code));
            Ok(AccountHabits { currency, date_order: order.and_then(|order| order.parse().ok()) })
        })
        .optional()?;
    let habits = habits.or_else(|| options.dry_run.then(AccountHabits::default));
    habits.ok_or(ImportError::NoAccount(account))
}

/// Whether a live import of the account and kind has a file of that size.
pub(super) fn size_is_known(
    tx: &Transaction<'_>,
    account: AccountId,
    kind: &str,
    size: u64,
) -> Result<bool, ImportError> {
    Ok(tx.query_row(
        include_str!("../../sql/ingest/size_is_known.sql"),
        params![account.0, kind, size as i64],
        |row| row.get(0),
    )?)
}

/// The live import of these bytes.
pub(super) fn live_import(
    tx: &Transaction<'_>,
    account: AccountId,
    kind: &str,
    hash: &str,
) -> Result<Option<BatchId>, ImportError> {
    let find = include_str!("../../sql/ingest/live_import.sql");
    let found =
        tx.query_row(find, params![account.0, kind, hash], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?)));
    Ok(found.optional()?.and_then(|(batch, complete)| complete.then_some(BatchId(batch))))
}

/// Claims the bytes, so that they are imported once however many ask at once.
pub(super) fn claim(
    tx: &Transaction<'_>,
    answer: &ImportAnswer,
    options: &ImportOptions,
    bytes: Bytes<'_>,
    now: &str,
) -> Result<Claim, ImportError> {
    let kind = answer.kind.as_deref().unwrap_or_default();
    if options.again {
        // The first claim stays as it is, so each further one gets a number.
        let claims = include_str!("../../sql/ingest/claims_of_bytes.sql");
        let claims: i64 = tx.query_row(claims, params![answer.account_id.0, kind, bytes.hash], |row| row.get(0))?;
        let hash = format!("{}:{claims}", bytes.hash);
        let hash = if claims == 0 { bytes.hash } else { &hash };
        insert(tx, answer, options, Bytes { hash, ..bytes }, "running", now)?;
        return Ok(Claim::Ours(BatchId(tx.last_insert_rowid())));
    }
    let find = include_str!("../../sql/ingest/live_import.sql");
    let found = tx
        .query_row(find, params![answer.account_id.0, kind, bytes.hash], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?))
        })
        .optional()?;
    match found {
        Some((batch, true)) => Ok(Claim::Done(BatchId(batch))),
        Some((_, false)) => Ok(Claim::Running),
        None => {
            insert(tx, answer, options, bytes, "running", now)?;
            Ok(Claim::Ours(BatchId(tx.last_insert_rowid())))
        }
    }
}

fn insert(
    tx: &Transaction<'_>,
    answer: &ImportAnswer,
    options: &ImportOptions,
    bytes: Bytes<'_>,
    status: &str,
    now: &str,
) -> Result<(), ImportError> {
    let kind = answer.kind.as_deref().unwrap_or("unknown");
    let mode = options.mode.code();
    tx.execute(
        include_str!("../../sql/ingest/begin.sql"),
        params![answer.account_id.0, kind, base_name(&answer.file), bytes.size as i64, bytes.hash, mode, status, now],
    )?;
    Ok(())
}

/// Writes the answer into the history, `complete` or `failed`, and the faults beside it.
pub(super) fn finish(
    tx: &Transaction<'_>,
    batch: BatchId,
    answer: &ImportAnswer,
    faults: &[Fault],
    snapshot: Option<SnapshotId>,
    now: &str,
) -> Result<(), ImportError> {
    let json = |value: serde_json::Result<String>| value.unwrap_or_else(|_| "null".to_owned());
    let status = if answer.error.is_none() { "complete" } else { "failed" };
    tx.execute(
        include_str!("../../sql/ingest/finish.sql"),
        named_params! {
            ":batch_id": batch.0,
            ":status": status,
            ":finished_at": now,
            ":rows_read": answer.rows_read as i64,
            ":rows_imported": answer.rows_imported as i64,
            ":rows_replaced": answer.rows_replaced as i64,
            ":rows_duplicate": answer.rows_duplicate as i64,
            ":rows_rejected": answer.rows_rejected as i64,
            ":rows_skipped": answer.rows_skipped as i64,
            ":date_range_start": answer.date_range.map(|range| range.start.to_string()),
            ":date_range_end": answer.date_range.map(|range| range.end.to_string()),
            ":spend_micros": answer.spend_micros.map(|micros| micros.0),
            ":currency": answer.currency.map(|currency| currency.to_string()),
            ":billing_ids": json(serde_json::to_string(&answer.billing_ids)),
            ":columns_mapped": json(serde_json::to_string(&answer.columns_mapped)),
            ":columns_ignored": json(serde_json::to_string(&answer.columns_ignored)),
            ":warnings": json(serde_json::to_string(&answer.warnings)),
            ":faults_by_reason": json(serde_json::to_string(&answer.faults_by_reason)),
            ":snapshot_id": snapshot.map(|snapshot| snapshot.0),
            ":elapsed_ms": answer.elapsed_ms as i64,
            ":error_message": answer.error.as_ref().map(|refusal| &refusal.message),
        },
    )?;
    let mut insert = tx.prepare(include_str!("../../sql/ingest/fault.sql"))?;
    for fault in faults {
        let account = answer.account_id.0;
        insert.execute(params![batch.0, account, fault.line as i64, fault.column, fault.reason.code(), fault.value])?;
    }
    let kind = if answer.error.is_none() { "import_complete" } else { "import_refused" };
    tx.execute(
        include_str!("../../sql/ingest/event.sql"),
        params![answer.account_id.0, now, kind, batch.to_string(), json(serde_json::to_string(answer))],
    )?;
    Ok(())
}

/// Records a file that was refused before its bytes were claimed.
pub(super) fn refused(
    tx: &Transaction<'_>,
    answer: &ImportAnswer,
    options: &ImportOptions,
    bytes: Bytes<'_>,
    faults: &[Fault],
    now: &str,
) -> Result<BatchId, ImportError> {
    insert(tx, answer, options, bytes, "failed", now)?;
    let batch = BatchId(tx.last_insert_rowid());
    finish(tx, batch, answer, faults, None, now)?;
    Ok(batch)
}

/// Remembers for later files what this one showed, where the account does not know it yet.
pub(super) fn learn(
    tx: &Transaction<'_>,
    account: AccountId,
    currency: Option<Currency>,
    order: Option<DateOrder>,
) -> Result<(), ImportError> {
    if let Some(currency) = currency {
        let set = "UPDATE accounts SET currency = ?2 WHERE account_id = ?1 AND currency IS NULL";
        tx.execute(set, params![account.0, currency.code()])?;
    }
    if let Some(order) = order {
        let set = "UPDATE accounts SET date_format = ?2 WHERE account_id = ?1 AND date_format IS NULL";
        tx.execute(set, params![account.0, order.code()])?;
    }
    Ok(())
}

/// Frees the claims of imports whose process died; how many there were.
pub(super) fn free_claims(tx: &Transaction<'_>, now: &str) -> Result<usize, ImportError> {
    Ok(tx.execute(include_str!("../../sql/ingest/free_claims.sql"), [now])?)
}

/// Frees the claim of an import that failed in this process.
pub(super) fn free_claim(tx: &Transaction<'_>, batch: BatchId, why: &str, now: &str) -> Result<(), ImportError> {
    let set = "UPDATE import_history SET status = 'failed', error_message = ?2, finished_at = ?3 WHERE batch_id = ?1";
    tx.execute(set, params![batch.0, why, now])?;
    Ok(())
}
