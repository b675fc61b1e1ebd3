//! `catscan restore`: makes a store of a backup.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::Utc;
use clap::Args;
use indicatif::ProgressBar;

use super::failure::{Failure, OrFail};
use super::lake::view;
use super::numbers::{bytes, counted, elapsed};
use super::session::{Globals, Session};
use super::{backup, work};
use crate::backup::{BackupName, Depot, RestoreAnswer, Target, TargetLake, TargetNames, restore, settings};
use crate::config::{Config, DataDir, environment};
use crate::lake::Steps;
use crate::objects::Address;
use crate::telemetry::Level;

/// Make a store of a backup: of the newest, where none is named
///
/// The directory must hold no store; move an old one away first. All data files are read and compared with what was
/// written. A restore that was interrupted is done by running it again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan backups /mnt/disk/catscan                       which backups there are
  catscan restore /mnt/disk/catscan                       into the data directory, which must hold no store
  catscan restore s3://bucket/catscan --into /srv/catscan
  catscan restore /mnt/disk/catscan --backup 2026-11-20T13-35-01Z --into /tmp/before")]
pub struct RestoreArgs {
    /// Directory or address that was backed up to
    #[arg(value_name = "SRC")]
    source: String,
    /// Which backup, by its name
    #[arg(long, value_name = "NAME")]
    backup: Option<BackupName>,
    /// Make the store in this directory [default: the data directory]
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// The files that are below lake.url already are this store's, and no other store uses them any more
    #[arg(long)]
    reuse_lake: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

const NAMES: TargetNames = TargetNames {
    database: DataDir::DATABASE,
    lake: DataDir::LAKE,
    tmp: DataDir::TMP,
    settings: DataDir::SETTINGS,
    unfinished: DataDir::UNFINISHED_RESTORE,
};

pub fn run(globals: &Globals, args: RestoreArgs) -> Result<ExitCode, Failure> {
    let into = args.into.clone().or_else(|| globals.data_dir.clone());
    let globals = Globals { data_dir: into, ..globals.clone() };
    let session = globals.session(Level::Warnings)?;
    let depot = Depot::to_read(&backup::absolute(&args.source)?, environment()).or_fail()?;
    let lake = lake_of(&session, &depot, &args)?;
    let target = Target::new(session.dir.root(), NAMES, lake);
    target.refuse_store().or_fail()?;
    session.dir.create_directories().or_help("name a new or empty directory with --into")?;
    let lock = work::lock_for(&session, "restore")?;
    let shown = Shown { bar: view::bar(session.quiet), done: AtomicU64::new(0) };
    let answer = restore(&depot, args.backup, &target, Utc::now(), &shown);
    shown.bar.finish_and_clear();
    drop(lock);
    let answer = answer.or_fail()?;
    let mut out = std::io::stdout().lock();
    match args.json {
        true => writeln!(out, "{}", serde_json::to_string(&answer).map_err(std::io::Error::from)?)?,
        false => write!(out, "{}", words(&answer))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Where the settings put the facts: those that are in the directory already, else those of the backup.
fn lake_of(session: &Session, depot: &Depot, args: &RestoreArgs) -> Result<TargetLake, Failure> {
    let file = session.dir.config_file();
    let settings = if file.exists() { None } else { settings(depot, args.backup).or_fail()? };
    let restored = match settings {
        None => None,
        Some(text) => {
            let text = String::from_utf8_lossy(&text).into_owned();
            let file = std::path::Path::new("config.toml of the backup");
            let help = "put a config.toml that this version reads into the new directory first; it is used instead";
            Some(Config::parse(&text, file, environment()).or_help(help)?)
        }
    };
    let lake = &restored.as_ref().unwrap_or(&session.config).lake;
    if lake.url.is_empty() {
        return Ok(TargetLake::Directory);
    }
    let address = Address::open(&lake.url, environment(), lake.patience()).or_fail()?;
    Ok(TargetLake::Objects { address, reuse: args.reuse_lake })
}

/// Shows how far it is.
struct Shown {
    bar: ProgressBar,
    done: AtomicU64,
}

impl Steps for Shown {
    fn stage(&self, name: &'static str, bytes_total: u64) {
        self.done.store(0, Ordering::Relaxed);
        self.bar.set_message(name);
        self.bar.set_length(bytes_total);
        self.bar.set_position(0);
    }

    fn done(&self, bytes: u64) {
        self.bar.set_position(self.done.fetch_add(bytes, Ordering::Relaxed) + bytes);
    }
}

fn words(answer: &RestoreAnswer) -> String {
    let took = elapsed(std::time::Duration::from_millis(answer.elapsed_ms));
    let mut page = format!(
        "restored backup {} into {} ({took})\n  {} of {} as of {} UTC (snapshot {})\n  {}, {} with the database: every file \
         was read and is what was written\n",
        answer.backup,
        answer.root.display(),
        counted(answer.rows, "row"),
        counted(answer.days, "day"),
        answer.snapshot_time.format("%Y-%m-%d %H:%M"),
        answer.snapshot_id,
        counted(answer.files, "file"),
        bytes(answer.bytes),
    );
    if answer.settings_kept {
        page.push_str("  config.toml was there and stays; the one of the backup is beside its manifest\n");
    }
    page + "next: `catscan serve`; put service-account files into keys/ again, they are in no backup\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_what_came_back_and_from_when() {
        let answer: RestoreAnswer = serde_json::from_value(serde_json::json!({
            "root": "store", "place": "backups", "backup": "2026-11-20T13-35-01Z", "snapshot_id": 12,
            "snapshot_time": "2026-11-20T13:30:00Z", "rows": 75_000, "days": 7, "files": 9, "bytes": 4_000_000,
            "bytes_copied": 900_000, "bytes_linked": 3_000, "settings_kept": true, "elapsed_ms": 1_250,
        }))
        .unwrap();
        insta::assert_snapshot!(words(&answer), @r"
        restored backup 2026-11-20T13-35-01Z into store (1.2 s)
          75,000 rows of 7 days as of 2026-11-20 13:30 UTC (snapshot 12)
          9 files, 4.0 MB with the database: every file was read and is what was written
          config.toml was there and stays; the one of the backup is beside its manifest
        next: `catscan serve`; put service-account files into keys/ again, they are in no backup
        ");
    }
}
