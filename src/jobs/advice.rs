//! Making advice, and saying what became of it.

use chrono::Utc;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Event, Listener, Store, refuse, resolve};
use crate::advice::{self, AdviceError, Analyst, Shown, Standing};
use crate::analytics::AnalyticsError;
use crate::changes::Desk;
use crate::entities::EntityError;
use crate::entities::history::Author;
use crate::entities::recommendations::{self, Recommendation, RecommendationStatus};
use crate::model::{AccountId, Day};
use crate::query::Days;

/// A step with advice, who takes it, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AdviceRequest {
    /// What is done.
    pub step: AdviceStep,
    /// First and last day that advice is made of where that is needed.
    pub window: (Day, Day),
    /// Account by name or number; none is the first one.
    pub account: Option<String>,
    /// Who does it.
    pub by: Option<String>,
    /// Why, in their words.
    pub reason: Option<String>,
}

/// What is done.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum AdviceStep {
    /// Analyse the window and keep what is found.
    Run,
    /// Stage the changes that follow a recommendation.
    Accept {
        /// Which one.
        id: String,
        /// Only in this config (billing id or config id).
        config: Option<String>,
    },
    /// Say what became of recommendations, all or none.
    Set {
        /// Which ones.
        ids: Vec<String>,
        /// What became of them.
        status: RecommendationStatus,
    },
}

/// What a run came to.
#[derive(Serialize)]
struct RunAnswer {
    first_day: Day,
    last_day: Day,
    days_with_data: i64,
    newest_day: Option<Day>,
    listed: usize,
    new: usize,
    closed: usize,
    ended: usize,
}

pub(super) fn run(request: &AdviceRequest, store: &Store, tell: Listener<'_>) -> bool {
    match taken(request, store) {
        Ok(answers) => {
            answers.into_iter().for_each(|answer| tell(Event::Answered { answer }));
            true
        }
        Err(error @ AdviceError::Entity(EntityError::Unknown { .. })) => refuse(
            tell,
            error,
            Some("`catscan advice list` shows the ids; give --days and --until as you gave them there"),
        ),
        Err(error) => refuse(tell, error, None),
    }
}

fn taken(request: &AdviceRequest, store: &Store) -> Result<Vec<Value>, AdviceError> {
    let account = resolve(&store.db, request.account.as_deref())?;
    let engine = store.engine().map_err(AnalyticsError::from)?;
    let limits = store.owner_limits();
    let (db, thresholds, now) = (&store.db, &store.config.thresholds, Utc::now());
    let analyst = Analyst { db, engine: &engine, account, thresholds, limits: &limits, now };
    let (first, last) = request.window;
    let days = Days { first, last };
    let by = Author { name: request.by.as_deref(), reason: request.reason.as_deref() };
    match &request.step {
        AdviceStep::Run => Ok(vec![json_of(&told(&analyst.analyse(days)?))?]),
        AdviceStep::Accept { id, config } => {
            known(&analyst, days, std::slice::from_ref(id))?;
            let desk = Desk { db, account, by, now };
            Ok(vec![json_of(&advice::accept(&desk, id, config.as_deref())?)?])
        }
        AdviceStep::Set { ids, status } => {
            known(&analyst, days, ids)?;
            let set = set(store, account, ids, *status, by)?;
            set.into_iter().map(|one| json_of(&Shown::from(one))).collect()
        }
    }
}

/// Makes advice where one of these is not kept: a list that was only looked at shows ids that nobody kept.
fn known(analyst: &Analyst<'_>, days: Days, ids: &[String]) -> Result<(), AdviceError> {
    let kept = analyst.db.read(|tx| {
        let kept = ids.iter().map(|id| recommendations::get(tx, analyst.account, id).map(drop));
        kept.collect::<Result<(), EntityError>>()
    });
    match kept {
        Err(EntityError::Unknown { .. }) => analyst.refresh(days).map(drop),
        other => Ok(other?),
    }
}

fn set(
    store: &Store,
    account: AccountId,
    ids: &[String],
    status: RecommendationStatus,
    by: Author<'_>,
) -> Result<Vec<Recommendation>, AdviceError> {
    Ok(store.db.write(|tx| {
        let one = |id: &String| recommendations::set_status(tx, account, id, status, by.name, by.reason, Utc::now());
        ids.iter().map(one).collect::<Result<Vec<_>, EntityError>>()
    })?)
}

fn told(standing: &Standing) -> RunAnswer {
    let count = |is: fn(&Recommendation) -> bool| standing.recommendations.iter().filter(|one| is(one)).count();
    RunAnswer {
        first_day: standing.days.first,
        last_day: standing.days.last,
        days_with_data: standing.totals.days,
        newest_day: standing.totals.newest_day,
        listed: count(Recommendation::is_listed),
        new: count(|one| one.is_listed() && one.status == RecommendationStatus::New),
        closed: count(|one| one.expires_at.is_none() && one.status.is_closed()),
        ended: count(|one| one.expires_at.is_some()),
    }
}

fn json_of(value: &impl Serialize) -> Result<Value, AdviceError> {
    let json = serde_json::to_value(value);
    Ok(json.map_err(|error| EntityError::from(rusqlite::Error::ToSqlConversionFailure(error.into())))?)
}
