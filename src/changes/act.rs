//! An act: changes on their way to Google, and what became of them.

use serde::Serialize;

use super::check::Finding;
use super::fields::Fields;
use super::{ChangeError, view};
use crate::entities::changes::applications::{Application, ApplicationKind, Part};
use crate::entities::changes::pending::PendingChange;
use crate::entities::configs::GoogleConfig;
use crate::google::{Call, Google};
use crate::sync::answers;

/// What an act did; `--json` prints it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Act {
    /// Its number.
    pub application_id: i64,
    /// Where what was applied comes from.
    pub kind: ApplicationKind,
    /// Its configs in their turn.
    pub configs: Vec<ActConfig>,
    /// What was to be said of the changes.
    pub findings: Vec<Finding>,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// What an act did to one config.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActConfig {
    /// Which config.
    pub config_id: String,
    /// Its billing id.
    pub billing_id: Option<String>,
    /// What it is called.
    pub name: String,
    /// The changes that are applied now.
    pub change_ids: Vec<i64>,
    /// The calls that were sent last.
    pub calls: Vec<Call>,
    /// The config before.
    pub before_snapshot_id: i64,
    /// The comparison that began; none for a config without a billing id.
    pub comparison_id: Option<i64>,
}

/// One config of an act under way.
pub(super) struct Step {
    pub part: Part,
    /// What the staged changes of it are; none for a rollback.
    pub changes: Vec<PendingChange>,
    /// The config as it was before, from its snapshot.
    pub before: Fields,
    /// What Google last said it is.
    pub current: GoogleConfig,
}

impl Step {
    /// What it shall be. Changes are made on what is there now, so that what others changed meanwhile stays.
    pub(super) fn target(&self, kind: ApplicationKind) -> Result<Fields, ChangeError> {
        match kind {
            ApplicationKind::Rollback => stored(&self.part.target, &self.part.config_id),
            ApplicationKind::Apply => {
                let mut target = Fields::of(&self.current)?;
                for change in &self.changes {
                    target.change(change.change_type, &change.value);
                }
                Ok(target)
            }
        }
    }

    /// What it was, of the fields that the act is about.
    pub(super) fn way_back(&self) -> Result<Fields, ChangeError> {
        let touched = stored(&self.part.target, &self.part.config_id)?;
        Ok(self.before.only(|field| touched.knows(field)))
    }
}

/// The fields of the API that the changes are about, with what they shall be: what is stored of an act.
pub(super) fn touched_fields(target: &Fields, changes: &[PendingChange]) -> Fields {
    let paths: Vec<&str> = changes.iter().map(|change| super::fields::path(change.change_type)[0]).collect();
    target.only(|field| paths.contains(&field))
}

fn stored(text: &str, config: &str) -> Result<Fields, ChangeError> {
    serde_json::from_str(text)
        .map_err(|error| ChangeError::Stored { config: config.to_owned(), reason: error.to_string() })
}

/// The config as Google has it now.
pub(super) fn ask(google: &dyn Google, config: &GoogleConfig) -> Result<GoogleConfig, ChangeError> {
    let answer = google.send(&Call::get(view::address(config)?)).map_err(ChangeError::Unasked)?;
    read(&answer, config)
}

/// The config in an answer, which must be that one.
pub(super) fn read(answer: &[u8], config: &GoogleConfig) -> Result<GoogleConfig, ChangeError> {
    let wrong = |reason| ChangeError::Answer { config: config.config_id.clone(), reason };
    let answered = answers::config(answer).map_err(|error| wrong(error.to_string()))?;
    if answered.config_id != config.config_id {
        return Err(wrong(format!("it is of config {}", answered.config_id)));
    }
    Ok(answered)
}

/// The act that these parts are of, without the parts that it had.
pub(super) fn described(application: &Application) -> String {
    match application.kind {
        ApplicationKind::Apply => format!("application {}", application.application_id),
        ApplicationKind::Rollback => format!("rollback {}", application.application_id),
    }
}
