//! Repair: what is wrong with the files, what heals them, and which imports are to be done again where nothing does.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::Utc;
use serde::{Deserialize, Serialize};

use super::Store;
use super::care::Cared;
use crate::config::{Config, DataDir, WriterLock};
use crate::db::Db;
use crate::ingest::{self, ImportError, LostImport};
use crate::lake::{At, Broken, Change, Lake, Steps};
use crate::model::{AccountId, Day, SnapshotId};

/// What to do.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RepairRequest {
    /// A backup, or any directory with files at the same paths; absolute.
    pub from: Option<PathBuf>,
    /// Do it; else only say what would be done.
    pub apply: bool,
    /// Also take files out of the newest state that nothing heals, so that their reports can be imported again.
    pub drop_damaged: bool,
}

/// What was wrong, and what was or would be done about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepairAnswer {
    /// Whether it was done.
    pub applied: bool,
    /// Files that the same bytes heal.
    pub healed: Vec<HealedFile>,
    /// Files that nothing heals.
    pub lost: Vec<LostFile>,
    /// The snapshot without the lost files, where they were dropped.
    pub snapshot_id: Option<SnapshotId>,
}

/// A file that the same bytes heal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealedFile {
    /// Its path below the lake.
    pub file: String,
    /// The day of its rows.
    pub day: Day,
    /// What was wrong.
    pub what: String,
    /// Where the same bytes were.
    pub from: String,
}

/// A file that nothing heals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostFile {
    /// Its path below the lake.
    pub file: String,
    /// Whose rows it had.
    pub account_id: AccountId,
    /// The kind of report.
    pub kind: String,
    /// Their day.
    pub day: Day,
    /// How many.
    pub rows: u64,
    /// What is wrong.
    pub what: String,
    /// Whether the newest state has it; else only older ones, which `--at` asks.
    pub is_live: bool,
    /// Whether it was taken out of the newest state.
    pub dropped: bool,
    /// The imports whose rows it had, in the order in which to import them again.
    pub imports: Vec<LostImport>,
}

/// Has a lake without its marker that is this store's all the same carry it again; whether it lacked it. Everything else
/// needs an open store, and such a lake does not open.
pub fn mark_again(dir: &DataDir, config: &Config, _lock: &WriterLock, apply: bool) -> Result<bool, super::StoreError> {
    let db = Db::open(&dir.database())?;
    Ok(match super::store::lake_address(config)? {
        Some(address) => Lake::mark_objects_again(&db, address, &dir.tmp(), apply)?,
        None if dir.lake().exists() => Lake::mark_again(&db, &dir.lake(), &dir.tmp(), apply)?,
        None => false,
    })
}

pub(super) fn run(request: &RepairRequest, store: &Store, steps: &dyn Steps) -> Result<Cared, Cared> {
    let broken = store.lake.broken(request.from.as_deref(), steps)?;
    let mut answer = RepairAnswer { applied: request.apply, healed: Vec::new(), lost: Vec::new(), snapshot_id: None };
    steps.stage("repairing", 0);
    let mut lost = Vec::new();
    for broken in broken {
        let Some(source) = &broken.source else {
            lost.push(broken);
            continue;
        };
        if request.apply {
            let mut healed = Ok(());
            steps.in_turn(&mut || healed = store.lake.heal(&broken.file, source));
            healed?;
        }
        answer.healed.push(HealedFile {
            file: broken.file.relative.clone(),
            day: broken.file.scope.day,
            what: broken.what.clone(),
            from: source.to_string(),
        });
    }
    answer.lost =
        store.db.read(|tx| lost.iter().map(|broken| described(tx, broken)).collect::<Result<Vec<_>, ImportError>>())?;
    let is_dropped = request.apply && request.drop_damaged && lost.iter().any(|broken| broken.is_live);
    if is_dropped {
        let mut dropped = Ok(None);
        steps.in_turn(&mut || dropped = drop_lost(store, &lost).map(Some));
        answer.snapshot_id = dropped?;
        answer.lost.iter_mut().for_each(|file| file.dropped = file.is_live);
    }
    Ok(match answer.trouble() {
        Some(trouble) => Cared::found(&answer, trouble),
        None => Cared::well(&answer),
    })
}

fn described(tx: &rusqlite::Transaction<'_>, broken: &Broken) -> Result<LostFile, ImportError> {
    let file = &broken.file;
    Ok(LostFile {
        file: file.relative.clone(),
        account_id: file.scope.account,
        kind: file.scope.report.clone(),
        day: file.scope.day,
        rows: file.rows,
        what: broken.what.clone(),
        is_live: broken.is_live,
        dropped: false,
        imports: ingest::imports_in(tx, file)?,
    })
}

/// Ends the lost files of the newest state and frees their imports in one commit, then keeps what is left of them aside.
fn drop_lost(store: &Store, lost: &[Broken]) -> Result<SnapshotId, ImportError> {
    let live: Vec<&Broken> = lost.iter().filter(|broken| broken.is_live).collect();
    let snapshot = store.db.write(|tx| {
        let base = store.lake.snapshot_in(tx, &At::Latest)?;
        let mut imports = BTreeMap::new();
        for broken in &live {
            for import in ingest::imports_in(tx, &broken.file)? {
                imports.insert(import.batch_id, &broken.file);
            }
        }
        let days: Vec<String> = live.iter().map(|broken| broken.file.scope.day.to_string()).collect();
        let change = Change {
            add: Vec::new(),
            end: live.iter().map(|broken| broken.file.file_id).collect(),
            base: base.id,
            author: "catscan repair".to_owned(),
            message: format!("damaged files of {} dropped", days.join(", ")),
            extra: serde_json::json!({ "dropped_days": days, "batch_ids": imports.keys().collect::<Vec<_>>() })
                .to_string(),
            now: Utc::now(),
        };
        let snapshot = store.lake.commit(tx, change)?;
        let left = store.lake.snapshot_in(tx, &At::Latest)?;
        for (batch, file) in imports {
            ingest::free(tx, batch, file, &left)?;
        }
        Ok::<_, ImportError>(snapshot)
    })?;
    for broken in live {
        store.lake.set_aside(&broken.file)?;
    }
    Ok(snapshot)
}

impl RepairAnswer {
    /// What is still wrong, in one line.
    fn trouble(&self) -> Option<String> {
        let files = |count: usize| if count == 1 { "1 file is".to_owned() } else { format!("{count} files are") };
        let waiting = self.lost.iter().filter(|file| file.is_live && !file.dropped).count();
        if !self.applied && !self.healed.is_empty() {
            let broken = files(self.healed.len() + self.lost.len());
            return Some(format!(
                "{broken} not as written; nothing was changed: `catscan lake repair --yes` does what is listed"
            ));
        }
        (waiting > 0).then(|| {
            format!(
                "{} not as written and nothing heals it: name a backup with --from, or give up their rows with \
                 --drop-damaged --yes and import the reports again",
                files(waiting)
            )
        })
    }
}
