//! The open store: SQLite, the lake and the importer over one data directory.
//!
//! Invariant: a store opened for writing owns the writer lock for as long as any clone of it lives.

use std::io::ErrorKind;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::Utc;

use super::book;
use super::feed::Feed;
use super::google::Clients;
use super::sync::Syncing;
use crate::config::{self, Config, DataDir, DataDirError, LakeSettings, RunningServer, WriterLock};
use crate::creatives::Creatives;
use crate::creatives::thumbnails::{Ffmpeg, SCRATCH_PREFIX, Shelf, Tools};
use crate::db::{Db, DbError};
use crate::ingest::{AnomalyRule, ImportError, ImportLimits, Importer, UnpackLimits};
use crate::lake::{CompactOptions, Lake, LakeError, RetainOptions, Swept};
use crate::model::{AccountId, Clock};
use crate::objects::{Address, AddressError};
use crate::query::{self, Capacity, Engine, Limits, QueryError};

/// An open data directory; clones share it.
#[derive(Clone)]
pub struct Store {
    /// Where it is.
    pub dir: DataDir,
    /// Its settings.
    pub config: Config,
    /// Entities, import history and catalog.
    pub db: Db,
    /// Facts.
    pub lake: Lake,
    /// Reports into facts; only where the store is open for writing it has an effect.
    pub importer: Importer,
    /// Who watches the jobs of this process.
    pub feed: Feed,
    /// Held while work is written, so that imports wait for each other instead of sharing the memory of one.
    pub writing: Arc<tokio::sync::Mutex<()>>,
    /// True once this process is to stop: long work ends at its next good place.
    pub stopping: Arc<AtomicBool>,
    pub(super) caring: Arc<Mutex<()>>,
    pub(super) clients: Clients,
    pub(super) syncing: Syncing,
    _lock: Option<Arc<WriterLock>>,
}

/// The store does not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A restore into the directory did not end.
    #[error(transparent)]
    Directory(#[from] DataDirError),
    /// SQLite, migrations or schema.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The setting of the lake's place.
    #[error("lake.url: {0}")]
    Address(#[from] AddressError),
    /// Files or catalog of the lake.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// What a dead import left could not be put right.
    #[error(transparent)]
    Import(#[from] ImportError),
}

/// What a command reads is kept this long: longer than it waits for its turn.
const SPOOL_GRACE: Duration = Duration::from_secs(3600);

/// Events of jobs are kept for those who watch and were away; what became of a job stays.
const EVENTS_KEPT: chrono::Duration = chrono::Duration::days(7);

/// Uploads stand in `tmp` under this name until they are imported.
pub const UPLOAD_PREFIX: &str = "upload-";

/// What a command reads from its standard input stands in `tmp` under this name until it is imported.
pub const STDIN_PREFIX: &str = "stdin-";

/// A question of the owner may take this long; the engine wants an end.
const OWNER_DEADLINE: Duration = Duration::from_secs(3600);

impl Store {
    /// Opens for writing, creating and migrating as needed, and removes what died processes left behind; the lock shows
    /// that nobody else writes. A damaged file is a warning here: what can be read is still answered.
    pub fn open_writer(dir: DataDir, config: Config, lock: WriterLock) -> Result<Self, StoreError> {
        RunningServer::withdraw(&dir);
        dir.refuse_unfinished()?;
        let db = Db::open(&dir.database())?;
        let lake = match lake_address(&config)? {
            Some(address) => Lake::open_objects(db.clone(), address, &dir.tmp(), Utc::now())?,
            None => Lake::open(db.clone(), &dir.lake(), &dir.tmp(), Utc::now())?,
        };
        let store = Self::over(dir, config, db, lake, Some(lock));
        let freed = store.importer.recover()?;
        if freed > 0 {
            tracing::info!("{freed} imports had died unfinished; their files can be imported again");
        }
        let forget = Utc::now() - EVENTS_KEPT;
        let forget = Clock::fixed(forget).timestamp();
        let dead = book::recover(&store.db, &Clock::system(), &forget)?;
        if dead > 0 {
            tracing::info!("{dead} jobs had died unfinished");
        }
        for damage in store.lake.check_lengths()? {
            tracing::warn!("{damage}");
        }
        let swept = store.sweep()?;
        tracing::debug!(?swept, "swept");
        store.remove_dead_uploads();
        Ok(store)
    }

    /// Opens for reading, beside any writer.
    pub fn open_reader(dir: DataDir, config: Config) -> Result<Self, StoreError> {
        dir.refuse_unfinished()?;
        let db = Db::open_read_only(&dir.database())?;
        let lake = match lake_address(&config)? {
            Some(address) => Lake::open_objects_read_only(db.clone(), address)?,
            None => Lake::open_read_only(db.clone(), &dir.lake())?,
        };
        Ok(Self::over(dir, config, db, lake, None))
    }

    fn over(dir: DataDir, config: Config, db: Db, lake: Lake, lock: Option<WriterLock>) -> Self {
        let unpack = UnpackLimits {
            max_bytes: u64::from(config.import.max_unpacked_mib) << 20,
            max_ratio: config.import.max_unpack_ratio.into(),
        };
        let anomaly = AnomalyRule {
            trailing_days: config.import.anomaly_trailing_days,
            imported_days: config.import.anomaly_imported_days,
            low_percent: config.import.anomaly_low_percent,
            high_percent: config.import.anomaly_high_percent,
        };
        let max_reject_pct = config.import.max_rejected_percent;
        let rows_in_memory_bytes = (config.import.rows_memory_mib as usize) << 20;
        let threads = threads(&config);
        let limits = ImportLimits { max_reject_pct, rows_in_memory_bytes, threads, unpack, anomaly };
        let importer = Importer::new(db.clone(), lake.clone(), dir.tmp(), Clock::system(), limits);
        let (writing, stopping, caring, clients, syncing) = Default::default();
        Self {
            dir,
            config,
            db,
            lake,
            importer,
            feed: Feed::default(),
            writing,
            stopping,
            caring,
            clients,
            syncing,
            _lock: lock.map(Arc::new),
        }
    }

    /// Removes files that no commit names and that are older than any import under way.
    pub fn sweep(&self) -> Result<Swept, LakeError> {
        self.lake.sweep(Utc::now(), self.config.lake.grace())
    }

    /// Which small files are merged, by the settings.
    pub fn compaction(&self, account: Option<AccountId>, dry_run: bool) -> CompactOptions {
        let settings = &self.config.lake;
        CompactOptions {
            account,
            files: settings.compact_files as usize,
            small_bytes: u64::from(settings.compact_small_mib) << 20,
            memory_bytes: u64::from(settings.compact_memory_mib) << 20,
            threads: threads(&self.config),
            dry_run,
        }
    }

    /// What is kept for how long, by the settings.
    pub fn retention(&self, dry_run: bool) -> RetainOptions {
        let LakeSettings { keep_facts_days, keep_snapshots_days, .. } = self.config.lake;
        RetainOptions { keep_facts_days, keep_snapshots_days, grace: self.config.lake.grace(), dry_run }
    }

    /// Only the writer receives uploads, so with the lock in hand those that are there have no owner. A command reads its
    /// standard input before it waits for the lock, so that is dead only when it is old.
    fn remove_dead_uploads(&self) {
        let entries = std::fs::read_dir(self.dir.tmp()).into_iter().flatten().flatten();
        for entry in entries.filter(is_dead_spool) {
            match std::fs::remove_file(entry.path()) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    tracing::warn!("{}: {error}", entry.path().display())
                }
                _ => {}
            }
        }
    }

    /// An engine that answers questions over this store, within the settings' memory.
    pub fn engine(&self) -> Result<Engine, QueryError> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut capacity = Capacity::new(threads, self.dir.tmp().join("spill"));
        capacity.memory_bytes = self.config.query.memory_bytes();
        capacity.ceiling.memory_bytes = self.config.query.question_memory_bytes();
        Engine::new(
            Arc::new(query::Store::new(self.db.clone(), self.lake.clone(), self.config.thresholds.clone())),
            capacity,
        )
    }

    /// Its creatives, asked within these limits.
    pub fn creatives(&self, engine: Engine, limits: Limits) -> Creatives {
        Creatives { db: self.db.clone(), engine, shelf: self.thumbnails(), limits }
    }

    /// Where thumbnails of creatives are kept.
    pub fn thumbnails(&self) -> Shelf {
        Shelf::at(self.dir.thumbnails(), self.dir.tmp())
    }

    /// The program that reads videos, where there is one.
    pub fn ffmpeg(&self) -> Option<Ffmpeg> {
        Ffmpeg::find(&self.config.creatives.ffmpeg)
    }

    /// What thumbnails are made with.
    pub fn thumbnail_tools(&self) -> Tools {
        let settings = &self.config.creatives;
        Tools {
            ffmpeg: self.ffmpeg(),
            within: settings.thumbnail_within(),
            most_bytes: settings.thumbnail_download_bytes(),
            allow_private: settings.allow_private_addresses,
        }
    }

    /// What one question over HTTP may take.
    pub fn limits(&self) -> Limits {
        let settings = &self.config.query;
        Limits {
            rows: Some(settings.max_rows),
            deadline: Duration::from_secs(settings.deadline_seconds.into()),
            memory_bytes: settings.question_memory_bytes(),
            ..Limits::default()
        }
    }

    /// What a question of the machine's owner may take, who sees the rows go by and can press Ctrl-C.
    pub fn owner_limits(&self) -> Limits {
        Limits {
            rows: None,
            bytes: None,
            deadline: OWNER_DEADLINE,
            memory_bytes: self.config.query.question_memory_bytes(),
            ..Limits::default()
        }
    }
}

/// That read and write files.
fn threads(config: &Config) -> usize {
    match config.import.threads {
        0 => ImportLimits::default().threads,
        threads => threads as usize,
    }
}

/// Where the facts are, if not in the data directory.
pub(super) fn lake_address(set: &Config) -> Result<Option<Address>, AddressError> {
    let settings = &set.lake;
    let open = |url: &str| Address::open(url, config::environment(), settings.patience());
    Some(settings.url.as_str()).filter(|url| !url.is_empty()).map(open).transpose()
}

fn is_dead_spool(entry: &std::fs::DirEntry) -> bool {
    let name = entry.file_name();
    let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
    let starts_with = |prefix: &str| name.to_string_lossy().starts_with(prefix);
    starts_with(UPLOAD_PREFIX)
        || starts_with(SCRATCH_PREFIX)
        || (starts_with(STDIN_PREFIX) && age().is_some_and(|age| age > SPOOL_GRACE))
}
