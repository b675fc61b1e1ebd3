//! A machine: a store with an importer, a directory beside it for backups, and what a store answers.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use chrono::{DateTime, TimeDelta, Utc};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

use crate::backup::{
    BackupAnswer, BackupError, BackupName, BackupOptions, Depot, RestoreAnswer, Subject, Target, TargetLake,
    TargetNames, back_up, restore,
};
use crate::db::Db;
use crate::ingest::{ImportLimits, ImportOptions, Importer, Mode, NoProgress, Source, Status};
use crate::lake::{At, Disk, Lake, LocalDisk, Steps};
use crate::model::{BatchId, Clock};

pub(super) const NAMES: TargetNames = TargetNames {
    database: "catscan.db",
    lake: "lake",
    tmp: "tmp",
    settings: "config.toml",
    unfinished: "restore.unfinished",
};

/// What a store adds up to: rows and reached queries by day and batch.
pub(super) type Totals = BTreeMap<(String, i64), (usize, i64)>;

pub(super) struct Machine {
    pub dir: TempDir,
    pub db: Db,
    pub lake: Lake,
    pub importer: Importer,
    pub disk: Arc<dyn Disk>,
    /// Moves on by a minute with each backup.
    pub now: std::cell::Cell<DateTime<Utc>>,
}

impl Machine {
    pub fn new() -> Self {
        Self::on(tempfile::tempdir().unwrap(), Arc::new(LocalDisk))
    }

    pub fn on(dir: TempDir, disk: Arc<dyn Disk>) -> Self {
        let [root, tmp] = ["lake", "tmp"].map(|name| dir.path().join(name));
        std::fs::create_dir_all(&tmp).unwrap();
        let now: DateTime<Utc> = "2026-11-20T12:00:00Z".parse().unwrap();
        let db = Db::open(&dir.path().join("catscan.db")).unwrap();
        let lake = Lake::open_on(Arc::clone(&disk), db.clone(), &root, &tmp, now).unwrap();
        let importer = Importer::new(db.clone(), lake.clone(), tmp, Clock::fixed(now), ImportLimits::default());
        importer.recover().unwrap();
        std::fs::write(dir.path().join("config.toml"), "[server]\nmax_connections = 7\n").unwrap();
        Self { dir, db, lake, importer, disk, now: now.into() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Rows of (day of November, creative, reached queries).
    pub fn import_as(&self, mode: Mode, rows: &[(u8, u8, u8)]) -> Option<BatchId> {
        let mut text =
            "#Day,Billing ID,Creative ID,Creative size,Reached queries,Impressions,Spend (buyer currency)\n".to_owned();
        for (day, creative, reached) in rows {
            text.push_str(&format!("2026-11-{day},1,c{creative},1x1,{reached},0,0\n"));
        }
        let path = self.path("report.csv");
        std::fs::write(&path, text).unwrap();
        let options = ImportOptions { mode, drop_missing: true, ..ImportOptions::default() };
        let answer = self.importer.import(&Source::received(path, "report.csv"), &options, &NoProgress).unwrap();
        assert_ne!(answer.status, Status::Refused, "{answer:?}");
        (answer.status == Status::Imported).then_some(answer.batch_id).flatten()
    }

    pub fn import(&self, rows: &[(u8, u8, u8)]) -> Option<BatchId> {
        self.import_as(Mode::Merge, rows)
    }

    pub fn depot(&self) -> Depot {
        Depot::on(Arc::clone(&self.disk), &self.path("depot")).unwrap()
    }

    pub fn subject<'a>(&'a self, config_file: &'a Path, tmp: &'a Path) -> Subject<'a> {
        Subject { db: &self.db, lake: &self.lake, config_file, tmp }
    }

    pub fn try_back_up(&self, depot: &Depot, keep: u32) -> Result<BackupAnswer, BackupError> {
        self.back_up_with(depot, keep, false, &())
    }

    pub fn back_up_with(
        &self,
        depot: &Depot,
        keep: u32,
        verify: bool,
        steps: &dyn Steps,
    ) -> Result<BackupAnswer, BackupError> {
        self.now.set(self.now.get() + TimeDelta::minutes(1));
        // Of the machine's clock, which the files' times are of.
        let options = BackupOptions { keep, verify, grace: Duration::ZERO, now: self.now.get() };
        let options = BackupOptions { now: options.now.max(Utc::now() + TimeDelta::seconds(2)), ..options };
        let (config, tmp) = (self.path("config.toml"), self.path("tmp"));
        back_up(self.subject(&config, &tmp), depot, &options, steps)
    }

    #[track_caller]
    pub fn back_up(&self) -> BackupAnswer {
        self.try_back_up(&self.depot(), 0).unwrap()
    }

    pub fn totals(&self) -> Totals {
        totals(&self.lake)
    }
}

/// Names of all files below a directory, in their order.
pub(super) fn files(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![directory.to_owned()];
    while let Some(path) = waiting.pop() {
        for entry in std::fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path)
            } else {
                found.push(path.strip_prefix(directory).unwrap().display().to_string())
            }
        }
    }
    found.sort();
    found
}

/// Copies a directory.
pub(super) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &to) } else { _ = std::fs::copy(entry.path(), to).unwrap() }
    }
}

/// A store that was restored.
pub(super) struct Restored {
    pub dir: TempDir,
    pub answer: RestoreAnswer,
}

impl Restored {
    /// Opens it as a writer does.
    pub fn open(self) -> Machine {
        assert!(!self.dir.path().join(NAMES.unfinished).exists());
        Machine::on(self.dir, Arc::new(LocalDisk))
    }
}

pub(super) fn try_restore(depot: &Path, backup: Option<BackupName>) -> Result<Restored, BackupError> {
    let dir = tempfile::tempdir().unwrap();
    let target = Target::new(dir.path(), NAMES, TargetLake::Directory);
    let answer = restore(&Depot::of_directory(depot)?, backup, &target, Utc::now(), &())?;
    Ok(Restored { dir, answer })
}

/// The totals that a backup restores to.
#[track_caller]
pub(super) fn totals_of(depot: &Path, backup: BackupName) -> Totals {
    let machine = try_restore(depot, Some(backup)).unwrap().open();
    let snapshot = machine.lake.snapshot(&At::Latest).unwrap();
    assert_eq!(machine.lake.check_hashes(&snapshot), []);
    machine.totals()
}

pub(super) fn totals(lake: &Lake) -> Totals {
    let mut totals = Totals::new();
    for file in lake.snapshot(&At::Latest).unwrap().files() {
        for batch in ParquetRecordBatchReaderBuilder::try_new(file.open().unwrap()).unwrap().build().unwrap() {
            let batch = batch.unwrap();
            let number = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().clone();
            let (reached, by) = (number("reached_queries"), number("import_batch_id"));
            for at in 0..batch.num_rows() {
                let sum = totals.entry((file.scope.day.to_string(), by.value(at))).or_default();
                *sum = (sum.0 + 1, sum.1 + reached.value(at));
            }
        }
    }
    totals
}
