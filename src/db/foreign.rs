//! Reading the SQLite database of another program: in one state, without writing a byte, and never one of ours.
//!
//! A database in WAL mode whose log is empty is opened as immutable, because even a reader would make files beside it; that
//! nobody wrote meanwhile is checked at the end ([`ForeignDb::unchanged`]). A log with changes in it is read by SQLite's
//! own rules.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{DbError, open};

/// A database that another program wrote.
pub struct ForeignDb {
    path: PathBuf,
    connection: Connection,
    /// Its length and time of change, where it is read without locks.
    opened: Option<Metadata>,
}

/// The bytes with which every SQLite database begins.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Where the header says the journal mode, and what it says for WAL.
const READ_VERSION_AT: usize = 19;
const WAL: u8 = 2;

impl ForeignDb {
    /// Opens it for reading. Refused: what is not there, what is no database, and a store of this program.
    pub fn open(path: &Path) -> Result<Self, DbError> {
        if !path.is_file() {
            return Err(DbError::NoSuchFile { path: path.to_owned() });
        }
        let io = |source| DbError::ForeignUnreadable { path: path.to_owned(), source };
        let mut header = [0; 20];
        let mut file = File::open(path).map_err(io)?;
        let opened = file.metadata().map_err(io)?;
        if file.read_exact(&mut header).is_err() || !header.starts_with(MAGIC) {
            return Err(DbError::NoDatabase { path: path.to_owned() });
        }
        let is_wal = header[READ_VERSION_AT] == WAL;
        let has_changes = fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0);
        let immutable = is_wal && !has_changes;
        let connection = open::foreign(path, immutable)?;
        let look = connection.pragma_query_value(None, "application_id", |row| row.get::<_, i64>(0));
        let id = look.map_err(|source| match has_changes {
            true => DbError::ForeignLog { path: path.to_owned(), source },
            false => DbError::Open { path: path.to_owned(), source },
        })?;
        if id == open::APPLICATION_ID {
            return Err(DbError::OwnStore { path: path.to_owned() });
        }
        Ok(Self { path: path.to_owned(), connection, opened: immutable.then_some(opened) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` in one read transaction: all that it sees is one state.
    pub fn read<T, E: From<DbError>>(&mut self, work: impl FnOnce(&Transaction<'_>) -> Result<T, E>) -> Result<T, E> {
        let behavior = TransactionBehavior::Deferred;
        let tx = self.connection.transaction_with_behavior(behavior).map_err(DbError::from)?;
        work(&tx)
    }

    /// Refused where another program wrote to it since it was opened, and what was read may be of two states.
    pub fn unchanged(&self) -> Result<(), DbError> {
        let Some(opened) = &self.opened else { return Ok(()) };
        let path = &self.path;
        let now = fs::metadata(path).map_err(|source| DbError::ForeignUnreadable { path: path.clone(), source })?;
        let same = now.len() == opened.len() && now.modified().ok() == opened.modified().ok();
        if same { Ok(()) } else { Err(DbError::ForeignChanged { path: path.clone() }) }
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().as_bytes().to_vec();
    name.extend_from_slice(suffix.as_bytes());
    PathBuf::from(OsString::from_vec(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Db;

    fn refusal(path: &Path) -> String {
        ForeignDb::open(path).err().unwrap().to_string()
    }

    fn make(path: &Path, mode: &str) -> Connection {
        let connection = Connection::open(path).unwrap();
        connection.execute_batch(&format!("PRAGMA journal_mode = {mode}; CREATE TABLE t (a)")).unwrap();
        connection.execute("INSERT INTO t VALUES (7)", []).unwrap();
        connection
    }

    fn seven(path: &Path) -> i64 {
        ForeignDb::open(path)
            .unwrap()
            .read::<_, DbError>(|tx| Ok(tx.query_row("SELECT a FROM t", [], |r| r.get(0))?))
            .unwrap()
    }

    fn names(dir: &Path) -> Vec<OsString> {
        let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_foreign_database_is_read_and_not_a_byte_or_file_changes() {
        for mode in ["WAL", "DELETE"] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("old #1?.db");
            drop(make(&path, mode));
            let before = fs::read(&path).unwrap();
            assert_eq!(seven(&path), 7);
            let mut foreign = ForeignDb::open(&path).unwrap();
            assert!(foreign.read::<_, DbError>(|tx| Ok(tx.execute("DELETE FROM t", [])?)).is_err());
            assert!(foreign.unchanged().is_ok());
            assert_eq!(names(dir.path()), ["old #1?.db"], "{mode}");
            assert_eq!(fs::read(&path).unwrap(), before);
        }
    }

    #[test]
    fn changes_that_stand_only_in_the_log_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("old.db");
        let _writer = make(&path, "WAL");
        assert!(fs::metadata(beside(&path, "-wal")).unwrap().len() > 0);
        assert_eq!(seven(&path), 7);
    }

    #[test]
    fn a_database_that_was_written_meanwhile_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("old.db");
        drop(make(&path, "WAL"));
        let foreign = ForeignDb::open(&path).unwrap();
        let other = Connection::open(&path).unwrap();
        other.execute_batch("CREATE TABLE u (b); INSERT INTO u VALUES (zeroblob(100000))").unwrap();
        drop(other);
        assert!(foreign.unchanged().unwrap_err().to_string().contains("stop the program"));
    }

    #[test]
    fn what_is_missing_no_database_or_our_own_store_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert!(refusal(&dir.path().join("none.db")).contains("no such file"));
        assert!(refusal(dir.path()).contains("no such file"));
        let text = dir.path().join("text.db");
        fs::write(&text, "this is no database, whatever its name says".repeat(40)).unwrap();
        assert!(refusal(&text).contains("not a SQLite database"), "{}", refusal(&text));
        fs::write(&text, "").unwrap();
        assert!(refusal(&text).contains("not a SQLite database"), "{}", refusal(&text));
        let own = dir.path().join("catscan.db");
        drop(Db::open(&own).unwrap());
        assert!(refusal(&own).contains("store of this program"));
    }
}
