//! Reports that come as rows in several calls, as the dashboard sends what is too large for one: spooled on disk call by
//! call, and imported once, as one report of the bidder.
//!
//! Invariants: what was answered is on disk; a call that is repeated counts once, and so does an upload that is closed
//! twice; what was spooled when the process died is imported by the next one. Rows of one key are parts of one and are
//! added up. `rows` makes text of JSON, `check` says what is wrong with it, `spool` keeps it, `upload` imports it.
//! Called by `server`, on threads that may block.

mod check;
mod rows;
mod spool;
mod upload;

use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use check::{Checked, RowFault};
pub use rows::RowTexts;
pub use upload::{Closed, ToImport};

use super::Store;
use crate::db::Db;
use crate::entities::{EntityError, accounts};
use crate::model::{AccountId, Clock};
use crate::report::{Refusal, Terms};
use spool::{About, Spool};

/// Nobody repeats a call later than this.
const REPEATED_WITHIN: Duration = Duration::from_secs(3600);

/// The uploads of one store.
pub struct Chunks {
    spool: Spool,
    db: Db,
    most_bytes: u64,
    /// Held while the directories of uploads change.
    turn: Mutex<()>,
}

/// Which upload rows belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The account of the rows.
    pub account: AccountId,
    /// How its sender is told from others.
    pub sender: Sender,
    /// The file that the rows were cut from.
    pub filename: Option<String>,
}

/// How one upload is told from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sender {
    /// By the sender's own name for it.
    Named(String),
    /// By who sends it, and the name of the file.
    Client(String),
    /// It comes in one call, of which this is the number.
    Once(uuid::Uuid),
    /// So do these, of which each row takes the place of the one that was there, instead of being a part of it.
    Figures(uuid::Uuid),
}

/// Rows cannot be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChunkError {
    /// None of them can be read as a report.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The upload is larger than the setting allows.
    #[error("the upload holds more than the setting server.upload_limit_mib allows")]
    TooLarge,
    /// The disk.
    #[error("cannot spool the rows: {0}")]
    Io(io::Error),
    /// The account, or the database.
    #[error(transparent)]
    Entity(#[from] EntityError),
}

impl From<io::Error> for ChunkError {
    fn from(error: io::Error) -> Self {
        if error.kind() == ErrorKind::FileTooLarge { Self::TooLarge } else { Self::Io(error) }
    }
}

impl Upload {
    /// The name of its directory: no text of a sender becomes part of a path.
    fn name(&self) -> String {
        let Self { account, sender, filename } = self;
        let text = match sender {
            Sender::Named(name) => format!("{account}\0named\0{name}"),
            Sender::Client(client) => {
                format!("{account}\0client\0{client}\0{}", filename.as_deref().unwrap_or_default())
            }
            Sender::Once(number) | Sender::Figures(number) => format!("{account}\0once\0{number}"),
        };
        blake3::hash(text.as_bytes()).to_hex()[..32].to_owned()
    }

    /// What the list of jobs calls it.
    pub fn id(&self) -> String {
        match &self.sender {
            Sender::Named(name) => name.clone(),
            Sender::Client(_) | Sender::Once(_) | Sender::Figures(_) => format!("~{}", self.name()),
        }
    }
}

impl Chunks {
    /// The uploads of that store.
    pub fn new(store: &Store) -> Self {
        let most_bytes = u64::from(store.config.server.upload_limit_mib) << 20;
        Self { spool: Spool::new(&store.dir.tmp()), db: store.db.clone(), most_bytes, turn: Mutex::new(()) }
    }

    /// Says what is right and what is wrong with the rows.
    pub fn check(&self, account: AccountId, rows: &RowTexts) -> Result<Checked, ChunkError> {
        let account = self.db.read(|tx| accounts::get(tx, account))?;
        let terms = Terms {
            today: Clock::system().today(),
            date_order: None,
            account_date_order: account.date_format,
            account_currency: account.currency,
        };
        Ok(check::check(rows, &terms)?)
    }

    /// Keeps the rows until the upload is closed; on return they survive a power cut. The same rows again are the same
    /// call again, but where the upload comes in one call.
    pub fn add(&self, upload: &Upload, rows: &RowTexts, rejected: u64) -> Result<(), ChunkError> {
        let parts = !matches!(upload.sender, Sender::Figures(_));
        let once = matches!(upload.sender, Sender::Named(_) | Sender::Client(_));
        let (account, filename) = (upload.account, upload.filename.clone());
        let about = About { account, upload: upload.id(), filename, parts, once };
        let _turn = self.turn();
        Ok(self.spool.add(&upload.name(), &about, rows, rejected, self.most_bytes)?)
    }

    /// Closes the upload; nothing where nothing was added to it. `id` and `filename` are what it is called from now on,
    /// where they are known.
    pub fn close(
        &self,
        upload: &Upload,
        id: Option<&str>,
        filename: Option<&str>,
    ) -> Result<Option<Closed>, ChunkError> {
        let _turn = self.turn();
        let closed = self.spool.close(&upload.name(), |about| {
            if let Some(id) = id {
                id.clone_into(&mut about.upload);
            }
            if let Some(filename) = filename {
                about.filename = Some(filename.to_owned());
            }
        })?;
        Ok(closed.map(Closed))
    }

    /// Forgets what was added to an upload that broke off.
    pub fn forget(&self, upload: &Upload) {
        let _turn = self.turn();
        // Nothing was added, or the quiet time will find it.
        let _ = self.spool.forget(&upload.name());
    }

    /// Closes the uploads to which nothing was added for that long.
    pub fn close_quiet(&self, quiet: Duration) -> Result<Vec<Closed>, ChunkError> {
        let _turn = self.turn();
        self.spool.sweep(REPEATED_WITHIN)?;
        let names = self.spool.quiet(quiet)?;
        let closed = names.iter().map(|name| self.spool.close(name, |_| {}));
        Ok(closed.collect::<io::Result<Vec<Option<PathBuf>>>>()?.into_iter().flatten().map(Closed).collect())
    }

    /// Uploads that were closed by a process that did not come to import them.
    pub fn left_over(&self) -> Result<Vec<Closed>, ChunkError> {
        Ok(self.spool.closed()?.into_iter().map(Closed).collect())
    }

    fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
