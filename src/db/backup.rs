//! A copy of the database in one file of its own.

use std::fs::{File, OpenOptions};
use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::DbError;

pub(super) fn write(source: &Connection, path: &Path) -> Result<(), DbError> {
    let failed = |reason: String| DbError::Backup { path: path.to_owned(), reason };
    // Claims the name, so that nothing that stands there is overwritten.
    OpenOptions::new().write(true).create_new(true).open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => failed("a file of that name exists; name another one".to_owned()),
        _ => failed(error.to_string()),
    })?;
    copy(source, path).map_err(|error| {
        // The claim is ours, so what is left of it is not a backup.
        let _ = std::fs::remove_file(path);
        failed(error)
    })
}

fn copy(source: &Connection, path: &Path) -> Result<(), String> {
    let mut target = Connection::open(path).map_err(|error| error.to_string())?;
    // All pages in one step: the copy holds one read lock, and a writer cannot make it start again.
    let step =
        Backup::new(source, &mut target).and_then(|backup| backup.step(-1)).map_err(|error| error.to_string())?;
    if step != StepResult::Done {
        return Err("the database was locked meanwhile; try again".to_owned());
    }
    let check = |target: &Connection| {
        target.pragma_update_and_check(None, "journal_mode", "DELETE", |row| row.get::<_, String>(0))?;
        target.pragma_query_value(None, "quick_check", |row| row.get::<_, String>(0))
    };
    let verdict = check(&target).map_err(|error| error.to_string())?;
    if verdict != "ok" {
        return Err(format!("the copy is damaged: {verdict}"));
    }
    target.close().map_err(|(_, error)| error.to_string())?;
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let sync = || File::open(path)?.sync_all().and_then(|()| File::open(directory)?.sync_all());
    sync().map_err(|error| error.to_string())
}
