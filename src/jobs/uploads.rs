//! Finding the job of an upload by what its sender calls it.

use rusqlite::{OptionalExtension, params};

use super::{JobRecord, listed};
use crate::db::{Db, DbError};
use crate::model::{AccountId, Clock, JobId};

/// An upload without a name of its own gets one within this time, or never.
const NAMED_WITHIN: chrono::Duration = chrono::Duration::hours(1);

/// The newest job that imports this upload.
pub fn job_of_upload(db: &Db, account: AccountId, upload: &str) -> Result<Option<JobRecord>, DbError> {
    match find(db, account, upload, "")? {
        Some(job) => listed::show(db, job, Some(account)),
        None => Ok(None),
    }
}

/// Gives the newest job of this upload the sender's own name, so that it is found by it from now on; nothing where there
/// was none lately.
pub fn name_upload(db: &Db, account: AccountId, upload: &str, name: &str) -> Result<Option<JobRecord>, DbError> {
    let since = Clock::fixed(chrono::Utc::now() - NAMED_WITHIN).timestamp();
    let Some(job) = find(db, account, upload, &since)? else { return Ok(None) };
    db.write(|tx| {
        let name_it = "UPDATE jobs SET arguments = json_set(arguments, '$.upload', ?2) WHERE job_id = ?1";
        tx.execute(name_it, params![job.0, name]).map_err(DbError::from)
    })?;
    listed::show(db, job, Some(account))
}

fn find(db: &Db, account: AccountId, upload: &str, since: &str) -> Result<Option<JobId>, DbError> {
    db.read(|tx| {
        let find = include_str!("../../sql/jobs/of_upload.sql");
        Ok(tx.query_row(find, params![account.0, upload, since], |row| Ok(JobId(row.get(0)?))).optional()?)
    })
}
