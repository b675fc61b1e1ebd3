//! What an inbox needs of the place that it watches.

use std::fmt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, Utc};

use super::names;

/// A place where reports are put.
pub(super) trait Place: Send {
    /// How people call it.
    fn shown(&self) -> String;

    /// What lies there. Files whose names say that they are not complete are left out.
    fn look(&self) -> Result<Seen, PlaceError>;

    /// True where a file that is listed is whole.
    fn lists_whole_files(&self) -> bool;

    /// The file's bytes, on this machine.
    fn fetch(&self, arrival: &Arrival) -> Result<Fetched, PlaceError>;

    /// Moves the file to the shelf, with a note beside it; gives its new name. [`PlaceError::Changed`] where it is no
    /// longer the file that was looked at.
    fn put_away(&self, arrival: &Arrival, shelf: Shelf, note: &str) -> Result<String, PlaceError>;
}

/// One look at a place.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub arrivals: Vec<Arrival>,
    /// What could not be looked at, in sentences.
    pub complaints: Vec<String>,
}

/// A file that lies in an inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arrival {
    /// `report.csv`, or `folder/report.csv`.
    pub path: PathBuf,
    pub version: Version,
}

impl Arrival {
    /// The file's name.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The directory that it lies in, where it is not the inbox itself.
    pub fn folder(&self) -> Option<String> {
        let folder = self.path.parent().filter(|folder| *folder != Path::new(""))?;
        Some(folder.to_string_lossy().into_owned())
    }

    /// How people are shown it.
    pub fn shown(&self) -> String {
        self.path.display().to_string()
    }
}

/// What changes when a file does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Version {
    pub size: u64,
    pub modified: DateTime<Utc>,
    /// The place's own mark of the version.
    pub tag: String,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let modified = self.modified.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        write!(f, "{} bytes of {modified} {}", self.size, self.tag)
    }
}

/// Where a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shelf {
    /// Imported, or known already.
    Done,
    /// Refused.
    Refused,
}

impl Shelf {
    /// The directory.
    pub fn directory(self) -> &'static str {
        match self {
            Self::Done => names::DONE,
            Self::Refused => names::REFUSED,
        }
    }

    /// The name of the note beside a file of that name.
    pub fn note(self, name: &str) -> String {
        match self {
            Self::Done => format!("{name}.answer.txt"),
            Self::Refused => format!("{name}.reason.txt"),
        }
    }
}

/// A file's bytes on this machine; what was brought here for it is removed when dropped.
#[derive(Debug)]
pub(super) struct Fetched {
    pub path: PathBuf,
    pub is_temporary: bool,
}

impl Drop for Fetched {
    fn drop(&mut self) {
        if self.is_temporary {
            // What cannot be removed now is removed when the store is opened the next time.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Something is wrong that is not the report's fault.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlaceError {
    /// The file is gone or another one.
    #[error("it changed while it was looked at")]
    Changed,
    /// The file is none that is taken.
    #[error("{0}")]
    Refused(String),
    /// The place does not do what is asked.
    #[error("{0}")]
    Trouble(String),
}

impl PlaceError {
    /// A file-system operation that failed.
    pub fn io(what: &str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let message = format!("cannot {what} {}", path.display());
        move |error| Self::Trouble(format!("{message}: {error}"))
    }
}
