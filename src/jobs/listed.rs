//! Jobs as people look at them: what is asked for, how far it is, what came of it.

use rusqlite::{Row, params};
use serde::Serialize;
use serde_json::Value;

use crate::db::{Db, DbError};
use crate::model::{AccountId, BatchId, JobId};

/// One job.
#[derive(Clone, Debug, Serialize)]
pub struct JobRecord {
    /// Its number, which only grows.
    pub job_id: JobId,
    /// The account it is about; none where it is about the whole store.
    pub account_id: Option<AccountId>,
    /// What is done: `import`, `sync`, or one kind of care for the store.
    pub kind: String,
    /// queued, running, done or failed.
    pub state: String,
    /// The file, as it was named; what else the job is about.
    pub what: Option<String>,
    /// Where it was asked for: command, upload, chunks, inbox, http or schedule.
    pub asked_by: Option<String>,
    /// When it was asked for (RFC 3339, UTC).
    pub queued_at: String,
    /// When its turn came.
    pub started_at: Option<String>,
    /// When it was over.
    pub finished_at: Option<String>,
    /// The stage it is in, or was in when it ended.
    pub stage: Option<String>,
    /// Bytes that are done, of the file or of the stage.
    pub bytes_done: Option<i64>,
    /// Bytes in all.
    pub bytes_total: Option<i64>,
    /// The import that came of it.
    pub batch_id: Option<BatchId>,
    /// What came of it, where it is over.
    pub result: Value,
    /// Why it failed.
    pub error: Option<String>,
    /// What its sender calls the upload that it imports.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload: Option<String>,
    /// Its stages, where one job is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageRecord>,
}

/// One stage of a job.
#[derive(Clone, Debug, Serialize)]
pub struct StageRecord {
    /// Of an import reading, writing or committing; of a sync the kind of entity.
    pub name: String,
    /// Bytes done, where they are counted.
    pub bytes_done: Option<i64>,
    /// Bytes in all.
    pub bytes_total: Option<i64>,
    /// When it began (RFC 3339, UTC).
    pub started_at: String,
    /// When it ended.
    pub finished_at: Option<String>,
}

/// Which jobs.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    /// Of that account; none is all.
    pub account: Option<AccountId>,
    /// In that state.
    pub state: Option<JobState>,
    /// Older than that job: the last one of the page before.
    pub before: Option<JobId>,
}

/// What a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// It waits for its turn.
    Queued,
    /// It is at work.
    Running,
    /// It is done.
    Done,
    /// It could not be done.
    Failed,
}

impl JobState {
    /// The state's name in answers.
    pub fn code(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// Jobs, newest first, at most `most`.
pub fn list(db: &Db, filter: &JobFilter, most: u32) -> Result<Vec<JobRecord>, DbError> {
    db.read(|tx| {
        let mut statement = tx.prepare_cached(include_str!("../../sql/jobs/list.sql"))?;
        let JobFilter { account, state, before } = filter;
        let (account, state) = (account.map(|account| account.0), state.map(JobState::code));
        let params = params![account, state, before.map(|job| job.0), most, None::<i64>];
        Ok(statement.query_map(params, read)?.collect::<Result<_, _>>()?)
    })
}

/// That job with its stages; nothing where there is none of that number, or it is another account's.
pub fn show(db: &Db, job: JobId, account: Option<AccountId>) -> Result<Option<JobRecord>, DbError> {
    db.read(|tx| {
        let mut statement = tx.prepare_cached(include_str!("../../sql/jobs/list.sql"))?;
        let params = params![account.map(|account| account.0), None::<&str>, None::<i64>, 1, job.0];
        let Some(record) = statement.query_map(params, read)?.next() else { return Ok(None) };
        let mut record = record?;
        let mut statement = tx.prepare_cached(include_str!("../../sql/jobs/stages.sql"))?;
        let stages = statement.query_map([job.0], |row| {
            let bytes_total: Option<i64> = row.get(2)?;
            let bytes_done = bytes_total.map(|_| row.get(1)).transpose()?;
            Ok(StageRecord {
                name: row.get(0)?,
                bytes_done,
                bytes_total,
                started_at: row.get(3)?,
                finished_at: row.get(4)?,
            })
        })?;
        record.stages = stages.collect::<Result<_, _>>()?;
        Ok(Some(record))
    })
}

impl JobRecord {
    /// Whether nothing more happens to it.
    pub fn is_over(&self) -> bool {
        self.finished_at.is_some()
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<JobRecord> {
    // Only this program writes these columns, and the schema lets nothing but JSON in.
    let json = |name: &str| {
        Ok::<Value, rusqlite::Error>(
            row.get::<_, Option<String>>(name)?.unwrap_or_default().parse().unwrap_or_default(),
        )
    };
    let (arguments, result) = (json("arguments")?, json("result")?);
    Ok(JobRecord {
        job_id: JobId(row.get("job_id")?),
        account_id: row.get::<_, Option<i64>>("account_id")?.map(AccountId),
        kind: row.get("kind")?,
        state: row.get("state")?,
        what: arguments["what"].as_str().map(str::to_owned),
        asked_by: row.get("created_by")?,
        queued_at: row.get("created_at")?,
        started_at: row.get("started_at")?,
        finished_at: row.get("finished_at")?,
        stage: row.get("stage")?,
        bytes_done: row.get("bytes_done")?,
        bytes_total: row.get::<_, Option<i64>>("bytes_total")?.or_else(|| arguments["bytes"].as_i64()),
        batch_id: result["batch_id"].as_i64().map(BatchId),
        result,
        error: row.get("error_message")?,
        upload: arguments["upload"].as_str().filter(|name| !name.starts_with('~')).map(str::to_owned),
        stages: Vec::new(),
    })
}
