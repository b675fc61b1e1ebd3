//! The state that a Delta log has: the last checkpoint, then every commit after it.

use std::collections::BTreeMap;

use super::actions::{Action, Add, MetaData, Protocol};
use super::checkpoint;
use crate::lake::LakeError;
use crate::lake::place::Place;

/// What the newest version of a log says.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    /// The newest version; none where there is no log yet.
    pub version: Option<u64>,
    /// The version of the newest checkpoint.
    pub checkpoint: Option<u64>,
    pub protocol: Option<Protocol>,
    pub meta_data: Option<MetaData>,
    /// The snapshot that the log has.
    pub snapshot: Option<i64>,
    /// Files by path.
    pub files: BTreeMap<String, Add>,
}

/// The folder of a table's log.
pub(super) fn folder(table: &str) -> String {
    format!("{table}/_delta_log")
}

/// The name of a commit.
pub(super) fn commit_name(table: &str, version: u64) -> String {
    format!("{}/{version:020}.json", folder(table))
}

const CHECKPOINT_SUFFIX: &str = ".checkpoint.parquet";

/// The name of a checkpoint.
pub(super) fn checkpoint_name(table: &str, version: u64) -> String {
    format!("{}/{version:020}{CHECKPOINT_SUFFIX}", folder(table))
}

/// Reads the log of a table and refuses one that is not whole, or that `app_id` did not write alone.
pub(super) fn read(place: &dyn Place, table: &str, app_id: &str) -> Result<State, LakeError> {
    let names = place.names(&folder(table))?;
    let refuse = |what: String| refusal(place, table, what);
    let numbered =
        |name: &str, suffix: &str| name.strip_suffix(suffix).filter(|digits| digits.len() == 20)?.parse().ok();
    let checkpoint: Option<u64> = names.iter().filter_map(|name| numbered(name, CHECKPOINT_SUFFIX)).max();
    let mut state = State { version: checkpoint, checkpoint, ..State::default() };
    if let Some(version) = checkpoint {
        let bytes = place.read(&checkpoint_name(table, version))?.unwrap_or_default();
        let actions =
            checkpoint::read(bytes).map_err(|why| refuse(format!("checkpoint {version} is damaged ({why})")))?;
        for action in actions {
            state.apply(action, app_id).map_err(&refuse)?;
        }
        state.expect_owner().map_err(&refuse)?;
    }
    let mut commits: Vec<u64> = names.iter().filter_map(|name| numbered(name, ".json")).collect();
    commits.retain(|version| checkpoint.is_none_or(|checkpoint| *version > checkpoint));
    commits.sort_unstable();
    for version in commits {
        let expected = state.version.map_or(0, |last| last + 1);
        if version != expected {
            return Err(refuse(format!("commit {expected} is missing")));
        }
        let bytes = place.read(&commit_name(table, version))?.unwrap_or_default();
        let text = std::str::from_utf8(&bytes).map_err(|_| refuse(format!("commit {version} is damaged")))?;
        // Every commit names its store again: another program's has no such line.
        state.snapshot = None;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let action = serde_json::from_str(line);
            let action = action.map_err(|why| refuse(format!("commit {version} is damaged ({why})")))?;
            state.apply(action, app_id).map_err(&refuse)?;
        }
        state.version = Some(version);
        state.expect_owner().map_err(&refuse)?;
    }
    Ok(state)
}

/// Why a log is left alone, and what to do.
pub(super) fn refusal(place: &dyn Place, table: &str, what: String) -> LakeError {
    LakeError::DeltaLog { folder: format!("{}/{}", place.shown().trim_end_matches('/'), folder(table)), what }
}

impl State {
    fn apply(&mut self, action: Action, app_id: &str) -> Result<(), String> {
        if let Some(protocol) = action.protocol {
            self.protocol = Some(protocol);
        }
        if let Some(meta_data) = action.meta_data {
            self.meta_data = Some(meta_data);
        }
        if let Some(txn) = action.txn {
            if txn.app_id != app_id {
                return Err(format!("it was written by '{}', and this store is '{app_id}'", txn.app_id));
            }
            self.snapshot = Some(txn.version);
        }
        if let Some(add) = action.add {
            self.files.insert(add.path.clone(), add);
        }
        if let Some(remove) = action.remove {
            self.files.remove(&remove.path);
        }
        Ok(())
    }

    fn expect_owner(&self) -> Result<(), String> {
        let version = self.version.unwrap_or_default();
        if self.snapshot.is_some() { Ok(()) } else { Err(format!("another program wrote its version {version}")) }
    }
}
