//! Looking for signs of waste in creatives, and resolving them.

use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Event, Listener, Store, refuse, resolve};
use crate::model::{AccountId, Day};
use crate::query::{Days, QueryError};
use crate::signals::{self, Analysis, SignalError};

/// Work on the signals of one account.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignalRequest {
    /// Account by name or number; none is the first one.
    pub account: Option<String>,
    /// What is done.
    #[serde(flatten)]
    pub step: SignalStep,
}

/// What is done.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum SignalStep {
    /// Look for signals in these days.
    Analyze {
        /// The first day.
        first: Day,
        /// The last day.
        last: Day,
        /// Whether what is found is kept.
        save: bool,
    },
    /// Somebody dealt with a signal.
    Resolve {
        /// Its number.
        signal: i64,
        /// Who.
        by: Option<String>,
        /// In their words.
        notes: Option<String>,
    },
}

#[derive(Debug, thiserror::Error)]
enum StepError {
    #[error(transparent)]
    Signal(#[from] SignalError),
    #[error(transparent)]
    Engine(#[from] QueryError),
    #[error("the answer has no JSON form: {0}")]
    Json(#[from] serde_json::Error),
}

pub(super) fn run(request: &SignalRequest, store: &Store, tell: Listener<'_>) -> bool {
    let answer = resolve(&store.db, request.account.as_deref())
        .map_err(|error| StepError::Signal(error.into()))
        .and_then(|account| taken(&request.step, store, account));
    match answer {
        Ok(answer) => {
            tell(Event::Answered { answer });
            true
        }
        Err(error) => refuse(tell, error, None),
    }
}

fn taken(step: &SignalStep, store: &Store, account: AccountId) -> Result<Value, StepError> {
    match step {
        SignalStep::Analyze { first, last, save } => {
            let days = Days { first: *first, last: *last };
            let wish = Analysis { account, days, limits: store.limits(), save: *save };
            let outcome = signals::analyse(&store.db, &store.engine()?, &wish, Utc::now())?;
            Ok(serde_json::to_value(outcome)?)
        }
        SignalStep::Resolve { signal, by, notes } => {
            signals::resolve(&store.db, account, *signal, by.as_deref(), notes.as_deref(), Utc::now())?;
            Ok(json!({"status": "resolved", "signal_id": signal}))
        }
    }
}
