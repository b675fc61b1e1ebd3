//! The last transaction of an act: configs as Google answered, changes closed, history told, comparisons begun.

use rusqlite::Transaction;

use super::act::{Act, ActConfig, Step, described};
use super::compare::{self, Windows};
use super::fields::{Fields, columns};
use super::view::touched;
use super::{ChangeError, Desk, stage};
use crate::entities::changes::applications::{self, Application, ApplicationKind, ApplicationState};
use crate::entities::changes::pending::{self, ChangeStatus};
use crate::entities::configs::{self, Config};
use crate::entities::history::{self, Author, ChangeSource, Link, NewChange};
use crate::google::Call;
use crate::sync::answers;

/// The act is done at Google.
pub(super) fn end(
    desk: &Desk<'_>,
    windows: Windows,
    application: &Application,
    steps: &[Step],
    calls: Vec<Vec<Call>>,
) -> Result<Act, ChangeError> {
    let id = application.application_id;
    let mut notes = Vec::new();
    let configs = desk.db.write(|tx| {
        let mut configs = Vec::new();
        for (step, calls) in steps.iter().zip(calls) {
            configs.push(end_config(tx, desk, windows, application, step, calls, &mut notes)?);
        }
        applications::close(tx, desk.account, id, ApplicationState::Done, None, desk.now)?;
        Ok::<_, ChangeError>(configs)
    })?;
    Ok(Act { application_id: id, kind: application.kind, configs, findings: Vec::new(), notes })
}

fn end_config(
    tx: &Transaction<'_>,
    desk: &Desk<'_>,
    windows: Windows,
    application: &Application,
    step: &Step,
    calls: Vec<Call>,
    notes: &mut Vec<String>,
) -> Result<ActConfig, ChangeError> {
    let account = desk.account;
    let google = &step.current;
    let differences = configs::bring_up(tx, account, google, desk.now)?;
    let config = configs::get_exact(tx, account, &google.config_id)?;
    // Who asked for it is who did it, also where another process ends it.
    let by = Author { name: application.asked_by.as_deref(), reason: application.reason.as_deref() };
    let mut link = Link { application_id: Some(application.application_id), ..Link::default() };
    let ours: Vec<&str> = match application.kind {
        ApplicationKind::Apply => step.changes.iter().flat_map(|change| touched(change.change_type)).copied().collect(),
        ApplicationKind::Rollback => {
            let fields = step.target(application.kind)?;
            fields.0.keys().flat_map(|field| columns(field)).copied().collect()
        }
    };
    for found in differences {
        if !found.field_changed.is_some_and(|column| ours.contains(&column)) {
            let nobody = Author::default();
            history::record(tx, account, google, &found, ChangeSource::ApiSync, nobody, Link::default(), desk.now)?;
        }
    }
    match application.kind {
        ApplicationKind::Apply => {
            for change in &step.changes {
                pending::close(tx, account, change.change_id, ChangeStatus::Applied, by.name, desk.now)?;
                link.step = Some(history::Step::Applied);
                link.change_id = Some(change.change_id);
                let told = stage::told(change.change_type, &change.value, &step.before);
                let by = Author { reason: by.reason.or(change.reason.as_deref()), ..by };
                history::record(tx, account, google, &told, ChangeSource::User, by, link, desk.now)?;
            }
        }
        ApplicationKind::Rollback => {
            link.step = Some(history::Step::RolledBack);
            let restored = before(step, &config)?.map(|before| configs::differences(&before, google));
            let restored = restored.unwrap_or_default();
            for found in restored.into_iter().filter(|found| found.field_changed.is_some()) {
                let told = NewChange { change_type: ROLLBACK.to_owned(), ..found };
                history::record(tx, account, google, &told, ChangeSource::User, by, link, desk.now)?;
            }
        }
    }
    let wanted = step.target(application.kind)?;
    let missing: Vec<&str> = wanted.differing(&Fields::of(google)?).collect();
    if !missing.is_empty() {
        let name = config.shown_name();
        notes
            .push(format!("{name}: Google answered another value of {} than was sent; it is kept", missing.join(", ")));
    }
    let name = match (application.kind, &application.reason) {
        (_, Some(reason)) => format!("{}: {reason}", described(application)),
        (_, None) => described(application),
    };
    let comparison_id = compare::begin_after(tx, desk, windows, &config, &name, step.part.before_snapshot_id)?;
    Ok(ActConfig {
        config_id: google.config_id.clone(),
        billing_id: google.billing_id.clone(),
        name: config.shown_name(),
        change_ids: step.part.change_ids.clone(),
        calls,
        before_snapshot_id: step.part.before_snapshot_id,
        comparison_id,
    })
}

/// The dashboard tells a row of this type apart.
const ROLLBACK: &str = "rollback";

/// The config as its snapshot of before has it.
fn before(step: &Step, config: &Config) -> Result<Option<Config>, ChangeError> {
    if !step.before.knows("name") {
        return Ok(None);
    }
    let text = super::apply::text(&step.before);
    let wrong = |error: answers::AnswerError| ChangeError::Stored {
        config: config.google.config_id.clone(),
        reason: error.to_string(),
    };
    Ok(Some(Config { google: answers::config(text.as_bytes()).map_err(wrong)?, vanished_at: None, ..config.clone() }))
}

/// What was done of the act is undone at Google.
pub(super) fn end_put_back(
    desk: &Desk<'_>,
    application: &Application,
    steps: &[Step],
    reason: &str,
) -> Result<(), ChangeError> {
    let id = application.application_id;
    desk.db.write(|tx| {
        for step in steps {
            for found in configs::bring_up(tx, desk.account, &step.current, desk.now)? {
                let (source, nobody) = (ChangeSource::ApiSync, Author::default());
                history::record(tx, desk.account, &step.current, &found, source, nobody, Link::default(), desk.now)?;
            }
            let told = NewChange {
                change_type: ROLLBACK.to_owned(),
                field_changed: None,
                old_value: None,
                new_value: Some(format!("{} failed, the config is as it was before", described(application))),
            };
            let link = Link { step: Some(history::Step::PutBack), change_id: None, application_id: Some(id) };
            let by = Author { name: application.asked_by.as_deref(), reason: Some(reason) };
            history::record(tx, desk.account, &step.current, &told, ChangeSource::System, by, link, desk.now)?;
        }
        Ok(applications::close(tx, desk.account, id, ApplicationState::Failed, Some(reason), desk.now)?)
    })
}
