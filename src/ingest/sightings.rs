//! Which import first named a creative: noted in the import's own transaction, and forgotten with its undo.

use rusqlite::{Transaction, params};

use crate::model::{AccountId, BatchId};
use crate::report::Parsed;

/// The creatives that a file names, as a JSON array.
pub(super) struct Sightings(Option<String>);

impl Sightings {
    /// Of a file as it was read: later, what live files hold is among its words too.
    pub(super) fn of(parsed: &Parsed) -> Self {
        let word = parsed.layout.position("creative_id");
        let dictionary = word.and_then(|word| parsed.dictionaries[word].as_ref());
        let ids = |dictionary: &crate::report::Dictionary| {
            let ids: Vec<&str> = (0..dictionary.len() as u32).filter_map(|id| dictionary.text(id)).collect();
            serde_json::Value::from(ids).to_string()
        };
        Self(dictionary.map(ids))
    }

    /// Notes those that no import of the account named before.
    pub(super) fn note(
        &self,
        tx: &Transaction<'_>,
        account: AccountId,
        batch: BatchId,
        now: &str,
    ) -> rusqlite::Result<()> {
        let Some(ids) = &self.0 else { return Ok(()) };
        tx.execute(include_str!("../../sql/ingest/note_sightings.sql"), params![account.0, batch.0, now, ids])?;
        Ok(())
    }
}

/// What the batch was the first to name, it has not named any more.
pub(super) fn forget(tx: &Transaction<'_>, account: AccountId, batch: BatchId) -> rusqlite::Result<()> {
    let forget = "DELETE FROM creative_sightings WHERE account_id = ?1 AND batch_id = ?2";
    tx.execute(forget, params![account.0, batch.0])?;
    Ok(())
}
