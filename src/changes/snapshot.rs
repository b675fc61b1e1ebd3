//! Taking snapshots: a config as it is stored, and its traffic so far.

use super::facts::Facts;
use super::{ChangeError, Desk};
use crate::entities::changes::snapshots::{self, ConfigSnapshot, NewSnapshot, SnapshotType};
use crate::entities::configs;
use crate::query::Engine;

/// Takes a snapshot of the config with that billing id or config id.
pub fn take_snapshot(
    desk: &Desk<'_>,
    engine: &Engine,
    billing_or_config_id: &str,
    name: Option<&str>,
    notes: Option<&str>,
) -> Result<ConfigSnapshot, ChangeError> {
    let config = desk.db.read(|tx| configs::get(tx, desk.account, billing_or_config_id))?;
    let facts = Facts { engine, account: desk.account };
    // No transaction is held while the facts are asked.
    let sums = facts.traffic(config.google.billing_id.as_deref(), None)?;
    desk.db.write(|tx| {
        let config = configs::get_exact(tx, desk.account, &config.google.config_id)?;
        let new = NewSnapshot { snapshot_type: SnapshotType::Manual, name, notes, by: desk.by.name };
        let id = snapshots::take(tx, desk.account, &config, &sums, new, desk.now)?;
        Ok(snapshots::get(tx, desk.account, id)?)
    })
}
