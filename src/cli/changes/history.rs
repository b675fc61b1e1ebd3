//! `catscan changes history`.

use std::process::ExitCode;

use chrono::{Days, Utc};
use clap::{Args, ValueEnum};

use super::Shown;
use crate::cli::entity::{self, minute, numbers, words};
use crate::cli::failure::{Failure, OrFail};
use crate::cli::session::Session;
use crate::entities::history::{self, Change, ChangeSource, HistoryFilter, Step};
use crate::jobs::resolve;

#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    /// Only those of this config (billing id or config id)
    #[arg(long, value_name = "CONFIG")]
    config: Option<String>,
    /// Only those of the last N dates
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=3660))]
    days: Option<u16>,
    /// Only those that came this way
    #[arg(long, value_enum)]
    source: Option<Source>,
    #[command(flatten)]
    shown: Shown,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Source {
    /// Found by a sync
    ApiSync,
    /// Made here
    User,
    /// Made by the program
    System,
    /// Taken over from the predecessor without a source
    Unknown,
}

impl From<Source> for ChangeSource {
    fn from(source: Source) -> Self {
        match source {
            Source::ApiSync => Self::ApiSync,
            Source::User => Self::User,
            Source::System => Self::System,
            Source::Unknown => Self::Unknown,
        }
    }
}

pub(super) fn run(session: &Session, args: &HistoryArgs) -> Result<ExitCode, Failure> {
    let store = entity::reader(session)?;
    let account = resolve(&store.db, args.shown.account.account.as_deref()).or_fail()?;
    let today = Utc::now().date_naive();
    let since = args.days.and_then(|days| today.checked_sub_days(Days::new(u64::from(days) - 1)));
    let filter = HistoryFilter {
        config: args.config.as_deref(),
        since: since.map(|day| day.and_time(chrono::NaiveTime::MIN).and_utc()),
        source: args.source.map(ChangeSource::from),
    };
    let found = store.db.read(|tx| history::find(tx, account, filter, usize::MAX)).or_fail()?;
    let columns = [
        words("when (UTC)", |one: &Change| Some(minute(one.changed_at))),
        words("billing id", |one| one.billing_id.clone().or_else(|| Some(one.config_id.clone()))),
        words("type", |one| Some(one.change_type.clone())),
        words("step", |one| Some(one.step.map_or("found", Step::code).to_owned())),
        words("before", |one| one.old_value.as_deref().map(few)),
        words("after", |one| one.new_value.as_deref().map(few)),
        words("source", |one| Some(one.change_source.code().to_owned())),
        words("by", |one| one.changed_by.clone()),
        numbers("change", |one| one.change_id.map(|id| id.to_string())),
        words("reason", |one| one.reason.clone()),
    ];
    entity::list(&found, args.shown.json, &columns, "no such changes")
}

/// As much as fits a line.
fn few(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}
