//! `catscan init`: makes the store, or brings an older one to this version.

use std::process::ExitCode;

use clap::Args;

use super::failure::{Failure, OrFail};
use super::session::Globals;
use super::work;
use crate::jobs::Store;
use crate::telemetry::Level;

/// Make the store: a directory with a database, an empty lake and a commented config.toml
///
/// Importing does this too where there is no store yet. An existing store keeps its data and is brought to this
/// version.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan init
  catscan --data-dir /srv/catscan init")]
pub struct InitArgs {}

pub fn run(globals: &Globals, _args: InitArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    let root = session.dir.root().display();
    let existed = session.dir.is_initialised();
    session.dir.create().or_help("choose a new or empty directory with --data-dir")?;
    if existed && let Some(server) = work::server_of(&session)? {
        session.say(format_args!("the store in {root} is there already, and process {} serves it", server.pid));
        return Ok(ExitCode::SUCCESS);
    }
    let lock = work::lock_for(&session, "init")?;
    let store = Store::open_writer(session.dir.clone(), session.config.clone(), lock).or_fail()?;
    if store.lake.directory().is_none() {
        session.say(format_args!("facts are in {}", store.lake.shown()));
    }
    if existed {
        session.say(format_args!("the store in {root} is there already and fits this version"));
        return Ok(ExitCode::SUCCESS);
    }
    session.say(format_args!("made a store in {root}"));
    session.say(format_args!("settings: {}", session.dir.config_file().display()));
    session.say("next: `catscan import FILE…` loads reports, `catscan sync --from-files DIR` the names of configs");
    Ok(ExitCode::SUCCESS)
}
