//! Accepting a recommendation: the changes that follow it are staged in the configs that its waste is in.
//!
//! Invariants: nothing is sent to Google here; what is staged already is not staged again; where no change of a config can
//! follow, a person is told what to do. Fraud is always for a person.

mod wishes;

use rusqlite::Transaction;
use serde::Serialize;

use super::AdviceError;
use super::include_list::own_sizes;
use super::rules::todo;
use crate::changes::{self, Desk, StagedAnswer, Wish};
use crate::entities::history::Author;
use crate::entities::recommendations::{
    self, ActionType, Advice, AdviceKind, Recommendation, RecommendationStatus, TargetType,
};
use crate::entities::{EntityError, configs};
use wishes::{Answer, Want};

/// What came of accepting a recommendation.
#[derive(Clone, Debug, Serialize)]
pub struct Accepted {
    /// Its id.
    pub id: String,
    /// acknowledged.
    pub status: RecommendationStatus,
    /// What it was about, in one line.
    pub title: String,
    /// The changes that are staged now, with what is to be said of them.
    pub staged: Vec<StagedAnswer>,
    /// Configs in which there is nothing to change, and why.
    pub notes: Vec<String>,
    /// What a person has to do, where no change of a config follows.
    pub todo: Option<String>,
}

/// Stages what follows the recommendation, in one config (billing id or config id) or in all that its waste is in, and
/// marks it as acknowledged by who accepts it.
pub fn accept(desk: &Desk<'_>, id: &str, config: Option<&str>) -> Result<Accepted, AdviceError> {
    let (one, wanted) = desk.db.read(|tx| {
        let one = recommendations::get(tx, desk.account, id)?;
        if one.status.is_closed() {
            return Err(AdviceError::Closed { id: id.to_owned(), status: one.status.code() });
        }
        let wanted = wanted(tx, desk, &one, config)?;
        Ok((one, wanted))
    })?;
    let reason = desk.by.reason.map_or_else(|| one.advice.title.clone(), str::to_owned);
    let why = format!("{reason} ({id})");
    let desk = Desk { by: Author { name: desk.by.name, reason: Some(&why) }, ..*desk };
    let wishes: Vec<Wish<'_>> = wanted.changes.iter().map(Want::wish).collect();
    let staged = if wishes.is_empty() { Vec::new() } else { changes::stage(&desk, &wishes)? };
    let is_followed = !staged.is_empty() || wanted.is_so_already;
    let todo = (!is_followed).then(|| todo(one.advice.kind, &one.advice.rules(), target_name(&one.advice)));
    let status = RecommendationStatus::Acknowledged;
    let notes = (one.status != status || one.notes.is_none()).then_some(reason);
    let notes = notes.or_else(|| one.notes.clone());
    desk.db.write(|tx| {
        recommendations::set_status(tx, desk.account, id, status, desk.by.name, notes.as_deref(), desk.now)
    })?;
    Ok(Accepted { id: id.to_owned(), status, title: one.advice.title, staged, notes: wanted.notes, todo })
}

fn target_name(advice: &Advice) -> &str {
    advice.actions.first().map_or(advice.target_id.as_str(), |action| action.target_name.as_str())
}

#[derive(Default)]
struct Wanted {
    changes: Vec<Want>,
    notes: Vec<String>,
    /// A config keeps the target out already.
    is_so_already: bool,
}

fn wanted(
    tx: &Transaction<'_>,
    desk: &Desk<'_>,
    one: &Recommendation,
    config: Option<&str>,
) -> Result<Wanted, AdviceError> {
    let named: Vec<String> = match config {
        // A slip in the name is said, whatever the advice is.
        Some(named) => vec![configs::get(tx, desk.account, named)?.google.config_id],
        None => one.advice.configs.iter().map(|share| share.billing_id.clone()).collect(),
    };
    let mut wanted = Wanted::default();
    if !is_for_configs(&one.advice) {
        return Ok(wanted);
    }
    let sizes = match one.advice.target_type {
        TargetType::Size => own_sizes(tx, desk.account)?.filterable,
        _ => Vec::new(),
    };
    for config in named {
        let staged = match changes::view(tx, desk.account, &config) {
            Err(changes::ChangeError::Entity(EntityError::Unknown { .. })) => {
                wanted
                    .notes
                    .push(format!("no config of billing id {config} is known: `catscan sync pretargeting` first"));
                continue;
            }
            other => other?,
        };
        match wishes::of(&one.advice, &staged, &sizes) {
            Answer::Stage(mut changes) => {
                // What was made by hand shows in the stored config only after the next sync.
                changes.retain(|want| staged.would_change(want.kind, &want.value));
                if changes.is_empty() {
                    wanted.is_so_already = true;
                    wanted.notes.push(format!("{} was changed so already", staged.config.shown_name()));
                }
                wanted.changes.extend(changes);
            }
            Answer::So(note) => {
                wanted.is_so_already = true;
                wanted.notes.push(note);
            }
            Answer::ByHand(note) => wanted.notes.push(note),
        }
    }
    Ok(wanted)
}

/// Whether a change of a config may follow at all.
fn is_for_configs(advice: &Advice) -> bool {
    let can = |action: &recommendations::Action| {
        action.pretargeting_field.is_some()
            && matches!(action.action_type, ActionType::Block | ActionType::Exclude | ActionType::Pause)
    };
    advice.kind != AdviceKind::FraudAlert && advice.actions.iter().any(can)
}
