//! `catscan lake`: looking at the fact store, and caring for it.

mod compact;
mod diff;
mod export_delta;
mod files;
mod repair;
mod retain;
mod snapshots;
mod status;
mod verify;
pub(super) mod view;

use std::process::ExitCode;

use clap::{Args, Subcommand};

pub(super) use self::status::plain;
use super::failure::{Failure, OrFail};
use super::session::{Globals, Session};
use crate::jobs::Store;
use crate::telemetry::Level;

/// Look at the fact store: its size, snapshots and files; or care for it
///
/// `catscan serve` does all of the care by itself, on a schedule (section [care] of config.toml). While it runs, these
/// commands hand their work to it.
#[derive(Debug, Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "Examples:
  catscan lake status
  catscan lake snapshots --limit 5      their numbers are what --at takes
  catscan lake files --from 2026-11-01 --account acme
  catscan lake diff 2026-11-19 latest   what changed since then, by day and kind
  catscan lake compact --dry-run        which small files would be merged
  catscan lake retain --dry-run         what is older than it is kept, and would go
  catscan lake verify --full            is every byte as it was written?
  catscan lake repair                   what heals damaged files?
  catscan lake export-delta             for readers of Delta tables")]
pub struct LakeArgs {
    #[command(subcommand)]
    command: LakeCommand,
}

#[derive(Debug, Subcommand)]
enum LakeCommand {
    Status(status::StatusArgs),
    Snapshots(snapshots::SnapshotsArgs),
    Files(files::FilesArgs),
    Diff(diff::DiffArgs),
    Compact(compact::CompactArgs),
    Retain(retain::RetainArgs),
    Verify(verify::VerifyArgs),
    Repair(repair::RepairArgs),
    ExportDelta(export_delta::ExportDeltaArgs),
}

pub fn run(globals: &Globals, args: LakeArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    session.require_store()?;
    match args.command {
        LakeCommand::Status(args) => status::run(&reader(&session)?, args),
        LakeCommand::Snapshots(args) => snapshots::run(&reader(&session)?, args),
        LakeCommand::Files(args) => files::run(&reader(&session)?, args),
        LakeCommand::Diff(args) => diff::run(&reader(&session)?, args),
        LakeCommand::Compact(args) => compact::run(&session, args),
        LakeCommand::Retain(args) => retain::run(&session, args),
        LakeCommand::Verify(args) => verify::run(&session, args),
        LakeCommand::Repair(args) => repair::run(&session, args),
        LakeCommand::ExportDelta(args) => export_delta::run(&session, args),
    }
}

fn reader(session: &Session) -> Result<Store, Failure> {
    Store::open_reader(session.dir.clone(), session.config.clone()).or_fail()
}
