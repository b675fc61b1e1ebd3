//! `catscan demo`: the whole way of a report on made-up data, in a directory of its own.
//!
//! Invariant: the demo writes only into its own directory, which is new, empty, or carries the mark of an earlier demo;
//! `--data-dir` and `CATSCAN_DATA_DIR` mean nothing to it.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::asking::Asker;
use super::failure::{Failure, OrFail};
use super::progress::{Form, ImportView};
use super::serve::{self, Listen};
use super::session::{Globals, Session};
use super::sync::SyncView;
use super::{generate, numbers, reset, work};
use crate::config::{DataDir, WriterLock};
use crate::generate::{GenerateOptions, Generated, Kinds, Shape};
use crate::jobs::{self, ImportFile, ImportRequest, Job, Store, SyncRequest};
use crate::lake::At;
use crate::query::format::Format;
use crate::telemetry::Level;

const MARK: &str = ".catscan-demo";
const ROWS_PER_DAY: u64 = 6_000;
const DAYS: u32 = 21;

/// Try everything with made-up reports, in a directory of its own
///
/// Generates three weeks of reports of every kind, up to yesterday, with their configs and creatives, imports them, prints
/// where the waste is and what changed, and serves the result. Your own store is not touched; a rerun starts over.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan demo
  catscan demo --exit                     stop before serving
  catscan demo --dir /tmp/try --listen 127.0.0.1:8080")]
pub struct DemoArgs {
    /// Stop before serving
    #[arg(long)]
    exit: bool,
    #[command(flatten)]
    listen: Listen,
    /// The demo's directory: new, empty, or of an earlier demo [default: catscan-demo in the user's cache directory]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// What is asked when the data is there; the text stands in `sql/demo`.
const QUESTIONS: &[(&str, &str)] = &[
    ("What was reached, won and paid", include_str!("../../sql/demo/totals.sql")),
    ("From inventory to impressions", include_str!("../../sql/demo/funnel.sql")),
    ("Config performance: which config buys what, and wastes what", include_str!("../../sql/demo/configs.sql")),
    ("Waste by size: reached queries without an impression", include_str!("../../sql/demo/waste_by_size.sql")),
    ("Sizes without an approved creative", include_str!("../../sql/demo/uncovered_sizes.sql")),
    ("Waste by country", include_str!("../../sql/demo/waste_by_country.sql")),
    ("Publishers with the highest waste", include_str!("../../sql/demo/wasteful_publishers.sql")),
    ("What was wasted more yesterday than the day before, by app", include_str!("../../sql/demo/last_day.sql")),
];

pub fn run(globals: &Globals, args: DemoArgs) -> Result<ExitCode, Failure> {
    let root = match args.dir {
        Some(dir) => std::path::absolute(dir).map_err(Failure::usage)?,
        None => default_dir(),
    };
    let mut session = globals.session_in(DataDir::at(&root.join("data")).or_fail()?, Level::Warnings)?;
    // Not where the environment has the facts of a store of yours.
    session.config.lake.url.clear();
    let address = args.listen.meant_or_free(&session)?;
    claim(&root)?;
    let lock = start_over(&session)?;
    session.say(format_args!("demo in {}; your own store is not touched", root.display()));

    let made = generate::generate(&options(&root), session.quiet)?;
    session.say(format_args!(
        "generated {} rows in {} ({})",
        numbers::count(made.rows),
        numbers::counted(made.reports.len() as u64, "report"),
        numbers::bytes(made.bytes)
    ));
    let store = Store::open_writer(session.dir.clone(), session.config.clone(), lock).or_fail()?;
    load(&session, &store, made)?;

    let asker = Asker::over(&store)?;
    for (title, sql) in QUESTIONS {
        let mut out = io::stdout().lock();
        writeln!(out, "\n{title}")?;
        asker.ask((*sql).to_owned(), At::Latest, asker.accounts(None)?, Format::Table, &mut out)?;
    }
    let program = std::env::args().next().unwrap_or_else(|| "catscan".to_owned());
    let data = session.dir.root().display();
    writeln!(io::stdout(), "\nAsk more: {program} sql --data-dir {data} \"SHOW TABLES\"")?;
    if args.exit {
        return Ok(ExitCode::SUCCESS);
    }
    // A reader that left early does not stop the server.
    serve::serve(&session, store, address, |address| _ = write!(io::stdout(), "{}", addresses(address)))
}

/// What to try while the demo serves.
fn addresses(address: SocketAddr) -> String {
    let question = r#"{"sql": "SELECT country, sum(clicks) AS clicks FROM rtb_daily GROUP BY 1", "format": "csv"}"#;
    format!(
        "\nIn another terminal:\n  \
         curl http://{address}/api/health\n  \
         curl 'http://{address}/api/analytics/configs?days={DAYS}'\n  \
         curl http://{address}/api/sql -H 'content-type: application/json' \\\n    \
           -d '{question}'\n"
    )
}

/// `$XDG_CACHE_HOME/catscan-demo`, `~/.cache/catscan-demo`, or the system's directory for temporary files.
fn default_dir() -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::home_dir().filter(|home| home.is_dir()).map(|home| home.join(".cache"));
    cache.or_else(home).unwrap_or_else(std::env::temp_dir).join("catscan-demo")
}

/// Makes the directory ours, or refuses one that holds other things.
fn claim(root: &Path) -> Result<(), Failure> {
    let refuse = |reason: &dyn std::fmt::Display| {
        Failure::new(format_args!("cannot use {} for the demo: {reason}", root.display()))
            .help("name a new directory with --dir")
    };
    fs::create_dir_all(root).map_err(|error| refuse(&error))?;
    let mark = root.join(MARK);
    if mark.is_file() {
        return Ok(());
    }
    let mut entries = fs::read_dir(root).map_err(|error| refuse(&error))?;
    if entries.next().is_some() {
        return Err(refuse(&"it holds other things"));
    }
    match fs::OpenOptions::new().write(true).create_new(true).open(&mark) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(refuse(&error)),
        _ => Ok(()),
    }
}

/// Removes what an earlier demo left, and takes the writer lock of the empty store.
fn start_over(session: &Session) -> Result<WriterLock, Failure> {
    session.dir.create().or_fail()?;
    let earlier = work::lock_at_once(session, "demo")?;
    reset::remove_all(&session.dir)?;
    // The lock file went with the rest, so the lock has to be taken anew.
    drop(earlier);
    session.dir.create().or_fail()?;
    work::lock_at_once(session, "demo")
}

fn options(root: &Path) -> GenerateOptions {
    GenerateOptions {
        dir: root.join("reports"),
        rows_per_day: ROWS_PER_DAY,
        days: DAYS,
        end: generate::yesterday(),
        seed: 1,
        shape: Shape::Real,
        kinds: Kinds::all(),
    }
}

/// Entities first, so that the first answers show names.
fn load(session: &Session, store: &Store, made: Generated) -> Result<(), Failure> {
    let view = SyncView::new(session, false);
    let entities = Job::Sync(SyncRequest { from_files: Some(made.entities), ..SyncRequest::default() });
    if !jobs::run(&entities, store, &|event| view.show(event)) {
        return Err(Failure::Silent { code: 1 });
    }
    let reports = Job::Import(ImportRequest {
        files: made.reports.iter().map(ImportFile::named).collect::<Result<_, _>>().or_fail()?,
        ..ImportRequest::default()
    });
    let view = ImportView::new(Form::Sum, session.quiet);
    let ok = jobs::run(&reports, store, &|event| view.show(event));
    view.finish()?;
    if ok { Ok(()) } else { Err(Failure::Silent { code: 1 }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_directory_of_its_own_is_claimed() {
        let parent = tempfile::tempdir().unwrap();
        let fresh = parent.path().join("demo");
        claim(&fresh).unwrap();
        fs::write(fresh.join("anything"), "").unwrap();
        claim(&fresh).unwrap();
        let other = parent.path().join("other");
        fs::create_dir(&other).unwrap();
        fs::write(other.join("thesis.tex"), "").unwrap();
        assert!(claim(&other).is_err());
        assert_eq!(fs::read_dir(&other).unwrap().count(), 1);
    }
}
