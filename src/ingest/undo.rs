//! Undoing an import: a new snapshot in which its days are as they were before it.
//!
//! Only the newest live import of its days can be undone, so that undoing never mixes what several files said; the
//! later ones are named, and undone first. What the batch replaced is still there, in files that no newer snapshot
//! holds: they get new names ([`crate::lake`]), and one transaction ends the batch's files, adds these, marks the batch
//! as undone, which frees its bytes, and tells the event. Older snapshots stay as they were.
//!
//! Files of the batch that were merged with others since are taken apart again ([`unmerge`](super::unmerge)), as long as
//! the snapshots before the merge and before the batch exist.

use std::time::Instant;

use rusqlite::{OptionalExtension, Transaction, params};
use serde::{Deserialize, Serialize};

use super::change::{self, BatchChange, DayChange};
use super::sightings;
use super::unmerge::{self, Restoring};
use super::{ImportError, Importer};
use crate::db::DbError;
use crate::kill;
use crate::lake::{At, Change, LakeError, PublishedFile, SnapshotChange};
use crate::model::{AccountId, BatchId, SnapshotId};

/// What undoing a batch did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoAnswer {
    /// The import that is undone.
    pub batch_id: BatchId,
    /// Its account.
    pub account_id: AccountId,
    /// The kind of its report.
    pub kind: String,
    /// Its file.
    pub file: String,
    /// The state of the facts without it.
    pub snapshot_id: SnapshotId,
    /// The days that are as they were before it; none where it had brought nothing new.
    pub days: Vec<DayChange>,
    /// Wall time.
    pub elapsed_ms: u64,
}

/// The batch cannot be undone; nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UndoError {
    /// No import has that number, in the account that was named.
    #[error("there is no import with the number {0}: `catscan imports` lists them")]
    Unknown(BatchId),
    /// Its rows are not live.
    #[error("batch {batch} ({file}) cannot be undone: {why}")]
    NotLive {
        /// The batch.
        batch: BatchId,
        /// Its file.
        file: String,
        /// What it is instead.
        why: &'static str,
    },
    /// Later imports build on it.
    #[error("batch {batch} ({file}) is not the newest import of its days: undo {later} first, in this order",
        later = list(later))]
    NotNewest {
        /// The batch.
        batch: BatchId,
        /// Its file.
        file: String,
        /// The later ones, newest first.
        later: Vec<BatchId>,
    },
    /// Something that is no import changed its days since.
    #[error("batch {batch} cannot be undone: its rows of {day} were changed since by something that is no import")]
    Changed {
        /// The batch.
        batch: BatchId,
        /// The first such day.
        day: crate::model::Day,
    },
    /// The state before it does not exist any more.
    #[error(
        "batch {batch} ({file}) is too old to be undone: what it replaced is not kept any more \
        (lake.keep_snapshots_days)"
    )]
    TooOld {
        /// The batch.
        batch: BatchId,
        /// Its file.
        file: String,
    },
    /// Days of it are older than facts are kept.
    #[error(
        "batch {batch} cannot be undone: its rows of {day} were taken out because of their age (lake.keep_facts_days)"
    )]
    Retained {
        /// The batch.
        batch: BatchId,
        /// The first such day.
        day: crate::model::Day,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] ImportError),
}

fn list(batches: &[BatchId]) -> String {
    batches.iter().map(|batch| format!("batch {batch}")).collect::<Vec<_>>().join(", ")
}

impl UndoError {
    /// A stable name of the reason.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "unknown_batch",
            Self::NotLive { .. } => "not_live",
            Self::NotNewest { .. } => "not_newest",
            Self::Changed { .. } => "changed_since",
            Self::TooOld { .. } => "too_old",
            Self::Retained { .. } => "retained",
            Self::Store(_) => "store_failed",
        }
    }
}

impl From<LakeError> for UndoError {
    fn from(error: LakeError) -> Self {
        Self::Store(error.into())
    }
}

impl From<DbError> for UndoError {
    fn from(error: DbError) -> Self {
        Self::Store(error.into())
    }
}

impl From<rusqlite::Error> for UndoError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What undoing a batch would do to one state of the store.
struct Plan {
    account: AccountId,
    kind: String,
    file: String,
    base: SnapshotId,
    /// What the batch did; nothing where it had brought nothing new.
    change: Option<SnapshotChange>,
    restoring: Restoring,
}

/// An undo that merges kept overtaking is given up after this many tries.
const TRIES: u32 = 5;

impl Importer {
    /// Undoes an import, of that account where one is named.
    pub fn undo(&self, batch: BatchId, account: Option<AccountId>) -> Result<UndoAnswer, UndoError> {
        let started = Instant::now();
        for _ in 0..TRIES {
            let planned = self.db.read(|tx| self.plan(tx, batch, account))?;
            let published = self.lake.republish(&planned.restoring.bring_back)?;
            kill::point("after_publish");
            let answer = self.db.write(|tx| {
                // Another import, undo or merge may have come in between.
                let plan = self.plan(tx, batch, account)?;
                if !plan.restoring.is_same(&planned.restoring) {
                    return Ok(None);
                }
                let answer = self.take_back(tx, batch, plan, published, started)?;
                kill::point("before_commit");
                Ok::<_, UndoError>(Some(answer))
            })?;
            if let Some(answer) = answer {
                kill::point("after_commit");
                return Ok(answer);
            }
        }
        Err(ImportError::Contended(TRIES, format!("the undo of batch {batch}")).into())
    }

    fn take_back(
        &self,
        tx: &Transaction<'_>,
        batch: BatchId,
        plan: Plan,
        published: Vec<PublishedFile>,
        started: Instant,
    ) -> Result<UndoAnswer, UndoError> {
        let Plan { account, kind, file, base, change, restoring } = plan;
        let change_of_lake = Change {
            add: published,
            end: restoring.end,
            base,
            author: "catscan undo".to_owned(),
            message: format!("undo of batch {batch}, {file}"),
            extra: serde_json::json!({ "undone_batch_id": batch }).to_string(),
            now: self.clock.now(),
        };
        let snapshot_id = self.lake.commit(tx, change_of_lake)?;
        tx.execute("UPDATE import_history SET status = 'undone' WHERE batch_id = ?1", [batch.0])?;
        sightings::forget(tx, account, batch)?;
        let elapsed_ms = started.elapsed().as_millis() as u64;
        let days = change.iter().flat_map(|change| change::by_day(&reversed(change))).collect();
        let answer = UndoAnswer { batch_id: batch, account_id: account, kind, file, snapshot_id, days, elapsed_ms };
        let detail = serde_json::to_string(&answer).unwrap_or_else(|_| "{}".to_owned());
        let event = params![account.0, self.clock.timestamp(), "import_undone", batch.to_string(), detail];
        tx.execute(include_str!("../../sql/ingest/event.sql"), event)?;
        Ok(answer)
    }

    fn plan(&self, tx: &Transaction<'_>, batch: BatchId, asked: Option<AccountId>) -> Result<Plan, UndoError> {
        let found = tx
            .query_row(include_str!("../../sql/ingest/batch.sql"), [batch.0], |row| {
                let texts: (String, String, String) = (row.get("report")?, row.get("filename")?, row.get("status")?);
                let is_news = row.get::<_, i64>("rows_imported")? + row.get::<_, i64>("rows_replaced")? > 0;
                Ok((AccountId(row.get("account_id")?), texts, row.get::<_, Option<i64>>("snapshot_id")?, is_news))
            })
            .optional()?;
        let found = found.filter(|(account, ..)| asked.is_none_or(|asked| asked == *account));
        let (account, (kind, file, status), snapshot, is_news) = found.ok_or(UndoError::Unknown(batch))?;
        let not_live = |why| UndoError::NotLive { batch, file: file.clone(), why };
        match status.as_str() {
            "complete" => {}
            "undone" => return Err(not_live("it is undone already")),
            "running" => return Err(not_live("it is still running; wait until it is done")),
            _ => return Err(not_live("it failed, so nothing of it was imported")),
        }
        let live = self.lake.snapshot_in(tx, &At::Latest)?;
        let mut plan = Plan { account, kind, file, base: live.id, change: None, restoring: Restoring::default() };
        match change::of_batch(tx, &self.lake, batch, snapshot.map(SnapshotId), is_news)? {
            BatchChange::Nothing => {}
            BatchChange::Forgotten => return Err(UndoError::TooOld { batch, file: plan.file }),
            BatchChange::Known(change) => {
                let later = later(tx, account, &plan.kind, batch, &change)?;
                if !later.is_empty() {
                    return Err(UndoError::NotNewest { batch, file: plan.file, later });
                }
                plan.restoring = unmerge::restoring(tx, &self.lake, &live, (batch, &change))?;
                plan.change = Some(change);
            }
        }
        Ok(plan)
    }
}

/// The live imports that came after the batch and share a day with it, newest first.
fn later(
    tx: &Transaction<'_>,
    account: AccountId,
    kind: &str,
    batch: BatchId,
    change: &SnapshotChange,
) -> Result<Vec<BatchId>, UndoError> {
    let files = change.added.iter().chain(&change.ended);
    let days: Vec<String> = files.map(|file| file.scope.day.to_string()).collect();
    let days = serde_json::json!(days).to_string();
    let mut later = tx.prepare(include_str!("../../sql/ingest/later_batches.sql"))?;
    let rows = later.query_map(params![account.0, kind, batch.0, change.snapshot.0, days], |row| row.get(0))?;
    Ok(rows.map(|batch| batch.map(BatchId)).collect::<Result<_, _>>()?)
}

fn reversed(change: &SnapshotChange) -> SnapshotChange {
    SnapshotChange { added: change.ended.clone(), ended: change.added.clone(), ..change.clone() }
}
