//! Importing report files: each is committed whole or refused, and a refused one does not stop the others.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::book::{self, Ending, Entry};
use super::recorder::Recorder;
use super::{Event, Listener, Store, refuse};
use crate::ingest::{ImportAnswer, ImportOptions, Mode, Progress, Source, Status};
use crate::model::{AccountId, Clock, Currency, DateOrder, Day, JobId};
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
    /// Rows of a file with one key are parts of one, to be added up.
    #[serde(default)]
    pub sum_equal_keys: bool,
    /// The kind that this program made the files as, from rows that came as JSON.
    #[serde(default)]
    pub made_as: Option<KindName>,
    /// Where it was asked for.
    #[serde(default)]
    pub origin: Origin,
    /// The sender's own name for what he uploads in several calls.
    #[serde(default)]
    pub upload: Option<String>,
}

/// Where an import was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// On the command line.
    #[default]
    Command,
    /// By an upload over HTTP.
    Upload,
    /// By an upload in several calls.
    Chunks,
    /// By a file in the inbox.
    Inbox,
}

impl Origin {
    /// The name in the list of jobs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Upload => "upload",
            Self::Chunks => "chunks",
            Self::Inbox => "inbox",
        }
    }
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

/// An import that waits for its turn: its files stand in the list of jobs.
#[derive(Debug)]
pub struct QueuedImport {
    request: ImportRequest,
    account: AccountId,
    /// By file; none for a dry run, which leaves no trace.
    jobs: Vec<JobId>,
}

impl QueuedImport {
    /// Puts the request's files in the list of jobs.
    pub fn new(request: ImportRequest, account: AccountId, store: &Store) -> Self {
        let entries =
            if request.dry_run { Vec::new() } else { request.files.iter().map(|file| entry(file, &request)).collect() };
        let jobs = match entries.is_empty() {
            true => Ok(Vec::new()),
            false => book::queue(&store.db, &Clock::system(), Some(account), "import", request.origin.code(), entries),
        };
        let jobs = jobs.unwrap_or_else(|error| {
            // The import itself will meet the same trouble and say so to whoever asked for it.
            tracing::warn!("the import is not in the list of jobs: {error}");
            Vec::new()
        });
        store.feed.wrote();
        Self { request, account, jobs }
    }

    /// The jobs of its files.
    pub fn jobs(&self) -> &[JobId] {
        &self.jobs
    }

    /// Imports the files and tells each answer; where the store failed, the answer is a refusal.
    pub fn run(self, store: &Store, tell: Listener<'_>) -> Vec<ImportAnswer> {
        let Self { request, account, jobs } = self;
        let ImportRequest { mode, date_order, drop_missing, kind, day, currency, again, dry_run, .. } = request;
        let ImportRequest { max_reject_pct, sum_equal_keys, made_as, .. } = request;
        let options = ImportOptions {
            account,
            mode,
            date_order,
            drop_missing,
            kind,
            day,
            currency,
            again,
            dry_run,
            max_reject_pct,
            sum_equal_keys,
            made_as,
        };
        let sources: Vec<Source> = request.files.iter().map(|file| Source::received(&file.path, &file.name)).collect();
        let sizes: Vec<u64> = request.files.iter().map(size).collect();
        let recorder = (!jobs.is_empty())
            .then(|| Recorder::start(store.db.clone(), Clock::system(), store.feed.clone(), Some(account), jobs));
        let (total, done) = (sizes.iter().sum(), AtomicU64::new(0));
        let steps = Steps { tell, sizes, total, done, recorder: recorder.as_ref() };
        let files: Vec<FileSteps> = (0..sources.len()).map(|number| FileSteps { steps: &steps, number }).collect();
        steps.read(0);
        let answered = AtomicUsize::new(0);
        let answers = store.importer.import_all(&sources, &options, &AllFiles(&files), &|answer| {
            if let Some(recorder) = steps.recorder {
                recorder.ended(answered.fetch_add(1, Ordering::Relaxed), ending(answer));
            }
            match serde_json::to_string(answer) {
                Ok(answer) => tell(Event::Imported { answer }),
                Err(error) => _ = refuse(tell, format_args!("{}: {error}", answer.file), None),
            }
        });
        if let Some(recorder) = recorder {
            recorder.finish();
        }
        answers
    }
}

/// Imports the request's files for that account now and tells each answer.
pub fn import(request: &ImportRequest, account: AccountId, store: &Store, tell: Listener<'_>) -> Vec<ImportAnswer> {
    QueuedImport::new(request.clone(), account, store).run(store, tell)
}

fn size(file: &ImportFile) -> u64 {
    std::fs::metadata(&file.path).map_or(0, |metadata| metadata.len())
}

fn entry(file: &ImportFile, request: &ImportRequest) -> Entry {
    let name = Path::new(&file.name).file_name().map_or(file.name.clone(), |name| name.to_string_lossy().into_owned());
    let mut arguments = serde_json::Map::new();
    arguments.insert("bytes".to_owned(), size(file).into());
    arguments.insert("mode".to_owned(), json!(request.mode));
    if let Some(upload) = &request.upload {
        arguments.insert("upload".to_owned(), json!(upload));
    }
    Entry { what: name, arguments }
}

fn ending(answer: &ImportAnswer) -> Ending {
    let result = json!({
        "status": answer.status,
        "batch_id": answer.batch_id,
        "kind": answer.kind,
        "rows_read": answer.rows_read,
        "rows_imported": answer.rows_imported,
        "rows_replaced": answer.rows_replaced,
        "rows_duplicate": answer.rows_duplicate,
        "rows_rejected": answer.rows_rejected,
        "rows_skipped": answer.rows_skipped,
        "elapsed_ms": answer.elapsed_ms,
    });
    let refusal =
        || answer.error.as_ref().map_or_else(|| "the report was refused".to_owned(), |error| error.message.clone());
    Ending { result, error: (answer.status == Status::Refused).then(refusal) }
}

/// Tells the importer's progress as events, and to the book of jobs.
struct Steps<'a> {
    tell: Listener<'a>,
    /// Bytes of each file.
    sizes: Vec<u64>,
    total: u64,
    done: AtomicU64,
    recorder: Option<&'a Recorder>,
}

impl Steps<'_> {
    fn read(&self, bytes: u64) {
        let done = self.done.fetch_add(bytes, Ordering::Relaxed) + bytes;
        (self.tell)(Event::Bytes { done: done.min(self.total), total: self.total });
    }
}

/// One file's share of it.
struct FileSteps<'a> {
    steps: &'a Steps<'a>,
    number: usize,
}

impl Progress for FileSteps<'_> {
    fn stage(&self, file: &str, stage: &'static str) {
        if let Some(recorder) = self.steps.recorder {
            let size = self.steps.sizes.get(self.number).copied();
            recorder.stage(self.number, stage, size.filter(|_| stage == READING));
        }
        (self.steps.tell)(Event::Stage { file: file.to_owned(), name: stage.to_owned() });
    }

    fn read(&self, bytes: u64) {
        if let Some(recorder) = self.steps.recorder {
            recorder.read(self.number, bytes);
        }
        self.steps.read(bytes);
    }
}

/// The stage in which the bytes of the file are read.
const READING: &str = "reading";

struct AllFiles<'a>(&'a [FileSteps<'a>]);

impl Progress for AllFiles<'_> {
    fn stage(&self, _: &str, _: &'static str) {}

    fn read(&self, _: u64) {}

    fn of_file(&self, number: usize) -> Option<&dyn Progress> {
        self.0.get(number).map(|file| file as &dyn Progress)
    }
}
