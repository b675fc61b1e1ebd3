//! `catscan migrate-from`: the predecessor's database into the store.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use clap::Args;

use super::account::currency;
use super::failure::Failure;
use super::import::percent;
use super::migration;
use super::progress::{Form, ImportView};
use super::session::Globals;
use super::{AccountChoice, work};
use crate::jobs::{Event, Job, MigrateRequest};
use crate::model::Currency;
use crate::telemetry::Level;

/// Take over the database of the predecessor (its catscan.db, schema v40 or older)
///
/// The old database is only read. Its rows are imported as reports of one day each, with the same checks and accounting;
/// seats, configs, endpoints, creatives, campaigns and history that this store lacks are added, and what it has stays. A
/// migration that was interrupted goes on where it stopped, and doing it again changes nothing. Exit code 1 when rows
/// were refused.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan migrate-from old/catscan.db --dry-run      what would happen, and nothing changes
  catscan migrate-from old/catscan.db --currency USD
  catscan migrate-from old/catscan.db --account acme

Stop the predecessor first. docs/migrate.md says what is taken over and what is not.")]
pub struct MigrateArgs {
    /// The predecessor's SQLite database
    #[arg(value_name = "OLD.db")]
    database: PathBuf,
    #[command(flatten)]
    account: AccountChoice,
    /// The currency of its money, which the old database does not say
    #[arg(long, value_name = "CODE", value_parser = currency)]
    currency: Option<Currency>,
    /// Refuse a day with more rejected rows than this, over the setting import.max_rejected_percent
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    max_reject_pct: Option<f64>,
    /// Do everything but the commits: the answer says what would become of each table
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object at the end
    #[arg(long)]
    json: bool,
}

pub fn run(globals: &Globals, args: MigrateArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    let request = MigrateRequest {
        database: std::path::absolute(&args.database).map_err(Failure::usage)?,
        account: args.account.account,
        currency: args.currency,
        max_reject_pct: args.max_reject_pct,
        dry_run: args.dry_run,
    };
    let view = ImportView::new(Form::Words, session.quiet);
    let migrated = Mutex::new(None);
    let done = work::perform(&session, "migrate-from", &Job::MigrateFrom(request), &|event| match event {
        Event::Migrated { answer } => *migrated.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer),
        event => view.show(event),
    });
    view.finish()?;
    let ok = done?;
    if let Some(answer) = migrated.into_inner().unwrap_or_else(PoisonError::into_inner) {
        let mut out = io::stdout().lock();
        match serde_json::from_value(answer.clone()) {
            Ok(answer) if !args.json => migration::write(&mut out, &answer)?,
            _ => writeln!(out, "{answer}")?,
        }
    }
    Ok(ExitCode::from(u8::from(!ok)))
}
