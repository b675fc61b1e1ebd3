//! Why an import failed for reasons that are not the file's: those are refusals, in the answer.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use super::foreign_hashes::Processed;
use crate::db::DbError;
use crate::lake::{LakeError, LiveFile};
use crate::model::BatchId;
use crate::report::Refusal;

/// The store, the disk or the input failed; nothing was imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The lake refused.
    #[error(transparent)]
    Lake(#[from] LakeError),
    /// The input broke while it was read, or rows could not be set aside.
    #[error("cannot read {path}: {source}")]
    Input {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// A live file that the import must merge with cannot be read.
    #[error("cannot merge with {file}: {what}; check the store, or restore the file from a backup")]
    LiveFile {
        /// Its path below the lake.
        file: String,
        /// What is wrong.
        what: String,
    },
    /// Arrow refused a batch that we built: a defect of ours.
    #[error("internal: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// The account does not exist.
    #[error("there is no account {0}: see `catscan account list`")]
    NoAccount(crate::model::AccountId),
    /// Other imports kept changing the same days.
    #[error("other imports changed the same days {0} times meanwhile: import {1} again")]
    Contended(u32, String),
}

/// Why the way ended before the commit.
pub(super) enum Ended {
    Refused(Box<Refusal>),
    Duplicate(BatchId),
    Processed(Processed),
    Failed(ImportError),
}

impl<E: Into<ImportError>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Refusal> for Ended {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<rusqlite::Error> for ImportError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Db(error.into())
    }
}

impl ImportError {
    pub(super) fn live_file(file: &LiveFile, what: &impl Display) -> Self {
        Self::LiveFile { file: file.relative.clone(), what: what.to_string() }
    }

    pub(super) fn input(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Input { path, source }
    }
}
