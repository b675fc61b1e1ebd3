//! The migrations under `schema/migrations`, in order, forward and back.
//!
//! Foreign keys are off while they run, because rebuilding a table would otherwise cascade deletes into others;
//! each step checks them inside its transaction instead. All steps of one run are one transaction.

mod lake_checks;

use std::path::Path;

use rusqlite::{Connection, Transaction};
use rusqlite_migration::{M, Migrations};

use super::DbError;

/// A step named by its files `NNNN_name.up.sql` and `NNNN_name.down.sql`, and what Rust does after the way up.
macro_rules! step {
    ($name:literal) => {
        M::up(include_str!(concat!("../../schema/migrations/", $name, ".up.sql")))
            .down(include_str!(concat!("../../schema/migrations/", $name, ".down.sql")))
            .foreign_key_check()
    };
    ($name:literal, $hook:path) => {
        M::up_with_hook(include_str!(concat!("../../schema/migrations/", $name, ".up.sql")), |tx: &Transaction<'_>| {
            Ok($hook(tx)?)
        })
        .down(include_str!(concat!("../../schema/migrations/", $name, ".down.sql")))
        .foreign_key_check()
    };
}

/// The version that this program writes.
pub(super) const LATEST: usize = 12;

fn steps() -> [M<'static>; LATEST] {
    [
        step!("0001_entities"),
        step!("0002_lake"),
        step!("0003_changes"),
        step!("0004_advice"),
        step!("0005_work"),
        step!("0006_access"),
        step!("0007_entity_versions"),
        step!("0008_lake_checks", lake_checks::fill),
        step!("0009_google"),
        step!("0010_applications"),
        step!("0012_sightings"),
        step!("0013_advice_runs"),
    ]
}

/// The version of an open database; 0 is an empty one.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    // A negative version was never written by us; as a huge one it is refused as newer.
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

/// Brings the database to this program's version.
pub(super) fn run(connection: &mut Connection, path: &Path) -> Result<(), DbError> {
    to_version(connection, path, LATEST)
}

/// Brings the database to `target`, forward or back; on error nothing has changed.
pub(super) fn to_version(connection: &mut Connection, path: &Path, target: usize) -> Result<(), DbError> {
    let open_error = |source| DbError::Open { path: path.to_owned(), source };
    if version(connection).map_err(open_error)? == target {
        return Ok(());
    }
    connection.pragma_update(None, "foreign_keys", false).map_err(open_error)?;
    let outcome = Migrations::new(steps().into()).to_version(connection, target);
    connection.pragma_update(None, "foreign_keys", true).map_err(open_error)?;
    match outcome {
        Ok(()) => Ok(()),
        // Another process migrated between our look at the version and our transaction.
        Err(_) if version(connection).map_err(open_error)? == target => Ok(()),
        Err(source) => Err(DbError::Migration { path: path.to_owned(), source }),
    }
}
