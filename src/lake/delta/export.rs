//! One export: for each table, one commit that takes the log from where it is to the newest snapshot.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::actions::{Action, CommitInfo, Format, MetaData, Protocol, Txn};
use super::difference::{self, Difference};
use super::log::{self, State};
use super::{checkpoint, schema};
use crate::lake::catalog::{TableEntry, reasons};
use crate::lake::{At, Lake, LakeError, Snapshot};
use crate::model::SnapshotId;

/// Commits after which the state is written as a whole, so that a reader need not read every commit since the first.
const CHECKPOINT_EVERY: u64 = 10;
/// How often an export starts again because another one was faster.
const ATTEMPTS: usize = 3;

/// What an export did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeltaExport {
    /// The state of the facts that the logs now have.
    pub snapshot_id: SnapshotId,
    /// One for each table that was exported.
    pub tables: Vec<DeltaTable>,
}

/// What an export did for one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeltaTable {
    /// The fact table.
    pub table: String,
    /// Where it is, for a reader of Delta tables.
    pub address: String,
    /// The newest version of its log.
    pub version: u64,
    /// Whether this export wrote that version; false where the log was up to date.
    pub written: bool,
    /// Files that the version adds.
    pub files_added: u64,
    /// Files that it takes away.
    pub files_removed: u64,
    /// Files of the table.
    pub files: u64,
    /// Rows of the table.
    pub rows: u64,
    /// Whether the whole state was written beside the commit.
    pub checkpoint: bool,
}

impl Lake {
    /// Brings the Delta logs of these fact tables (of all where none is named) to the newest snapshot.
    ///
    /// # Errors
    /// [`LakeError::DeltaLog`] for a log that is damaged or was written by another store or program, and where other
    /// exports were faster each time. What was done for the tables before it stands.
    pub fn export_delta(&self, tables: &[String], now: DateTime<Utc>) -> Result<DeltaExport, LakeError> {
        let shared = &self.shared;
        if let Some(unknown) = tables.iter().find(|name| !shared.tables.iter().any(|entry| entry.table.name == **name))
        {
            let known = shared.tables.iter().map(|entry| entry.table.name.clone()).collect();
            return Err(LakeError::UnknownTable { asked: unknown.clone(), known });
        }
        let snapshot = self.snapshot(&At::Latest)?;
        let wanted = shared.tables.iter().filter(|entry| tables.is_empty() || tables.contains(&entry.table.name));
        let tables = wanted.map(|entry| self.export_table(entry, &snapshot, now)).collect::<Result<_, _>>()?;
        Ok(DeltaExport { snapshot_id: snapshot.id, tables })
    }

    fn export_table(
        &self,
        entry: &TableEntry,
        snapshot: &Snapshot,
        now: DateTime<Utc>,
    ) -> Result<DeltaTable, LakeError> {
        let (place, name) = (&*self.shared.place, entry.table.name.as_str());
        let app_id = format!("catscan {}", self.shared.store_id);
        for _ in 0..ATTEMPTS {
            let state = log::read(place, name, &app_id)?;
            let (actions, difference) = self.actions(entry, snapshot, &state, &app_id, now)?;
            let mut done = self.described(entry, snapshot);
            if actions.is_empty() {
                done.version = state.version.unwrap_or_default();
                return Ok(done);
            }
            let version = state.version.map_or(0, |last| last + 1);
            if !place.put_new(&log::commit_name(name, version), &lines(&actions)?)? {
                continue;
            }
            (done.version, done.written) = (version, true);
            (done.files_added, done.files_removed) = (difference.add.len() as u64, difference.remove.len() as u64);
            let last = state.checkpoint.unwrap_or_default();
            if version >= last + CHECKPOINT_EVERY {
                checkpoint::write(place, name, &log::read(place, name, &app_id)?, &app_id)?;
                done.checkpoint = true;
            }
            return Ok(done);
        }
        Err(log::refusal(place, name, "another export is writing it all the time".to_owned()))
    }

    /// The lines of the next commit; none where the log is up to date.
    fn actions(
        &self,
        entry: &TableEntry,
        snapshot: &Snapshot,
        state: &State,
        app_id: &str,
        now: DateTime<Utc>,
    ) -> Result<(Vec<Action>, Difference), LakeError> {
        let now_ms = now.timestamp_millis();
        let (difference, id) = self.shared.db.read(|tx| {
            let difference = difference::between(tx, state, snapshot, entry, now_ms)?;
            Ok::<_, LakeError>((difference, reasons::table_uuid(tx, entry.table_id)?))
        })?;
        let described = described(entry, state, id, now_ms);
        let protocol = Protocol { min_reader_version: 1, min_writer_version: 2 };
        let mut actions = Vec::new();
        if state.protocol.as_ref() != Some(&protocol) {
            actions.push(Action { protocol: Some(protocol), ..Action::default() });
        }
        if state.meta_data.as_ref() != Some(&described) {
            actions.push(Action { meta_data: Some(described), ..Action::default() });
        }
        let remove = difference.remove.iter().cloned();
        actions.extend(remove.map(|remove| Action { remove: Some(remove), ..Action::default() }));
        let add = difference.add.iter().cloned();
        actions.extend(add.map(|add| Action { add: Some(add), ..Action::default() }));
        if actions.is_empty() {
            return Ok((actions, difference));
        }
        let txn = Txn { app_id: app_id.to_owned(), version: snapshot.id.0, last_updated: Some(now_ms) };
        actions.insert(0, Action { txn: Some(txn), ..Action::default() });
        let info = CommitInfo {
            timestamp: Some(now_ms),
            operation: Some("WRITE".to_owned()),
            operation_parameters: json!({ "snapshot": snapshot.id.0.to_string(), "of": snapshot.time.to_rfc3339() }),
            is_blind_append: Some(difference.remove.is_empty()),
            engine_info: Some(concat!("catscan/", env!("CARGO_PKG_VERSION")).to_owned()),
        };
        actions.insert(0, Action { commit_info: Some(info), ..Action::default() });
        Ok((actions, difference))
    }

    fn described(&self, entry: &TableEntry, snapshot: &Snapshot) -> DeltaTable {
        let files = snapshot.files().iter().filter(|file| std::ptr::eq(file.scope.table, entry.table));
        let (files, rows) = files.fold((0, 0), |(files, rows), file| (files + 1, rows + file.rows));
        let name = &entry.table.name;
        DeltaTable {
            table: name.clone(),
            address: format!("{}{name}", self.shared.place.data_path()),
            version: 0,
            written: false,
            files_added: 0,
            files_removed: 0,
            files,
            rows,
            checkpoint: false,
        }
    }
}

fn described(entry: &TableEntry, state: &State, id: String, now_ms: i64) -> MetaData {
    // Nothing in the log is older than this, so that no clean-up of another program takes a file that the catalog has.
    let kept = ("delta.deletedFileRetentionDuration".to_owned(), "interval 36500 days".to_owned());
    MetaData {
        id,
        name: Some(entry.table.name.clone()),
        description: Some(entry.table.comment.clone()),
        format: Format { provider: "parquet".to_owned(), options: BTreeMap::new() },
        schema_string: schema::schema_string(entry.table),
        partition_columns: schema::partition_columns(),
        configuration: BTreeMap::from([kept]),
        created_time: state.meta_data.as_ref().map_or(Some(now_ms), |known| known.created_time),
    }
}

fn lines(actions: &[Action]) -> Result<Vec<u8>, LakeError> {
    let mut text = Vec::new();
    for action in actions {
        serde_json::to_writer(&mut text, action).map_err(|error| LakeError::catalog(error.to_string()))?;
        text.push(b'\n');
    }
    Ok(text)
}
