//! Staging, applying and undoing changes of pretargeting configs.

use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Event, Listener, Store, refuse, resolve};
use crate::changes::{self, ChangeError, Desk, NewWindow, Selection, Windows, Wish};
use crate::entities::EntityError;
use crate::entities::history::Author;
use crate::google::{Google, GoogleError};
use crate::model::{AccountId, Day};
use crate::query::QueryError;

/// A step of the change workflow, who takes it, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChangeRequest {
    /// What is done.
    pub step: ChangeStep,
    /// Account by name or number; none is the first one.
    pub account: Option<String>,
    /// Who does it.
    pub by: Option<String>,
    /// Why, in their words.
    pub reason: Option<String>,
}

/// What is done. Configs are billing ids or config ids.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum ChangeStep {
    /// Stage a change for each value, all or none.
    Stage {
        /// Which config.
        config: String,
        /// `add_size` …
        change_type: String,
        /// As typed.
        values: Vec<String>,
        /// What is expected of each, in bid requests per second.
        estimated_qps_impact: Option<f64>,
    },
    /// The changes will not be applied.
    Cancel {
        /// Which ones.
        changes: Vec<i64>,
    },
    /// The changes were made at Google by hand.
    MarkApplied {
        /// Which ones.
        changes: Vec<i64>,
    },
    /// Send the pending changes to Google, all or none.
    Apply {
        /// All of these configs.
        configs: Vec<String>,
        /// These.
        changes: Vec<i64>,
        /// All of the account, where neither is named.
        all: bool,
        /// Whatever the rule check says.
        force: bool,
    },
    /// End what did not end.
    Resume,
    /// Take a snapshot.
    Snapshot {
        /// Of which config.
        config: String,
        /// What it is called.
        name: Option<String>,
        /// What is written about it.
        notes: Option<String>,
    },
    /// Restore a snapshot at Google.
    Rollback {
        /// Which one.
        snapshot: i64,
    },
    /// Begin a comparison.
    Compare {
        /// Of which config.
        config: String,
        /// What it is called.
        name: String,
        /// The config before.
        before_snapshot: i64,
        /// First day before.
        first: Day,
        /// Last day before.
        last: Day,
    },
    /// Complete a comparison, or all that are due.
    FinishComparison {
        /// Which one; none is all that are due.
        comparison: Option<i64>,
        /// How many days after.
        days: Option<u16>,
    },
}

/// The step was not taken.
#[derive(Debug, thiserror::Error)]
enum StepError {
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error(transparent)]
    Account(#[from] EntityError),
    #[error(transparent)]
    Engine(#[from] QueryError),
    #[error("{0}")]
    Google(#[from] GoogleError),
    #[error("the answer has no JSON form: {0}")]
    Json(#[from] serde_json::Error),
}

impl Store {
    /// How many days before and after an applied change are compared.
    pub fn comparison_windows(&self) -> Windows {
        let settings = &self.config.changes;
        Windows { before_days: settings.compare_days_before, after_days: settings.compare_days_after }
    }
}

pub(super) fn run(request: &ChangeRequest, store: &Store, tell: Listener<'_>) -> bool {
    let answers = resolve(&store.db, request.account.as_deref())
        .map_err(StepError::Account)
        .and_then(|account| taken(request, store, account));
    match answers {
        Ok(answers) => {
            if answers.is_empty() {
                tell(Event::Noted { text: "there was nothing to do".to_owned() });
            }
            answers.into_iter().for_each(|answer| tell(Event::Answered { answer }));
            true
        }
        Err(StepError::Change(error)) => {
            let help = error.help();
            refuse(tell, error, help)
        }
        Err(error) => refuse(tell, error, None),
    }
}

/// The answers, one after the other.
fn taken(request: &ChangeRequest, store: &Store, account: AccountId) -> Result<Vec<Value>, StepError> {
    let by = Author { name: request.by.as_deref(), reason: request.reason.as_deref() };
    let desk = Desk { db: &store.db, account, by, now: Utc::now() };
    let windows = store.comparison_windows();
    let google = || Ok::<std::sync::Arc<dyn Google>, StepError>(store.google(account)?);
    Ok(match &request.step {
        ChangeStep::Stage { config, change_type, values, estimated_qps_impact } => {
            let wish = |value| Wish {
                config,
                change_type,
                field_name: None,
                value,
                estimated_qps_impact: *estimated_qps_impact,
            };
            let wishes: Vec<Wish<'_>> = values.iter().map(|value| wish(value)).collect();
            each(&changes::stage(&desk, &wishes)?)?
        }
        ChangeStep::Cancel { changes } => {
            each(&changes.iter().map(|id| changes::cancel(&desk, *id)).collect::<Result<Vec<_>, _>>()?)?
        }
        ChangeStep::MarkApplied { changes } => {
            each(&changes.iter().map(|id| changes::mark_applied(&desk, *id)).collect::<Result<Vec<_>, _>>()?)?
        }
        ChangeStep::Apply { configs, changes, all, force } => {
            let selection = selection(configs, changes, *all)?;
            let engine = store.engine()?;
            each(&[changes::apply(&desk, &engine, &*google()?, windows, &selection, *force)?])?
        }
        ChangeStep::Resume => match changes::has_open(&desk)? {
            true => each(&changes::resume(&desk, &*google()?, windows)?)?,
            false => Vec::new(),
        },
        ChangeStep::Snapshot { config, name, notes } => {
            let engine = store.engine()?;
            each(&[changes::take_snapshot(&desk, &engine, config, name.as_deref(), notes.as_deref())?])?
        }
        ChangeStep::Rollback { snapshot } => {
            let engine = store.engine()?;
            each(&[changes::roll_back(&desk, &engine, &*google()?, windows, *snapshot)?])?
        }
        ChangeStep::Compare { config, name, before_snapshot, first, last } => {
            let window = NewWindow { config, name, before_snapshot_id: *before_snapshot, first: *first, last: *last };
            each(&[changes::begin_comparison(&desk, &window)?])?
        }
        ChangeStep::FinishComparison { comparison, days } => {
            let engine = store.engine()?;
            match comparison {
                Some(id) => each(&[changes::finish_comparison(&desk, &engine, *id, *days)?])?,
                None => each(&changes::finish_due(&desk, &engine)?)?,
            }
        }
    })
}

/// What is selected; that nothing is named is a slip, and not all.
fn selection(configs: &[String], changes: &[i64], all: bool) -> Result<Selection, ChangeError> {
    match (configs, changes, all) {
        ([], [], true) => Ok(Selection::All),
        ([], ids, false) if !ids.is_empty() => Ok(Selection::Changes(ids.to_vec())),
        (configs, [], false) if !configs.is_empty() => Ok(Selection::Configs(configs.to_vec())),
        _ => Err(ChangeError::Selection),
    }
}

fn each<T: Serialize>(answers: &[T]) -> Result<Vec<Value>, StepError> {
    answers.iter().map(|answer| serde_json::to_value(answer).map_err(StepError::from)).collect()
}
