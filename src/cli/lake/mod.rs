//! `catscan lake`: looking at the fact store, and caring for it.

mod export_delta;
mod files;
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
  catscan lake sweep                    remove what crashes left behind
  catscan lake verify --full            is every byte as it was written?
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
    Sweep(SweepArgs),
    Verify(verify::VerifyArgs),
    ExportDelta(export_delta::ExportDeltaArgs),
}

pub fn run(globals: &Globals, args: LakeArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    session.require_store()?;
    match args.command {
        LakeCommand::Status(args) => status::run(&reader(&session)?, args),
        LakeCommand::Snapshots(args) => snapshots::run(&reader(&session)?, args),
        LakeCommand::Files(args) => files::run(&reader(&session)?, args),
        LakeCommand::Sweep(args) => sweep(&session, args),
        LakeCommand::Verify(args) => verify::run(&session, args),
        LakeCommand::ExportDelta(args) => export_delta::run(&session, args),
    }
}

fn reader(session: &Session) -> Result<Store, Failure> {
    Store::open_reader(session.dir.clone(), session.config.clone()).or_fail()
}

/// Remove files that no commit names, older than any import under way
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  catscan lake sweep --json")]
struct SweepArgs {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

fn sweep(session: &Session, args: SweepArgs) -> Result<ExitCode, Failure> {
    use super::numbers::{bytes, counted};
    use crate::jobs::Care;
    use crate::lake::Swept;
    view::care(session, Care::Sweep, args.json, |swept: Swept| match swept.orphans + swept.unfinished {
        0 => "nothing to remove\n".to_owned(),
        files => format!("removed {}, {}\n", counted(files, "file"), bytes(swept.bytes)),
    })
}
