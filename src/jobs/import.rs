//! Importing report files: each is committed whole or refused, and a refused one does not stop the others.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::{Event, Listener, Store, refuse, resolve};
use crate::ingest::{ImportAnswer, ImportOptions, Mode, Progress, Source, Status};
use crate::model::{AccountId, Currency, DateOrder, Day};
use crate::report::KindName;

/// Files and how to take them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ImportRequest {
    /// The files, whose later rows win over those of earlier ones.
    pub files: Vec<ImportFile>,
    /// Account by name or number; `None` is the first one.
    pub account: Option<String>,
    /// What happens to rows that are there already.
    pub mode: Mode,
    /// Reading of ambiguous dates, over what the account has learnt.
    pub date_order: Option<DateOrder>,
    /// In mode replace: the file may erase billing ids and buyer accounts that it lacks.
    pub drop_missing: bool,
    /// The kind that the reports must be.
    pub kind: Option<KindName>,
    /// The day of all rows of reports that have no column for it.
    pub day: Option<Day>,
    /// The currency of the files' money.
    pub currency: Option<Currency>,
    /// Import bytes also where they are live already.
    pub again: bool,
    /// Do everything but the commit.
    pub dry_run: bool,
    /// Rejected rows in percent beyond which a file is refused, over the setting.
    pub max_reject_pct: Option<f64>,
}

/// One file to import.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportFile {
    /// Where its bytes are; absolute.
    pub path: PathBuf,
    /// Its name for people and for the import history.
    pub name: String,
}

impl ImportFile {
    /// The file of that name, which is taken from the working directory where it is relative.
    pub fn named(name: impl AsRef<Path>) -> std::io::Result<Self> {
        let name = name.as_ref();
        Ok(Self { path: std::path::absolute(name)?, name: name.display().to_string() })
    }
}

pub(super) fn run(request: &ImportRequest, store: &Store, tell: Listener<'_>) -> bool {
    let account = match resolve(&store.db, request.account.as_deref()) {
        Ok(account) => account,
        Err(error) => return refuse(tell, error, None),
    };
    let answers = import(request, account, store, tell);
    answers.iter().all(|answer| answer.status != Status::Refused)
}

/// Imports the request's files for that account and tells each answer; where the store failed, the answer is a refusal.
pub fn import(request: &ImportRequest, account: AccountId, store: &Store, tell: Listener<'_>) -> Vec<ImportAnswer> {
    let ImportRequest { mode, date_order, drop_missing, kind, day, currency, again, dry_run, max_reject_pct, .. } =
        *request;
    let options =
        ImportOptions { account, mode, date_order, drop_missing, kind, day, currency, again, dry_run, max_reject_pct };
    let sources: Vec<Source> = request.files.iter().map(|file| Source::received(&file.path, &file.name)).collect();
    let size = |file: &ImportFile| std::fs::metadata(&file.path).map_or(0, |metadata| metadata.len());
    let steps = Steps { tell, total: request.files.iter().map(size).sum(), done: AtomicU64::new(0) };
    steps.read(0);
    store.importer.import_all(&sources, &options, &steps, &|answer| match serde_json::to_string(answer) {
        Ok(answer) => tell(Event::Imported { answer }),
        Err(error) => _ = refuse(tell, format_args!("{}: {error}", answer.file), None),
    })
}

/// Tells the importer's progress as events.
struct Steps<'a> {
    tell: Listener<'a>,
    total: u64,
    done: AtomicU64,
}

impl Progress for Steps<'_> {
    fn stage(&self, file: &str, stage: &'static str) {
        (self.tell)(Event::Stage { file: file.to_owned(), name: stage.to_owned() });
    }

    fn read(&self, bytes: u64) {
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        (self.tell)(Event::Bytes { done: done.min(self.total), total: self.total });
    }
}
