//! What became of the care for the store, in numbers.

use crate::db::{Db, DbError};

/// The last outcome of one kind of care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CareOutcome {
    /// The kind.
    pub kind: String,
    /// Whether the last one went well and found nothing wrong.
    pub ok: bool,
    /// How long it took, in seconds.
    pub seconds: Option<i64>,
    /// When one last went well (seconds since 1970).
    pub well_at: Option<i64>,
}

/// Of each kind of care that was ever done.
pub fn care_outcomes(db: &Db) -> Result<Vec<CareOutcome>, DbError> {
    db.read(|tx| {
        let mut statement = tx.prepare_cached(include_str!("../../sql/jobs/care_outcomes.sql"))?;
        let rows = statement.query_map([], |row| {
            Ok(CareOutcome { kind: row.get(0)?, ok: row.get(1)?, seconds: row.get(2)?, well_at: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    })
}

/// How many jobs there are in each state.
pub fn jobs_by_state(db: &Db) -> Result<Vec<(String, i64)>, DbError> {
    db.read(|tx| {
        let mut statement = tx.prepare_cached("SELECT state, count(*) FROM jobs GROUP BY state ORDER BY state")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    })
}
