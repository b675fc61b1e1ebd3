//! The writer lock: at most one process writes a data directory.
//!
//! Invariant: the lock is the operating system's lock on `run/writer.lock`, so it ends with its process; the text in
//! the file only says who holds it and is never trusted to mean that somebody does.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::DataDir;

/// The right to write; dropped or at the process's end, it is free.
#[derive(Debug)]
pub struct WriterLock {
    // Held for its lock; the path's file stays for the next holder.
    _file: File,
}

/// Who holds the lock, in words for people and for the hand-over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Process id.
    pub pid: u32,
    /// The command, for example `import`.
    pub command: String,
}

/// The lock could not be tried.
#[derive(Debug, thiserror::Error)]
#[error("cannot lock {path}: {source}")]
pub struct LockError {
    /// The lock file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl WriterLock {
    /// Takes the lock if it is free; `None` when another process has it.
    pub fn try_acquire(dir: &DataDir, command: &str) -> Result<Option<Self>, LockError> {
        let path = lock_path(dir);
        Self::lock(&path, command).map_err(|source| LockError { path, source })
    }

    fn lock(path: &PathBuf, command: &str) -> io::Result<Option<Self>> {
        loop {
            let mut file =
                OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // A reset may have removed the file between open and lock: a lock on an unlinked file guards nothing.
            let locked = file.metadata()?;
            let current = match std::fs::metadata(path) {
                Ok(current) => current,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            };
            if (locked.dev(), locked.ino()) != (current.dev(), current.ino()) {
                continue;
            }
            let holder = Holder { pid: std::process::id(), command: command.to_owned() };
            file.set_len(0)?;
            file.rewind()?;
            file.write_all(serde_json::to_string(&holder)?.as_bytes())?;
            return Ok(Some(Self { _file: file }));
        }
    }

    /// What the present or the last holder wrote about itself, where it can be read.
    pub fn holder(dir: &DataDir) -> Option<Holder> {
        let mut text = String::new();
        File::open(lock_path(dir)).ok()?.take(4096).read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }
}

fn lock_path(dir: &DataDir) -> PathBuf {
    dir.run().join("writer.lock")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time_and_it_says_who_it_is() {
        let root = tempfile::tempdir().unwrap();
        let dir = DataDir::at(root.path()).unwrap();
        dir.create().unwrap();
        let first = WriterLock::try_acquire(&dir, "import").unwrap().expect("free");
        assert!(WriterLock::try_acquire(&dir, "serve").unwrap().is_none());
        let holder = WriterLock::holder(&dir).unwrap();
        assert_eq!(holder, Holder { pid: std::process::id(), command: "import".into() });
        drop(first);
        assert!(WriterLock::try_acquire(&dir, "serve").unwrap().is_some(), "a free lock with an old text is free");
    }

    #[test]
    fn a_lock_on_a_removed_file_guards_nothing() {
        let root = tempfile::tempdir().unwrap();
        let dir = DataDir::at(root.path()).unwrap();
        dir.create().unwrap();
        let reset = WriterLock::try_acquire(&dir, "reset").unwrap().expect("free");
        std::fs::remove_file(lock_path(&dir)).unwrap();
        let next = WriterLock::try_acquire(&dir, "import").unwrap();
        assert!(next.is_some());
        drop(reset);
        assert!(WriterLock::try_acquire(&dir, "serve").unwrap().is_none());
    }
}
