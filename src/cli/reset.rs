//! `catscan reset`: an empty store again.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use super::failure::Failure;
use super::numbers;
use super::session::Globals;
use super::work;
use crate::config::{DataDir, Inventory, Part};
use crate::telemetry::Level;

/// Delete all data of the store: database, lake and temporary files
///
/// Settings (config.toml), keys, the inbox and backups stay. Without --confirm, only says what would be deleted. Files that
/// Cat-Scan did not write are left where they are, and so are facts in an object store.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan reset             shows what would be deleted
  catscan reset --confirm   deletes it; there is no way back")]
pub struct ResetArgs {
    /// Delete; without this, only say what would go
    #[arg(long)]
    confirm: bool,
}

pub fn run(globals: &Globals, args: ResetArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    session.require_store()?;
    let lock = if args.confirm { Some(work::lock_at_once(&session, "reset")?) } else { None };
    let inventory = inventory_of(&session.dir)?;
    let mut out = io::stdout().lock();
    show(&inventory, session.dir.root(), args.confirm, &mut out)?;
    if !session.config.lake.url.is_empty() {
        writeln!(out, "stays: facts in the bucket of lake.url; delete them there, or set another address")?;
    }
    if lock.is_none() {
        writeln!(out, "nothing was deleted; `catscan reset --confirm` does it")?;
        return Ok(ExitCode::SUCCESS);
    }
    inventory.parts().into_iter().try_for_each(remove)?;
    writeln!(out, "done")?;
    Ok(ExitCode::SUCCESS)
}

/// Removes all data of a store whose writer lock the caller holds; the lock's file goes too.
pub fn remove_all(dir: &DataDir) -> Result<(), Failure> {
    inventory_of(dir)?.parts().into_iter().try_for_each(remove)
}

fn inventory_of(dir: &DataDir) -> Result<Inventory, Failure> {
    let told = |error| Failure::new(format_args!("cannot look into {}: {error}", dir.root().display()));
    Inventory::of(dir).map_err(told)
}

fn show(inventory: &Inventory, root: &Path, confirmed: bool, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{} in {}:", if confirmed { "deleting" } else { "would delete" }, root.display())?;
    for (name, what, part) in [
        ("catscan.db", "accounts, entities, import history, catalog", &inventory.database),
        ("lake/", "facts", &inventory.lake),
        ("thumbnails/", "pictures of creatives", &inventory.thumbnails),
        ("tmp/, run/", "unfinished work, locks", &inventory.temporary),
    ] {
        let files = numbers::counted(part.files.len() as u64, "file");
        writeln!(out, "  {name:<12}{:>8}  {files}: {what}", numbers::bytes(part.bytes))?;
    }
    writeln!(
        out,
        "stays: config.toml, keys/, inbox/, backups/ (of this store: move them away before a new one is backed up)"
    )?;
    for path in &inventory.foreign {
        writeln!(out, "stays: {} (not written by Cat-Scan)", path.strip_prefix(root).unwrap_or(path).display())?;
    }
    Ok(())
}

/// Removes files that were listed, then the directories that are empty.
fn remove(part: &Part) -> Result<(), Failure> {
    for path in &part.files {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Failure::new(format_args!("cannot delete {}: {error}", path.display()))
                    .help("the rest is still there; mend this and run the command again"));
            }
            _ => {}
        }
    }
    for path in &part.directories {
        // One that holds something foreign stays.
        let _ = fs::remove_dir(path);
    }
    Ok(())
}
