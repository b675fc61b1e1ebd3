//! How far a database came, noted in a file beside it after each commit that brought it further.
//!
//! SQLite takes a log that is cut or damaged for one that ends there, and silently goes back to the state before: only
//! something outside of the database can know that there was more. The note is written after the commit, so it is never
//! ahead of a sound database.

use std::fs::{self, File};
use std::io::{self, Write};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::path::{Path, PathBuf};

use super::{Db, DbError};

/// What is done after every commit of a writer.
pub(super) type AfterCommit = Box<dyn Fn(&Db) + Send + Sync + UnwindSafe + RefUnwindSafe>;

impl Db {
    /// Has `work` done after every commit of this handle and its clones, from now on; only the first such work is kept.
    pub fn after_commit(&self, work: impl Fn(&Self) + Send + Sync + UnwindSafe + RefUnwindSafe + 'static) {
        let _ = self.shared.after_commit.set(Box::new(work));
    }

    /// The number that was noted last; nothing where there is no note.
    pub fn noted(&self) -> Result<Option<i64>, DbError> {
        let path = self.note();
        let unreadable = |reason: String| DbError::Note { path: path.clone(), reason };
        match fs::read_to_string(&path) {
            Ok(text) => match text.trim().parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(unreadable("it holds no number".to_owned())),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(error.to_string())),
        }
    }

    /// Notes the number; on return it survives a power cut.
    pub fn note_down(&self, number: i64) -> io::Result<()> {
        let (path, new) = (self.note(), self.note().with_extension("db-noted.new"));
        let mut file = File::create(&new)?;
        writeln!(file, "{number}")?;
        file.sync_all()?;
        fs::rename(&new, &path)?;
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(directory)?.sync_all()
    }

    /// The file of the note.
    pub fn note(&self) -> PathBuf {
        self.path().with_extension("db-noted")
    }
}
