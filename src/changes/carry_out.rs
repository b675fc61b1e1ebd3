//! Carrying an act out: sending its calls, ending it, or putting back what was done of it.
//!
//! What is sent is always the difference between what Google has and what it shall have, so sending again after a death
//! or a lost answer changes nothing that was changed already.

use super::act::{self, Act, Step};
use super::compare::Windows;
use super::ending;
use super::fields::Fields;
use super::{ChangeError, Desk, calls, view};
use crate::entities::changes::applications::{self, Application, ApplicationState};
use crate::entities::changes::{pending, snapshots};
use crate::entities::configs;
use crate::google::{Call, Google, GoogleError};
use crate::kill;

/// Ends what did not end: all open acts of the account, oldest first. One that cannot be ended stops it.
pub fn resume(desk: &Desk<'_>, google: &dyn Google, windows: Windows) -> Result<Vec<Act>, ChangeError> {
    end_open(desk, google, windows, None)
}

/// Whether something did not end.
pub fn has_open(desk: &Desk<'_>) -> Result<bool, ChangeError> {
    Ok(!desk.db.read(|tx| applications::list_open(tx, desk.account))?.is_empty())
}

/// Ends the open acts on these configs, or on all.
pub(super) fn end_open(
    desk: &Desk<'_>,
    google: &dyn Google,
    windows: Windows,
    about: Option<&[String]>,
) -> Result<Vec<Act>, ChangeError> {
    let mut open = desk.db.read(|tx| applications::list_open(tx, desk.account))?;
    if let Some(about) = about {
        open.retain(|application| application.parts.iter().any(|part| about.contains(&part.config_id)));
    }
    let mut acts = Vec::new();
    for application in open {
        acts.push(carry_out(desk, google, windows, application.application_id, false)?);
    }
    Ok(acts)
}

/// Sends what an open act lacks. Of a new one the stored configs are what Google said just now; else it is asked first.
pub(super) fn carry_out(
    desk: &Desk<'_>,
    google: &dyn Google,
    windows: Windows,
    application: i64,
    is_new: bool,
) -> Result<Act, ChangeError> {
    let (application, mut steps) = desk.db.read(|tx| {
        let application = applications::get(tx, desk.account, application)?;
        let steps = application.parts.iter().map(|part| {
            let changes = part.change_ids.iter().map(|id| pending::get(tx, desk.account, *id));
            let before = snapshots::get(tx, desk.account, part.before_snapshot_id)?;
            Ok(Step {
                part: part.clone(),
                changes: changes.collect::<Result<_, _>>()?,
                before: Fields::of_snapshot(&before.config_data, before.snapshot_id, &Fields::default())?,
                current: configs::get_exact(tx, desk.account, &part.config_id)?.google,
            })
        });
        let steps = steps.collect::<Result<Vec<_>, ChangeError>>()?;
        Ok::<_, ChangeError>((application, steps))
    })?;
    if application.state == ApplicationState::PuttingBack {
        let reason = application.outcome.clone().unwrap_or_default();
        return put_back(desk, google, &application, steps, reason);
    }
    if !is_new {
        for step in &mut steps {
            step.current = still_open(&application, act::ask(google, &step.current))?;
        }
    }
    let mut sent = Sent::default();
    let mut done = Vec::new();
    for step in &mut steps {
        let target = step.target(application.kind)?;
        let calls = calls(&view::address(&step.current)?, &Fields::of(&step.current)?, &target);
        for call in &calls {
            match sent.send(google, call) {
                Ok(answer) => step.current = still_open(&application, act::read(&answer, &step.current))?,
                Err(error) if !error.changed_nothing() => return Err(left_open(&application, &error)),
                // What an earlier process sent may have taken effect, whatever this call did.
                Err(error) if sent.taken == 0 && is_new => return Err(failed(desk, &application, &error)?),
                Err(error) => return put_back(desk, google, &application, steps, error.to_string()),
            }
        }
        done.push(calls);
    }
    kill::point("changes_before_ending");
    let act = ending::end(desk, windows, &application, &steps, done)?;
    kill::point("changes_ended");
    Ok(act)
}

/// Counts the calls, and names a point before and after each.
#[derive(Default)]
struct Sent {
    tried: u32,
    taken: u32,
}

impl Sent {
    fn send(&mut self, google: &dyn Google, call: &Call) -> Result<Vec<u8>, GoogleError> {
        self.tried += 1;
        kill::point(&format!("changes_before_call_{}", self.tried));
        let answer = google.send(call)?;
        self.taken += 1;
        kill::point(&format!("changes_after_call_{}", self.tried));
        Ok(answer)
    }
}

/// Brings every config of the act back to what it was. Ends in an error always: the act failed.
fn put_back(
    desk: &Desk<'_>,
    google: &dyn Google,
    application: &Application,
    mut steps: Vec<Step>,
    reason: String,
) -> Result<Act, ChangeError> {
    desk.db.write(|tx| applications::put_back(tx, desk.account, application.application_id, &reason))?;
    kill::point("changes_putting_back");
    let mut sent = Sent::default();
    for step in steps.iter_mut().rev() {
        step.current = still_open(application, act::ask(google, &step.current))?;
        let back = calls(&view::address(&step.current)?, &Fields::of(&step.current)?, &step.way_back()?);
        for call in back {
            let answer = sent.send(google, &call).map_err(|error| left_open(application, &error))?;
            step.current = still_open(application, act::read(&answer, &step.current))?;
        }
    }
    kill::point("changes_put_back");
    ending::end_put_back(desk, application, &steps, &reason)?;
    Err(ChangeError::Failed { application: application.application_id, reason })
}

/// Google took nothing: the act ends as failed.
fn failed(desk: &Desk<'_>, application: &Application, error: &GoogleError) -> Result<ChangeError, ChangeError> {
    let (application, reason) = (application.application_id, error.to_string());
    let state = ApplicationState::Failed;
    desk.db.write(|tx| applications::close(tx, desk.account, application, state, Some(&reason), desk.now))?;
    Ok(ChangeError::Failed { application, reason })
}

fn left_open(application: &Application, error: &GoogleError) -> ChangeError {
    ChangeError::Open { application: application.application_id, reason: error.to_string() }
}

/// An answer that cannot be had leaves the act open.
fn still_open<T>(application: &Application, asked: Result<T, ChangeError>) -> Result<T, ChangeError> {
    asked.map_err(|error| match error {
        ChangeError::Unasked(error) => left_open(application, &error),
        other => ChangeError::Open { application: application.application_id, reason: other.to_string() },
    })
}
