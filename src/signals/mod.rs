//! Signs of waste in creatives, with a life: found by an analysis, open until somebody resolves them or they are gone.
//!
//! [`analyse`] asks the named question `creative_signals` and brings the kept signals to what it says; [`lifecycle`] decides
//! as a pure rule what is noted, what is resolved and what stays as people left it; [`words`] says what was seen and what
//! to do. They are for people to look at: nothing here stages a change or blocks anything. Commands and HTTP call it.

mod lifecycle;
mod words;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::analytics::{self, AnalyticsError, Ask};
use crate::db::{Db, DbError};
use crate::entities::EntityError;
use crate::entities::waste_signals::{self, NewSignal, WasteSignal};
use crate::model::AccountId;
use crate::query::{AccountScope, Days, Engine, Limits};

/// Who resolves what an analysis no longer finds.
pub const ANALYSIS: &str = "analysis";

/// What an analysis looks at.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Whose creatives.
    pub account: AccountId,
    /// Of which days.
    pub days: Days,
    /// What the question may take.
    pub limits: Limits,
    /// Whether what is found is kept.
    pub save: bool,
}

/// What an analysis found, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// `complete`.
    pub status: &'static str,
    /// The first of the days looked at.
    pub start: String,
    /// The last of them.
    pub end: String,
    /// Days among them that have rows; where there are none, nothing is resolved.
    pub days_with_rows: u64,
    /// Signals found.
    pub signals_generated: usize,
    /// How many of each type.
    pub by_type: BTreeMap<String, usize>,
    /// Of them, those that were not open before.
    pub new: usize,
    /// Of them, those that somebody resolved and that have nothing new.
    pub left_resolved: usize,
    /// Open ones that were no longer found, and are resolved now.
    pub resolved: usize,
    /// Whether this was kept.
    pub saved: bool,
}

/// An analysis or a resolution failed; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SignalError {
    /// Entities refused.
    #[error(transparent)]
    Entity(#[from] EntityError),
    /// SQLite refused.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The facts did not answer.
    #[error(transparent)]
    Facts(#[from] AnalyticsError),
}

/// Looks for signals, and brings those that are kept to what is found, in one transaction.
pub fn analyse(db: &Db, engine: &Engine, wish: &Analysis, now: DateTime<Utc>) -> Result<Outcome, SignalError> {
    let ask = || {
        let ask = Ask::new(AccountScope::one(wish.account)).over(wish.days);
        Ask { limits: wish.limits.clone(), ..ask }
    };
    let found: Vec<Found> = analytics::rows_blocking(engine, "creative_signals", ask())?;
    let found: Vec<NewSignal> = found.iter().map(|found| found.signal(wish.days)).collect();
    let days: Vec<RowDays> = analytics::rows_blocking(engine, "signal_days", ask())?;
    let days_with_rows = days.first().map_or(0, |row| row.days);
    let change = |tx: &rusqlite::Transaction<'_>| {
        let kept = waste_signals::list(tx, wish.account, None, true)?;
        let plan = lifecycle::plan(&found, &kept, wish.days, days_with_rows > 0);
        if wish.save {
            for signal in &plan.note {
                waste_signals::note(tx, wish.account, signal, now)?;
            }
            for id in &plan.resolve {
                let notes = format!("not found in {} to {}", wish.days.first, wish.days.last);
                waste_signals::resolve(tx, wish.account, *id, Some(ANALYSIS), Some(&notes), now)?;
            }
            for id in &plan.gone {
                waste_signals::gone(tx, wish.account, *id, now)?;
            }
        }
        Ok::<_, SignalError>((plan.new, plan.left_resolved, plan.resolve.len()))
    };
    let (new, left_resolved, resolved) = if wish.save { db.write(change)? } else { db.read(change)? };
    let mut by_type = BTreeMap::new();
    for signal in &found {
        *by_type.entry(signal.signal_type.clone()).or_default() += 1;
    }
    Ok(Outcome {
        status: "complete",
        start: wish.days.first.to_string(),
        end: wish.days.last.to_string(),
        days_with_rows,
        signals_generated: found.len(),
        by_type,
        new,
        left_resolved,
        resolved,
        saved: wish.save,
    })
}

/// The signals of the account, or of one of its creatives, the newest first.
pub fn list(
    db: &Db,
    account: AccountId,
    creative: Option<&str>,
    resolved: bool,
) -> Result<Vec<WasteSignal>, SignalError> {
    Ok(db.read(|tx| waste_signals::list(tx, account, creative, resolved))?)
}

/// Resolves an open signal; it comes back when an analysis finds something new.
pub fn resolve(
    db: &Db,
    account: AccountId,
    signal_id: i64,
    by: Option<&str>,
    notes: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), SignalError> {
    Ok(db.write(|tx| waste_signals::resolve(tx, account, signal_id, by, notes, now))?)
}

/// A row of `signal_days`.
#[derive(Debug, Deserialize)]
struct RowDays {
    days: u64,
}

/// A row of `creative_signals`.
#[derive(Debug, Deserialize)]
struct Found {
    creative_id: String,
    signal: String,
    confidence: String,
    currency: Option<String>,
    /// The figures, and what they are held against.
    #[serde(flatten)]
    figures: Map<String, Value>,
}

impl Found {
    fn signal(&self, days: Days) -> NewSignal {
        let known = self.figures.iter().filter(|(name, value)| !value.is_null() && name.as_str() != "account_id");
        let mut evidence: Map<String, Value> = known.map(|(name, value)| (name.clone(), value.clone())).collect();
        evidence.insert("first_day".to_owned(), days.first.to_string().into());
        evidence.insert("last_day".to_owned(), days.last.to_string().into());
        if let Some(currency) = &self.currency {
            evidence.insert("currency".to_owned(), currency.clone().into());
        }
        NewSignal {
            creative_id: self.creative_id.clone(),
            signal_type: self.signal.clone(),
            confidence: self.confidence.clone(),
            observation: words::observation(&self.signal, &evidence),
            recommendation: words::recommendation(&self.signal).to_owned(),
            evidence: Value::Object(evidence),
        }
    }
}
