//! How a connection is opened: what is refused before anything is touched, and how it is set up.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::{DbError, migrations, schema};

/// How long a statement waits for another process before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Marks the file as ours ("Cats"); set by the first migration.
pub(super) const APPLICATION_ID: i64 = 0x4361_7473;

/// The WAL is cut back to this after a checkpoint, so that one big change does not keep its space for ever.
const WAL_KEPT_BYTES: i64 = 64 << 20;

/// The only connection that changes anything: creates, migrates and checks the database.
pub(super) fn writer(path: &Path) -> Result<Connection, DbError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = connect(path, flags)?;
    // Before the first write of any kind, also of the journal mode.
    let found = refuse_strangers(&connection, path)?;
    if found > migrations::LATEST {
        return Err(DbError::Newer { path: path.to_owned(), found, known: migrations::LATEST });
    }
    for_writing(&mut connection).map_err(|source| DbError::Open { path: path.to_owned(), source })?;
    migrations::run(&mut connection, path)?;
    schema::validate(&connection, path)?;
    Ok(connection)
}

/// A connection that cannot change anything.
pub(super) fn reader(path: &Path) -> Result<Connection, DbError> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    let set_up = connection.pragma_update(None, "query_only", true);
    set_up.map_err(|source| DbError::Open { path: path.to_owned(), source })?;
    Ok(connection)
}

/// A connection to another program's database that cannot change anything. `immutable` takes no locks and makes no files
/// beside it, for a database that nobody writes to.
pub(super) fn foreign(path: &Path, immutable: bool) -> Result<Connection, DbError> {
    let encoded = path.as_os_str().as_bytes().iter().map(|byte| match byte {
        b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(*byte).to_string(),
        byte => format!("%{byte:02X}"),
    });
    let address =
        format!("file:{}?mode=ro{}", encoded.collect::<String>(), if immutable { "&immutable=1" } else { "" });
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = connect(Path::new(&address), flags).map_err(|error| match error {
        DbError::Open { source, .. } => DbError::Open { path: path.to_owned(), source },
        error => error,
    })?;
    let set_up = connection.pragma_update(None, "query_only", true);
    set_up.map_err(|source| DbError::Open { path: path.to_owned(), source })?;
    Ok(connection)
}

/// Checks that an existing database can be read by this program as it is.
pub(super) fn check_for_reading(path: &Path) -> Result<Connection, DbError> {
    if !path.exists() {
        return Err(DbError::Missing { path: path.to_owned() });
    }
    let connection = reader(path)?;
    let found = refuse_strangers(&connection, path)?;
    match found.cmp(&migrations::LATEST) {
        std::cmp::Ordering::Greater => Err(DbError::Newer { path: path.to_owned(), found, known: migrations::LATEST }),
        std::cmp::Ordering::Less => Err(DbError::Older { path: path.to_owned(), found, needed: migrations::LATEST }),
        std::cmp::Ordering::Equal => schema::validate(&connection, path).map(|()| connection),
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, DbError> {
    let open = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        // Sorts that spill stay in memory: nothing is written outside the data directory.
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        // A hand-edited schema cannot call functions, nor can a statement damage the file.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        Ok(connection)
    };
    open().map_err(|source| DbError::Open { path: path.to_owned(), source })
}

/// The version, unless the file is another program's or no database at all.
fn refuse_strangers(connection: &Connection, path: &Path) -> Result<usize, DbError> {
    let look = || {
        let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let objects: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok((id, objects, migrations::version(connection)?))
    };
    let (id, objects, version) = look().map_err(|source| DbError::Open { path: path.to_owned(), source })?;
    let empty = objects == 0 && version == 0;
    if id == APPLICATION_ID || (id == 0 && empty) {
        Ok(version)
    } else {
        Err(DbError::Foreign { path: path.to_owned() })
    }
}

/// Switches to WAL. Two that do so at once would wait for each other for ever, so SQLite tells one of them at once that
/// it is locked out instead of waiting: the wait is here.
fn use_wal(connection: &Connection) -> rusqlite::Result<()> {
    let began = Instant::now();
    loop {
        let switched = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match switched {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && began.elapsed() < BUSY_TIMEOUT =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            done => return done.map(drop),
        }
    }
}

fn for_writing(connection: &mut Connection) -> rusqlite::Result<()> {
    use_wal(connection)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update_and_check(None, "journal_size_limit", WAL_KEPT_BYTES, |row| row.get::<_, i64>(0))?;
    connection.set_transaction_behavior(TransactionBehavior::Immediate);
    Ok(())
}
