//! The workflow over a real database and a Google in memory.

mod acts;
mod compared;
mod google;
mod property;
mod staging;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{ChangeError, Desk, Selection, Windows, Wish};
use crate::db::Db;
use crate::entities::changes::pending::PendingChange;
use crate::entities::configs::{self, Config};
use crate::entities::history::{self, Author};
use crate::entities::{Absent, EntityError};
use crate::model::AccountId;
use crate::query::Engine;
use crate::query::fixture::{Memory, Row};
use crate::sync::answers;

use google::{Model, Trouble};

const ONE: AccountId = AccountId::FIRST;
const WINDOWS: Windows = Windows { before_days: 2, after_days: 1 };

/// A store with the configs of a Google, and facts of billing id 91.
struct Scene {
    db: Db,
    engine: Engine,
    google: Model,
    _dir: TempDir,
}

/// As the API answers it, of bidder 7.
fn config(id: &str, billing_id: &str, more: Value) -> Value {
    let mut config = json!({
        "name": format!("bidders/7/pretargetingConfigs/{id}"), "billingId": billing_id, "state": "ACTIVE",
        "displayName": format!("config {id}"),
    });
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    config
}

fn noon() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().unwrap()
}

impl Scene {
    fn new(configs: Vec<Value>) -> Self {
        Self::with(configs, vec![Row::reached("91", 100, 40)])
    }

    fn with(configs: Vec<Value>, facts: Vec<Row>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open(&dir.path().join("catscan.db")).unwrap();
        let scene = Self { db, engine: Memory::of(facts).engine(), google: Model::of(configs.clone()), _dir: dir };
        scene.sync(&configs);
        scene
    }

    /// What a sync would make of these configs.
    fn sync(&self, configs: &[Value]) {
        let page = json!({ "pretargetingConfigs": configs }).to_string();
        let listed = answers::configs(page.as_bytes()).unwrap().items;
        let sync = |tx: &rusqlite::Transaction<'_>| configs::upsert(tx, ONE, &listed, Absent::Vanished, noon());
        self.db.write::<_, EntityError>(sync).unwrap();
    }

    fn desk(&self) -> Desk<'_> {
        self.desk_at(noon())
    }

    fn desk_at(&self, now: DateTime<Utc>) -> Desk<'_> {
        Desk { db: &self.db, account: ONE, by: Author { name: Some("ada"), reason: Some("why") }, now }
    }

    fn stage(&self, config: &str, change_type: &str, value: &str) -> PendingChange {
        self.try_stage(config, change_type, value).unwrap()
    }

    fn try_stage(&self, config: &str, change_type: &str, value: &str) -> Result<PendingChange, ChangeError> {
        let wish = Wish { config, change_type, value, ..Wish::default() };
        Ok(super::stage(&self.desk(), &[wish])?.remove(0).change)
    }

    fn apply(&self, configs: &[&str]) -> Result<super::Act, ChangeError> {
        let selection = Selection::Configs(configs.iter().map(|id| (*id).to_owned()).collect());
        super::apply(&self.desk(), &self.engine, &self.google, WINDOWS, &selection, true)
    }

    fn stored(&self, config: &str) -> Config {
        self.db.read::<_, EntityError>(|tx| configs::get(tx, ONE, config)).unwrap()
    }

    fn effective(&self, config: &str) -> super::Effective {
        self.db.read::<_, ChangeError>(|tx| Ok(super::view(tx, ONE, config)?.effective())).unwrap()
    }

    /// `config type step old -> new`, oldest first.
    fn told(&self) -> Vec<String> {
        let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
        let found = self.db.read::<_, EntityError>(|tx| history::list(tx, ONE, 1000)).unwrap();
        let line = |change: history::Change| {
            let step = change.step.map_or("found", history::Step::code);
            let (config, kind) = (change.config_id, change.change_type);
            format!("{config} {kind} {step} {} -> {}", text(change.old_value), text(change.new_value))
        };
        found.into_iter().rev().map(line).collect()
    }

    /// How many changes are pending.
    fn pending(&self) -> usize {
        let of = |tx: &rusqlite::Transaction<'_>| {
            let count = "SELECT count(*) FROM pretargeting_pending_changes WHERE status = 'pending'";
            Ok(tx.query_row(count, [], |row| row.get::<_, u32>(0))? as usize)
        };
        self.db.read::<_, EntityError>(of).unwrap()
    }
}
