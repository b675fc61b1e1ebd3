//! The migrations under `schema/migrations`, in order, forward and back.

use std::path::Path;

use rusqlite::Connection;
use rusqlite_migration::{M, Migrations};

use super::DbError;

const STEPS: &[M<'static>] = &[
    M::up(include_str!("../../schema/migrations/0001_entities.up.sql"))
        .down(include_str!("../../schema/migrations/0001_entities.down.sql")),
    M::up(include_str!("../../schema/migrations/0002_lake.up.sql"))
        .down(include_str!("../../schema/migrations/0002_lake.down.sql")),
];

/// Brings the database to this binary's version.
pub(super) fn run(connection: &mut Connection, path: &Path) -> Result<(), DbError> {
    Migrations::from_slice(STEPS)
        .to_latest(connection)
        .map_err(|source| DbError::Migration { path: path.to_owned(), source })
}
