//! What an inbox did, for those who watch: rows of `events`.

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::params;
use serde_json::Value;

use crate::db::{Db, DbError};
use crate::model::AccountId;

/// Records that something happened to a file or to the inbox; where that fails, the log says so and work goes on.
pub(super) fn record(
    db: &Db,
    now: DateTime<Utc>,
    kind: &str,
    subject: &str,
    account: Option<AccountId>,
    detail: &Value,
) {
    let now = now.to_rfc3339_opts(SecondsFormat::Millis, true);
    let recorded = db.write(|tx| {
        let event = params![account.map(|account| account.0), now, kind, subject, detail.to_string()];
        tx.execute(include_str!("../../sql/ingest/event.sql"), event)?;
        Ok::<_, DbError>(())
    });
    if let Err(error) = recorded {
        tracing::warn!("the event {kind} of {subject} was not recorded: {error}");
    }
}
